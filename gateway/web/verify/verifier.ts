// The page's side of the worker: questions in, promises of answers out.
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

interface Waiting {
  readonly tell: ((done: number) => void) | undefined;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

function startWorker(): Worker {
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));
  const { trustedTypes } = window as unknown as { trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy('chartseal', {
    createScriptURL: (text) => {
      if (text !== url) throw new TypeError('only the page has a script');
      return text;
    },
  });
  return new Worker(policy?.createScriptURL(url) ?? url);
}

/** Hashes and verifies beside the page. Questions are answered in any order. */
export class Verifier {
  readonly #worker = startWorker();
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor() {
    this.#worker.addEventListener('message', ({ data }) => this.#receive(data));
    this.#worker.addEventListener('error', ({ message }) => this.#fail(message));
  }

  /** @param tell takes the bytes done of question `digest`, now and then */
  ask<Name extends QuestionName>(
    name: Name,
    question: Questions[Name]['question'],
    tell?: (done: number) => void,
  ): Promise<Questions[Name]['answer']> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { tell, resolve, reject });
      this.#worker.postMessage({ id, name, question });
    });
  }

  #receive(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if ('done' in message) {
      waiting.tell?.(message.done);
      return;
    }
    this.#waiting.delete(message.id);
    if ('refusal' in message) waiting.reject(new RefusedError(message.refusal));
    else waiting.resolve(message.answer as never);
  }

  #fail(message: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(message));
    this.#waiting.clear();
  }
}
