// Accept: makes groups of submissions durable with one fsync each, in the order in which they
// came, and answers their callers.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { MAX_CLOCK_SKEW_MS, MAX_OUTBOX_ENTRIES } from '../../../chaincode/core/limits.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { parseJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { Labels, type LogContext } from '../log-context.js';
import type { Submission } from '../submission.js';
import { type Answered, addRequests } from './accept-build.js';
import { type Accepted, AcceptGroup, GroupServices } from './accept-group.js';
import {
  type AcceptAllOptions,
  type AcceptOptions,
  AcceptQueue,
  type AcceptRequest,
  MAX_TOGETHER,
  patientOf,
  patientsOf,
} from './accept-request.js';
import type { Submitter } from './build-entry.js';
import { ClockGuard, type ClockWitnesses } from './clock-guard.js';
import type { AcceptedLeaf } from './entry-rows.js';
import { patientName } from './new-patients.js';

export interface AcceptorOptions {
  readonly store: Store;
  readonly context: LogContext;
  readonly by: Submitter;
  readonly now: () => number;
  readonly clock?: ClockWitnesses | undefined;
  /** Bound of what may wait for the ledger; MAX_OUTBOX_ENTRIES when it is left out. */
  readonly outboxEntries?: number | undefined;
  /** Called when a group is durable, before its callers are answered. */
  readonly onAccepted: (leaves: readonly AcceptedLeaf[]) => void;
  /** Called when the store failed: nothing is accepted any more. */
  readonly onFault: (fault: ChartsealError) => void;
}

/** A group that is built, with who waits for it. One is written while the next is built. */
interface Built {
  readonly group: AcceptGroup;
  readonly answers: readonly Answered[];
}

export class Acceptor {
  readonly #services: GroupServices;
  readonly #options: AcceptorOptions;
  readonly #bound: number;
  readonly #queue = new AcceptQueue();
  readonly #clock: ClockGuard;
  /** Durable entries. */
  #count: number;
  /** Ordinal of the next entry. */
  #next: number;
  #lastAtMs: number;
  /** Set when the store failed: nothing is written any more. */
  #fault: ChartsealError | undefined;
  #waitingForLedger = 0;
  #draining: Promise<void> | undefined;
  #stopped: ChartsealError | undefined;
  /** Submissions that wait for room, in the order in which they came. */
  readonly #turns: (() => void)[] = [];

  constructor(options: AcceptorOptions) {
    const { store, context, by } = options;
    this.#options = options;
    this.#bound = options.outboxEntries ?? MAX_OUTBOX_ENTRIES;
    this.#services = new GroupServices(store, context, new Labels(context), by);
    this.#count = store.entriesAtOpen;
    this.#next = this.#count;
    this.#lastAtMs = this.#readLastAt();
    this.#clock = new ClockGuard(options.clock, options.now(), this.#lastAtMs);
  }

  /** Entries accepted in all. */
  get count(): number {
    return this.#count;
  }

  /** Set while this clock, or the newest entry, is further ahead than can be borne with. */
  get clockFault(): ChartsealError | undefined {
    const now = this.#options.now();
    const ahead = this.#lastAtMs - now;
    return ahead <= MAX_CLOCK_SKEW_MS
      ? this.#clock.findFault(now, this.#lastAtMs)
      : new ChartsealError('CLOCK_BACKWARDS', `the last entry is ${ahead} ms ahead of this clock`);
  }

  get labels(): Labels {
    return this.#services.labels;
  }

  /** Tells how many accepted entries the ledger does not have yet; bounds the outbox. */
  setWaiting(entries: number): void {
    this.#waitingForLedger = entries;
    this.admit();
  }

  /** Lets go on what waits for room, as far as there is any, or when there will be none. */
  admit(): void {
    while (this.#turns.length > 0 && (!this.#isFull || this.#isHeld)) this.#turns.shift()?.();
  }

  /** Refuses everything from now on. */
  stop(reason: ChartsealError): void {
    this.#stopped = reason;
    this.admit();
  }

  /** Durable when the promise resolves. Rejects with a coded error, and then nothing was kept. */
  accept(submission: Submission, options: AcceptOptions = {}): Promise<Accepted> {
    return this.#enqueue([submission], options).then(([accepted]) => accepted as Accepted);
  }

  /**
   * As {@link accept}, for submissions that become durable in one batch or not at all. Rejects with
   * RefusedTogether for the first of them at fault, TOO_LARGE for more than MAX_TOGETHER.
   */
  acceptAll(
    submissions: readonly Submission[],
    options: AcceptAllOptions = {},
  ): Promise<readonly Accepted[]> {
    if (submissions.length === 0) return Promise.resolve([]);
    if (submissions.length > MAX_TOGETHER) {
      const text = `at most ${MAX_TOGETHER} submissions are accepted together`;
      return Promise.reject(new ChartsealError('TOO_LARGE', text));
    }
    const enqueue = () => this.#enqueue([...submissions], options);
    return options.whenRoom === true ? this.#whenRoom(enqueue) : enqueue();
  }

  /** As {@link accept}, but waits its turn where that refuses because too much waits already. */
  acceptWhenRoom(submission: Submission, options: AcceptOptions = {}): Promise<Accepted> {
    return this.#whenRoom(() => this.accept(submission, options));
  }

  #whenRoom<T>(accept: () => Promise<T>): Promise<T> {
    if (!this.#isFull && this.#turns.length === 0) return accept();
    return new Promise((resolve) => {
      this.#turns.push(() => resolve(accept()));
      this.admit();
    });
  }

  /** While there is room for one there is room for all that come together. */
  #enqueue(
    submissions: readonly Submission[],
    options: AcceptOptions,
  ): Promise<readonly Accepted[]> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    if (this.#isFull) {
      return Promise.reject(
        new ChartsealError('OUTBOX_FULL', `${this.#waitingForLedger} entries wait for the ledger`),
      );
    }
    for (const submission of submissions) this.#expect(submission);
    return new Promise((resolve, reject) => {
      this.#queue.push({ submissions, options, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  get #isFull(): boolean {
    const unwritten = this.#queue.size + this.#next - this.#count;
    return this.#waitingForLedger + unwritten >= this.#bound;
  }

  /** Nothing makes room while the write side is stopped, or a clock holds everything back. */
  get #isHeld(): boolean {
    return this.#stopped !== undefined || this.clockFault !== undefined;
  }

  /** Durable entries, once all that came before this call is answered, whatever comes after. */
  async countOfNow(): Promise<number> {
    if (this.#draining !== undefined) {
      await new Promise<void>((resolve) => {
        // One without submissions is answered in its turn; when the store fails, the count stands.
        const answer = () => resolve();
        this.#queue.push({ submissions: [], options: {}, resolve: answer, reject: answer });
      });
    }
    return this.#count;
  }

  /** Resolves when nothing is in the queue. */
  async settled(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  /** Ends what works beside this thread, when nothing is in the queue any more. */
  async close(): Promise<void> {
    await this.settled();
    await this.#services.newPatients.close();
  }

  /** Labels of new patients are derived while the groups before are built. */
  #expect(submission: Submission): void {
    const patient = patientOf(submission);
    if (patient === undefined) return;
    if (this.#services.patients.get(patientName(patient)) === undefined) {
      this.#services.newPatients.expect(patient);
    }
  }

  async #drain(): Promise<void> {
    // Let callers of the same turn join the group.
    await Promise.resolve();
    let before: AcceptGroup | undefined;
    let written = Promise.resolve();
    for (;;) {
      if (this.#queue.isEmpty) await written;
      const requests = this.#queue.takeGroup();
      if (requests.length === 0) break;
      const built = await this.#build(requests, before).catch((error: unknown) => {
        this.#fail(error, requests);
      });
      // One write at a time: groups become durable in their order.
      await written;
      if (built === undefined) continue;
      written = this.#write(built);
      before = built.group;
    }
    this.#draining = undefined;
  }

  async #build(
    requests: readonly AcceptRequest[],
    before: AcceptGroup | undefined,
  ): Promise<Built> {
    await this.#services.newPatients.ready(patientsOf(requests));
    const atMs = this.#options.now();
    const group = new AcceptGroup(this.#services, { first: this.#next, atMs, before });
    const answers = await addRequests(group, requests, () => this.#checkClock(atMs));
    this.#next += group.leaves.length;
    if (group.leaves.length > 0) this.#lastAtMs = atMs;
    return { group, answers };
  }

  #checkClock(atMs: number): void {
    const behind = this.#lastAtMs - atMs;
    if (behind > 0) {
      const text = `this machine's clock is ${behind} ms behind the last entry`;
      throw new ChartsealError('CLOCK_BACKWARDS', text);
    }
    const fault = this.#clock.findFault(atMs, this.#lastAtMs);
    if (fault !== undefined) throw fault;
  }

  /** Never rejects: what goes wrong is told to the callers. */
  async #write({ group, answers }: Built): Promise<void> {
    try {
      if (this.#fault !== undefined) throw this.#fault;
      await group.write();
    } catch (error) {
      this.#fail(
        error,
        answers.map(({ request }) => request),
      );
      return;
    }
    if (group.leaves.length > 0) {
      this.#count += group.leaves.length;
      this.#options.onAccepted(group.leaves);
    }
    for (const { request, accepted } of answers) request.resolve(accepted);
    // Duplicates and refusals leave room behind that no append makes.
    this.admit();
  }

  /**
   * After a failed write nobody knows what LevelDB's log holds, so nothing may follow it: the
   * next process reads what is really there.
   */
  #fail(error: unknown, requests: readonly AcceptRequest[]): void {
    const fault =
      error instanceof ChartsealError
        ? error
        : new ChartsealError('STORE_FAILED', 'the store could not be written', { cause: error });
    for (const request of requests) request.reject(fault);
    for (const request of this.#queue.takeAll()) request.reject(fault);
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.stop(fault);
    this.#options.onFault(fault);
  }

  #readLastAt(): number {
    if (this.#count === 0) return 0;
    const { entry } = this.#services.store.readEntry(this.#count - 1);
    return parseTime(parseJsonRow<{ at: string }>(entry).at, 'at');
  }
}
