// The threads of one patient, folded from the own chain; kept for a while, and read on from where
// they ended.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeHex } from '../../../chaincode/core/bytes.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { readRow } from '../../store/database.js';
import { chainKey, inquiryKey } from '../../store/keys.js';
import { parseOrdinal } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import { BoundedMap } from '../bounded-map.js';
import { Lanes } from '../lanes.js';
import { beginThread, carryOn, type InquiryStep, isIn, readStep, type Thread } from './thread.js';

const KNOWN_CHAINS = 256;
/** Leaves of a chain that are looked at before others have their turn. */
const READ_AT_ONCE = 256;

/** The threads of a chain as far as it was read. */
class Chain {
  /** Sequence of the next leaf. */
  next = 0;
  /** In the order in which they were begun. */
  readonly threads = new Map<string, Thread>();
  /** Thread of each inquiry, by its leaf hash in hex. */
  readonly #threadOf = new Map<string, string>();

  /** What names no inquiry of this chain belongs to no thread. */
  take(found: InquiryStep): void {
    const { step, carriesOn } = found;
    const id = carriesOn === undefined ? step.leafHash : this.#threadOf.get(carriesOn);
    if (id === undefined) return;
    const thread = this.threads.get(id);
    if (thread !== undefined && isIn(thread, step)) return;
    this.threads.set(id, thread === undefined ? beginThread(found) : carryOn(thread, step));
    if (step.state === 'submitted' || step.state === 'appealed') {
      this.#threadOf.set(step.leafHash, id);
    }
  }
}

export class ChainThreads {
  readonly #store: StoredLog;
  readonly #chains = new BoundedMap<string, Chain>(KNOWN_CHAINS);
  readonly #lanes = new Lanes();

  constructor(store: StoredLog) {
    this.#store = store;
  }

  /**
   * All threads of a patient by their ids, the oldest first, as the store has them now.
   * @param labelHex of the patient. Throws STORE_CORRUPT.
   */
  of(labelHex: string): Promise<ReadonlyMap<string, Thread>> {
    return this.#lanes.take(labelHex, async () => {
      const chain = this.#chains.get(labelHex) ?? new Chain();
      await this.#readOn(chain, labelHex);
      this.#chains.set(labelHex, chain);
      return new Map(chain.threads);
    });
  }

  async #readOn(chain: Chain, labelHex: string): Promise<void> {
    const label = decodeHex(labelHex, 'label', HASH_BYTES);
    const end = this.#store.findHead(label)?.state.count ?? 0;
    while (chain.next < end) {
      const ordinals = await this.#ordinals(label, chain.next, end);
      // Most leaves of a chain are accesses: only of the others are the entries read.
      const rows = await this.#store.db.prefetch(ordinals.map(inquiryKey));
      const found = ordinals.filter((ordinal) => rows.find(inquiryKey(ordinal)) !== undefined);
      for (const ordinal of found) {
        const step = readStep(this.#store.readEntry(ordinal), ordinal);
        if (step !== undefined) chain.take(step);
      }
      chain.next += ordinals.length;
      await nextTurn();
    }
  }

  /** Of the leaves from a sequence on, as many as are read at once. */
  async #ordinals(label: Uint8Array, from: number, end: number): Promise<number[]> {
    const length = Math.min(READ_AT_ONCE, end - from);
    const keys = Array.from({ length }, (_none, at) => chainKey(label, from + at));
    const rows = await this.#store.db.prefetch(keys);
    return keys.map((key) => parseOrdinal(readRow(rows, key)));
  }
}
