// What could not be anchored, as an open feed has it: rows on disk, and in memory by what each is
// found. It is bounded; what has no room is not kept, as its sender knows of it.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { type Database, type RowBatch, readRow } from '../../store/database.js';
import { keyNumber } from '../../store/keys.js';
import type { Submitter } from '../sequencer/build-entry.js';
import { type AsideCause, boundedCause } from './facts.js';
import {
  FAILED,
  type FailedFacts,
  type FailedKind,
  type Failure,
  failedKey,
  failedName,
  fitsRow,
  formatFailed,
  parseFailed,
} from './failed-rows.js';
import { bytesKey } from './feed-rows.js';
import { type FeedBounds, SOURCE_SHARE } from './limits.js';

/** Something that is in the log now. */
export interface Anchoring {
  readonly caller: Submitter;
  readonly record: string;
  /** SHA-256, hex. */
  readonly digest: string;
  /** Of a file, its bytes in base64. */
  readonly path?: string;
}

export type FailedCounts = Readonly<Record<FailedKind, number>>;

const SLASH = 0x2f;
const NOTHING_OWN = { count: 0, bytes: 0 } as const;

/** Rows hold nothing else. */
function wellFormed(failure: Omit<Failure, 'content'>): Omit<Failure, 'content'> {
  const { caller, system, record } = failure;
  return {
    ...failure,
    caller: { id: caller.id.toWellFormed(), mspId: caller.mspId.toWellFormed() },
    ...(system === undefined ? {} : { system: system.toWellFormed() }),
    ...(record === undefined ? {} : { record: record.toWellFormed() }),
  };
}

const senderOf = ({ caller }: Pick<Failure, 'caller'>) => JSON.stringify([caller.mspId, caller.id]);

export class FailedShelf {
  readonly #db: Database;
  readonly #bounds: FeedBounds;
  readonly #takeNumber: (batch: RowBatch) => number;
  readonly #byName = new Map<string, number>();
  readonly #facts = new Map<number, FailedFacts>();
  readonly #byRecord = new Map<string, Set<number>>();
  readonly #byPath = new Map<string, number>();
  /** Records of each sender, and what is kept of them. */
  readonly #bySender = new Map<string, { count: number; bytes: number }>();
  #bytes = 0;

  /** @param takeNumber a number that was never given before, in the same batch */
  constructor(db: Database, bounds: FeedBounds, takeNumber: (batch: RowBatch) => number) {
    this.#db = db;
    this.#bounds = bounds;
    this.#takeNumber = takeNumber;
  }

  async load(): Promise<void> {
    for await (const [, row] of this.#db.rows(FAILED)) {
      const facts = parseFailed(row);
      this.#put(facts);
    }
  }

  get counts(): FailedCounts {
    const file = this.#byPath.size;
    return { record: this.#facts.size - file, file };
  }

  has(id: number): boolean {
    return this.#facts.has(id);
  }

  /** Throws NOT_FOUND. */
  readFacts(id: number): FailedFacts {
    const facts = this.#facts.get(id);
    if (facts !== undefined) return facts;
    throw new ChartsealError('NOT_FOUND', 'nothing that failed has this number');
  }

  /** Empty where none is kept. Throws NOT_FOUND. */
  readContent(id: number): Uint8Array {
    const { size } = this.readFacts(id);
    return size === 0 ? new Uint8Array(0) : Uint8Array.from(readRow(this.#db, bytesKey(id)));
  }

  /** From a number on, in their order. */
  async list(from: number, limit: number): Promise<readonly FailedFacts[]> {
    const found: FailedFacts[] = [];
    if (limit === 0) return found;
    for await (const [, row] of this.#db.rows(FAILED, keyNumber(from))) {
      found.push(parseFailed(row));
      if (found.length === limit) break;
    }
    return found;
  }

  /**
   * Survives the end of this process; nobody but its sender needs more. @returns how many there was
   * no room for
   */
  async keep(failures: readonly Failure[], at: number): Promise<number> {
    const batch = this.#db.batch();
    let left = 0;
    for (const failure of failures) if (!this.#keepOne(batch, failure, at)) left++;
    if (left < failures.length) await batch.write(false);
    else await batch.discard();
    return left;
  }

  /** Whether there is anything that this takes away. */
  concerns(anchoring: Anchoring): boolean {
    return this.#facts.size > 0 && this.#solvedBy(anchoring).length > 0;
  }

  /** Takes away what is in the log now. */
  async anchored(anchorings: readonly Anchoring[]): Promise<void> {
    const solved = new Set(anchorings.flatMap((one) => this.#solvedBy(one)));
    if (solved.size > 0) await this.#remove([...solved]);
  }

  /** Throws NOT_FOUND. */
  async settle(id: number): Promise<void> {
    this.readFacts(id);
    await this.#remove([id]);
  }

  /** Throws NOT_FOUND. */
  async refuseAgain(id: number, cause: AsideCause, at: number): Promise<void> {
    const before = this.readFacts(id);
    const facts = {
      ...before,
      cause: boundedCause(cause),
      tries: before.tries + 1,
      lastTriedAt: at,
    };
    await this.#db.batch().put(failedKey(id), formatFailed(facts)).write(false);
    this.#facts.set(id, facts);
  }

  #keepOne(batch: RowBatch, failure: Failure, at: number): boolean {
    const { content = new Uint8Array(0), ...sent } = failure;
    const rest = wellFormed(sent);
    if (!fitsRow(rest)) return false;
    const name = failedName(rest);
    const known = this.#byName.get(name);
    const before = known === undefined ? undefined : this.#facts.get(known);
    if (!this.#hasRoom(rest, content.length - (before?.size ?? 0), before)) return false;
    const facts: FailedFacts = {
      ...rest,
      cause: boundedCause(rest.cause),
      id: before?.id ?? this.#takeNumber(batch),
      size: content.length,
      receivedAt: before?.receivedAt ?? at,
      lastReceivedAt: at,
      ...(before?.lastTriedAt === undefined ? {} : { lastTriedAt: before.lastTriedAt }),
      times: (before?.times ?? 0) + 1,
      tries: before?.tries ?? 0,
    };
    batch.put(failedKey(facts.id), formatFailed(facts));
    if (content.length > 0) batch.put(bytesKey(facts.id), content);
    else batch.del(bytesKey(facts.id));
    if (before !== undefined) this.#drop(before);
    this.#put(facts);
    return true;
  }

  #hasRoom(
    failure: Omit<Failure, 'content'>,
    more: number,
    before: FailedFacts | undefined,
  ): boolean {
    const { failed, failedBytes } = this.#bounds;
    if (this.#bytes + more > failedBytes) return false;
    const isFile = failure.kind === 'file';
    const own = this.#bySender.get(senderOf(failure)) ?? NOTHING_OWN;
    if (!isFile && more > 0 && own.bytes + more > failedBytes * SOURCE_SHARE) return false;
    if (before !== undefined) return true;
    if (this.counts[failure.kind] >= failed) return false;
    return isFile || own.count < failed * SOURCE_SHARE;
  }

  #solvedBy({ caller, record, digest, path }: Anchoring): number[] {
    const solved: number[] = [];
    for (const id of this.#byRecord.get(record) ?? []) {
      const facts = this.readFacts(id);
      const isSame =
        facts.digest === undefined
          ? senderOf(facts) === senderOf({ caller })
          : facts.digest === digest;
      if (isSame) solved.push(id);
    }
    if (path === undefined || this.#byPath.size === 0) return solved;
    const bytes = Buffer.from(path, 'base64');
    // A folder in which files can be read again is no fault any more.
    for (let end = bytes.length; end > 0; end = bytes.lastIndexOf(SLASH, end - 1)) {
      const id = this.#byPath.get(bytes.subarray(0, end).toString('base64'));
      if (id !== undefined) solved.push(id);
    }
    return solved;
  }

  async #remove(ids: readonly number[]): Promise<void> {
    const batch = this.#db.batch();
    for (const id of ids) batch.del(failedKey(id)).del(bytesKey(id));
    await batch.write(false);
    for (const id of ids) this.#drop(this.readFacts(id));
  }

  #put(facts: FailedFacts): void {
    const { id, kind, record, path, size } = facts;
    this.#facts.set(id, facts);
    this.#byName.set(failedName(facts), id);
    this.#bytes += size;
    if (kind === 'file') {
      this.#byPath.set(path ?? '', id);
      return;
    }
    const sender = senderOf(facts);
    const own = this.#bySender.get(sender) ?? NOTHING_OWN;
    this.#bySender.set(sender, { count: own.count + 1, bytes: own.bytes + size });
    if (record === undefined) return;
    const same = this.#byRecord.get(record) ?? new Set();
    this.#byRecord.set(record, same.add(id));
  }

  #drop(facts: FailedFacts): void {
    const { id, kind, record, path, size } = facts;
    this.#facts.delete(id);
    this.#byName.delete(failedName(facts));
    this.#bytes -= size;
    if (kind === 'file') {
      this.#byPath.delete(path ?? '');
      return;
    }
    const sender = senderOf(facts);
    const own = this.#bySender.get(sender) ?? NOTHING_OWN;
    if (own.count <= 1) this.#bySender.delete(sender);
    else this.#bySender.set(sender, { count: own.count - 1, bytes: own.bytes - size });
    const same = record === undefined ? undefined : this.#byRecord.get(record);
    same?.delete(id);
    if (same?.size === 0) this.#byRecord.delete(record ?? '');
  }
}
