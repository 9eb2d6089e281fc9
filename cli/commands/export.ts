// chartseal export: the whole log as JSON lines, to a new file or to stdout.
import { join } from 'node:path';
import { exportLog as writeExport } from '../../gateway/services/backup/export.js';
import type { ExportEnd } from '../../gateway/services/backup/export-format.js';
import { NewFile } from '../../gateway/services/backup/new-file.js';
import { isFolder } from '../../gateway/services/file-stats.js';
import { type CommandContext, writeToStdout } from '../context.js';
import type { DataOptions } from '../hospital.js';
import { clean } from '../render.js';

async function toFile(file: string, data: string): Promise<ExportEnd> {
  const out = await NewFile.create(file);
  try {
    const end = await writeExport(data, (bytes) => out.write(bytes));
    await out.keep();
    return end;
  } finally {
    await out.discard();
  }
}

export async function exportLog(
  file: string,
  { data }: DataOptions,
  context: CommandContext,
): Promise<number> {
  const isFile = file !== '-';
  const end = await (isFile ? toFile(file, data) : writeExport(data, writeToStdout));
  const { entries, blocks, digest } = end;
  // On stdout stands the export itself.
  if (isFile && context.json) context.data(JSON.stringify({ file, entries, blocks, digest }));
  if (isFile) context.tell(`written: ${clean(file)}`);
  context.tell(`${entries} entries and ${blocks} blocks, sha256 ${digest}`);
  // Files that people take away; the log holds their digests.
  if (isFolder(join(data, 'audits'))) context.tell('not in it: reports of audits in DATA/audits');
  context.tell(
    'It holds patients and openings in clear, and no keys: keep it as you keep records.',
  );
  return 0;
}
