// chartseal log: checkpoints, consistency proofs and leaves for those who follow the log. Reads
// the store alone, or asks the gateway that has it.
import { formatAddCheckpoint } from '../../chaincode/core/add-checkpoint.js';
import { decodeUtf8, encodeBase64, encodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { MAX_NOTE_BYTES } from '../../chaincode/core/limits.js';
import { parseNote, verifyNote } from '../../chaincode/core/signed-note.js';
import { RemoteDoor } from '../../gateway/client/remote-door.js';
import { RemoteLogDoor } from '../../gateway/client/remote-log.js';
import { readLogKeys } from '../../gateway/data/keys.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { type LogDoor, OwnLogDoor } from '../../gateway/services/door/log-door.js';
import { LogReading, type SignedCheckpoint } from '../../gateway/services/log-reading.js';
import { readSmallFile } from '../../gateway/services/small-file.js';
import type { CommandContext } from '../context.js';
import { tellFinding } from '../finding.js';
import { type DataOptions, openEither } from '../hospital.js';

export interface CheckpointOptions extends DataOptions {
  readonly size?: number;
}

export interface LeavesOptions extends DataOptions {
  readonly from?: number;
  readonly count?: number;
}

async function withLog<T>(options: DataOptions, use: (log: LogDoor) => Promise<T>): Promise<T> {
  const log = await openEither<LogDoor>(options, {
    alone: async () => new OwnLogDoor(await LogReading.open(options.data)),
    through: async (gateway) => {
      // Whether it answers, and for this log.
      await RemoteDoor.open(gateway, options.data);
      return new RemoteLogDoor(gateway);
    },
  });
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}

/** Text that ends in a newline, line by line, so that its bytes come out as they are. */
function printText(text: string, context: CommandContext): void {
  for (const line of text.slice(0, -1).split('\n')) context.data(line);
}

export async function logCheckpoint(
  options: CheckpointOptions,
  context: CommandContext,
): Promise<number> {
  return withLog(options, async (log) => {
    const { origin, size, root, checkpoint } = await log.readCheckpoint(options.size);
    if (context.json) {
      context.data(JSON.stringify({ origin, size, root: encodeHex(root), checkpoint }));
    } else printText(checkpoint, context);
    return 0;
  });
}

/** The log's own public key; undefined, with words, where DATA/keys cannot be used. */
async function findNoteKey(data: string, context: CommandContext): Promise<Uint8Array | undefined> {
  try {
    return (await readLogKeys(dataLayout(data).keys)).secrets.notePublicKey;
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    context.tell(`not checked: the signature of the saved checkpoint (${error.message})`);
    return undefined;
  }
}

/**
 * A checkpoint that somebody saved, with the log's signature on it. Throws BAD_FORMAT, also when
 * the log did not sign it: then it says nothing about the log.
 */
function parseSaved(text: string, origin: string, noteKey: Uint8Array | undefined) {
  const saved = parseCheckpoint(parseNote(text).text);
  if (saved.origin !== origin) {
    throw new ChartsealError('BAD_INPUT', 'the saved checkpoint is of a log of another origin');
  }
  if (noteKey !== undefined) verifyNote(text, origin, noteKey);
  return saved;
}

interface Old {
  readonly size: number;
  /** As saved; undefined when only a size was given. */
  readonly root?: Uint8Array;
}

const SIZE = /^(0|[1-9][0-9]{0,15})$/;

async function readOld(
  old: string,
  { origin }: SignedCheckpoint,
  { data }: DataOptions,
  context: CommandContext,
): Promise<Old> {
  if (SIZE.test(old)) return { size: Number(old) };
  const text = decodeUtf8(readSmallFile(old, { maxBytes: MAX_NOTE_BYTES }), 'the saved checkpoint');
  return parseSaved(text, origin, await findNoteKey(data, context));
}

const NEXT = [
  'keep the saved checkpoint and a copy of the data folder as evidence, then',
  'run chartseal doctor',
] as const;

export async function logConsistency(
  old: string,
  options: CheckpointOptions,
  context: CommandContext,
): Promise<number> {
  return withLog(options, async (log) => {
    const newest = await log.readCheckpoint();
    const { size: size1, root: saved } = await readOld(old, newest, options, context);
    if (saved !== undefined && size1 > newest.size) {
      const sentence = `the log signed a checkpoint of size ${size1} and now has only ${newest.size}`;
      const facts = { size1, root1: encodeHex(saved), size2: newest.size };
      return tellFinding({ code: 'STORE_BEHIND', sentence, facts, next: NEXT }, context);
    }
    const { root1, path, newer } = await log.proveConsistency(size1, options.size);
    const size2 = newer.size;
    const root2 = encodeHex(newer.root);
    if (saved !== undefined && !equalBytes(saved, root1)) {
      const sentence = `at size ${size1} the log had another root than the one it has now`;
      const facts = { size1, root1: encodeHex(saved), size2, root2 };
      return tellFinding({ code: 'LOG_FORKED', sentence, facts, next: NEXT }, context);
    }
    const { checkpoint } = newer;
    if (!context.json)
      printText(formatAddCheckpoint({ oldSize: size1, path, checkpoint }), context);
    else {
      const hashes = path.map(encodeBase64);
      const row = { size1, root1: encodeHex(root1), size2, root2, path: hashes, checkpoint };
      context.data(JSON.stringify(row));
    }
    return 0;
  });
}

export async function logLeaves(options: LeavesOptions, context: CommandContext): Promise<number> {
  return withLog(options, async (log) => {
    for await (const row of log.leaves(options.from, options.count)) {
      const { index, leaf, leafHash } = row;
      const line = { index, leaf: encodeBase64(leaf), leafHash: encodeHex(leafHash) };
      context.data(JSON.stringify(line));
    }
    return 0;
  });
}
