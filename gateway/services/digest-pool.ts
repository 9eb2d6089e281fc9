// Hands files to digest threads (digest-worker.ts) and collects what they answer, with a bounded
// number of files in hand at any time.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import type { FileDigest } from './file-digest.js';
import type { PaceSetting } from './read-pace.js';

export interface WorkerSetting {
  readonly bytesRead: SharedArrayBuffer;
  readonly pace?: PaceSetting;
}

export interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
}

export type DigestReply = FileDigest | Fault;

/** Answers in the order sent; as JSON they took a twentieth of a run over small files. */
export interface Replies {
  /** Of the files that were digested, one after the other, hex. */
  readonly digests: string;
  /** Size and mtimeMs of each of these. */
  readonly facts: Float64Array;
  /** The others, by their place among all. */
  readonly faults: ReadonlyMap<number, Fault>;
}

export type ThreadMessage =
  | { readonly replies: Replies }
  /** A large file is begun; so many files sent after it will not be answered. */
  | { readonly handedBack: number };

const HEX_DIGITS = 64;

function* unpack({ digests, facts, faults }: Replies): Generator<DigestReply> {
  const count = facts.length / 2 + faults.size;
  for (let place = 0, at = 0; place < count; place++) {
    const fault = faults.get(place);
    if (fault === undefined) {
      const digest = digests.slice(at * HEX_DIGITS, (at + 1) * HEX_DIGITS);
      yield { digest, size: facts[2 * at] as number, mtimeMs: facts[2 * at + 1] as number };
      at++;
    } else {
      yield fault;
    }
  }
}

export interface Answered<F> {
  readonly file: F;
  readonly reply: DigestReply;
}

/** Files sent to a thread at once. */
const MAX_PACE = 256;
/** As many where reading is slowed down, so that answers do not wait for each other long. */
const MAX_SLOW_PACE = 4;
const MAX_WAITING_FILES = 2048;
const MAX_READY_ANSWERS = 4096;

interface Thread<F> {
  readonly worker: Worker;
  /** Sent and not answered, in order. */
  inHand: F[];
  isAtLargeFile: boolean;
  /** Few while files are large, so that no thread is long ahead of the others. */
  pace: number;
}

export class DigestPool<F extends { readonly path: Buffer }> {
  readonly #threads: Thread<F>[] = [];
  readonly #maxThreads: number;
  readonly #setting: WorkerSetting;
  readonly #maxPace: number;
  #waiting: F[] = [];
  #ready: Answered<F>[] = [];
  #isFed = false;
  #isStopped = false;
  #fault: { readonly error: unknown } | undefined;
  /** Who waits for something to change: the feeder, the consumer. */
  #sleepers: (() => void)[] = [];

  constructor(threads: number, setting: WorkerSetting) {
    this.#maxPace = setting.pace === undefined ? MAX_PACE : MAX_SLOW_PACE;
    this.#maxThreads = threads;
    this.#setting = setting;
    this.#start();
  }

  #start(): Thread<F> {
    const worker = new Worker(join(__dirname, 'digest-worker.js'), { workerData: this.#setting });
    const thread: Thread<F> = { worker, inHand: [], isAtLargeFile: false, pace: this.#maxPace };
    worker.on('message', (message: ThreadMessage) => this.#receive(thread, message));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => {
      if (!this.#isStopped) this.#fail(new Error('a digest thread ended on its own'));
    });
    this.#threads.push(thread);
    return thread;
  }

  /** Never rejects: a fault of the source is thrown by take(). */
  async feed(batches: AsyncIterable<readonly F[]>): Promise<void> {
    try {
      for await (const files of batches) {
        this.#waiting.push(...files);
        this.#dispatch();
        while (this.#waiting.length >= MAX_WAITING_FILES && !this.#isOver()) await this.#change();
        if (this.#isOver()) break;
      }
      this.#isFed = true;
      this.#dispatch();
      this.#wake();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What is ready, at least one answer; undefined when all are answered for, or stopped. */
  async take(): Promise<Answered<F>[] | undefined> {
    for (;;) {
      if (this.#fault !== undefined) throw this.#fault.error;
      if (this.#isStopped) return undefined;
      if (this.#ready.length > 0) {
        const ready = this.#ready;
        this.#ready = [];
        this.#dispatch();
        return ready;
      }
      if (this.#isFed && this.#isIdle()) return undefined;
      await this.#change();
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #isOver(): boolean {
    return this.#isStopped || this.#fault !== undefined;
  }

  #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#threads.every(({ inHand }) => inHand.length === 0);
  }

  /** Gives work to the threads while there is room for its answers. */
  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#ready.length < MAX_READY_ANSWERS && !this.#isOver()) {
      const thread = this.#idlest();
      if (thread === undefined) return;
      const files = this.#waiting.splice(0, thread.pace);
      thread.inHand.push(...files);
      // One text is far cheaper to hand over than a list; no path holds a NUL.
      thread.worker.postMessage(files.map(({ path }) => path.toString('latin1')).join('\0'));
    }
  }

  /** One without work, begun if there is none; else the one that has least. */
  #idlest(): Thread<F> | undefined {
    let found: Thread<F> | undefined;
    for (const thread of this.#threads) {
      const { inHand } = thread;
      if (this.#canTake(thread) && inHand.length < (found?.inHand.length ?? Infinity))
        found = thread;
    }
    if (found?.inHand.length === 0 || this.#threads.length === this.#maxThreads) return found;
    // A few files are digested before a thread of their own is ready for them.
    return this.#start();
  }

  /** One batch is in work and one lies before it, so that no thread waits for this one. */
  #canTake({ inHand, isAtLargeFile, pace }: Thread<F>): boolean {
    if (isAtLargeFile) return false;
    const isWorthIt = this.#isFed || this.#waiting.length >= pace;
    return inHand.length === 0 || (inHand.length <= pace && isWorthIt);
  }

  #receive(thread: Thread<F>, message: ThreadMessage): void {
    if ('handedBack' in message) {
      // Everything before the large file is answered, so it is the first in hand.
      const files = thread.inHand.splice(1, message.handedBack);
      this.#waiting = [...files, ...this.#waiting];
      thread.isAtLargeFile = true;
      thread.pace = 1;
    } else {
      let answered = 0;
      for (const reply of unpack(message.replies)) {
        this.#ready.push({ file: thread.inHand[answered++] as F, reply });
      }
      thread.inHand.splice(0, answered);
      if (!thread.isAtLargeFile) thread.pace = Math.min(this.#maxPace, thread.pace * 2);
      thread.isAtLargeFile = false;
    }
    this.#dispatch();
    this.#wake();
  }

  #fail(error: unknown): void {
    this.#fault ??= { error };
    this.#wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#sleepers.push(resolve));
  }

  #wake(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = [];
    for (const wake of sleepers) wake();
  }
}
