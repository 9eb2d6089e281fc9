// Bodies of requests, read within bounds of size and time.
import type { IncomingMessage } from 'node:http';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { BodyRoom } from './body-room.js';
import { BodyWait, type WaitBounds } from './body-wait.js';
import { MAX_BUFFERED_BODY_BYTES, MAX_BUFFERED_OF_ONE_BYTES } from './limits.js';
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

export interface BodyBounds extends WaitBounds {
  readonly maxBytes: number;
  /** Called before the first read, when nothing stands against the body. */
  readonly begin?: () => void;
}

/**
 * The body piece by piece. Throws TOO_LARGE, REQUEST_TIMEOUT, SHUTTING_DOWN when the gateway ends
 * and nothing more comes, and BAD_INPUT when the sender went away before its end.
 */
export async function* readBody(
  request: IncomingMessage,
  bounds: BodyBounds,
  wait?: BodyWait,
): AsyncGenerator<Uint8Array> {
  const { maxBytes } = bounds;
  const waiting = wait ?? new BodyWait(bounds);
  let pieces: AsyncGenerator<Uint8Array> | undefined;
  let size = 0;
  try {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    bounds.begin?.();
    // Destroying the request would take the answer along: reading just ends.
    pieces = request.iterator({ destroyOnReturn: false }) as AsyncGenerator<Uint8Array>;
    for (;;) {
      const piece = await waiting.next(pieces);
      if (piece.done === true) return;
      size += piece.value.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield piece.value;
    }
  } finally {
    waiting.close();
    // While it listens, nobody else can read the rest away. In the middle of a read it is left.
    if (!waiting.isReading) await pieces?.return(undefined);
  }
}

/** Of all bodies that are read as a whole right now. */
const room = new BodyRoom({
  maxBytes: MAX_BUFFERED_BODY_BYTES,
  maxOfOneBytes: MAX_BUFFERED_OF_ONE_BYTES,
});

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
  const wait = new BodyWait(bounds);
  const held = room.enter(sender, (error) => wait.refuse(error));
  try {
    for await (const piece of readBody(request, bounds, wait)) {
      held.take(piece.length);
      pieces.push(piece);
    }
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
  } finally {
    held.leave();
  }
}
