// The single writer of a log: accepted entries go into appends, one in flight and the next
// prepared meanwhile; what the ledger took becomes proven. The only states of an entry are
// accepted → committed → proven.
import { concat } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { DEFAULT_APPEND_LEAVES } from '../../../chaincode/core/limits.js';
import { type MapNode, mapRoot } from '../../../chaincode/core/subject-map.js';
import { pageKey } from '../../store/keys.js';
import { MapPages } from '../../store/map-pages.js';
import type { Labels } from '../log-context.js';
import type { Submission } from '../submission.js';
import type { Accepted } from './accept-group.js';
import type { AcceptAllOptions, AcceptOptions } from './accept-request.js';
import { Acceptor } from './acceptor.js';
import { DrainRate } from './drain-rate.js';
import type { AcceptedLeaf } from './entry-rows.js';
import { keepProving } from './keep-proving.js';
import { type CommittedAppend, commitAppend, type LogState } from './log-state.js';
import { Pace } from './pace.js';
import { type PreparedAppend, pagesFor, prepareAppend } from './prepare-append.js';
import { ProvenLog, type ProvenView } from './proven-log.js';
import { ProvenWaiters } from './proven-waiters.js';
import { missedAppends } from './recovery.js';
import { Patience, RETRY_PAUSE_MS, stoppedBy, waitOutLag } from './retry.js';
import { nameWriter } from './second-writer.js';
import type { SequencerCounts, SequencerOptions } from './sequencer-options.js';
import { Signal } from './signal.js';
import { findUnsent, forgetUnsent } from './unsent.js';

export class Sequencer {
  readonly #options: SequencerOptions;
  readonly #pages: MapPages;
  readonly #acceptor: Acceptor;
  readonly #appendLeaves: number;
  /** Accepted leaves that the ledger does not have yet, from `#committed.entries` on. */
  readonly #outbox: AcceptedLeaf[] = [];
  readonly #proven: ProvenLog;
  readonly #patience: Patience;
  /** How appends go, for those who watch. */
  readonly pace: Pace;
  #committed: LogState;
  #fault: ChartsealError | undefined;
  /** Whether store and ledger were compared since this was opened. */
  #isReconciled = false;
  #firstUnsent = Infinity;
  #closing = false;
  #loops: Promise<unknown> = Promise.resolve();
  readonly #signal = new Signal();
  readonly #drain = new DrainRate();
  readonly #waiters: ProvenWaiters;

  private constructor(options: SequencerOptions, pages: MapPages, proven: ProvenLog) {
    this.#options = options;
    this.#pages = pages;
    this.#proven = proven;
    this.#committed = proven.state;
    this.#waiters = new ProvenWaiters((entries) => proven.covers(entries));
    const { appendLeaves, lagMs = 0 } = options.ledger.limits();
    this.#appendLeaves = Math.min(DEFAULT_APPEND_LEAVES, appendLeaves);
    this.#patience = new Patience(lagMs);
    this.pace = new Pace(options.intervalMs);
    this.#acceptor = new Acceptor({
      now: Date.now,
      ...options,
      onAccepted: (leaves) => this.#enqueue(leaves),
      onFault: (fault) => this.#stop(fault),
    });
  }

  /** Reconciles store and ledger, now or later, then finishes what an earlier process left. */
  static async open(options: SequencerOptions): Promise<Sequencer> {
    const { store } = options;
    const pages = new MapPages((prefix) => store.db.find(pageKey(prefix)));
    const proven = await ProvenLog.open(options, pages);
    const sequencer = new Sequencer(options, pages, proven);
    for await (const leaf of store.leavesFrom(proven.state.entries)) sequencer.#outbox.push(leaf);
    sequencer.#acceptor.setWaiting(sequencer.#outbox.length);
    sequencer.#firstUnsent = await findUnsent(store, options.meet !== undefined);
    if (options.meet === undefined) {
      await waitOutLag(() => sequencer.#catchUp(), sequencer.#patience, sequencer.#signal);
    }
    sequencer.#loops = Promise.all([sequencer.#appendLoop(), sequencer.#prove()]);
    return sequencer;
  }

  get counts(): SequencerCounts {
    return {
      accepted: this.#acceptor.count,
      committed: this.#committed.entries,
      proven: this.#proven.state.entries,
    };
  }

  get labels(): Labels {
    return this.#acceptor.labels;
  }

  /** Why the write side stopped; undefined while it runs. */
  get fault(): ChartsealError | undefined {
    return this.#fault;
  }

  /** Whether store and ledger agree; not known before the ledger has answered once. */
  get isReconciled(): boolean {
    return this.#isReconciled;
  }

  /** Why the clock lets nothing be accepted or appended for now; undefined when it does. */
  get delay(): ChartsealError | undefined {
    return this.#acceptor.clockFault;
  }

  /** How long until there may be room again in an outbox that is full. */
  get roomInMs(): number {
    return this.#drain.msFor(this.#outbox.length / 2);
  }

  /** Durable when it resolves; see {@link Acceptor.accept}. */
  accept(submission: Submission, options?: AcceptOptions): Promise<Accepted> {
    return this.#acceptor.accept(submission, options);
  }

  /** As {@link Sequencer.accept}, but waits where that refuses because too much waits already. */
  acceptWhenRoom(submission: Submission, options?: AcceptOptions): Promise<Accepted> {
    return this.#acceptor.acceptWhenRoom(submission, options);
  }

  /** All durable in one batch when it resolves, or none; see {@link Acceptor.acceptAll}. */
  acceptAll(
    submissions: readonly Submission[],
    options?: AcceptAllOptions,
  ): Promise<readonly Accepted[]> {
    return this.#acceptor.acceptAll(submissions, options);
  }

  /** Reads at the proven state; see {@link ProvenLog.read}. */
  readProven<T>(use: (proven: ProvenView) => T): Promise<T> {
    return this.#proven.read(use);
  }

  /**
   * Waits until everything accepted by now is proven; false when `waitMs` ends first.
   * Rejects with LOG_STOPPED when the write side stopped.
   */
  async waitProven(waitMs: number): Promise<boolean> {
    return this.#waiters.wait(await this.#acceptor.countOfNow(), waitMs);
  }

  /** As {@link waitProven}, for one entry and all before it; the signal ends it with false. */
  waitProvenUpTo(ordinal: number, waitMs: number, signal?: AbortSignal): Promise<boolean> {
    return this.#waiters.wait(ordinal + 1, waitMs, signal);
  }

  /** Stops after the calls in flight; what is not proven is finished by the next process. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#acceptor.stop(new ChartsealError('LOG_STOPPED', 'the sequencer is closed'));
    await this.#acceptor.close();
    this.#signal.notify();
    await this.#loops;
    this.#waiters.end(false);
    if (this.#fault === undefined) await this.#proven.flush();
  }

  #enqueue(leaves: readonly AcceptedLeaf[]): void {
    for (const leaf of leaves) this.#outbox.push(leaf);
    this.#acceptor.setWaiting(this.#outbox.length);
    this.#signal.notify();
  }

  #running(): boolean {
    return !this.#closing && this.#fault === undefined;
  }

  #stop(cause: unknown): void {
    this.#fault = stoppedBy(cause);
    this.#acceptor.stop(this.#fault);
    this.#waiters.end(this.#fault);
    this.#signal.notify();
  }

  async #appendLoop(): Promise<void> {
    let prepared: PreparedAppend | undefined;
    while (this.#running() && !this.#isReconciled) await this.#reconcile();
    while (this.#running()) {
      if (this.#outbox.length === 0) {
        await this.#signal.next(60_000);
        continue;
      }
      const isFull = () => this.#outbox.length >= this.#appendLeaves || !this.#running();
      if (prepared === undefined) await this.#signal.until(isFull, this.pace.gatherMs);
      if (!this.#running()) return;
      const begun = performance.now();
      try {
        prepared ??= await this.#prepare(this.#committed.map, 0);
        // Asked last: meanwhile a clock may have been set, and an append cannot be taken back.
        if (this.delay !== undefined) {
          this.#acceptor.admit();
          await this.#signal.next(RETRY_PAUSE_MS);
          continue;
        }
        prepared = await this.#append(prepared);
        this.pace.took(performance.now() - begun);
      } catch (error) {
        prepared = undefined;
        await this.#recover(error);
      }
    }
  }

  async #prepare(map: MapNode, skip: number): Promise<PreparedAppend> {
    const leaves = this.#outbox.slice(skip, skip + this.#appendLeaves);
    // Memory holds the top of the map and what differs from the pages on disk.
    const trimmed = this.#proven.trim(map);
    const pages = await pagesFor(this.#options.store, this.#pages, trimmed, leaves);
    const prepared = prepareAppend(pages, trimmed, leaves, this.#acceptor.labels.log);
    mapRoot(prepared.map);
    return prepared;
  }

  /** Submits one batch and meanwhile prepares the next, if one is full already. */
  async #append(batch: PreparedAppend): Promise<PreparedAppend | undefined> {
    const before = this.#committed;
    const { hashes } = batch;
    const submitted = this.#options.ledger.append({
      expectedSize: before.frontier.size,
      hashes,
      leaves: concat(...batch.leaves.map(({ leaf }) => leaf)),
      witness: batch.witness(),
    });
    const waiting = this.#outbox.length - batch.leaves.length;
    const next =
      waiting < this.#appendLeaves ? undefined : this.#prepare(batch.map, batch.leaves.length);
    // Should preparing fail, what the ledger answers counts all the same, and is heard first.
    await Promise.allSettled([submitted, next]);
    const answer = await submitted;
    this.#commit(commitAppend(before, hashes, batch.map, answer.closingLeaf, answer.root));
    return next;
  }

  #commit(append: CommittedAppend): void {
    this.#committed = append.after;
    this.#drain.took(append.row.leaves);
    this.#proven.add(append);
    this.#outbox.splice(0, append.row.leaves);
    this.#acceptor.setWaiting(this.#outbox.length);
    this.#signal.notify();
  }

  /** Takes over what the ledger holds beyond our committed state. */
  async #catchUp(): Promise<void> {
    const { ledger, store } = this.#options;
    const read = async (first: number, count: number) => {
      const from = first - this.#committed.entries;
      return this.#outbox.slice(from, from + count);
    };
    const explanation = { read, unsent: this.#firstUnsent };
    const { log } = this.#acceptor.labels;
    const missed = missedAppends(ledger, this.#pages, this.#committed, explanation, log);
    for await (const append of missed) this.#commit(append);
    if (this.#firstUnsent < Infinity) await forgetUnsent(store);
    this.#firstUnsent = Infinity;
    this.#isReconciled = true;
  }

  /** Takes over what the ledger holds; where it cannot be asked now, that is to be tried again. */
  async #reconcile(): Promise<void> {
    const isFirst = !this.#isReconciled;
    try {
      if (isFirst) await this.#options.meet?.();
      await this.#catchUp();
      this.#patience.renew();
      if (isFirst) return this.pace.met();
    } catch (error) {
      if (isFirst) this.pace.failed('append', error);
      if (!this.#patience.allows(error)) {
        return this.#stop(await nameWriter(error, this.#options.describeWriter));
      }
    }
    await this.#signal.next(RETRY_PAUSE_MS);
  }

  /** After a failed append: its fate is unknown, so the ledger is asked before anything else. */
  async #recover(error: unknown): Promise<void> {
    this.pace.failed('append', error);
    if (!this.#patience.allows(error)) return this.#stop(error);
    await this.#reconcile();
  }

  #prove(): Promise<void> {
    const { lagMs } = this.#options.ledger.limits();
    return keepProving(this.#proven, this.pace, this.#signal, {
      lagMs,
      isRunning: () => this.#running(),
      isHeld: () => this.delay !== undefined,
      onProven: () => this.#waiters.advance(),
      onFault: (error) => this.#stop(error),
    });
  }
}
