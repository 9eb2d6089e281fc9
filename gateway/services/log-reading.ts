// The log as others follow it, from the proven part of the store alone: signed checkpoints,
// consistency proofs and leaves. Needs neither ledger nor keys. What leaves here is checked first.
// A running sequencer may write meanwhile: each call reads the marker anew and keeps to it.
import { decodeBase64, equalBytes } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { LEAF_BYTES } from '../../chaincode/core/limits.js';
import { verifyConsistency } from '../../chaincode/core/merkle.js';
import { consistencyProof, type NodeReader, treeRoot } from '../../chaincode/core/tree-proofs.js';
import { readConfig } from '../data/config.js';
import { dataLayout } from '../data/layout.js';
import { readRow } from '../store/database.js';
import { appendKey, keyNumber, parseKeyNumber, TABLES } from '../store/keys.js';
import { type AppendRow, type Marker, parseAppendRow, parseOrdinal } from '../store/rows.js';
import type { Store, StoredLog } from '../store/store.js';
import { TILE_WIDTH, tileNodeReader } from '../store/tiles.js';
import { openStoreToRead } from './own-store.js';
import { storedCheckpoint } from './receipts.js';

/** A checkpoint that was attested, with its signed note. */
export interface SignedCheckpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** The note, verbatim. */
  readonly checkpoint: string;
}

/** Proof that the log of size2 begins with that of size1. */
export interface Consistency {
  readonly size1: number;
  readonly root1: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly newer: SignedCheckpoint;
}

export interface TreeLeaf {
  readonly index: number;
  readonly leaf: Uint8Array;
  readonly leafHash: Uint8Array;
}

function corrupt(what: string): never {
  throw new ChartsealError('STORE_CORRUPT', what);
}

/** Signed checkpoint of a row, which must be what the tree on disk comes to. */
export function readSignedCheckpoint(
  store: StoredLog,
  size: number,
  read: NodeReader,
): SignedCheckpoint {
  const row = store.readAttestation(size);
  const parsed = storedCheckpoint(row);
  if (parsed.size !== size || !equalBytes(parsed.root, treeRoot(size, read))) {
    corrupt(`the checkpoint of size ${size} is not that of the tree in the store`);
  }
  return { ...parsed, checkpoint: row.checkpoint };
}

/** Throws NOT_PROVEN_YET. */
function readMarker(store: Store): Marker {
  const marker = store.findMarker();
  if (marker !== undefined) return marker;
  const text = 'no checkpoint is attested yet: nothing was anchored';
  throw new ChartsealError('NOT_PROVEN_YET', text);
}

export class LogReading {
  readonly #store: Store;
  readonly #isOwner: boolean;

  private constructor(store: Store, isOwner: boolean) {
    this.#store = store;
    this.#isOwner = isOwner;
  }

  /**
   * Throws NO_DATA, STORE_LOCKED, the codes of the store, and NOT_PROVEN_YET for a log of which
   * nothing is attested yet.
   * @param folder DATA
   */
  static async open(folder: string): Promise<LogReading> {
    const layout = dataLayout(folder);
    const { logId } = await readConfig(layout.config);
    const store = await openStoreToRead(layout, logId);
    try {
      readMarker(store);
      return new LogReading(store, true);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /**
   * Reads a store that is open, and stays so. As long as nothing is attested every call throws
   * NOT_PROVEN_YET.
   */
  static of(store: Store): LogReading {
    return new LogReading(store, false);
  }

  /** Leaves that are proven by now, closing leaves among them. */
  get size(): number {
    return readMarker(this.#store).size;
  }

  /** The newest checkpoint, or that of an attested size. Throws NOT_FOUND, STORE_CORRUPT. */
  async readCheckpoint(size = this.size): Promise<SignedCheckpoint> {
    const { db } = this.#store;
    const from = await db.findFirst(TABLES.attestation, keyNumber(size));
    const next = from === undefined ? undefined : parseKeyNumber(from[0]);
    if (next !== size) {
      const before = await db.findLast(TABLES.attestation, keyNumber(size));
      const near = [before === undefined ? undefined : parseKeyNumber(before[0]), next];
      const sizes = near.filter((one) => one !== undefined).join(' and ');
      throw new ChartsealError(
        'NOT_FOUND',
        `no checkpoint of size ${size} is attested; the nearest attested sizes: ${sizes}`,
      );
    }
    return readSignedCheckpoint(this.#store, size, tileNodeReader(db));
  }

  /**
   * Throws NOT_FOUND for a size2 that is not attested, or a size1 above it; STORE_CORRUPT when the
   * proof does not hold.
   */
  async proveConsistency(size1: number, size2?: number): Promise<Consistency> {
    const newer = await this.readCheckpoint(size2);
    if (size1 > newer.size) {
      throw new ChartsealError('NOT_FOUND', `size ${size1} is beyond ${newer.size}`);
    }
    const read = tileNodeReader(this.#store.db);
    const root1 = treeRoot(size1, read);
    const path = consistencyProof(size1, newer.size, read);
    try {
      verifyConsistency(size1, newer.size, root1, newer.root, path);
    } catch (cause) {
      throw new ChartsealError('STORE_CORRUPT', 'the tree does not prove its own growth', {
        cause,
      });
    }
    return { size1, root1, path, newer };
  }

  /**
   * Leaves in tree order, submitted and closing ones, each as its tile has it; read a tile at a
   * time. Throws NOT_FOUND beyond the size; STORE_CORRUPT, also in the middle.
   */
  async *leaves(from: number, count = Number.MAX_SAFE_INTEGER): AsyncGenerator<TreeLeaf> {
    const { size } = this;
    if (from >= size) {
      const text = `the log has ${size} proven leaves, so none has the index ${from}`;
      throw new ChartsealError('NOT_FOUND', text);
    }
    const end = count < size - from ? from + count : size;
    for (let next = from; next < end; ) {
      const piece = Math.min(end, next - (next % TILE_WIDTH) + TILE_WIDTH);
      const read = tileNodeReader(this.#store.db);
      const leaves: Uint8Array[] = [];
      let fault: unknown;
      try {
        await this.#readPiece(next, piece, size, leaves);
      } catch (error) {
        // Told when those before it are handed out.
        fault = error;
      }
      for (const [at, leaf] of leaves.entries()) {
        const index = next + at;
        const hash = leafHash(leaf);
        if (!equalBytes(hash, read(0, index))) corrupt(`leaf ${index} is not the one of the tree`);
        yield { index, leaf, leafHash: hash };
      }
      if (fault !== undefined) throw fault;
      next = piece;
    }
  }

  /**
   * Leaves from `from` up to `end`. All of them before the first leaves here: LevelDB keeps on disk
   * whatever an open iterator may still come to, and whoever takes leaves may take days.
   * @param size of the marker
   * @param leaves takes them, as far as they are there
   */
  async #readPiece(from: number, end: number, size: number, leaves: Uint8Array[]): Promise<void> {
    const first = await this.#appendOf(from);
    let [index, ordinal] = [first.firstIndex, first.firstOrdinal];
    if (from > index + first.leaves) corrupt('an append is gone');
    const submitted = this.#store.leavesFrom(ordinal + from - index);
    try {
      for await (const [, bytes] of this.#store.db.rows(TABLES.append, keyNumber(ordinal))) {
        const row = parseAppendRow(bytes);
        if (row.firstIndex !== index || row.firstOrdinal !== ordinal) corrupt('an append is gone');
        const closing = index + row.leaves;
        for (let at = Math.max(from, index); at < Math.min(closing, end); at++) {
          const next = await submitted.next();
          if (next.done === true) corrupt(`leaf ${at} is gone`);
          leaves.push(next.value.leaf);
        }
        if (closing < end) leaves.push(decodeBase64(row.closingLeaf, 'closing leaf', LEAF_BYTES));
        index = closing + 1;
        ordinal += row.leaves;
        if (index > size) corrupt('the appends do not end at the marker');
        // Appends that were proven since then follow.
        if (index >= end) return;
      }
    } finally {
      await submitted.return(undefined);
    }
    corrupt('the appends do not reach the marker');
  }

  async #appendOf(index: number): Promise<AppendRow> {
    const { db } = this.#store;
    const found = await db.findLast(TABLES.appendIndex, keyNumber(index));
    if (found === undefined) return corrupt('the first append is gone');
    const ordinal = parseOrdinal(found[1]);
    return parseAppendRow(readRow(db, appendKey(ordinal)));
  }

  async close(): Promise<void> {
    if (this.#isOwner) await this.#store.close();
  }
}
