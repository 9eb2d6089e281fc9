// The threads that the hospital has to answer, of all patients: gone over once, then followed. What
// is answered is forgotten here.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeHex } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { StoredLog } from '../../store/store.js';
import type { ChainThreads } from './chain-threads.js';
import { beginThread, carryOn, isIn, isOpen, isOverdue, readStep, type Thread } from './thread.js';

/** Entries that are read before others have their turn. */
const READ_AT_ONCE = 32;

export interface InquiryCounts {
  readonly open: number;
  readonly overdue: number;
}

export class OpenThreads {
  readonly #store: StoredLog;
  readonly #chains: ChainThreads;
  readonly #open = new Map<string, Thread>();
  /** Ordinal from which on nothing was read yet. */
  #next = 0;
  #isThrough = false;
  #isEnding = false;
  #reading: Promise<void> | undefined;

  constructor(store: StoredLog, chains: ChainThreads) {
    this.#store = store;
    this.#chains = chains;
  }

  /** Whether all inquiries were gone over once. */
  get isThrough(): boolean {
    return this.#isThrough;
  }

  /**
   * Those that are open, the first to be answered first; also what came until now. Throws
   * STORE_CORRUPT, STORE_FAILED, SHUTTING_DOWN.
   */
  async list(): Promise<readonly Thread[]> {
    await this.follow();
    return [...this.#open.values()].sort(
      (a, b) => a.dueAtMs - b.dueAtMs || a.steps[0].ordinal - b.steps[0].ordinal,
    );
  }

  async counts(nowMs: number): Promise<InquiryCounts> {
    await this.follow();
    return this.#count(nowMs);
  }

  /** Reads what came since the last time. */
  async follow(): Promise<void> {
    // Whoever reads already may have begun before the newest came.
    await this.#reading?.catch(() => undefined);
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  /** Nothing is read any more when it resolves. */
  async close(): Promise<void> {
    this.#isEnding = true;
    await this.#reading?.catch(() => undefined);
  }

  async #read(): Promise<void> {
    let read = 0;
    for await (const { ordinal, label } of this.#store.inquiriesFrom(this.#next)) {
      if (this.#isEnding) throw new ChartsealError('SHUTTING_DOWN', 'the store is being closed');
      await this.#take(ordinal, encodeHex(label));
      this.#next = ordinal + 1;
      read++;
      if (read % READ_AT_ONCE === 0) await nextTurn();
    }
    this.#isThrough = true;
  }

  async #take(ordinal: number, labelHex: string): Promise<void> {
    const found = readStep(this.#store.readEntry(ordinal), ordinal);
    if (found === undefined) return;
    const { step, carriesOn } = found;
    if (carriesOn === undefined) return this.#keep(beginThread(found));
    const thread = this.#open.get(carriesOn);
    if (thread !== undefined && thread.labelHex === labelHex) {
      if (!isIn(thread, step)) this.#keep(carryOn(thread, step));
      return;
    }
    // An appeal against what was forgotten here, an answer to an appeal by its own name, or what
    // names an inquiry of another chain.
    for (const one of (await this.#chains.of(labelHex)).values()) this.#keep(one);
  }

  #keep(thread: Thread): void {
    if (isOpen(thread)) this.#open.set(thread.id, thread);
    else this.#open.delete(thread.id);
  }

  #count(nowMs: number): InquiryCounts {
    const threads = [...this.#open.values()];
    const overdue = threads.filter((thread) => isOverdue(thread, nowMs)).length;
    return { open: threads.length, overdue };
  }
}
