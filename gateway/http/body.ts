// Bodies of requests, read within bounds of size and time.
import type { IncomingMessage } from 'node:http';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { MAX_BUFFERED_BODY_BYTES, MAX_BUFFERED_OF_ONE_BYTES, MIN_BODY_BYTES } from './limits.js';
import type { MediaType } from './route.js';

/** Whether a request says that it has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const size = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (size !== undefined && size !== '0');
}

const PARAMETER = /^\s*charset\s*=\s*"?utf-8"?\s*$/i;
const FHIR_TYPE = 'application/fhir+json';
/** Of media types of FHIR besides. */
const FHIR_PARAMETER = /^\s*fhirVersion\s*=\s*"?4\.0"?\s*$/i;

function wrongType(allowed: readonly string[]): never {
  const names = allowed.map((one) => (one === FHIR_TYPE ? `${one} of FHIR 4.0` : one)).join(' or ');
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
  const isKnown = (one: string) =>
    PARAMETER.test(one) || (found === FHIR_TYPE && FHIR_PARAMETER.test(one));
  if (found === undefined || !parameters.every(isKnown)) wrongType(allowed);
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
  /** Called before the first read, when nothing stands against the body. */
  readonly begin?: () => void;
}

/**
 * How long a sender may still take: each window of time that is spent waiting must bring some
 * bytes, so that a body which trickles does not hold its connection for ever.
 */
class Pace {
  readonly #idleMs: number;
  readonly #until: number;
  #windowMs = 0;
  #windowBytes = 0;

  constructor({ idleMs, totalMs = Number.POSITIVE_INFINITY }: BodyBounds) {
    this.#idleMs = idleMs;
    this.#until = performance.now() + totalMs;
  }

  get leftMs(): number {
    return Math.min(this.#idleMs, this.#until - performance.now());
  }

  /** Throws REQUEST_TIMEOUT. */
  took(bytes: number, waitedMs: number): void {
    this.#windowBytes += bytes;
    this.#windowMs += waitedMs;
    if (this.#windowMs < this.#idleMs) return;
    if (this.#windowBytes < MIN_BODY_BYTES) throw timedOut();
    this.#windowMs = 0;
    this.#windowBytes = 0;
  }
}

/**
 * The body piece by piece. Throws TOO_LARGE, REQUEST_TIMEOUT, and BAD_INPUT when the sender went
 * away before its end.
 */
export async function* readBody(
  request: IncomingMessage,
  bounds: BodyBounds,
): AsyncGenerator<Uint8Array> {
  const { maxBytes } = bounds;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  bounds.begin?.();
  // Destroying the request would take the answer along: reading just ends.
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncGenerator<Uint8Array>;
  const pace = new Pace(bounds);
  let size = 0;
  let isRead = true;
  try {
    for (;;) {
      const begun = performance.now();
      isRead = false;
      const piece = await inTime(nextOf(pieces), pace.leftMs);
      isRead = true;
      if (piece.done === true) return;
      size += piece.value.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      pace.took(piece.value.length, performance.now() - begun);
      yield piece.value;
    }
  } finally {
    // While it listens, nobody else can read the rest away. In the middle of a read it is left.
    if (isRead) await pieces.return(undefined);
  }
}

async function nextOf(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await pieces.next();
  } catch (cause) {
    throw new ChartsealError('BAD_INPUT', 'the body ended before its end', { cause });
  }
}

async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(timedOut()), Math.max(0, ms));
    // The connection keeps the process; once it is gone, this must not.
    timer.unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Of all bodies that are read as a whole right now, and of those of each sender. */
let bufferedBytes = 0;
const bufferedOf = new Map<string, number>();

/** Counts what came, or what was let go. */
function hold(sender: string, bytes: number): void {
  bufferedBytes += bytes;
  const own = (bufferedOf.get(sender) ?? 0) + bytes;
  if (own === 0) bufferedOf.delete(sender);
  else bufferedOf.set(sender, own);
}

/**
 * Throws as {@link readBody}, and RATE_LIMITED while too much of other bodies is in memory.
 * @param sender whose bodies have a bound of their own, so that they take no room from others
 */
export async function readWhole(
  request: IncomingMessage,
  bounds: BodyBounds,
  sender: string,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of readBody(request, bounds)) {
      hold(sender, piece.length);
      size += piece.length;
      const own = bufferedOf.get(sender) ?? 0;
      if (own > MAX_BUFFERED_OF_ONE_BYTES || bufferedBytes > MAX_BUFFERED_BODY_BYTES) {
        throw new ChartsealError('RATE_LIMITED', 'too many large bodies arrive at the same time');
      }
      pieces.push(piece);
    }
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
  } finally {
    hold(sender, -size);
  }
}
