// Sends access events at a fixed rate, whether or not answers come, each until it is answered:
// again after a lost connection or a refusal for now, with the same request id.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadClient } from './client.js';
import type { LoadOptions } from './options.js';

const PATIENTS = 500;
const TICK_MS = 5;
const RETRY_MS = 100;
const RETRY_SPREAD_MS = 400;

/** An event that was answered with success. */
export interface Answered {
  readonly requestId: string;
  readonly leafHash: string;
  /** From the moment at which it was due. */
  readonly latencyMs: number;
  readonly attempts: number;
  readonly isDuplicate: boolean;
}

export interface Sent {
  readonly answered: readonly Answered[];
  /** Events that were refused for good, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Never answered in the time of patience. */
  readonly given: number;
  /** Attempts that failed and were followed by another, by reason. */
  readonly repeats: Readonly<Record<string, number>>;
  /** Until the last event was sent for the first time. */
  readonly sendingMs: number;
}

type Outcome = { readonly done: Answered | string } | { readonly again: string };

function eventOf(number: number, requestId: string): string {
  return JSON.stringify({
    patient: { system: 'urn:load', value: `P${number % PATIENTS}` },
    occurredAt: new Date().toISOString(),
    action: 'R',
    outcome: 'success',
    actor: { id: `dr-${number % 100}` },
    role: 'physician',
    organisation: 'load',
    purpose: 'TREAT',
    breakGlass: number % 1000 === 0,
    records: [],
    category: 'inpatient',
    source: { system: 'load', requestId },
  });
}

export class Sender {
  readonly #client: LoadClient;
  readonly #options: LoadOptions;
  readonly #answered: Answered[] = [];
  readonly #refused: Record<string, number> = {};
  readonly #repeats: Record<string, number> = {};
  #sent = 0;
  #given = 0;

  constructor(client: LoadClient, options: LoadOptions) {
    this.#client = client;
    this.#options = options;
  }

  get progress(): { readonly sent: number; readonly answered: number } {
    return { sent: this.#sent, answered: this.#answered.length };
  }

  async run(): Promise<Sent> {
    const { rate, seconds, patienceMs } = this.#options;
    const count = rate * seconds;
    const begun = performance.now();
    const until = begun + seconds * 1000 + patienceMs;
    const flying: Promise<void>[] = [];
    while (this.#sent < count) {
      const due = Math.min(count, Math.floor(((performance.now() - begun) / 1000) * rate) + 1);
      while (this.#sent < due) {
        const number = this.#sent++;
        flying.push(this.#send(number, begun + (number / rate) * 1000, until));
      }
      await sleep(TICK_MS);
    }
    const sendingMs = performance.now() - begun;
    await Promise.all(flying);
    return {
      answered: this.#answered,
      refused: this.#refused,
      given: this.#given,
      repeats: this.#repeats,
      sendingMs,
    };
  }

  async #send(number: number, dueAt: number, until: number): Promise<void> {
    const requestId = `${this.#options.name}-${number}`;
    const body = eventOf(number, requestId);
    for (let attempts = 1; performance.now() < until; attempts++) {
      const outcome = await this.#attempt(body, { requestId, attempts, dueAt });
      if ('again' in outcome) {
        this.#repeats[outcome.again] = (this.#repeats[outcome.again] ?? 0) + 1;
        await sleep(RETRY_MS + Math.random() * RETRY_SPREAD_MS);
        continue;
      }
      const { done } = outcome;
      if (typeof done !== 'string') this.#answered.push(done);
      else this.#refused[done] = (this.#refused[done] ?? 0) + 1;
      return;
    }
    this.#given++;
  }

  async #attempt(
    body: string,
    { requestId, attempts, dueAt }: { requestId: string; attempts: number; dueAt: number },
  ): Promise<Outcome> {
    try {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await this.#client.ask('/v1/access-events', headers, body);
      const { leafHash, duplicate, code } = JSON.parse(answer.body.toString());
      if (answer.status === 202) {
        const latencyMs = performance.now() - dueAt;
        return { done: { requestId, leafHash, latencyMs, attempts, isDuplicate: duplicate } };
      }
      const isForNow = answer.status === 429 || answer.status >= 500;
      return isForNow ? { again: code } : { done: `${answer.status} ${code}` };
    } catch (error) {
      return { again: (error as NodeJS.ErrnoException).code ?? 'cut off' };
    }
  }
}
