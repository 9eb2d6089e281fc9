// Derives labels in a thread of its own: one takes a millisecond of curve arithmetic, which would
// else hold up whatever this thread does.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';

export interface LabelSetting {
  readonly vrfKey: Uint8Array;
}

interface Waiting {
  resolve(labels: Uint8Array): void;
  reject(error: ChartsealError): void;
}

export class LabelThread {
  readonly #worker: Worker;
  /** Requests in the order in which they were sent, which is that of the answers. */
  readonly #waiting: Waiting[] = [];
  #gone: ChartsealError | undefined;

  constructor(setting: LabelSetting) {
    this.#worker = new Worker(join(__dirname, 'label-worker.js'), { workerData: setting });
    this.#worker.on('message', (labels: Uint8Array) => this.#receive(labels));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(undefined));
    // It keeps the process alive while somebody waits, and not a moment longer.
    this.#worker.unref();
  }

  /** Labels of VRF inputs, in their order. Rejects with LOG_STOPPED when the thread is lost. */
  async labels(alphas: readonly Uint8Array[]): Promise<Uint8Array[]> {
    if (this.#gone !== undefined) throw this.#gone;
    const joined = await new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(alphas);
    });
    return alphas.map((_, at) => joined.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  }

  async close(): Promise<void> {
    this.#gone = new ChartsealError('LOG_STOPPED', 'labels are not derived any more');
    await this.#worker.terminate();
  }

  #receive(labels: Uint8Array): void {
    this.#waiting.shift()?.resolve(labels);
    if (this.#waiting.length === 0) this.#worker.unref();
  }

  #fail(cause: unknown): void {
    this.#gone ??= new ChartsealError('LOG_STOPPED', 'the thread that derives labels ended', {
      cause,
    });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#gone);
  }
}

/** A group waits for the labels of its new patients: two share the work of deriving them. */
const THREADS = 2;

export class LabelThreads {
  readonly #threads: readonly LabelThread[];

  constructor(setting: LabelSetting) {
    this.#threads = Array.from({ length: THREADS }, () => new LabelThread(setting));
  }

  /** As {@link LabelThread.labels}. */
  async labels(alphas: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const share = Math.ceil(alphas.length / THREADS);
    const parts = this.#threads.map((thread, at) =>
      thread.labels(alphas.slice(at * share, (at + 1) * share)),
    );
    return (await Promise.all(parts)).flat();
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
