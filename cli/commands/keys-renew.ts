// chartseal keys renew: certificates of the identities below DATA/keys, issued anew.
import {
  type RenewedCertificate,
  renewCertificates,
} from '../../gateway/data/renew-certificates.js';
import type { CommandContext } from '../context.js';
import { dataTyped } from '../data-typed.js';
import type { DataOptions } from '../hospital.js';
import { tellLeftBehind } from '../left.js';

export async function keysRenew({ data }: DataOptions, context: CommandContext): Promise<number> {
  let count = 0;
  const onRenewed = (row: RenewedCertificate) => {
    const { file, endedAt, endsAt } = row;
    count++;
    context.data(context.json ? JSON.stringify(row) : `${file}: until ${endsAt}, not ${endedAt}`);
  };
  try {
    await renewCertificates(data, { onRenewed, onLeft: tellLeftBehind(context) });
  } finally {
    if (count > 0)
      context.tell(`Back up the keys again, now: chartseal keys backup FILE${dataTyped({ data })}`);
  }
  if (count === 0) context.tell('nothing to renew: no certificate here has an end');
  return 0;
}
