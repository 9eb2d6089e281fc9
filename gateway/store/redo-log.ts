// Makes a batch over entries and index one: what goes into the index lies among the entries too,
// durable with them. The index itself becomes durable now and then; until it is, the newest batches
// stay among the entries, and are written into it again where process or machine ended before. Each
// batch has a digest of all up to it, which both keep: an index of another copy is none of theirs.
import { concat, equalBytes, readUint64, uint64, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { Database, RowBatch } from './database.js';
import { REDO_KEYS, REDONE_KEY, redoKey } from './keys.js';
import type { Bytes } from './level-rows.js';
import { forNextStart } from './next-start.js';
import { type ParsedRedo, parseRedoRows, RedoRows, redoDigest } from './redo-rows.js';

/** Batches that the index may lack. */
const KEPT = REDO_KEYS.length;
const SYNC_AFTER = KEPT / 2;

/** A batch of all that there were. */
interface Place {
  /** 0 before the first. */
  readonly number: number;
  /** Of all batches up to it; undefined where the version before wrote it. */
  readonly digest: Uint8Array | undefined;
}

const NONE: Place = { number: 0, digest: undefined };

export class RedoLog {
  readonly #entries: Database;
  readonly #index: Database;
  /** Of the newest batch; 0 while there was none. */
  #number: number;
  #digest: Uint8Array;
  /** Up to this batch the index has them whatever happens to the machine. */
  #durable: number;
  #syncing: Promise<void> | undefined;
  /** A batch failed: what came after it might take the place of what the index lacks. */
  #fault: { readonly cause: unknown } | undefined;

  private constructor(entries: Database, index: Database, { number, digest }: Place) {
    this.#entries = entries;
    this.#index = index;
    this.#number = number;
    this.#digest = digest ?? ZERO_HASH;
    this.#durable = number;
  }

  /**
   * Brings the index up to the entries. Throws STORE_CORRUPT where they are not of one time.
   * @param salvage whether what can be read among the entries goes into it all the same: for who
   * only reads what follows from nothing else
   */
  static async open(entries: Database, index: Database, salvage: boolean): Promise<RedoLog> {
    try {
      return new RedoLog(entries, index, await redo(entries, index));
    } catch (error) {
      const isDamage = error instanceof ChartsealError && error.code === 'STORE_CORRUPT';
      if (!salvage || !isDamage) throw error;
      await salvageKept(entries, index);
      return new RedoLog(entries, index, NONE);
    }
  }

  /** One at a time; after a failure none: it rejects with the same. */
  async write(entries: RowBatch, index: RowBatch, redo: RedoRows): Promise<void> {
    this.#check();
    const number = this.#number + 1;
    try {
      // The place that it takes holds a batch that the index may not have yet.
      while (number - this.#durable > KEPT) {
        await this.#sync();
        this.#check();
      }
      const row = redo.format(number, this.#digest);
      const digest = redoDigest(row);
      await entries.put(redoKey(number), row).write();
      await index.put(REDONE_KEY, formatPlace({ number, digest })).write(false);
      this.#digest = digest;
    } catch (cause) {
      this.#fault ??= { cause };
      throw cause;
    }
    this.#number = number;
    // What fails is told to whoever writes next.
    if (number - this.#durable >= SYNC_AFTER) void this.#sync();
  }

  /** Where all went well, the next start finds nothing to write again. */
  async close(): Promise<void> {
    await this.#syncing;
    if (this.#fault !== undefined || this.#number === this.#durable) return;
    await forNextStart(async () => {
      await this.#index.sync();
      await settle(this.#entries, { number: this.#number, digest: this.#digest });
      this.#durable = this.#number;
    });
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault.cause;
  }

  /** Never rejects. */
  #sync(): Promise<void> {
    const number = this.#number;
    this.#syncing ??= this.#index
      .sync()
      .then(
        () => {
          this.#durable = number;
        },
        (cause: unknown) => {
          this.#fault ??= { cause };
        },
      )
      .finally(() => {
        this.#syncing = undefined;
      });
    return this.#syncing;
  }
}

/** Of the newest batch that the index has. */
function formatPlace({ number, digest }: Place): Bytes {
  return digest === undefined ? uint64(number) : concat(uint64(number), digest);
}

function parsePlace(row: Bytes | undefined): Place {
  if (row === undefined) return NONE;
  const digest = row.subarray(8);
  if (row.length < 8 || ![0, HASH_BYTES].includes(digest.length)) {
    throw new ChartsealError('STORE_CORRUPT', 'what the index says of its batches is damaged');
  }
  const number = readUint64(row, 0, 'number', 'STORE_CORRUPT');
  return { number, digest: digest.length === 0 ? undefined : digest };
}

/** Says that the index has everything up to this batch. */
async function settle(entries: Database, { number, digest = ZERO_HASH }: Place): Promise<void> {
  const batch = entries.batch();
  for (const key of REDO_KEYS) batch.del(key);
  await batch.put(redoKey(number), new RedoRows().format(number, digest)).write();
}

const inTurn = (kept: readonly ParsedRedo[]) =>
  [...kept].sort((one, other) => one.number - other.number);

/** Batches that lie among the entries, oldest first. Throws STORE_CORRUPT when one lacks. */
function readKept(entries: Database): ParsedRedo[] {
  const rows = REDO_KEYS.map((key) => entries.find(key)).filter((row) => row !== undefined);
  const kept = inTurn(rows.map(parseRedoRows));
  for (const [at, { number, before }] of kept.entries()) {
    const earlier = kept[at - 1];
    if (earlier === undefined) continue;
    const isNext = number === earlier.number + 1;
    if (!isNext || (before !== undefined && !equalBytes(before, earlier.digest))) {
      throw new ChartsealError('STORE_CORRUPT', 'a batch of the index is gone among the entries');
    }
  }
  return kept;
}

/** Digest of all batches up to this one, as far as those that are kept tell. */
function digestAt(kept: readonly ParsedRedo[], number: number): Uint8Array | undefined {
  const own = kept.find((one) => one.number === number);
  return own?.digest ?? kept.find((one) => one.number === number + 1)?.before;
}

async function writeAgain(index: Database, kept: readonly ParsedRedo[]): Promise<void> {
  for (const { number, digest, rows } of kept) {
    const batch = index.batch().put(REDONE_KEY, formatPlace({ number, digest }));
    for (const [key, value] of rows) batch.put(key, value);
    await batch.write(false);
  }
}

/** The newest batch. */
async function redo(entries: Database, index: Database): Promise<Place> {
  const kept = readKept(entries);
  const oldest: Pick<ParsedRedo, 'number' | 'rows'> = kept[0] ?? { number: 0, rows: [] };
  const newest: Place = kept.at(-1) ?? NONE;
  const redone = parsePlace(index.find(REDONE_KEY));
  // One without rows says that the index has it.
  const has = oldest.rows.length === 0 ? oldest.number : oldest.number - 1;
  const isOfThem = redone.number >= has && redone.number <= newest.number;
  const digest = redone.digest && digestAt(kept, redone.number);
  const isOther = digest !== undefined && !equalBytes(redone.digest ?? digest, digest);
  if (!isOfThem || isOther) {
    throw new ChartsealError('STORE_CORRUPT', 'entries and index of the store are not of one time');
  }
  if (newest.number === has) return newest;
  // All of them: of what was not durable yet, the machine may have kept the newest alone.
  await writeAgain(index, kept);
  await index.sync();
  await settle(entries, newest);
  return newest;
}

/** Writes into an index what can still be read of the batches, whether it is theirs or not. */
async function salvageKept(entries: Database, index: Database): Promise<void> {
  const kept: ParsedRedo[] = [];
  for (const key of REDO_KEYS) {
    try {
      const row = entries.find(key);
      if (row !== undefined) kept.push(parseRedoRows(row));
    } catch (error) {
      if (!(error instanceof ChartsealError) || error.code !== 'STORE_CORRUPT') throw error;
    }
  }
  await writeAgain(index, inTurn(kept));
}
