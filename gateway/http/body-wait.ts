// How long a sender may take for a body: between two pieces, for all of it, and once the gateway
// ends. A wait that is over is over for good.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { MIN_BODY_BYTES } from './limits.js';

export interface WaitBounds {
  /** Between two pieces. */
  readonly idleMs: number;
  /** For all of it; unbounded when it is left out. */
  readonly totalMs?: number;
  /** Aborted when the gateway ends, and when the sender is gone. */
  readonly ending?: AbortSignal;
  /** Between two pieces from then on. */
  readonly endingMs?: number;
}

const timedOut = () => new ChartsealError('REQUEST_TIMEOUT', 'the body did not arrive in time');

const gatewayEnds = () =>
  new ChartsealError('SHUTTING_DOWN', 'the gateway ends, and no more of the body came');

async function nextOf(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await pieces.next();
  } catch (cause) {
    throw new ChartsealError('BAD_INPUT', 'the body ended before its end', { cause });
  }
}

/** Nobody who waits: what is refused then is refused at the next wait. */
const NOBODY = () => undefined;

/**
 * Each window of time that is spent waiting must bring some bytes, so that a body which trickles
 * does not hold its connection for ever.
 */
export class BodyWait {
  readonly #bounds: WaitBounds;
  readonly #until: number;
  #windowMs = 0;
  #windowBytes = 0;
  #isReading = false;
  #timer: NodeJS.Timeout | undefined;
  #refusal: ChartsealError | undefined;
  #reject: (error: ChartsealError) => void = NOBODY;
  readonly #end = () => this.#arm();

  constructor(bounds: WaitBounds) {
    this.#bounds = bounds;
    this.#until = performance.now() + (bounds.totalMs ?? Number.POSITIVE_INFINITY);
    bounds.ending?.addEventListener('abort', this.#end);
  }

  /** Whether a piece that was asked for has not come, also when nobody waits for it any more. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** Ends this wait, or the next one. */
  refuse(error: ChartsealError): void {
    this.#refusal ??= error;
    this.#reject(this.#refusal);
  }

  /**
   * Throws REQUEST_TIMEOUT, SHUTTING_DOWN, BAD_INPUT when the sender went away, and what it was
   * refused with.
   */
  async next(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    const begun = performance.now();
    this.#isReading = true;
    const piece = nextOf(pieces);
    // When time is over first, nobody waits any more for what then comes.
    piece.catch(() => undefined);
    try {
      const next = await this.#unlessRefused(piece);
      this.#isReading = false;
      if (next.done !== true) this.#took(next.value.length, performance.now() - begun);
      return next;
    } finally {
      clearTimeout(this.#timer);
      this.#reject = NOBODY;
    }
  }

  /** Nobody waits any more. */
  close(): void {
    this.#bounds.ending?.removeEventListener('abort', this.#end);
  }

  #unlessRefused<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.#refusal !== undefined) return reject(this.#refusal);
      this.#arm();
      return promise.then(resolve, reject);
    });
  }

  #arm(): void {
    const { idleMs, ending, endingMs = idleMs } = this.#bounds;
    const leftMs = Math.max(0, Math.min(idleMs, this.#until - performance.now()));
    const isEnding = ending?.aborted === true && endingMs < leftMs;
    clearTimeout(this.#timer);
    if (this.#reject === NOBODY) return;
    const late = isEnding ? gatewayEnds : timedOut;
    this.#timer = setTimeout(() => this.refuse(late()), isEnding ? endingMs : leftMs);
    // The connection keeps the process; once it is gone, this must not.
    this.#timer.unref();
  }

  #took(bytes: number, waitedMs: number): void {
    this.#windowBytes += bytes;
    this.#windowMs += waitedMs;
    if (this.#windowMs < this.#bounds.idleMs) return;
    if (this.#windowBytes < MIN_BODY_BYTES) throw timedOut();
    this.#windowMs = 0;
    this.#windowBytes = 0;
  }
}
