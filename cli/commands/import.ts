// chartseal import: a data folder from an export and restored keys, everything checked.

import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { importLog as buildFromExport } from '../../gateway/services/backup/import.js';
import type { CommandContext } from '../context.js';
import type { DataOptions } from '../hospital.js';
import { tellLeftBehind } from '../left.js';
import { clean } from '../render.js';

export interface ImportOptions extends DataOptions {
  readonly profile?: string;
}

export async function importLog(
  file: string,
  { data, profile }: ImportOptions,
  context: CommandContext,
): Promise<number> {
  const fabric = profile === undefined ? undefined : await readFabricProfile(profile);
  const imported = await buildFromExport(file, data, fabric, tellLeftBehind(context));
  const { origin, logId, entries, blocks, committed } = imported;
  if (context.json) context.data(JSON.stringify({ folder: data, ...imported }));
  context.tell(`log ${clean(origin)}, id ${logId}, is back`);
  context.tell(
    fabric === undefined
      ? `${blocks} blocks were executed again and came out the same`
      : 'every entry is the one that the channel has in its place',
  );
  context.tell(`${entries} entries, ${committed} of them committed`);
  return 0;
}
