// Bodies of requests, read within bounds of size and time.
import type { IncomingMessage } from 'node:http';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { MediaType } from './route.js';

/** Whether a request says that it has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const size = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (size !== undefined && size !== '0');
}

const PARAMETER = /^\s*charset\s*=\s*"?utf-8"?\s*$/i;

function wrongType(allowed: readonly string[]): never {
  const names = allowed.join(' or ');
  throw new ChartsealError('WRONG_MEDIA_TYPE', `this route takes ${names}, not compressed`);
}

/** Throws WRONG_MEDIA_TYPE. Compressed bodies are refused: their size is not known beforehand. */
export function mediaTypeOf(
  { headers }: IncomingMessage,
  allowed: readonly MediaType[],
): MediaType {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') wrongType(allowed);
  const [essence = '', ...parameters] = (headers['content-type'] ?? '').split(';');
  const found = allowed.find((type) => type === essence.trim().toLowerCase());
  if (found === undefined || !parameters.every((one) => PARAMETER.test(one))) wrongType(allowed);
  return found;
}

function tooLarge(maxBytes: number): ChartsealError {
  return new ChartsealError('TOO_LARGE', `the body has more than ${maxBytes} bytes`);
}

function timedOut(): ChartsealError {
  return new ChartsealError('REQUEST_TIMEOUT', 'the body did not arrive in time');
}

export interface BodyBounds {
  readonly maxBytes: number;
  /** Between two pieces. */
  readonly idleMs: number;
  /** For all of it; unbounded when it is left out. */
  readonly totalMs?: number;
}

/**
 * The body piece by piece. Throws TOO_LARGE, REQUEST_TIMEOUT, and BAD_INPUT when the sender went
 * away before its end.
 */
export async function* readBody(
  request: IncomingMessage,
  { maxBytes, idleMs, totalMs }: BodyBounds,
): AsyncGenerator<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  // Destroying the request would take the answer along: reading just ends.
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  const until = totalMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + totalMs;
  let size = 0;
  for (;;) {
    const left = Math.min(idleMs, until - performance.now());
    const piece = await within(nextOf(pieces), left);
    if (piece.done === true) return;
    size += piece.value.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    yield piece.value;
  }
}

async function nextOf(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await pieces.next();
  } catch (cause) {
    throw new ChartsealError('BAD_INPUT', 'the body ended before its end', { cause });
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(timedOut()), Math.max(0, ms));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    // When time is over first, nobody waits any more for what then comes.
    promise.catch(() => undefined);
  }
}

export async function readWhole(request: IncomingMessage, bounds: BodyBounds): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readBody(request, bounds)) pieces.push(piece);
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
}
