// One HTTP request as it is, without following anything.
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: string;
  readonly ca?: string;
  /** Of the client, PEM. */
  readonly cert?: string;
  readonly key?: string;
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export async function ask(url: URL, { body, ...options }: RequestOptions = {}): Promise<Response> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, { ...options, method, agent: false }, resolve);
    request.on('error', reject);
    request.end(body);
  });
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}
