// What is wrong with the head of a request whatever its route: where two readers of it might
// disagree on what was asked, nobody is asked.
import type { IncomingMessage } from 'node:http';
import { ChartsealError } from '../../chaincode/core/errors.js';

/** Headers that count once; of two, one program takes the first and another the last. */
const SINGLE: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'chartseal-patient',
  'transfer-encoding',
]);

const TARGET = /^(?:\/|https?:\/\/)[\x21\x22\x24-\x7e]*$|^\*$/i;
const AUTHORITY = /^https?:\/\/[^/?]*/i;
const HOST = /^[A-Za-z0-9._:[\]-]*$/;
const EXPECT = /^100-continue$/i;

function bad(message: string): never {
  throw new ChartsealError('BAD_INPUT', message);
}

function checkNames(rawHeaders: readonly string[]): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (SINGLE.has(name) && seen.has(name)) bad(`the header ${name} stands twice`);
    seen.add(name);
  }
}

/**
 * The path and query of a target: of an address too, whatever host it names (RFC 9112 section
 * 3.2.2). Undefined for what is neither; Express would find no path in it, and answer by itself.
 */
export function pathOf(target: string): string | undefined {
  if (!TARGET.test(target)) return undefined;
  const path = target.replace(AUTHORITY, '');
  return path === '*' || path.startsWith('/') ? path : `/${path}`;
}

/** Whether the sender holds its body back until it is asked for (RFC 9110 section 10.1.1). */
export function waitsForContinue({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.expect !== undefined && httpVersion === '1.1';
}

/** Throws BAD_INPUT (RFC 9112 sections 3.2 and 6.1, RFC 9110 section 10.1.1). */
export function checkHead(request: IncomingMessage): void {
  const { headers, rawHeaders, httpVersion } = request;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') bad('the request is not HTTP/1.1');
  checkNames(rawHeaders);
  if (headers.host === undefined ? httpVersion === '1.1' : !HOST.test(headers.host)) {
    bad('the request needs one header host');
  }
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion !== '1.1')) {
    bad('the only transfer coding taken is chunked, in HTTP/1.1');
  }
  if (headers.expect !== undefined && !EXPECT.test(headers.expect)) {
    bad('the only expectation met is 100-continue');
  }
}
