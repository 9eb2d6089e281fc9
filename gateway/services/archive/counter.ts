// Counts what the archive holds: goes over all entries once, in small pieces between which others
// have their turn, and then follows what is accepted. Memory holds figures, and what is accepted
// and not proven yet.

import { decodeBase64 } from '../../../chaincode/core/bytes.js';
import type { FixityEntry } from '../../../chaincode/core/entry.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseClosingLeaf } from '../../../chaincode/core/leaf.js';
import { ACTS } from '../../../chaincode/core/lifecycle.js';
import { LEAF_BYTES } from '../../../chaincode/core/limits.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { keyNumber, parseKeyNumber, TABLES } from '../../store/keys.js';
import { parseJsonRow, parseStoredEntry, type StoredEntry } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { Sequencer } from '../sequencer/sequencer.js';
import { Signal } from '../sequencer/signal.js';
import { type FixityRun, fixityRun } from './fixity.js';
import { UnprotectedWindow, type WindowFigures } from './window.js';

export interface ArchiveFigures {
  readonly records: number;
  readonly versions: number;
  readonly accessEvents: number;
  /** Ordinal of the first entry that is not in the figures yet. */
  readonly countedTo: number;
  readonly window: WindowFigures;
  /** The newest run over all records among what is counted. */
  readonly lastAll?: FixityRun;
  /** Why counting does not go on. */
  readonly fault?: ChartsealError;
}

/** A version whose endorsement is not known yet. */
interface Pending {
  readonly ordinal: number;
  readonly fromMs: number;
  readonly hasCreatedAt: boolean;
}

/** Of one piece: at most so many entries, and about so much time. */
const PIECE_ENTRIES = 256;
const PIECE_MS = 2;
/** Between two pieces while there is more to count. */
const REST_MS = 2;
/** How often it looks for what was accepted, where nobody asks. */
const FOLLOW_MS = 1_000;
/** Until a store that could not be read is tried again. */
const FAULT_MS = 60_000;

export class ArchiveCounter {
  readonly #store: Store;
  readonly #sequencer: Pick<Sequencer, 'counts'>;
  readonly #signal = new Signal();
  readonly #window = new UnprotectedWindow();
  /** In the order of their ordinals. */
  #pending: Pending[] = [];
  #records = 0;
  #versions = 0;
  #accessEvents = 0;
  #countedTo = 0;
  #lastAll: FixityRun | undefined;
  #fault: ChartsealError | undefined;
  #piece: Promise<void> | undefined;
  #isClosed = false;
  #following: Promise<void> = Promise.resolve();

  constructor(services: { store: Store; sequencer: Pick<Sequencer, 'counts'> }) {
    this.#store = services.store;
    this.#sequencer = services.sequencer;
  }

  /** Counts from now on, until it is closed. */
  start(): void {
    this.#following = this.#follow();
  }

  /** What is counted by now, and one piece more. */
  async figures(now: number): Promise<ArchiveFigures> {
    if (!this.#isClosed) await this.#count();
    const [fault, lastAll] = [this.#fault, this.#lastAll];
    return {
      records: this.#records,
      versions: this.#versions,
      accessEvents: this.#accessEvents,
      countedTo: this.#countedTo,
      window: this.#window.figures(now),
      ...(lastAll === undefined ? {} : { lastAll }),
      ...(fault === undefined ? {} : { fault }),
    };
  }

  /** Nothing of the store is read any more when it resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#signal.notify();
    await this.#following;
    await this.#piece;
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      await this.#count();
      const isBehind = this.#countedTo < this.#sequencer.counts.accepted;
      const restMs = isBehind ? REST_MS : FOLLOW_MS;
      if (!this.#isClosed) await this.#signal.next(this.#fault === undefined ? restMs : FAULT_MS);
    }
  }

  /** One piece; never rejects. */
  #count(): Promise<void> {
    this.#piece ??= this.#countPiece()
      .then(
        () => {
          this.#fault = undefined;
        },
        (error: unknown) => {
          this.#fault = faultOf(error);
        },
      )
      .finally(() => {
        this.#piece = undefined;
      });
    return this.#piece;
  }

  async #countPiece(): Promise<void> {
    const { accepted } = this.#sequencer.counts;
    if (this.#countedTo < accepted) await this.#readEntries(accepted);
    await this.#measure();
  }

  async #readEntries(accepted: number): Promise<void> {
    const begun = performance.now();
    const last = Math.min(accepted, this.#countedTo + PIECE_ENTRIES);
    const rows = this.#store.db.rows(TABLES.entry, keyNumber(this.#countedTo));
    for await (const [key, row] of rows) {
      if (parseKeyNumber(key) !== this.#countedTo) {
        throw new ChartsealError('STORE_CORRUPT', `entry ${this.#countedTo} is gone`);
      }
      this.#take(parseStoredEntry(row));
      this.#countedTo++;
      if (this.#countedTo >= last || performance.now() - begun >= PIECE_MS) return;
    }
  }

  #take({ leaf, entry }: StoredEntry): void {
    // The leaf says it without reading the entry.
    const act = leaf[1];
    if (act === ACTS.access) this.#accessEvents++;
    if (act === ACTS.fixity) this.#takeRun(fixityRun(parseJsonRow<FixityEntry>(entry)));
    if (act !== ACTS.archive && act !== ACTS.amend) return;
    type Facts = { readonly at: string; readonly record: { readonly createdAt?: string } };
    const { at, record } = parseJsonRow<Facts>(entry);
    const { createdAt } = record;
    const fromMs = parseTime(createdAt ?? at, 'createdAt');
    this.#pending.push({
      ordinal: this.#countedTo,
      fromMs,
      hasCreatedAt: createdAt !== undefined,
    });
    this.#versions++;
    if (act === ACTS.archive) this.#records++;
  }

  #takeRun(run: FixityRun): void {
    if (run.coverage === 'all') this.#lastAll = run;
  }

  /** Versions that were endorsed meanwhile. */
  async #measure(): Promise<void> {
    const { proven } = this.#sequencer.counts;
    let done = 0;
    for (;;) {
      const first = this.#pending[done];
      if (first === undefined || first.ordinal >= proven) break;
      const place = await this.#store.findPlace(first.ordinal);
      if (place === undefined) break;
      const { closingLeaf, firstOrdinal, leaves } = place.append;
      const { endorsedAt } = parseClosingLeaf(
        decodeBase64(closingLeaf, 'closing leaf', LEAF_BYTES),
      );
      for (; done < this.#pending.length; done++) {
        const { ordinal, fromMs, hasCreatedAt } = this.#pending[done] as Pending;
        if (ordinal >= firstOrdinal + leaves) break;
        this.#window.add(fromMs, endorsedAt, hasCreatedAt);
      }
    }
    if (done > 0) this.#pending = this.#pending.slice(done);
  }
}

function faultOf(error: unknown): ChartsealError {
  if (error instanceof ChartsealError) return error;
  const message = 'the archive could not be counted';
  return new ChartsealError('UNEXPECTED', message, { cause: error });
}
