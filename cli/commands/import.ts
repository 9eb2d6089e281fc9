// chartseal import: a data folder from an export and restored keys, everything checked.
import { importLog as buildFromExport } from '../../gateway/services/backup/import.js';
import type { CommandContext } from '../context.js';
import type { DataOptions } from '../hospital.js';
import { clean } from '../render.js';

export async function importLog(
  file: string,
  { data }: DataOptions,
  context: CommandContext,
): Promise<number> {
  const imported = await buildFromExport(file, data);
  const { origin, logId, entries, blocks, committed } = imported;
  if (context.json) context.data(JSON.stringify({ folder: data, ...imported }));
  context.tell(`log ${clean(origin)}, id ${logId}, is back`);
  context.tell(`${blocks} blocks were executed again and came out the same`);
  context.tell(`${entries} entries, ${committed} of them committed`);
  return 0;
}
