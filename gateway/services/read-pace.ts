// Keeps several threads together below a number of bytes a second: each reserves the time that its
// bytes cost on one shared clock, and sleeps until that time is over.

/** What threads of one pace share. */
export interface PaceSetting {
  readonly bytesPerSecond: number;
  /** Time up to which everything is reserved, ns of the machine's monotonic clock. */
  readonly reserved: SharedArrayBuffer;
}

const SECOND_NS = 1e9;
/** Time that went by unused may be made up for, but no more of it: no bursts after a pause. */
const CREDIT_NS = 100_000_000n;
const PIECES_PER_SECOND = 16;
const MIN_PIECE_BYTES = 64 * 1024;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

export function newPace(bytesPerSecond: number): PaceSetting {
  return { bytesPerSecond, reserved: new SharedArrayBuffer(8) };
}

export class ReadPace {
  /** So much may be read before the time for it is spent. */
  readonly pieceBytes: number;
  readonly #nsPerByte: number;
  readonly #reserved: BigInt64Array;

  constructor({ bytesPerSecond, reserved }: PaceSetting) {
    this.pieceBytes = Math.max(MIN_PIECE_BYTES, Math.floor(bytesPerSecond / PIECES_PER_SECOND));
    this.#nsPerByte = SECOND_NS / bytesPerSecond;
    this.#reserved = new BigInt64Array(reserved);
  }

  /** Returns when the time that these bytes cost is over. Blocks the thread. */
  spend(bytes: number): void {
    const until = this.#reserve(BigInt(Math.round(bytes * this.#nsPerByte)));
    for (;;) {
      const left = until - process.hrtime.bigint();
      if (left <= 0n) return;
      Atomics.wait(sleeper, 0, 0, Number(left) / 1e6);
    }
  }

  #reserve(cost: bigint): bigint {
    for (;;) {
      const before = Atomics.load(this.#reserved, 0);
      const earliest = process.hrtime.bigint() - CREDIT_NS;
      const until = (before > earliest ? before : earliest) + cost;
      if (Atomics.compareExchange(this.#reserved, 0, before, until) === before) return until;
    }
  }
}
