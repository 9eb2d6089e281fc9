// What inquiries and answers say that they are about: an earlier leaf of their own chain.
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { Entry } from '../../chaincode/core/entry.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { readLeaf } from './entry-check.js';

export class ReferenceCheck {
  readonly #leaves: readonly Uint8Array[];
  /** Acts of the leaves that were looked at, by leaf hash; undefined for malformed ones. */
  readonly #acts = new Map<string, number | undefined>();
  /** Leaves that were looked at: a forged file may hold the same one many times. */
  #looked = 0;

  constructor(leaves: readonly Uint8Array[]) {
    this.#leaves = leaves;
  }

  /** What is wrong with an entry at this place. Call it with rising sequences. */
  fault(entry: Entry, sequence: number): string | undefined {
    if (entry.act !== 'inquiry' && entry.act !== 'answer') return undefined;
    this.#lookAtAllBefore(sequence);
    const about = entry.act === 'inquiry' ? entry.about : undefined;
    if (about !== undefined && !this.#acts.has(about)) {
      return 'is about an entry that does not stand before it in this chain';
    }
    const inquiry = entry.act === 'inquiry' ? entry.appeals : entry.inquiry;
    if (inquiry !== undefined && this.#acts.get(inquiry) !== ACTS.inquiry) {
      return 'carries on an inquiry that does not stand before it in this chain';
    }
    return undefined;
  }

  /** Hashes cost time, and most chains hold no inquiry. */
  #lookAtAllBefore(sequence: number): void {
    for (const leaf of this.#leaves.slice(this.#looked, sequence)) {
      const read = readLeaf(leaf);
      this.#acts.set(encodeHex(leafHash(leaf)), 'value' in read ? read.value.act : undefined);
      this.#looked++;
    }
  }
}
