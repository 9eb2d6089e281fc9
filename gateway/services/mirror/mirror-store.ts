// What a mirror has in its database: how far blocks were read, every log with its leaf hashes,
// leaves as far as they are verified, the pages of each map. All of one step becomes durable
// together.

import {
  concat,
  decodeBase64,
  decodeHex,
  encodeBase64,
  encodeHex,
} from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { formatCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { checkFrontier, frontierRoot } from '../../../chaincode/core/compact-range.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseJsonBytes } from '../../../chaincode/core/json.js';
import { HASH_BYTES, LEAF_BYTES } from '../../../chaincode/core/limits.js';
import type { Database, RowBatch } from '../../store/database.js';
import { keyNumber } from '../../store/keys.js';
import { type BlockPosition, NO_BLOCKS } from './channel-block.js';
import type { RebuiltLog } from './channel-logs.js';
import { CheckpointFiles, checkpointName } from './checkpoint-files.js';
import type { FollowedAppend, FollowedLog } from './followed-log.js';
import { onMirror, openMirrorDatabase } from './mirror-folder.js';
import { checkSubject, FORMAT, type MirrorSubject } from './mirror-subject.js';

const FORMAT_KEY = 'mirror';
const POSITION_KEY = 'position';
const CHECKPOINT_KEY = 'checkpoint';
const SIGNED_KEY = 'signed';
const LOGS = 'log/';
const appends = (logId: string) => `append/${logId}/`;
const hashesKey = (logId: string, firstIndex: number) => `hashes/${logId}/${keyNumber(firstIndex)}`;
const leavesKey = (logId: string, firstIndex: number) => `leaves/${logId}/${keyNumber(firstIndex)}`;
const heldKey = (logId: string) => `held/${logId}`;
const verifiedKey = (logId: string) => `verified/${logId}`;
const mapKey = (logId: string, prefix: string) => `map/${logId}/${prefix}`;

/** An append of the ledger, as it is kept. */
export interface AppendFacts {
  readonly appendNumber: number;
  readonly firstIndex: number;
  /** Leaves submitted. */
  readonly leaves: number;
  readonly closingLeaf: Uint8Array;
  readonly endorsedAt: number;
  readonly block?: number;
  readonly transaction?: number;
}

/** How far the leaves of a log are verified. */
export interface VerifiedRow {
  readonly appends: number;
  /** Size of the tree up to there. */
  readonly size: number;
  /** Hex. */
  readonly mapRoot: string;
}

interface LogRow<L extends FollowedLog> {
  readonly registration: L['registration'];
  readonly size: number;
  readonly frontier: readonly string[];
  readonly appends: number;
  readonly closingLeaf: string | null;
  readonly endorsedAt: number;
}

/** Rows are sealed and only this file writes them, so their types follow from their keys. */
const parseRow = <T>(bytes: Uint8Array) => parseJsonBytes(bytes, 'a row') as unknown as T;

export class MirrorStore<L extends FollowedLog = RebuiltLog> {
  readonly #db: Database;
  readonly #subject: MirrorSubject;
  readonly #files: CheckpointFiles;
  #batch: RowBatch;
  #bytes = 0;
  #position: BlockPosition = NO_BLOCKS;
  readonly #written = new Map<string, L>();

  private constructor(db: Database, subject: MirrorSubject, files: CheckpointFiles) {
    this.#db = db;
    this.#subject = subject;
    this.#files = files;
    this.#batch = db.batch();
  }

  /** For this process alone. Throws STORE_LOCKED, MIRROR_CORRUPT, DATA_EXISTS, FILE_UNWRITABLE. */
  static async open<T extends FollowedLog = RebuiltLog>(
    folder: string,
    subject: MirrorSubject,
  ): Promise<MirrorStore<T>> {
    const db = await openMirrorDatabase(folder);
    try {
      const store = new MirrorStore<T>(db, subject, await CheckpointFiles.read(folder));
      await onMirror(() => store.#read());
      store.#files.requireWithin(store.#checkpoints());
      return store;
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  async #read(): Promise<void> {
    const subject = this.#subject;
    const found = this.#db.find(FORMAT_KEY);
    if (found === undefined) this.#put(FORMAT_KEY, canonicalBytes({ format: FORMAT, ...subject }));
    else checkSubject(parseRow(found), subject);
    const position = this.#db.find(POSITION_KEY);
    if (position !== undefined) {
      const { blocks, hash } = parseRow<{ blocks: number; hash: string }>(position);
      this.#position = { blocks, hash: decodeHex(hash, 'hash', HASH_BYTES) };
    }
    for await (const [key, bytes] of this.#db.rows(LOGS)) {
      const logId = key.slice(LOGS.length);
      const row = parseRow<LogRow<L>>(bytes);
      const hashes = row.frontier.map((hash) => decodeHex(hash, 'hash', HASH_BYTES));
      this.#written.set(logId, {
        logId,
        registration: row.registration,
        frontier: checkFrontier(row.size, hashes),
        appends: row.appends,
        closingLeaf: row.closingLeaf === null ? undefined : decodeBase64(row.closingLeaf, 'leaf'),
        endorsedAt: row.endorsedAt,
      } as FollowedLog as L);
    }
  }

  /** As on disk. */
  get position(): BlockPosition {
    return this.#position;
  }

  get logs(): readonly L[] {
    return [...this.#written.values()];
  }

  /** Whether nothing of before is known, with which to compare. */
  get isNew(): boolean {
    return this.#position.blocks === 0 && this.findCheckpoint() === undefined;
  }

  /** What is on disk as checkpoints, by the names of their files. */
  #checkpoints(): Map<string, string> {
    if ('log' in this.#subject) {
      const checkpoint = this.findCheckpoint();
      return new Map(checkpoint === undefined ? [] : [[checkpointName(), checkpoint]]);
    }
    const texts = this.logs.map(({ logId, registration: { origin }, frontier }) => {
      const { size } = frontier;
      return [
        checkpointName(logId),
        formatCheckpoint({ origin, size, root: frontierRoot(frontier) }),
      ] as const;
    });
    return new Map(texts);
  }

  /** Bytes that wait for {@link flush}. */
  get waiting(): number {
    return this.#bytes;
  }

  putAppend({ log, hashes, ...append }: FollowedAppend): void {
    const { appendNumber, firstIndex, closingLeaf, endorsedAt, block, transaction } = append;
    const { logId } = log;
    const row = {
      appendNumber,
      leaves: hashes.length,
      closingLeaf: encodeBase64(closingLeaf),
      endorsedAt,
      block,
      transaction,
    };
    this.#put(appends(logId) + keyNumber(firstIndex), canonicalBytes(row));
    this.#put(hashesKey(logId, firstIndex), concat(...hashes));
  }

  /**
   * Makes durable what was put, the logs as they are now, and how far blocks were read. Throws
   * FILE_UNWRITABLE when the checkpoints beside the database could not be written.
   */
  async flush(position: BlockPosition, logs: readonly L[]): Promise<void> {
    for (const log of logs) {
      if (this.#written.get(log.logId) === log) continue;
      const { registration, frontier, closingLeaf } = log;
      const row: LogRow<L> = {
        registration,
        size: frontier.size,
        frontier: frontier.hashes.map(encodeHex),
        appends: log.appends,
        closingLeaf: closingLeaf === undefined ? null : encodeBase64(closingLeaf),
        endorsedAt: log.endorsedAt,
      };
      this.#put(LOGS + log.logId, canonicalBytes(row));
    }
    if (position.hash !== undefined && position.blocks !== this.#position.blocks) {
      const row = { blocks: position.blocks, hash: encodeHex(position.hash) };
      this.#put(POSITION_KEY, canonicalBytes(row));
    }
    if (this.#batch.size > 0) await this.#batch.write();
    else await this.#batch.discard();
    this.#batch = this.#db.batch();
    this.#bytes = 0;
    this.#position = position;
    for (const log of logs) this.#written.set(log.logId, log);
    await this.#files.write(this.#checkpoints());
  }

  /** The append that holds this index; undefined when it is not on disk. */
  async findAppend(logId: string, index: number): Promise<AppendFacts | undefined> {
    const table = appends(logId);
    const found = await this.#db.findLast(table, keyNumber(index));
    if (found === undefined) return undefined;
    const [key, bytes] = found;
    const row = parseRow<Omit<AppendFacts, 'closingLeaf'> & { closingLeaf: string }>(bytes);
    const firstIndex = Number.parseInt(key.slice(table.length), 16);
    const closingLeaf = decodeBase64(row.closingLeaf, 'closing leaf', LEAF_BYTES);
    return { ...row, firstIndex, closingLeaf };
  }

  /** Hashes of the submitted leaves of an append, one after the other. */
  readHashes(logId: string, { firstIndex, leaves }: AppendFacts): Uint8Array {
    const hashes = this.#db.find(hashesKey(logId, firstIndex));
    if (hashes?.length === leaves * HASH_BYTES) return hashes;
    throw new ChartsealError('MIRROR_CORRUPT', 'hashes of an append are gone');
  }

  /** The newest signed checkpoint that was believed. */
  findCheckpoint(key = CHECKPOINT_KEY): string | undefined {
    const row = this.#db.find(key);
    return row && parseRow<{ checkpoint: string }>(row).checkpoint;
  }

  /** The newest signed checkpoint, believed or not yet: nobody takes that back. */
  findSigned(): string | undefined {
    return this.findCheckpoint(SIGNED_KEY);
  }

  /** Durable when it resolves, by itself. */
  async keepSigned(checkpoint: string): Promise<void> {
    await this.#db.batch().put(SIGNED_KEY, canonicalBytes({ checkpoint })).write();
  }

  putCheckpoint(checkpoint: string): void {
    this.#put(CHECKPOINT_KEY, canonicalBytes({ checkpoint }));
  }

  findVerified(logId: string): VerifiedRow | undefined {
    const row = this.#db.find(verifiedKey(logId));
    return row && parseRow<VerifiedRow>(row);
  }

  /** Leaves of the append that is not whole yet. */
  findHeld(logId: string): Uint8Array | undefined {
    return this.#db.find(heldKey(logId));
  }

  findPage(logId: string, prefix: string): Uint8Array | undefined {
    return this.#db.find(mapKey(logId, prefix));
  }

  putPage(logId: string, prefix: string, page: Uint8Array): void {
    this.#put(mapKey(logId, prefix), page);
  }

  putLeaves(logId: string, firstIndex: number, leaves: Uint8Array): void {
    this.#put(leavesKey(logId, firstIndex), leaves);
  }

  putVerified(logId: string, row: VerifiedRow, held: Uint8Array): void {
    this.#put(verifiedKey(logId), canonicalBytes(row));
    this.#put(heldKey(logId), held);
  }

  async close(): Promise<void> {
    await this.#batch.discard();
    await this.#db.close();
  }

  #put(key: string, value: Uint8Array): void {
    this.#batch.put(key, value);
    this.#bytes += value.length;
  }
}
