// chartseal keys renew: certificates of the identities below DATA/keys, issued anew.
import { renewCertificates } from '../../gateway/data/renew-certificates.js';
import type { CommandContext } from '../context.js';
import type { DataOptions } from '../hospital.js';

export async function keysRenew({ data }: DataOptions, context: CommandContext): Promise<number> {
  const renewed = await renewCertificates(data);
  for (const row of renewed) {
    const { file, endedAt, endsAt } = row;
    context.data(context.json ? JSON.stringify(row) : `${file}: until ${endsAt}, not ${endedAt}`);
  }
  if (renewed.length === 0) context.tell('nothing to renew: no certificate here has an end');
  else context.tell('Back up the keys again, now: chartseal keys backup FILE');
  return 0;
}
