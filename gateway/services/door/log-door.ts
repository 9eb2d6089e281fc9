// What commands ask of a log as others follow it, whoever has its store open.
import type { Consistency, LogReading, SignedCheckpoint, TreeLeaf } from '../log-reading.js';

export interface LogDoor {
  /** The newest checkpoint, or that of an attested size. Throws NOT_PROVEN_YET, NOT_FOUND. */
  readCheckpoint(size?: number): Promise<SignedCheckpoint>;
  proveConsistency(size1: number, size2?: number): Promise<Consistency>;
  /** From the first, when none is named. Throws NOT_FOUND beyond the size. */
  leaves(from?: number, count?: number): AsyncGenerator<TreeLeaf>;
  close(): Promise<void>;
}

/** A store that this process has open. */
export class OwnLogDoor implements LogDoor {
  readonly #log: LogReading;

  constructor(log: LogReading) {
    this.#log = log;
  }

  readCheckpoint(size?: number): Promise<SignedCheckpoint> {
    return this.#log.readCheckpoint(size);
  }

  proveConsistency(size1: number, size2?: number): Promise<Consistency> {
    return this.#log.proveConsistency(size1, size2);
  }

  async *leaves(from?: number, count?: number): AsyncGenerator<TreeLeaf> {
    // Of an empty log, all leaves are none.
    if (from === undefined && this.#log.size === 0) return;
    yield* this.#log.leaves(from ?? 0, count);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
