// The page's side of the worker: questions in, promises of answers out.
import { STOPPED } from '../view/meter.js';
import type { AnswerMessage, QuestionName, Questions, Refusal } from '../worker/protocol.js';

/** The worker as text, put here by the build: a page opened from a file has no other way. */
declare const WORKER_SOURCE: string;

/** Trusted Types, where the browser has them. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** Why something was not done; the code is empty for what the browser says of a file. */
export class RefusedError extends Error {
  readonly code: string;
  constructor({ code, message }: Refusal) {
    super(message);
    this.code = code;
  }
}

/** Of question `digest`, bytes done; of question `history`, entries done of how many. */
type Tell = (done: number, of?: number) => void;

interface Waiting {
  readonly tell: Tell | undefined;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

let source: string | undefined;

/** Made once: the browser lets a page make its policy one time only. */
function workerSource(): string {
  if (source !== undefined) return source;
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));
  const { trustedTypes } = window as unknown as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy('chartseal', {
    createScriptURL: (text) => {
      if (text !== url) throw new TypeError('only the page has a script');
      return text;
    },
  });
  source = policy?.createScriptURL(url) ?? url;
  return source;
}

/** Hashes and verifies beside the page. Questions are answered in any order. */
export class Verifier {
  #worker = this.#start();
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  #start(): Worker {
    const worker = new Worker(workerSource());
    worker.addEventListener('message', ({ data }) => this.#receive(data));
    worker.addEventListener('error', ({ message }) => this.#fail(new Error(message)));
    return worker;
  }

  /** Ends all that is asked for: a worker in the middle of its work hears nothing. */
  stop(): void {
    if (this.#waiting.size === 0) return;
    this.#worker.terminate();
    this.#fail(new RefusedError({ code: STOPPED, message: 'stopped by the reader' }));
    this.#worker = this.#start();
  }

  /**
   * @param tell told now and then how far it is
   * @param handedOver what the worker takes and the page has no longer
   */
  ask<Name extends QuestionName>(
    name: Name,
    question: Questions[Name]['question'],
    tell?: Tell,
    handedOver: readonly Uint8Array[] = [],
  ): Promise<Questions[Name]['answer']> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { tell, resolve, reject });
      const buffers = handedOver.map(({ buffer }) => buffer as ArrayBuffer);
      this.#worker.postMessage({ id, name, question }, buffers);
    });
  }

  #receive(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if ('done' in message) {
      waiting.tell?.(message.done, message.of);
      return;
    }
    this.#waiting.delete(message.id);
    if ('refusal' in message) waiting.reject(new RefusedError(message.refusal));
    else waiting.resolve(message.answer as never);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
