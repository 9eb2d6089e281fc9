// chartseal export: the whole log as JSON lines, to a new file or to stdout.
import { RemoteDoor } from '../../gateway/client/remote-door.js';
import { exportThrough } from '../../gateway/client/remote-upkeep.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { exportLog as writeExport } from '../../gateway/services/backup/export.js';
import type { ExportEnd } from '../../gateway/services/backup/export-format.js';
import { NewFile } from '../../gateway/services/backup/new-file.js';
import { cleanUp } from '../../gateway/services/clean-up.js';
import { isFolder } from '../../gateway/services/file-stats.js';
import { type CommandContext, writeToStdout } from '../context.js';
import { type DataOptions, openEither } from '../hospital.js';
import { tellLeftBehind } from '../left.js';
import { clean } from '../render.js';

type Write = (bytes: Uint8Array) => Promise<void>;

async function drain(pieces: AsyncGenerator<Uint8Array, ExportEnd>, write: Write) {
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return next.value;
    await write(next.value);
  }
}

async function writeLog(options: DataOptions, write: Write): Promise<ExportEnd> {
  const { data } = options;
  const finish = await openEither<() => Promise<ExportEnd>>(options, {
    alone: async () => {
      const end = await writeExport(data, write);
      return async () => end;
    },
    through: async (gateway) => {
      await RemoteDoor.open(gateway, data);
      return () => drain(exportThrough(gateway), write);
    },
  });
  return finish();
}

async function toFile(
  file: string,
  options: DataOptions,
  context: CommandContext,
): Promise<ExportEnd> {
  const out = await NewFile.create(file);
  try {
    const end = await writeLog(options, (bytes) => out.write(bytes));
    await out.keep();
    return end;
  } finally {
    await cleanUp(() => out.discard(), tellLeftBehind(context));
  }
}

export async function exportLog(
  file: string,
  options: DataOptions,
  context: CommandContext,
): Promise<number> {
  const isFile = file !== '-';
  const end = await (isFile ? toFile(file, options, context) : writeLog(options, writeToStdout));
  const { entries, blocks, digest } = end;
  // On stdout stands the export itself.
  if (isFile && context.json) context.data(JSON.stringify({ file, entries, blocks, digest }));
  if (isFile) context.tell(`written: ${clean(file)}`);
  context.tell(`${entries} entries and ${blocks} blocks, sha256 ${digest}`);
  const layout = dataLayout(options.data);
  if (isFolder(layout.feed)) {
    context.tell('not in it: what sources sent and what of it was refused, in DATA/feed');
  }
  // Files that people take away; the log holds their digests.
  if (isFolder(layout.audits)) {
    context.tell('not in it: reports of audits in DATA/audits');
  }
  context.tell(
    'It holds patients and openings in clear, and no keys: keep it as you keep records.',
  );
  return 0;
}
