// Requests to the gateway over connections that are kept alive.
import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import type { LoadOptions } from './options.js';

/** An answer that does not come in this time counts as lost. */
const ANSWER_MS = 60_000;

export interface LoadAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export class LoadClient {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;

  constructor({ url, token, tls, connections }: LoadOptions) {
    this.#url = url;
    this.#headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const options = { keepAlive: true, maxSockets: connections, scheduling: 'fifo' } as const;
    this.#agent =
      url.protocol === 'https:' ? new TlsAgent({ ...options, ...tls }) : new Agent(options);
  }

  /** Rejects when the connection fails before the whole answer is there. */
  async ask(
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<LoadAnswer> {
    const answer = await this.#open(path, headers, body);
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece as Buffer);
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: Buffer.concat(pieces),
    };
  }

  /** The body piece by piece; throws when the status is another than 200. */
  async *stream(path: string): AsyncGenerator<Buffer> {
    const answer = await this.#open(path, {}, undefined);
    if (answer.statusCode !== 200) throw new Error(`${path} answers ${answer.statusCode}`);
    yield* answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<IncomingMessage> {
    const send = this.#url.protocol === 'https:' ? requestHttps : requestHttp;
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const request = send(new URL(path, this.#url), {
        agent: this.#agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...this.#headers, ...headers, ...length },
        timeout: ANSWER_MS,
      });
      request.once('response', resolve);
      request.once('timeout', () => request.destroy(new Error('no answer')));
      request.once('error', reject);
      request.end(body);
    });
  }
}
