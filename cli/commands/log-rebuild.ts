// chartseal log rebuild: every log of a channel from the blocks of the own peer alone.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { formatTime } from '../../chaincode/core/time.js';
import { readConfig } from '../../gateway/data/config.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { Alarm } from '../../gateway/services/mirror/alarm.js';
import type { BlockSource } from '../../gateway/services/mirror/channel-block.js';
import type { RebuiltLog } from '../../gateway/services/mirror/channel-logs.js';
import { EmbeddedSource } from '../../gateway/services/mirror/embedded-source.js';
import { FabricSource } from '../../gateway/services/mirror/fabric-source.js';
import { rebuildChannel, rootOf } from '../../gateway/services/mirror/rebuild-channel.js';
import type { CommandContext } from '../context.js';
import { EXIT_FINDING } from '../exit.js';
import type { DataOptions } from '../hospital.js';
import { clean } from '../render.js';
import { readTrust } from './verify.js';

export type Engine = 'embedded' | 'fabric';

export interface LogRebuildOptions extends DataOptions {
  readonly ledger?: Engine;
  readonly profile?: string;
  readonly trust?: string;
}

const COMMON_NOTES = [
  'proven: every tree root follows from the leaf hashes in these blocks, every append is its',
  "  owner's, and nothing else was written; no word of the log's owner was needed",
  'not proven: the map roots, which need the leaves (chartseal log mirror)',
];
const NOTES: Readonly<Record<Engine, readonly string[]>> = {
  fabric: [
    ...COMMON_NOTES,
    'not proven: that others have the same blocks; compare a root with them, or with receipts.',
    '  That each transaction was endorsed as the policy asks is what this peer checked',
  ],
  embedded: [...COMMON_NOTES, 'single operator, not independently witnessed'],
};

/** `block` is redrawn in place while blocks are read. */
function progressOf(context: CommandContext) {
  if (context.columns === 0) return {};
  const onProgress = ({ blocks, leaves }: { blocks: number; leaves: number }, height: number) =>
    context.draw(
      `\r${blocks} of ${height} blocks, ${leaves} leaf hashes`.slice(0, context.columns),
    );
  return { onProgress };
}

/** Tells an alarm as data, since it is an answer and no failure. */
export function tellAlarm(alarm: Alarm, context: CommandContext): number {
  const { code, message: sentence, place, hint } = alarm;
  if (context.json) context.data(JSON.stringify({ alarm: { code, sentence, ...place, hint } }));
  else {
    context.data(`ALARM  ${code}: ${clean(sentence)}`);
    // Signed, so that anybody can be shown them.
    for (const note of place.checkpoints ?? []) {
      for (const line of note.slice(0, -1).split('\n')) context.data(line);
    }
  }
  context.tell(`next: ${hint}`);
  return EXIT_FINDING;
}

/** The channel's peer where a profile is given, else the ledger of the data folder. */
async function openSource({ ledger, profile, data }: LogRebuildOptions): Promise<{
  readonly engine: Engine;
  readonly source: BlockSource;
}> {
  if (profile !== undefined) {
    if (ledger === 'embedded') {
      throw new ChartsealError('USAGE', '--profile goes with --ledger fabric');
    }
    return { engine: 'fabric', source: await FabricSource.open(await readFabricProfile(profile)) };
  }
  const layout = dataLayout(data);
  const config = await readConfig(layout.config);
  if (ledger !== undefined && ledger !== config.ledger) {
    const text = `the ledger of this data folder is ${config.ledger}; --ledger fabric needs --profile FILE`;
    throw new ChartsealError('USAGE', text);
  }
  if (config.ledger === 'fabric') {
    const own = await readFabricProfile(config.profile);
    return { engine: 'fabric', source: await FabricSource.open(own) };
  }
  return { engine: 'embedded', source: await EmbeddedSource.open(layout, config) };
}

function logRow(log: RebuiltLog) {
  const { logId, registration, frontier, appends, endorsedAt } = log;
  return {
    origin: registration.origin,
    logId,
    mspId: registration.mspId,
    size: frontier.size,
    root: encodeHex(rootOf(log)),
    appends,
    endorsedAt: formatTime(endorsedAt),
  };
}

function logLines(log: RebuiltLog): string[] {
  const { origin, mspId, size, root, appends, endorsedAt, logId } = logRow(log);
  return [
    `OK  ${clean(origin)}  size ${size}, ${appends} appends, the newest of ${endorsedAt}`,
    `    every root recomputed; the newest: ${root}`,
    `    of ${clean(mspId)}, log id ${logId}`,
  ];
}

export async function logRebuild(
  options: LogRebuildOptions,
  context: CommandContext,
): Promise<number> {
  const trust = options.trust === undefined ? {} : { trust: readTrust(options.trust) };
  const { engine, source } = await openSource(options);
  try {
    const found = await rebuildChannel(source, { ...trust, ...progressOf(context) });
    const { channel, blocks, appends, leaves, logs } = found;
    if (context.columns > 0) context.draw('\n');
    for (const log of logs) {
      if (context.json) context.data(JSON.stringify(logRow(log)));
      else for (const line of logLines(log)) context.data(line);
    }
    const fingerprint = trust.trust?.fingerprint;
    const summary = { channel, ledger: engine, blocks, appends, leaves, logs: logs.length };
    if (context.json) {
      const rest = fingerprint === undefined ? {} : { trust: fingerprint };
      context.data(JSON.stringify({ summary: { ...summary, ...rest } }));
    } else {
      context.data(
        `${blocks} blocks of ${clean(channel)}, ${appends} appends, ${leaves} leaf hashes`,
      );
    }
    if (fingerprint !== undefined) context.tell(`logs as in the trust file sha256:${fingerprint}`);
    for (const note of NOTES[engine]) context.tell(note);
    return 0;
  } catch (error) {
    if (!(error instanceof Alarm)) throw error;
    return tellAlarm(error, context);
  } finally {
    await source.close();
  }
}
