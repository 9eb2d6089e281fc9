// chartseal log mirror --url: follows one log over HTTP into a folder of its own.
import { decodeUtf8, encodeHex } from '../../chaincode/core/bytes.js';
import { checkOrigin } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseVerifierKey } from '../../chaincode/core/signed-note.js';
import { formatTime } from '../../chaincode/core/time.js';
import { LogClient, type LogKey } from '../../gateway/client/log-client.js';
import type { HttpPeer } from '../../gateway/client/strict-get.js';
import type { TrustedLog, TrustFile } from '../../gateway/evidence/trust.js';
import { HttpMirror, type HttpMirrorStatus } from '../../gateway/services/mirror/http-mirror.js';
import { readSmallFile } from '../../gateway/services/small-file.js';
import type { CommandContext } from '../context.js';
import { leavesLine, leavesRow, tellBegin, tellTrouble } from '../mirror-status.js';
import { clean } from '../render.js';
import type { LogMirrorOptions } from './log-mirror.js';
import { readTrust } from './verify.js';

/** Whom to believe: a key, and what a trust file says of its log. */
interface Believed {
  readonly key: LogKey;
  readonly logId?: string;
  readonly pins: NonNullable<TrustFile['pinnedCheckpoints']>;
}

function usage(message: string): never {
  throw new ChartsealError('USAGE', message);
}

function trustedKey(path: string, log: string | undefined): Believed {
  const { logsByOrigin, file } = readTrust(path);
  const [only, ...others] = [...logsByOrigin.values()];
  const found: TrustedLog | undefined =
    log === undefined && others.length === 0 ? only : logsByOrigin.get(log ?? '');
  if (found === undefined) {
    return usage(`name the log with --log: ${path} has ${[...logsByOrigin.keys()].join(', ')}`);
  }
  const pins = (file.pinnedCheckpoints ?? []).filter(({ origin }) => origin === found.origin);
  const key = { origin: found.origin, publicKey: found.noteKey };
  return { key, logId: found.logId, pins };
}

function givenKey(vkey: string): Believed {
  try {
    const { name, publicKey } = parseVerifierKey(vkey);
    checkOrigin(name);
    return { key: { origin: name, publicKey }, pins: [] };
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    throw new ChartsealError('USAGE', `--vkey: ${cause.message}`, { cause });
  }
}

function believedOf(options: LogMirrorOptions): Believed {
  const { trust, vkey, log } = options;
  if (trust !== undefined && vkey === undefined) return trustedKey(trust, log);
  if (trust === undefined && vkey !== undefined) return givenKey(vkey);
  return usage('--url goes with one of --trust FILE and --vkey KEY');
}

function readText(flag: string, path: string): string {
  try {
    return decodeUtf8(readSmallFile(path), 'the file');
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    throw new ChartsealError(cause.code, `${flag} ${path}: ${cause.message}`, { cause });
  }
}

function peerOf(url: string, options: LogMirrorOptions): HttpPeer {
  const { tokenFile, certificate, key, authority } = options;
  if ((certificate === undefined) !== (key === undefined)) usage('--certificate goes with --key');
  const token = tokenFile === undefined ? undefined : readText('--token-file', tokenFile).trim();
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) usage('--token-file holds no token');
  const tls = {
    ...(authority === undefined ? {} : { ca: readText('--authority', authority) }),
    ...(certificate === undefined ? {} : { cert: readText('--certificate', certificate) }),
    ...(key === undefined ? {} : { key: readText('--key', key) }),
  };
  return {
    url,
    ...(token === undefined ? {} : { token }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}

function logRow({ size, root, log, leaves }: HttpMirrorStatus, { key, logId }: Believed) {
  const { appends, endorsedAt } = log;
  const missing = leaves.missing + size - log.frontier.size;
  return {
    origin: key.origin,
    ...(logId === undefined ? {} : { logId }),
    hashes: {
      size,
      root: encodeHex(root),
      appends,
      ...(appends === 0 ? {} : { endorsedAt: formatTime(endorsedAt) }),
    },
    leaves: leavesRow({ ...leaves, missing }, leaves.size > 0),
  };
}

function logLines(status: HttpMirrorStatus, believed: Believed): string[] {
  const { origin, hashes, leaves } = logRow(status, believed);
  const of = hashes.endorsedAt === undefined ? '' : `, of ${hashes.endorsedAt}`;
  const lines = [
    clean(origin),
    `  hashes  to size ${hashes.size}, ${hashes.appends} appends: every root that was shown recomputed`,
    `          the newest${of}: ${hashes.root}`,
    leavesLine(leaves),
  ];
  if (leaves.missing === 0) return lines;
  return [...lines, `  known by their hashes alone: ${leaves.missing} leaves`];
}

function tellStatus(status: HttpMirrorStatus, believed: Believed, context: CommandContext): void {
  if (!context.json) for (const line of logLines(status, believed)) context.data(line);
  else {
    context.data(JSON.stringify(logRow(status, believed)));
    context.data(JSON.stringify({ summary: { logs: 1, ahead: [] } }));
  }
}

/** Exit code 0; alarms are thrown. */
export async function logMirrorHttp(
  url: string,
  options: LogMirrorOptions,
  stop: AbortSignal,
  context: CommandContext,
): Promise<number> {
  const { to, withheldMs, follow = false } = options;
  if (options.leaves.length > 0) usage('--leaves goes with --profile: a URL gives the leaves');
  const believed = believedOf(options);
  const client = new LogClient(believed.key, peerOf(url, options));
  try {
    const status = await HttpMirror.run({
      folder: to,
      client,
      pins: believed.pins,
      withheldMs,
      follow,
      stop,
      onBegin: () => tellBegin(to, context),
      onStatus: (news) => tellStatus(news, believed, context),
      onTrouble: (error) => tellTrouble(error, context),
    });
    if (!follow) tellStatus(status, believed, context);
    return 0;
  } finally {
    client.close();
  }
}
