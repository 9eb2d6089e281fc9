// Requests to one gateway: bounded in size and time, streamed both ways, never sent elsewhere.
import { Agent, type ClientRequest, type IncomingMessage, request as sendHttp } from 'node:http';
import { request as sendHttps, Agent as TlsAgent } from 'node:https';
import { utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isObject, type JsonValue, parseJsonBytes } from '../../chaincode/core/json.js';
import { within } from '../within.js';
import { HEADERS_MS, IDLE_MS, MAX_ANSWER_BYTES, MAX_CONNECTIONS } from './limits.js';
import { gatewayFailed, refusalOf } from './refusal.js';
import { formatRows, readAnswer, withBeats } from './rows.js';
import { tlsFault } from './tls-fault.js';

export interface GatewayAddress {
  /** `http://127.0.0.1:PORT`, `https://host`, with what stands before the paths of routes. */
  readonly url: string;
  readonly token?: string;
  /** PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Until an answer begins, and between two pieces of it; HEADERS_MS and IDLE_MS. */
  readonly headersMs?: number;
  readonly idleMs?: number;
}

type Method = 'GET' | 'POST';
/** Why the same may be sent twice: nothing comes of it, or the gateway knows it by its key. */
type Repeat = 'harmless' | { readonly key: string };
type RequestBody =
  | { readonly json: JsonValue; readonly repeat?: Repeat | undefined }
  /** Rows that go out as they come; the generator is left when the gateway has answered. */
  | { readonly rows: AsyncGenerator<readonly (JsonValue | object)[], void> };

/** What is known of an answer before its body. */
interface Answer {
  readonly type: string;
  readonly requestId: string | undefined;
  readonly pieces: AsyncGenerator<Uint8Array>;
}

function unreachable(error: unknown): ChartsealError {
  if (error instanceof ChartsealError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'no reason is known';
  const text = tlsFault(code) ?? `the gateway cannot be reached: ${code}`;
  return new ChartsealError('GATEWAY_UNREACHABLE', text, { cause: error });
}

const late = (text: string) => (): never => {
  throw new ChartsealError('GATEWAY_UNREACHABLE', text);
};

/** One request on its way: what it sends, and what of that went wrong. */
class Exchange {
  readonly #request: ClientRequest;
  readonly #headersMs: number;
  readonly #idleMs: number;
  /** Fault of what was to be sent, which weighs more than what the gateway then says. */
  #fault: { readonly error: unknown } | undefined;

  constructor(
    request: ClientRequest,
    { headersMs = HEADERS_MS, idleMs = IDLE_MS }: GatewayAddress,
  ) {
    this.#request = request;
    this.#headersMs = headersMs;
    this.#idleMs = idleMs;
    // Told by the promise of the answer, or by its body, whichever is waited for.
    request.on('error', () => undefined);
  }

  answered(): Promise<IncomingMessage> {
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      this.#request.once('response', resolve).once('error', reject);
      this.#request.once('close', () => reject(unreachable({ code: 'ECONNRESET' })));
    });
    return within(answer, this.#headersMs, late('the gateway did not answer in time'));
  }

  /** Sends as the gateway takes it; ends when the gateway has answered. */
  async send(pieces: AsyncGenerator<Uint8Array, void>): Promise<void> {
    const request = this.#request;
    const closed = new Promise<void>((resolve) => request.once('close', resolve));
    try {
      for await (const piece of pieces) {
        if (request.destroyed) return;
        if (request.write(piece)) continue;
        const drained = new Promise<void>((resolve) => request.once('drain', resolve));
        await Promise.race([drained, closed]);
      }
      request.end();
    } catch (error) {
      this.#fault = { error };
      request.destroy();
    }
  }

  /** The body of an answer; whoever leaves it early ends the exchange. */
  async *read(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
    const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    try {
      for (;;) {
        const next = await within(pieces.next(), this.#idleMs, late('the gateway fell silent'));
        if (next.done === true) break;
        yield next.value;
      }
      if (!answer.complete) throw unreachable({ code: 'ECONNRESET' });
    } catch (error) {
      throw this.faultOr(error);
    } finally {
      // Also where rows are still to be sent: nobody reads them any more.
      if (!answer.complete || !this.#request.writableFinished) this.#request.destroy();
    }
  }

  faultOr(error: unknown): unknown {
    return this.#fault === undefined ? unreachable(error) : this.#fault.error;
  }

  /** The gateway had closed an idle connection before this request came to it, or just then. */
  isStale({ code = '' }: NodeJS.ErrnoException): boolean {
    return this.#request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
  }

  /** As {@link faultOr}, of what has an effect: whoever sends it again should know. */
  unknownOr(error: unknown): unknown {
    const fault = this.faultOr(error);
    const isUnknown = fault instanceof ChartsealError && fault.code === 'GATEWAY_UNREACHABLE';
    if (!isUnknown || !this.#request.writableFinished) return fault;
    const text = `${fault.message}; what was sent may have been taken: look before you repeat it`;
    return new ChartsealError('GATEWAY_UNREACHABLE', text, { cause: error });
  }

  end(): void {
    this.#request.destroy();
  }
}

async function collect(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
  requestId?: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > maxBytes)
      throw gatewayFailed(`its answer has more than ${maxBytes} bytes`, requestId);
    parts.push(piece);
  }
  return Buffer.concat(parts);
}

export class GatewayConnection {
  readonly #address: GatewayAddress;
  readonly #agent: Agent;
  readonly #isTls: boolean;

  constructor(address: GatewayAddress) {
    const { url, tls } = address;
    this.#address = address;
    this.#isTls = new URL(url).protocol === 'https:';
    const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
    this.#agent = this.#isTls
      ? new TlsAgent({ ...options, ...tls, minVersion: 'TLSv1.2' })
      : new Agent(options);
  }

  /**
   * The whole body of a success. Throws what the gateway refuses with, GATEWAY_UNREACHABLE,
   * GATEWAY_FAILED.
   */
  async bytes(
    method: Method,
    path: string,
    json?: JsonValue,
    maxBytes = MAX_ANSWER_BYTES,
    repeat?: Repeat,
  ): Promise<Uint8Array> {
    const body = json === undefined ? undefined : { json, repeat };
    const { pieces, requestId } = await this.open(method, path, body);
    return collect(pieces, maxBytes, requestId);
  }

  /** As {@link bytes}, a JSON object. */
  async json(
    method: Method,
    path: string,
    body?: JsonValue,
    maxBytes = MAX_ANSWER_BYTES,
    repeat?: Repeat,
  ): Promise<Record<string, JsonValue>> {
    const bytes = await this.bytes(method, path, body, maxBytes, repeat);
    try {
      const value = parseJsonBytes(bytes, 'the answer');
      if (isObject(value)) return value;
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
    }
    throw gatewayFailed('the gateway answered with what is no JSON object');
  }

  /** Rows as they come, and what they ended with. */
  async *rows(
    method: Method,
    path: string,
    body?: RequestBody,
  ): AsyncGenerator<readonly JsonValue[], JsonValue> {
    const { pieces, requestId, type } = await this.open(method, path, body);
    if (!type.startsWith('application/x-ndjson')) {
      await pieces.return(undefined);
      throw gatewayFailed('the gateway answered with what is no row', requestId);
    }
    return yield* readAnswer(pieces, requestId);
  }

  /** A success with its body as it comes. */
  async open(method: Method, path: string, body?: RequestBody): Promise<Answer> {
    const exchange = this.#begin(method, path, body);
    const repeat = body !== undefined && 'json' in body ? body.repeat : undefined;
    const isHarmless = method === 'GET' || repeat === 'harmless';
    try {
      const answer = await exchange.answered();
      return await this.#accept(exchange, answer);
    } catch (error) {
      exchange.end();
      const isRepeatable = isHarmless || repeat !== undefined;
      if (isRepeatable && exchange.isStale(error as NodeJS.ErrnoException))
        return this.open(method, path, body);
      throw isHarmless ? exchange.faultOr(error) : exchange.unknownOr(error);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #accept(exchange: Exchange, answer: IncomingMessage): Promise<Answer> {
    const { statusCode = 0, headers } = answer;
    const type = headers['content-type'] ?? '';
    const id = headers['x-request-id'];
    const requestId = Array.isArray(id) ? id[0] : id;
    const pieces = exchange.read(answer);
    if (statusCode >= 200 && statusCode < 300) return { type, requestId, pieces };
    const body = await collect(pieces, MAX_ANSWER_BYTES, requestId);
    throw refusalOf(statusCode, type, body, requestId);
  }

  #begin(method: Method, path: string, body: RequestBody | undefined): Exchange {
    const { url, token } = this.#address;
    const isRows = body !== undefined && 'rows' in body;
    const type = isRows ? 'application/x-ndjson' : 'application/json';
    const bytes = body === undefined || isRows ? undefined : utf8(JSON.stringify(body.json));
    const headers = {
      ...this.#address.headers,
      'Accept-Encoding': 'identity',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': type }),
      ...(bytes === undefined ? {} : { 'Content-Length': String(bytes.length) }),
      ...keyHeader(body),
    };
    const send = this.#isTls ? sendHttps : sendHttp;
    const request = send(new URL(`${url.replace(/\/+$/, '')}${path}`), {
      method,
      agent: this.#agent,
      headers,
    });
    const exchange = new Exchange(request, this.#address);
    if (isRows) void exchange.send(withBeats(piecesOf(body.rows)));
    else request.end(bytes);
    return exchange;
  }
}

function keyHeader(body: RequestBody | undefined): Readonly<Record<string, string>> {
  const repeat = body !== undefined && 'json' in body ? body.repeat : undefined;
  return typeof repeat === 'object' ? { 'Idempotency-Key': repeat.key } : {};
}

async function* piecesOf(
  rows: AsyncGenerator<readonly (JsonValue | object)[], void>,
): AsyncGenerator<Uint8Array, void> {
  for await (const some of rows) if (some.length > 0) yield formatRows(some);
}
