// chartseal log mirror: follows a channel, or one log over HTTP, into a folder of its own, hashes
// and leaves, and raises the alarm at the first thing that does not fit.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { formatTime } from '../../chaincode/core/time.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { Alarm } from '../../gateway/services/mirror/alarm.js';
import { FabricSource } from '../../gateway/services/mirror/fabric-source.js';
import { readGrowingFile } from '../../gateway/services/mirror/leaves-input.js';
import {
  type GivenLeaves,
  type LogStatus,
  Mirror,
  type MirrorStatus,
} from '../../gateway/services/mirror/mirror.js';
import { rootOf } from '../../gateway/services/mirror/rebuild-channel.js';
import type { CommandContext } from '../context.js';
import { EXIT_UNDONE } from '../exit.js';
import { untilInterrupted } from '../interrupt.js';
import { leavesLine, leavesRow, tellBegin, tellTrouble } from '../mirror-status.js';
import { clean } from '../render.js';
import { logMirrorHttp } from './log-mirror-http.js';
import { tellAlarm } from './log-rebuild.js';
import { readTrust } from './verify.js';

export interface LogMirrorOptions {
  /** Of the channel; or the URL of one log. */
  readonly profile?: string;
  readonly url?: string;
  readonly to: string;
  readonly leaves: readonly string[];
  readonly log?: string;
  readonly trust?: string;
  readonly withheldMs: number;
  readonly follow?: boolean;
  readonly vkey?: string;
  readonly tokenFile?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly authority?: string;
}

const STDIN = '-';

function givenLeaves(
  { leaves, follow }: LogMirrorOptions,
  context: CommandContext,
): readonly GivenLeaves[] {
  return leaves.map((name) => ({
    name: name === STDIN ? 'stdin' : name,
    read: (stop) => {
      if (name === STDIN) return context.stdin;
      return follow === true ? readGrowingFile(name, stop) : readGrowingFile(name);
    },
  }));
}

function logRow({ log, leaves, isGiven }: LogStatus) {
  const { logId, registration, frontier, appends, endorsedAt } = log;
  return {
    origin: registration.origin,
    logId,
    hashes: {
      size: frontier.size,
      root: encodeHex(rootOf(log)),
      appends,
      endorsedAt: formatTime(endorsedAt),
    },
    leaves: leavesRow(leaves, isGiven),
  };
}

function logLines(status: LogStatus): string[] {
  const { origin, hashes, leaves } = logRow(status);
  const lines = [
    clean(origin),
    `  hashes  to size ${hashes.size}, ${hashes.appends} appends: every root recomputed`,
    `          the newest, of ${hashes.endorsedAt}: ${hashes.root}`,
    leavesLine(leaves),
  ];
  if (leaves.missing === 0) return lines;
  const from = `from index ${leaves.first} on, appended ${leaves.since}`;
  return [...lines, `  known by their hashes alone: ${leaves.missing} leaves, ${from}`];
}

function tellStatus({ blocks, logs, ahead }: MirrorStatus, context: CommandContext): void {
  for (const status of logs) {
    if (context.json) context.data(JSON.stringify(logRow(status)));
    else for (const line of logLines(status)) context.data(line);
  }
  if (context.json) context.data(JSON.stringify({ summary: { blocks, logs: logs.length, ahead } }));
  else context.data(`${blocks} blocks`);
  for (const { name, index } of ahead) {
    context.tell(
      `not checked: ${clean(name)} from leaf ${index} on, beyond the blocks of this peer`,
    );
  }
}

async function mirrorChannel(
  profile: string,
  options: LogMirrorOptions,
  stop: AbortSignal,
  context: CommandContext,
): Promise<number> {
  const { to, log, withheldMs, follow = false } = options;
  const trust = options.trust === undefined ? {} : { trust: readTrust(options.trust) };
  const source = await FabricSource.open(await readFabricProfile(profile), (error) =>
    tellTrouble(error, context),
  );
  try {
    const status = await Mirror.run({
      folder: to,
      source,
      leaves: givenLeaves(options, context),
      ...(log === undefined ? {} : { origin: log }),
      ...trust,
      withheldMs,
      follow,
      stop,
      onBegin: () => tellBegin(to, context),
      onStatus: (news) => tellStatus(news, context),
    });
    if (!follow) tellStatus(status, context);
    return status.ahead.length > 0 && !follow ? EXIT_UNDONE : 0;
  } finally {
    await source.close();
  }
}

/** Flags of the other kind would be passed over without a word. */
function checkOfChannel({ vkey, tokenFile, certificate, key, authority }: LogMirrorOptions): void {
  if ([vkey, tokenFile, certificate, key, authority].every((one) => one === undefined)) return;
  const text = '--vkey, --token-file, --certificate, --key and --authority go with --url';
  throw new ChartsealError('USAGE', text);
}

/** Exit code 1 for an alarm, 2 when leaves were given that could not be checked. */
export async function logMirror(
  options: LogMirrorOptions,
  context: CommandContext,
): Promise<number> {
  const { profile, url } = options;
  const { signal: stop, release } = untilInterrupted();
  try {
    if (url !== undefined && profile === undefined) {
      return await logMirrorHttp(url, options, stop, context);
    }
    if (profile === undefined || url !== undefined) {
      throw new ChartsealError('USAGE', 'give --profile FILE for a channel, or --url for one log');
    }
    checkOfChannel(options);
    return await mirrorChannel(profile, options, stop, context);
  } catch (error) {
    if (!(error instanceof Alarm)) throw error;
    return tellAlarm(error, context);
  } finally {
    release();
  }
}
