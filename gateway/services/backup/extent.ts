// How much of a ledger that goes on belongs to one moment of the store.
import { ChartsealError } from '../../../chaincode/core/errors.js';

export interface Extent {
  /** Accepted entries at the moment. */
  readonly entries: number;
  /** Leaves that the ledger's tree had before it: surely of entries that had been accepted. */
  readonly size: number;
}

/** Goes along the appends, and says which of them belong to it. */
export class ExtentCounter {
  readonly #extent: Extent;
  #entries = 0;
  #size = 0;

  constructor(extent: Extent) {
    this.#extent = extent;
  }

  /**
   * False for an append that holds entries which came later, and for all that follow it. Throws
   * STORE_BEHIND when they did not come later: this store does not have them.
   * @param leaves submitted leaves of the next append
   */
  takes(leaves: number): boolean {
    this.#entries += leaves;
    // With its closing leaf.
    this.#size += leaves + 1;
    if (this.#entries <= this.#extent.entries) return true;
    if (this.#size > this.#extent.size) return false;
    throw new ChartsealError('STORE_BEHIND', 'the ledger holds entries that this store does not');
  }
}
