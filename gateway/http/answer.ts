// Sends what a handler answers: whole, or piece by piece as the receiver takes it.
import type { Response } from 'express';
import { utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { ANSWER_PIECE_BYTES } from './limits.js';
import type { ApiAnswer, MediaType } from './route.js';

function isStream(body: ApiAnswer['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function bytesOf(body: Exclude<ApiAnswer['body'], AsyncIterable<Uint8Array> | undefined>) {
  return body instanceof Uint8Array ? body : utf8(JSON.stringify(body));
}

/** What was not read of a request would be taken for the next one: the connection ends. */
function endAfter(response: Response): void {
  if (!response.req.complete) response.setHeader('Connection', 'close');
}

/** False when the receiver is gone, or took nothing for too long. */
function drained(response: Response, signal: AbortSignal, idleMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isDrained: boolean) => {
      clearTimeout(timer);
      response.off('drain', drain);
      signal.removeEventListener('abort', gone);
      resolve(isDrained);
    };
    const drain = () => settle(true);
    const gone = () => settle(false);
    const timer = setTimeout(gone, idleMs);
    response.once('drain', drain);
    signal.addEventListener('abort', gone);
  });
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += ANSWER_PIECE_BYTES) {
    yield bytes.subarray(at, at + ANSWER_PIECE_BYTES);
  }
}

async function sendPieces(
  response: Response,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
  idleMs: number,
): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (signal.aborted) break;
      if (!response.write(piece) && !(await drained(response, signal, idleMs))) {
        response.destroy();
        return;
      }
    }
    response.end();
  } catch (error) {
    if (!response.headersSent && !signal.aborted) throw error;
    // The status is out already: an answer that is cut off says that it is not whole.
    const wasGone = signal.aborted;
    response.destroy();
    if (error instanceof ChartsealError || !wasGone) throw error;
  }
}

/**
 * Resolves when everything is handed to the connection, or the receiver is gone.
 * @param signal aborted when the receiver is gone
 * @param idleMs until the receiver takes the next piece
 */
export async function sendAnswer(
  response: Response,
  { status, type, headers, body }: ApiAnswer,
  signal: AbortSignal,
  idleMs: number,
): Promise<void> {
  if (signal.aborted) return;
  response.status(status);
  response.setHeader('Cache-Control', 'no-store');
  for (const [name, value] of Object.entries(headers ?? {})) {
    response.setHeader(name, value as string | string[]);
  }
  const isHead = response.req.method === 'HEAD';
  if (body === undefined) {
    endAfter(response);
    response.end();
    return;
  }
  const media: MediaType = type ?? 'application/json';
  response.setHeader('Content-Type', media);
  if (isStream(body)) {
    if (isHead) response.end();
    else await sendPieces(response, body, signal, idleMs);
    return;
  }
  endAfter(response);
  const bytes = bytesOf(body);
  response.setHeader('Content-Length', bytes.length);
  if (isHead) response.end();
  else if (bytes.length <= ANSWER_PIECE_BYTES) response.end(bytes);
  else await sendPieces(response, piecesOf(bytes), signal, idleMs);
}
