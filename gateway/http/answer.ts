// Sends what a handler answers: whole, or piece by piece as the receiver takes it.
import { once } from 'node:events';
import type { Response } from 'express';
import { utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { ANSWER_IDLE_MS, LINGER_MS } from './limits.js';
import type { ApiAnswer, MediaType } from './route.js';

function isStream(body: ApiAnswer['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function bytesOf(body: Exclude<ApiAnswer['body'], AsyncIterable<Uint8Array> | undefined>) {
  return body instanceof Uint8Array ? body : utf8(JSON.stringify(body));
}

/** What was not read of a request would be taken for the next one: the connection ends. */
function endAfter(response: Response): void {
  const { req: request } = response;
  if (request.complete) return;
  response.setHeader('Connection', 'close');
  response.once('finish', () => {
    request.resume();
    const lingering = setTimeout(() => request.socket.destroy(), LINGER_MS);
    request.socket.once('close', () => clearTimeout(lingering));
  });
}

async function drained(response: Response, signal: AbortSignal): Promise<void> {
  const idle = AbortSignal.timeout(ANSWER_IDLE_MS);
  await once(response, 'drain', { signal: AbortSignal.any([idle, signal]) });
}

async function sendStream(
  response: Response,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (signal.aborted) break;
      if (!response.write(piece)) await drained(response, signal);
    }
    response.end();
  } catch (error) {
    // The status is out already: an answer that is cut off says that it is not whole.
    response.destroy();
    if (error instanceof ChartsealError || !signal.aborted) throw error;
  }
}

/**
 * Resolves when everything is handed to the connection, or the receiver is gone.
 * @param signal aborted when the receiver is gone
 */
export async function sendAnswer(
  response: Response,
  { status, type, headers, body }: ApiAnswer,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  response.status(status);
  response.setHeader('Cache-Control', 'no-store');
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
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
    else await sendStream(response, body, signal);
    return;
  }
  endAfter(response);
  const bytes = bytesOf(body);
  response.setHeader('Content-Length', bytes.length);
  response.end(isHead ? undefined : bytes);
}
