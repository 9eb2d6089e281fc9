// Accept: makes groups of submissions durable with one fsync each, in the order in which they
// came, and answers their callers.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { MAX_CLOCK_SKEW_MS, MAX_OUTBOX_ENTRIES } from '../../../chaincode/core/limits.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { parseJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { Labels, type LogContext } from '../log-context.js';
import type { Submission } from '../submission.js';
import { type Accepted, AcceptGroup, type Baseline, type GroupServices } from './accept-group.js';
import type { Submitter } from './build-entry.js';
import type { AcceptedLeaf } from './entry-rows.js';

interface Request {
  readonly submission: Submission;
  readonly baseline: Baseline | undefined;
  resolve(accepted: Accepted): void;
  reject(error: unknown): void;
}

export interface AcceptorOptions {
  readonly store: Store;
  readonly context: LogContext;
  readonly by: Submitter;
  readonly now: () => number;
  /** Called when a group is durable, before its callers are answered. */
  readonly onAccepted: (leaves: readonly AcceptedLeaf[]) => void;
  /** Called when the store failed: nothing is accepted any more. */
  readonly onFault: (fault: ChartsealError) => void;
}

const GROUP_MAX = 1024;

export class Acceptor {
  readonly #services: GroupServices;
  readonly #options: AcceptorOptions;
  readonly #queue: Request[] = [];
  #count: number;
  #lastAtMs: number;
  #waitingForLedger = 0;
  #draining: Promise<void> | undefined;
  #stopped: ChartsealError | undefined;

  constructor(options: AcceptorOptions) {
    const { store, context, by } = options;
    this.#options = options;
    this.#services = { store, context, by, labels: new Labels(context) };
    this.#count = store.entriesAtOpen;
    this.#lastAtMs = this.#readLastAt();
  }

  /** Entries accepted in all. */
  get count(): number {
    return this.#count;
  }

  /** Set while the newest entry is dated further ahead than verifiers bear with. */
  get clockFault(): ChartsealError | undefined {
    const ahead = this.#lastAtMs - this.#options.now();
    return ahead <= MAX_CLOCK_SKEW_MS
      ? undefined
      : new ChartsealError('CLOCK_BACKWARDS', `the last entry is ${ahead} ms ahead of this clock`);
  }

  get labels(): Labels {
    return this.#services.labels;
  }

  /** Tells how many accepted entries the ledger does not have yet; bounds the outbox. */
  setWaiting(entries: number): void {
    this.#waitingForLedger = entries;
  }

  /** Refuses everything from now on. */
  stop(reason: ChartsealError): void {
    this.#stopped = reason;
  }

  /** Durable when the promise resolves. Rejects with a coded error, and then nothing was kept. */
  accept(submission: Submission, baseline?: Baseline): Promise<Accepted> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    if (this.#waitingForLedger + this.#queue.length >= MAX_OUTBOX_ENTRIES) {
      return Promise.reject(
        new ChartsealError('OUTBOX_FULL', `${this.#waitingForLedger} entries wait for the ledger`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ submission, baseline, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing is in the queue. */
  async settled(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    // Let callers of the same turn join the group.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#writeGroup(this.#queue.splice(0, GROUP_MAX));
    this.#draining = undefined;
  }

  async #writeGroup(requests: readonly Request[]): Promise<void> {
    const atMs = this.#options.now();
    const group = new AcceptGroup(this.#services, this.#count, atMs);
    const answers: { request: Request; accepted: Accepted }[] = [];
    for (const request of requests) {
      try {
        const accepted = this.#addTo(group, request, atMs);
        answers.push({ request, accepted });
      } catch (error) {
        request.reject(error);
      }
    }
    try {
      await group.write();
    } catch (error) {
      this.#fail(error, answers);
      return;
    }
    if (group.leaves.length > 0) {
      this.#count += group.leaves.length;
      this.#lastAtMs = atMs;
      this.#options.onAccepted(group.leaves);
    }
    for (const { request, accepted } of answers) request.resolve(accepted);
  }

  #addTo(group: AcceptGroup, { submission, baseline }: Request, atMs: number): Accepted {
    const draft = group.draft(submission);
    const duplicate = group.findDuplicate(draft);
    if (duplicate !== undefined) return duplicate;
    if (atMs < this.#lastAtMs) {
      const behind = this.#lastAtMs - atMs;
      throw new ChartsealError(
        'CLOCK_BACKWARDS',
        `this machine's clock is ${behind} ms behind the last entry`,
      );
    }
    return group.add(draft, baseline);
  }

  /**
   * After a failed write nobody knows what LevelDB's log holds, so nothing may follow it: the
   * next process reads what is really there.
   */
  #fail(error: unknown, answers: readonly { request: Request }[]): void {
    const fault =
      error instanceof ChartsealError
        ? error
        : new ChartsealError('STORE_FAILED', 'the store could not be written', { cause: error });
    this.#stopped = fault;
    for (const { request } of answers) request.reject(fault);
    for (const request of this.#queue.splice(0)) request.reject(fault);
    this.#options.onFault(fault);
  }

  #readLastAt(): number {
    if (this.#count === 0) return 0;
    const { entry } = this.#services.store.readEntry(this.#count - 1);
    return parseTime(parseJsonRow<{ at: string }>(entry).at, 'at');
  }
}
