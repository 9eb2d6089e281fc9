// Sends a request as it is, odd ones too, and gives back all of the answer.
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface ToSend {
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** On a connection of its own. A sender that is cut off still sees what was answered before. */
export async function send(
  url: string,
  { method, target, headers, body }: ToSend,
): Promise<Received> {
  const { hostname, port } = new URL(url);
  // By itself, Node says no length of the body of a GET.
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const all = { ...headers, ...length };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { hostname, port, method, path: target, headers: all, agent: false };
    const request = httpRequest(options, resolve);
    request.on('error', reject);
    request.end(body);
  });
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: Buffer.concat(pieces),
  };
}
