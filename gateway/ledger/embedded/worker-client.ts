// The main thread's side of the worker: numbered requests, the newest height, and one way in
// which everything that waits is rejected when the worker is gone.
import type { Transferable, Worker } from 'node:worker_threads';
import { ChartsealError, decodeError } from '../../../chaincode/core/errors.js';
import type { Answer, ErrorReply, Message, Request } from './messages.js';

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

function fromReply({ code, message, cause }: ErrorReply): ChartsealError {
  const known = decodeError(`${code} ${message}`);
  return new ChartsealError(known?.code ?? 'LEDGER_FAILED', known?.message ?? message, { cause });
}

export class WorkerClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #watchers = new Set<() => void>();
  readonly #exited: Promise<void>;
  /** Settles when the engine is open, or refused. */
  readonly opened: Promise<void>;
  #opening: Pending | undefined;
  #lastId = 0;
  #height = -1;
  /** Why calls fail: closed, or crashed. */
  #gone: ChartsealError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.opened = new Promise<void>((resolve, reject) => {
      this.#opening = { resolve: () => resolve(), reject };
    });
    worker.on('message', (message: Message) => this.#receive(message));
    worker.on('error', (cause) => {
      this.#fail(new ChartsealError('LEDGER_FAILED', 'the ledger crashed', { cause }));
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#fail(new ChartsealError('LEDGER_FAILED', 'the ledger ended'));
        resolve();
      });
    });
  }

  /** Number of the newest block. */
  get height(): number {
    return this.#height;
  }

  /** Throws the error with which calls fail from now on, if they do. */
  requireAlive(): void {
    if (this.#gone !== undefined) throw this.#gone;
  }

  /** Rejects with the engine's error, with LEDGER_FAILED when the worker is lost meanwhile. */
  async call(request: Request, transfer: readonly Transferable[] = []): Promise<Answer> {
    this.requireAlive();
    this.#lastId++;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request }, transfer);
    });
  }

  /** Calls back after each block and when the worker is gone; returns how to stop that. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** Lets the engine finish what waits, then ends the worker. */
  async close(): Promise<void> {
    if (this.#gone === undefined) {
      const closed = this.call({ kind: 'close' });
      this.#gone = new ChartsealError('LEDGER_UNAVAILABLE', 'the ledger is closed');
      await closed;
    }
    await this.#exited;
    this.#notify();
  }

  #receive(message: Message): void {
    if (message.kind === 'height') {
      this.#height = message.height;
      this.#opening?.resolve(undefined);
      this.#notify();
    } else if (message.kind === 'refused') {
      this.#fail(fromReply(message.error));
    } else {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.kind === 'answer') pending?.resolve(message.answer);
      else pending?.reject(fromReply(message.error));
    }
  }

  #fail(error: ChartsealError): void {
    this.#gone ??= error;
    this.#opening?.reject(this.#gone);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#notify();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
