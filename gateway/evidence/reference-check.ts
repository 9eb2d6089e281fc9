// What inquiries and answers say that they are about: an earlier leaf of their own chain.
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { Entry } from '../../chaincode/core/entry.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { readLeaf } from './entry-check.js';
import { isNewerAct, isNewerLeaf } from './newer.js';

/** An inquiry, or what this version cannot judge: a later one may have other inquiries. */
function mayBeInquiry(leaf: Uint8Array): boolean {
  if (isNewerLeaf(leaf)) return true;
  const read = readLeaf(leaf);
  return 'value' in read && (read.value.act === ACTS.inquiry || isNewerAct(read.value.act));
}

export class ReferenceCheck {
  readonly #leaves: readonly Uint8Array[];
  /** Whether a leaf that was looked at may be an inquiry, by leaf hash. */
  readonly #inquiries = new Map<string, boolean>();
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
    if (about !== undefined && !this.#inquiries.has(about)) {
      return 'is about an entry that does not stand before it in this chain';
    }
    const inquiry = entry.act === 'inquiry' ? entry.appeals : entry.inquiry;
    if (inquiry !== undefined && this.#inquiries.get(inquiry) !== true) {
      return 'carries on an inquiry that does not stand before it in this chain';
    }
    return undefined;
  }

  /** Hashes cost time, and most chains hold no inquiry. */
  #lookAtAllBefore(sequence: number): void {
    for (const leaf of this.#leaves.slice(this.#looked, sequence)) {
      this.#inquiries.set(encodeHex(leafHash(leaf)), mayBeInquiry(leaf));
      this.#looked++;
    }
  }
}
