// Files of FHIR audit events: one resource or Bundle a line, or one of them over many lines.
import { Buffer } from 'node:buffer';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { isObject } from '../../../chaincode/core/json.js';
import { MAX_JSON_BYTES } from '../../../chaincode/core/limits.js';
import { readFhirBody } from '../../fhir/bundle.js';
import { readLines } from '../json-lines.js';
import type { AuditItem } from './audit-import.js';
import { MAX_ITEM_BYTES } from './limits.js';

/** An event of a file, and where it stands there. */
export interface FiledItem {
  /** From 1; undefined where the file is one resource or Bundle. */
  readonly line?: number;
  /** Within a Bundle. */
  readonly expression?: string;
  readonly item: AuditItem | { readonly error: ChartsealError };
}

type Profile = AuditItem['profile'];

const MEDIA_TYPE = 'application/fhir+json';
const NEWLINE = 0x0a;
/** Looked at to tell lines from one resource; longer lines are none that could be accepted. */
const MAX_HEAD_BYTES = 2 * MAX_ITEM_BYTES;

function tooLarge(maxBytes: number): { readonly error: ChartsealError } {
  const message = `it has more than ${maxBytes} bytes`;
  return { error: new ChartsealError('TOO_LARGE', message) };
}

function itemOf(bytes: Uint8Array, profile: Profile): FiledItem['item'] {
  if (bytes.length > MAX_ITEM_BYTES) return tooLarge(MAX_ITEM_BYTES);
  return { bytes, mediaType: MEDIA_TYPE, ...(profile === undefined ? {} : { profile }) };
}

/** A Bundle by its entries, but for one of which all or nothing is to be accepted. */
function itemsOf(bytes: Uint8Array, profile: Profile): readonly FiledItem[] {
  const whole = { item: itemOf(bytes, profile) };
  try {
    const body = readFhirBody(bytes, 'audit event', MAX_JSON_BYTES);
    if (body.kind === 'resource' || body.type === 'transaction') return [whole];
    return body.parts.map((part) => ({
      expression: part.expression,
      item: itemOf(part.bytes, profile),
    }));
  } catch (error) {
    // Whoever accepts it finds the same, and keeps it aside.
    if (error instanceof ChartsealError) return [whole];
    throw error;
  }
}

function isJsonObject(line: Uint8Array): boolean {
  try {
    return isObject(JSON.parse(Buffer.from(line).toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Whether one of the first two lines is a resource by itself. */
function isByLines(head: Uint8Array): boolean {
  let start = 0;
  for (let found = 0; found < 2 && start < head.length; ) {
    const newline = head.indexOf(NEWLINE, start);
    const line = head.subarray(start, newline < 0 ? head.length : newline);
    start = newline < 0 ? head.length : newline + 1;
    if (line.every((byte) => byte <= 0x20)) continue;
    if (isJsonObject(line)) return true;
    found++;
  }
  return false;
}

/** Whether two lines are whole, so that it can be told. */
function hasTwoLines(head: Uint8Array): boolean {
  const first = head.indexOf(NEWLINE);
  return first >= 0 && head.indexOf(NEWLINE, first + 1) >= 0;
}

async function* after(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Events in the order of the file; a line that is too long is one that cannot be accepted. */
export async function* readAuditFile(
  input: AsyncIterable<Uint8Array>,
  profile: Profile,
): AsyncGenerator<FiledItem> {
  const pieces = input[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  let isWhole = false;
  while (!hasTwoLines(head) && head.length <= MAX_HEAD_BYTES) {
    const next = await pieces.next();
    isWhole = next.done === true;
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  if (isByLines(head)) {
    for await (const { number, bytes } of readLines(after(head, pieces), MAX_ITEM_BYTES)) {
      const items =
        bytes === undefined ? [{ item: tooLarge(MAX_ITEM_BYTES) }] : itemsOf(bytes, profile);
      for (const one of items) yield { line: number, ...one };
    }
    return;
  }
  const parts: Uint8Array[] = [head];
  let size = head.length;
  while (!isWhole && size <= MAX_JSON_BYTES) {
    const next = await pieces.next();
    if (next.done === true) break;
    parts.push(next.value);
    size += next.value.length;
  }
  const bytes = Buffer.concat(parts);
  if (size > MAX_JSON_BYTES) yield { item: tooLarge(MAX_JSON_BYTES) };
  else if (!bytes.every((byte) => byte <= 0x20)) yield* itemsOf(bytes, profile);
}
