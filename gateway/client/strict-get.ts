// GET as somebody does it who believes nobody: bounded answers, deadlines, no redirects, nothing
// unpacked. What may pass by itself is tried again for a while.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';
import { parseJsonBytes } from '../../chaincode/core/json.js';
import { isLoopback } from '../http/auth/loopback.js';
import { tlsFault } from './tls-fault.js';

export interface HttpPeer {
  /** `https://host/v1/log`; plain http on this machine alone. */
  readonly url: string;
  /** Bearer token. */
  readonly token?: string;
  /** PEM: authorities to believe, and the own certificate with its key. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** How long one request may take, and how long it is tried again. */
  readonly requestMs?: number;
  readonly retryMs?: number;
}

const REQUEST_MS = 20_000;
const RETRY_MS = 30_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const CONNECTIONS = 8;
const MAX_PROBLEM_BYTES = 64 * 1024;

const PASSING_FAULTS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const PASSING_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Thrown for what may be gone at the next try. */
class PassingError extends ChartsealError {
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, message: string, retryAfterMs: number, cause?: unknown) {
    super(code, message, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whether the same request may succeed later without anybody mending something on this side. */
export function isPassing(error: unknown): error is ChartsealError {
  return error instanceof PassingError;
}

function usage(message: string): never {
  throw new ChartsealError('USAGE', message);
}

/** Throws USAGE for what is no base URL, and where it would show a token to the whole network. */
function parseBase({ url, tls }: HttpPeer): URL {
  const base = URL.canParse(url) ? new URL(url) : usage('--url is no URL');
  const isPlain = base.protocol === 'http:';
  if (!isPlain && base.protocol !== 'https:') usage('--url begins with https://');
  if (base.username !== '' || base.password !== '') usage('--url holds no name or password');
  if (base.search !== '' || base.hash !== '') usage('--url ends with its path');
  if (isPlain && !isLoopback(base.hostname)) usage('http:// is for this machine; use https://');
  if (isPlain && tls !== undefined) usage('certificates go with https://');
  base.pathname = base.pathname.replace(/\/*$/, '/');
  return base;
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > maxBytes) {
      throw new ChartsealError('GATEWAY_FAILED', `an answer has more than ${maxBytes} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Of a refusal; nothing where it says more than anybody reads: its status counts all the same. */
async function readRefusal(response: IncomingMessage): Promise<Uint8Array> {
  try {
    return await readBody(response, MAX_PROBLEM_BYTES);
  } catch (error) {
    if (error instanceof ChartsealError) return new Uint8Array(0);
    throw error;
  }
}

/** The code of a problem+json, when it is one that we know; nothing else of it is believed. */
function problemCode(bytes: Uint8Array): ErrorCode | undefined {
  try {
    const problem = parseJsonBytes(bytes, 'problem') as Record<string, unknown> | null;
    const code = problem?.['code'];
    return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
      ? (code as ErrorCode)
      : undefined;
  } catch (error) {
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'ACCESS_DENIED',
  404: 'NOT_FOUND',
};

function refusal(response: IncomingMessage, path: string, bytes: Uint8Array): ChartsealError {
  const status = response.statusCode ?? 0;
  const where =
    status >= 300 && status < 400 ? ', which sends elsewhere: that is not followed' : '';
  const said = problemCode(bytes);
  const text = `${path} was answered with ${status}${said === undefined ? '' : ` ${said}`}${where}`;
  const code = CODES[status] ?? said ?? 'GATEWAY_FAILED';
  if (!PASSING_STATUS.has(status)) return new ChartsealError(code, text);
  const seconds = Number(response.headers['retry-after'] ?? 0);
  return new PassingError(code, text, Number.isSafeInteger(seconds) ? seconds * 1000 : 0);
}

function connectionFault(error: unknown, path: string): ChartsealError {
  if (error instanceof ChartsealError) return error;
  const { name, code, message } = error as NodeJS.ErrnoException;
  const isLate = name === 'AbortError';
  const fault = tlsFault(code ?? '') ?? code ?? message;
  const text = `${path}: ${isLate ? 'no whole answer in time' : fault}`;
  if (isLate || PASSING_FAULTS.has(code ?? '')) {
    return new PassingError('GATEWAY_UNREACHABLE', text, 0, error);
  }
  return new ChartsealError('GATEWAY_UNREACHABLE', text, { cause: error });
}

export class StrictGet {
  readonly #peer: HttpPeer;
  readonly #base: URL;
  readonly #agent: HttpAgent | HttpsAgent;

  /** Throws USAGE. */
  constructor(peer: HttpPeer) {
    this.#peer = peer;
    this.#base = parseBase(peer);
    const options = { keepAlive: true, maxSockets: CONNECTIONS };
    this.#agent =
      this.#base.protocol === 'https:'
        ? new HttpsAgent({ ...options, ...peer.tls, minVersion: 'TLSv1.2' })
        : new HttpAgent(options);
  }

  /**
   * The body of a 200. Throws UNAUTHENTICATED, ACCESS_DENIED, NOT_FOUND, GATEWAY_UNREACHABLE,
   * GATEWAY_FAILED, and a code that the gateway names.
   * @param path below the base URL
   * @param maxBytes a longer answer is refused
   */
  async get(path: string, maxBytes: number, stop?: AbortSignal): Promise<Uint8Array> {
    const end = performance.now() + (this.#peer.retryMs ?? RETRY_MS);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.#once(path, maxBytes, stop);
      } catch (error) {
        if (!(error instanceof PassingError) || stop?.aborted === true) throw error;
        const wait = Math.max(pause, error.retryAfterMs);
        if (performance.now() + wait > end) throw error;
        // Whoever stops it gets the error of the next try.
        await sleep(wait, undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #once(path: string, maxBytes: number, stop?: AbortSignal): Promise<Uint8Array> {
    // AbortSignal.any would leave something behind in `stop` with every request of a long run.
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, this.#peer.requestMs ?? REQUEST_MS);
    stop?.addEventListener('abort', end);
    if (stop?.aborted === true) end();
    try {
      const response = await this.#send(path, ending.signal);
      try {
        if (response.statusCode !== 200) {
          throw refusal(response, path, await readRefusal(response));
        }
        if ((response.headers['content-encoding'] ?? 'identity') !== 'identity') {
          throw new ChartsealError('GATEWAY_FAILED', `${path} was answered in a packed form`);
        }
        return await readBody(response, maxBytes);
      } finally {
        if (!response.complete) response.destroy();
      }
    } catch (error) {
      throw connectionFault(error, path);
    } finally {
      clearTimeout(timer);
      stop?.removeEventListener('abort', end);
    }
  }

  #send(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { token } = this.#peer;
    const headers = {
      'Accept-Encoding': 'identity',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
    const send = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.#base);
      const sent = send(url, { agent: this.#agent, headers, signal }, resolve);
      // An answer with another protocol is neither a response nor an error to Node.
      sent.on('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
      sent.on('error', reject).end();
    });
  }
}
