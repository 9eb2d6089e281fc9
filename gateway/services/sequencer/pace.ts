// How long entries gather for an append: as long as the one before took, since large appends cost
// less per leaf and accepting needs its share of the time. At rest an append takes less than the
// interval, and then the interval counts. Whoever watches the log asks here how it goes.
import { ChartsealError } from '../../../chaincode/core/errors.js';

const INTERVAL_MS = 20;
const MAX_GATHER_MS = 500;

/** What the write side asks of the ledger again and again. */
export type Step = 'append' | 'prove';

export interface PaceWatcher {
  appended(ms: number): void;
  failed(step: Step, error: ChartsealError): void;
  met?(): void;
}

export class Pace {
  readonly #intervalMs: number;
  readonly #watchers: PaceWatcher[] = [];
  readonly #failures = new Map<Step, ChartsealError>();
  #gatherMs: number;
  #appendedAt: number | undefined;

  constructor(intervalMs = INTERVAL_MS) {
    this.#intervalMs = intervalMs;
    this.#gatherMs = intervalMs;
  }

  get gatherMs(): number {
    return this.#gatherMs;
  }

  /** When this process last had an append committed, in ms since 1970. */
  get appendedAt(): number | undefined {
    return this.#appendedAt;
  }

  /** Why a step failed when it was last tried; undefined when it did not. */
  failureOf(step: Step): ChartsealError | undefined {
    return this.#failures.get(step);
  }

  watch(watcher: PaceWatcher): void {
    this.#watchers.push(watcher);
  }

  /** @param ms that an append took */
  took(ms: number): void {
    this.#gatherMs = Math.max(this.#intervalMs, Math.min(ms, MAX_GATHER_MS));
    this.#appendedAt = Date.now();
    this.#failures.delete('append');
    for (const watcher of this.#watchers) watcher.appended(ms);
  }

  /** A ledger that had not answered before does now. */
  met(): void {
    this.#failures.delete('append');
    for (const watcher of this.#watchers) watcher.met?.();
  }

  proved(): void {
    this.#failures.delete('prove');
  }

  failed(step: Step, cause: unknown): void {
    const error =
      cause instanceof ChartsealError
        ? cause
        : new ChartsealError('LEDGER_FAILED', 'an unexpected error', { cause });
    this.#failures.set(step, error);
    for (const watcher of this.#watchers) watcher.failed(step, error);
  }
}
