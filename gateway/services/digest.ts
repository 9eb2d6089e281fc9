// SHA-256 of many files in worker threads (digest-worker.ts): eight times quicker than promises of
// the file system on one thread. A bounded number of files is in hand at any time, whatever the
// archive's size.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import type { FileDigest } from './file-digest.js';
import type { WalkedFile } from './walk.js';

export { digestFile, type FileDigest } from './file-digest.js';

export interface FileToDigest {
  readonly path: Buffer;
  /** Bytes, as listed: decides how many go to a thread at once. */
  readonly size: number;
}

export type DigestResult<F extends FileToDigest = WalkedFile> =
  | ({ readonly file: F } & FileDigest)
  /** FILE_MISSING, FILE_UNREADABLE, FILE_CHANGED. */
  | { readonly file: F; readonly error: ChartsealError };

/** Bytes read so far, for a progress bar; moves within large files too. */
export class ByteCounter {
  readonly shared = new SharedArrayBuffer(8);

  total(): number {
    return Number(Atomics.load(new BigInt64Array(this.shared), 0));
  }
}

export interface DigestOptions {
  readonly threads?: number;
  readonly counter?: ByteCounter;
}

export interface WorkerSetting {
  readonly bytesRead: SharedArrayBuffer;
}
export type DigestReply = FileDigest | { readonly code: ErrorCode; readonly message: string };

/** More threads gain nothing on 2 cores, and make a hospital's disks seek. */
const THREADS = 2;
/** One batch is at most this much, so that no thread is long ahead of the others. */
const BATCH_FILES = 64;
const BATCH_BYTES = 4 * 1024 * 1024;
/** A thread has one batch in work and one before it. */
const BATCHES_PER_THREAD = 2;
const MAX_WAITING_FILES = 1024;
const MAX_READY_RESULTS = 4096;

/**
 * Digests every file given and answers for each exactly once, in no particular order. Throws what
 * `files` throws. May be left early: threads end, `files` is closed.
 */
export async function* digestFiles<F extends FileToDigest>(
  files: AsyncIterable<F>,
  options: DigestOptions = {},
): AsyncGenerator<DigestResult<F>> {
  const pool = new DigestPool<F>(options);
  const feeding = pool.feed(files);
  try {
    for (;;) {
      const results = await pool.take();
      if (results === undefined) return;
      for (const result of results) yield result;
    }
  } finally {
    await pool.stop();
    await feeding;
  }
}

interface Thread<F> {
  readonly worker: Worker;
  /** Batches sent and not answered, oldest first. */
  readonly batches: F[][];
}

class DigestPool<F extends FileToDigest> {
  readonly #threads: Thread<F>[];
  readonly #waiting: F[] = [];
  #ready: DigestResult<F>[] = [];
  #isFed = false;
  #isStopped = false;
  #fault: { readonly error: unknown } | undefined;
  /** Who waits for something to change: the feeder, the consumer. */
  #sleepers: (() => void)[] = [];

  constructor(options: DigestOptions) {
    const setting: WorkerSetting = { bytesRead: (options.counter ?? new ByteCounter()).shared };
    this.#threads = Array.from({ length: options.threads ?? THREADS }, () => this.#start(setting));
  }

  #start(setting: WorkerSetting): Thread<F> {
    const worker = new Worker(join(__dirname, 'digest-worker.js'), { workerData: setting });
    const thread: Thread<F> = { worker, batches: [] };
    worker.on('message', (replies: DigestReply[]) => this.#receive(thread, replies));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => {
      if (!this.#isStopped) this.#fail(new Error('a digest thread ended on its own'));
    });
    return thread;
  }

  /** Never rejects: a fault of the source is thrown by take(). */
  async feed(files: AsyncIterable<F>): Promise<void> {
    try {
      for await (const file of files) {
        this.#waiting.push(file);
        this.#dispatch();
        while (this.#waiting.length >= MAX_WAITING_FILES && !this.#isOver()) await this.#change();
        if (this.#isOver()) break;
      }
      this.#isFed = true;
      this.#wake();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What is ready, at least one result; undefined when all files are answered for. */
  async take(): Promise<DigestResult<F>[] | undefined> {
    for (;;) {
      if (this.#fault !== undefined) throw this.#fault.error;
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
    return this.#waiting.length === 0 && this.#threads.every(({ batches }) => batches.length === 0);
  }

  /** Gives work to the least busy threads while there is room for its results. */
  #dispatch(): void {
    while (this.#waiting.length > 0 && this.#ready.length < MAX_READY_RESULTS && !this.#isOver()) {
      const thread = this.#threads.reduce((a, b) => (load(b) < load(a) ? b : a));
      if (load(thread) >= BATCHES_PER_THREAD) return;
      const batch = this.#nextBatch();
      thread.batches.push(batch);
      // One text is far cheaper to hand over than a list; no path holds a NUL.
      thread.worker.postMessage(batch.map(({ path }) => path.toString('latin1')).join('\0'));
    }
  }

  #nextBatch(): F[] {
    let bytes = 0;
    const files = this.#waiting.slice(0, BATCH_FILES);
    const end = files.findIndex((file) => {
      bytes += file.size;
      return bytes > BATCH_BYTES;
    });
    return this.#waiting.splice(0, end < 0 ? files.length : Math.max(end, 1));
  }

  #receive(thread: Thread<F>, replies: readonly DigestReply[]): void {
    const batch = thread.batches.shift() ?? [];
    batch.forEach((file, at) => {
      this.#ready.push(resultOf(file, replies[at] as DigestReply));
    });
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

/** Batches in hand; a large file alone fills its thread, so that nothing waits behind it. */
function load<F extends FileToDigest>({ batches }: Thread<F>): number {
  const isLong = batches.some((batch) => (batch[0]?.size ?? 0) > BATCH_BYTES);
  return isLong ? BATCHES_PER_THREAD : batches.length;
}

function resultOf<F extends FileToDigest>(file: F, reply: DigestReply): DigestResult<F> {
  if ('code' in reply) return { file, error: new ChartsealError(reply.code, reply.message) };
  if (reply.size > 0 || file.size === 0) return { file, ...reply };
  return { file, error: new ChartsealError('FILE_CHANGED', 'the file was emptied meanwhile') };
}
