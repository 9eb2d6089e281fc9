// Calls of a gateway as programs make them: JSON out and in, and streams of lines.
import { once } from 'node:events';
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import type { ApiPlace, Bearer } from './api-place.js';
import { send } from './send.js';

export const ARCHIVIST: Bearer = { sub: 'archivist-1', roles: ['archivist'] };
export const AUDITOR: Bearer = { sub: 'auditor-1', roles: ['auditor'] };
export const EMR: Bearer = { sub: 'emr-1', roles: ['source-system'] };
export const LIS: Bearer = { sub: 'lis-1', roles: ['source-system'] };
export const OFFICER: Bearer = { sub: 'officer-1', roles: ['privacy-officer'] };

export interface Called {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The body as JSON. */
  readonly json: JsonObject;
}

export interface Call {
  readonly as?: Bearer;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON value, or bytes as they are. */
  readonly body?: JsonValue | Uint8Array;
}

const JSON_TYPE = 'application/json';

export async function call(place: ApiPlace, target: string, asked: Call = {}): Promise<Called> {
  const { as, body, headers = {}, method = body === undefined ? 'GET' : 'POST' } = asked;
  const isBytes = body instanceof Uint8Array;
  const bytes = body === undefined || isBytes ? body : JSON.stringify(body);
  const answer = await send(place.url, {
    method,
    target,
    headers: {
      ...(as === undefined ? {} : { Authorization: `Bearer ${place.token(as)}` }),
      ...(body === undefined
        ? {}
        : { 'Content-Type': isBytes ? 'application/octet-stream' : JSON_TYPE }),
      ...headers,
    },
    ...(bytes === undefined ? {} : { body: bytes }),
  });
  const text = answer.body.toString();
  const isJson = /json$/.test(answer.headers['content-type'] ?? '');
  const json = (isJson ? JSON.parse(text) : {}) as JsonObject;
  return { status: answer.status, headers: answer.headers, bytes: answer.body, json };
}

/** A refusal by status and code, in form; nothing was written meanwhile. */
export async function expectRefused(
  place: ApiPlace,
  calling: () => Promise<Called>,
  status: number,
  code: ErrorCode,
): Promise<Called> {
  const before = place.hospital.sequencer.counts.accepted;
  const called = await calling();
  expect([called.status, called.json['code']], called.bytes.toString()).to.deep.equal([
    status,
    code,
  ]);
  expect(called.headers['content-type']).to.equal('application/problem+json');
  expect(place.hospital.sequencer.counts.accepted).to.equal(before);
  return called;
}

/** Lines as one body, and the results of all. */
export async function callLines(
  place: ApiPlace,
  target: string,
  as: Bearer,
  lines: readonly (JsonValue | string)[],
): Promise<JsonObject[]> {
  const text = lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const answer = await send(place.url, {
    method: 'POST',
    target,
    headers: {
      Authorization: `Bearer ${place.token(as)}`,
      'Content-Type': 'application/x-ndjson',
    },
    body: `${text.join('\n')}\n`,
  });
  expect(answer.status, answer.body.toString()).to.equal(200);
  expect(answer.headers['content-type']).to.equal('application/x-ndjson');
  return parseLines(answer.body.toString());
}

export function parseLines(text: string): JsonObject[] {
  const lines = text.split('\n');
  expect(lines.pop()).to.equal('');
  return lines.map((line) => JSON.parse(line));
}

/** A stream of lines both ways, line by line. */
export class LineCall {
  readonly request: ClientRequest;
  readonly #answer: Promise<IncomingMessage>;
  #lines: AsyncGenerator<JsonObject> | undefined;

  constructor(place: ApiPlace, target: string, as: Bearer) {
    this.request = httpRequest(new URL(target, place.url), {
      method: 'POST',
      agent: false,
      headers: {
        Authorization: `Bearer ${place.token(as)}`,
        'Content-Type': 'application/x-ndjson',
      },
    });
    this.#answer = once(this.request, 'response').then(([answer]) => answer as IncomingMessage);
    this.#answer.catch(() => undefined);
    this.request.on('error', () => undefined);
    this.request.flushHeaders();
  }

  send(value: JsonValue): void {
    this.request.write(`${JSON.stringify(value)}\n`);
  }

  end(): void {
    this.request.end();
  }

  answer(): Promise<IncomingMessage> {
    return this.#answer;
  }

  /** The next result; undefined at the end. */
  async next(): Promise<JsonObject | undefined> {
    this.#lines ??= linesOf(this.#answer);
    const { value } = await this.#lines.next();
    return value as JsonObject | undefined;
  }

  async rest(): Promise<JsonObject[]> {
    const all: JsonObject[] = [];
    for (let line = await this.next(); line !== undefined; line = await this.next()) all.push(line);
    return all;
  }
}

async function* linesOf(answer: Promise<IncomingMessage>): AsyncGenerator<JsonObject> {
  let text = '';
  for await (const chunk of await answer) {
    text += String(chunk);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Code of a line that tells an error. */
export const codeOf = (line: JsonObject | undefined): JsonValue | undefined =>
  (line?.['error'] as JsonObject | undefined)?.['code'];

export const accessBody = (submission: object): JsonObject =>
  JSON.parse(JSON.stringify(submission)) as JsonObject;
