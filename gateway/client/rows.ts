// Streams of rows between a command and its gateway, in both directions: one JSON value a line,
// empty lines as beats of whoever is still at work, and a last line that says how it ended. A
// stream without that line was cut off.
import { utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isObject, type JsonValue, parseJsonBytes } from '../../chaincode/core/json.js';
import { within } from '../within.js';
import { BEAT_BYTES, BEAT_MS, MAX_ROW_BYTES } from './limits.js';
import { gatewayFailed, namedError } from './refusal.js';

const NEWLINE = 0x0a;
const BEAT = new Uint8Array(BEAT_BYTES).fill(NEWLINE);

/** Lines as their pieces arrive, none of them empty; a last one without its end too. */
async function* linesByPiece(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly Uint8Array[]> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (): Uint8Array[] => {
    const line = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    parts = [];
    size = 0;
    return line.length === 0 ? [] : [line];
  };
  for await (const piece of pieces) {
    const lines: Uint8Array[] = [];
    for (let start = 0; start <= piece.length; ) {
      const found = piece.indexOf(NEWLINE, start);
      const end = found < 0 ? piece.length : found;
      size += end - start;
      if (size > MAX_ROW_BYTES) {
        throw new ChartsealError('TOO_LARGE', `a row has more than ${MAX_ROW_BYTES} bytes`);
      }
      if (end > start) parts.push(piece.subarray(start, end));
      if (found < 0) break;
      lines.push(...take());
      start = found + 1;
    }
    if (lines.length > 0) yield lines;
  }
  const last = take();
  if (last.length > 0) yield last;
}

/** JSON values as they arrive, several at once. Throws TOO_LARGE, BAD_JSON. */
export async function* readValues(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly JsonValue[]> {
  for await (const lines of linesByPiece(pieces)) {
    yield lines.map((line) => parseJsonBytes(line, 'row'));
  }
}

/** The bytes of some rows. */
export function formatRows(rows: readonly (JsonValue | object)[]): Uint8Array {
  return utf8(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** The same pieces, with a beat wherever none comes for a while, and one at once. */
export async function* withBeats<R>(
  pieces: AsyncGenerator<Uint8Array, R>,
): AsyncGenerator<Uint8Array, R> {
  yield BEAT;
  try {
    for (;;) {
      const next = pieces.next();
      // Left alone while it is awaited nowhere: the receiver may go away at a beat.
      next.catch(() => undefined);
      let arrived = await within(next, BEAT_MS, () => undefined);
      while (arrived === undefined) {
        yield BEAT;
        arrived = await within(next, BEAT_MS, () => undefined);
      }
      if (arrived.done === true) return arrived.value;
      yield arrived.value;
    }
  } finally {
    // Whoever reads is told at once; what is still at work ends when it sees that.
    pieces.return(undefined as R).catch(() => undefined);
  }
}

type Rows = AsyncGenerator<readonly (JsonValue | object)[], JsonValue | object>;

/** Rejects with SHUTTING_DOWN when the signal says so. */
function ended(signal: AbortSignal | undefined): Promise<never> {
  const promise = new Promise<never>((_resolve, reject) => {
    const end = () => reject(new ChartsealError('SHUTTING_DOWN', 'the gateway ends'));
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end);
  });
  // It may come when nobody waits.
  promise.catch(() => undefined);
  return promise;
}

async function* endedPieces(rows: Rows, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const end = ended(signal);
  try {
    for (;;) {
      const coming = rows.next();
      coming.catch(() => undefined);
      const next = await Promise.race([coming, end]);
      if (next.done === true) {
        yield formatRows([{ end: next.value }]);
        return;
      }
      if (next.value.length > 0) yield formatRows(next.value.map((row) => ({ row })));
    }
  } catch (error) {
    const isOurs = error instanceof ChartsealError;
    const code = isOurs ? error.code : 'UNEXPECTED';
    yield formatRows([{ error: { code, message: isOurs ? error.message : '' } }]);
    if (!isOurs) throw error;
  } finally {
    await rows.return({});
  }
}

/**
 * An answer of rows; what the generator returns, or throws, stands in the last line.
 * @param signal ends it with SHUTTING_DOWN; left out where the generator ends by itself then
 */
export function formatAnswer(rows: Rows, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  return withBeats(endedPieces(rows, signal));
}

function memberOf(line: JsonValue, requestId: string | undefined) {
  const entries = isObject(line) ? Object.entries(line) : [];
  const [member] = entries;
  if (member === undefined || entries.length !== 1) {
    throw gatewayFailed('the gateway sent what is no row', requestId);
  }
  const [name, value] = member as [string, JsonValue];
  return { name, value };
}

function failureOf(value: JsonValue, requestId: string | undefined): ChartsealError {
  const { code, message } = isObject(value) ? value : {};
  return namedError(code, message, requestId);
}

/** As {@link readValues}, from a gateway: throws GATEWAY_FAILED for what is no JSON by lines. */
export async function* readReceived(
  pieces: AsyncIterable<Uint8Array>,
  requestId?: string,
): AsyncGenerator<readonly JsonValue[]> {
  try {
    yield* readValues(pieces);
  } catch (error) {
    const code = error instanceof ChartsealError ? error.code : undefined;
    if (code !== 'BAD_JSON' && code !== 'TOO_LARGE') throw error;
    throw gatewayFailed('the gateway sent what is no row', requestId);
  }
}

/**
 * Inverse of {@link formatAnswer}: rows as they arrive, and what it ended with. Throws the error
 * that it ended with, GATEWAY_FAILED for what is no stream of rows, GATEWAY_UNREACHABLE when it was
 * cut off.
 */
export async function* readAnswer(
  pieces: AsyncIterable<Uint8Array>,
  requestId?: string,
): AsyncGenerator<readonly JsonValue[], JsonValue> {
  for await (const lines of readReceived(pieces, requestId)) {
    const rows: JsonValue[] = [];
    for (const line of lines) {
      const { name, value } = memberOf(line, requestId);
      if (name === 'row') {
        rows.push(value);
        continue;
      }
      if (rows.length > 0) yield rows;
      if (name === 'end') return value;
      throw failureOf(value, requestId);
    }
    if (rows.length > 0) yield rows;
  }
  throw new ChartsealError('GATEWAY_UNREACHABLE', 'the gateway ended in the middle of its answer');
}
