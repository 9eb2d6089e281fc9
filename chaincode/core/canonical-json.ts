// The one byte form of JSON that is hashed, signed and stored: RFC 8785, for values made of
// strings, safe integers, booleans, null, lists and plain objects.
import { utf8 } from './bytes.js';
import { CanonicalWalk } from './canonical-walk.js';
import { ChartsealError } from './errors.js';
import { decodeJsonText, isWellFormed, type JsonValue, parseJson } from './json.js';
import { MAX_JSON_BYTES, MAX_JSON_DEPTH, MAX_JSON_VALUES } from './limits.js';

function refuse(reason: string): never {
  throw new ChartsealError('BAD_INPUT', `cannot be written as canonical JSON: ${reason}`);
}

/**
 * Whether the engine's own JSON.stringify gives the canonical form, which it does when every
 * object has its members in order. Throws BAD_INPUT for a value that has no form of ours.
 */
function isArranged(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) refuse('a number that is not a safe integer');
    return true;
  }
  if (typeof value !== 'object') refuse(`a ${typeof value}`);
  if (depth >= MAX_JSON_DEPTH) refuse(`nested deeper than ${MAX_JSON_DEPTH}`);
  let arranged = true;
  if (Array.isArray(value)) {
    for (const item of value) if (!isArranged(item, depth + 1)) arranged = false;
    return arranged;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) refuse('an object of a class');
  let previous: string | undefined;
  // A plain object inherits nothing that is enumerable, and a list of its names would be garbage.
  for (const name in value) {
    const member: unknown = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    if (previous !== undefined && previous > name) arranged = false;
    previous = name;
    if (!isArranged(member, depth + 1)) arranged = false;
  }
  return arranged;
}

const PLAIN = /^[ !#-[\]-~]*$/;

/** JSON.stringify writes strings as RFC 8785 section 3.2.2.2 asks; most need no escapes. */
function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Writes a value that {@link isArranged} has seen, members sorted (RFC 8785 section 3.2.3). */
function write(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value) items += items === '' ? write(item) : `,${write(item)}`;
    return `[${items}]`;
  }
  let members = '';
  // The default order of sort() is that of UTF-16 code units, which is what the RFC asks for.
  for (const name of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    if (members !== '') members += ',';
    members += `${quote(name)}:${write(member)}`;
  }
  return `{${members}}`;
}

/**
 * RFC 8785 text. Members that are undefined are left out. Throws BAD_INPUT for numbers that are
 * not safe integers, lone surrogates, objects of a class, other types, and for too much depth.
 */
export function canonicalJson(value: JsonValue | object): string {
  const text = isArranged(value, 0) ? JSON.stringify(value) : write(value);
  // JSON.stringify escapes a lone surrogate; the same characters may also be honest text.
  if (text.includes('\\ud') && !isWellFormed(decodeEscapes(text))) refuse('a lone surrogate');
  return text;
}

/** All strings of a JSON text in one, so that one look finds a lone surrogate. */
function decodeEscapes(text: string): string {
  // A space for the other escapes: without it, two lone surrogates could become a pair.
  return text.replace(/\\(?:u([0-9a-f]{4})|.)/g, (_, hex?: string) =>
    hex === undefined ? ' ' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** UTF-8 of {@link canonicalJson}. */
export function canonicalBytes(value: JsonValue | object): Uint8Array {
  return utf8(canonicalJson(value));
}

const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

/** Whether it could hold more values than allowed; before each there is one of three characters. */
function mayHoldTooMany(text: string): boolean {
  let most = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === OPEN_LIST || code === OPEN_OBJECT) most++;
  }
  return most > MAX_JSON_VALUES;
}

/** Value when the text is canonical, else undefined: compares instead of judging. */
function findCanonical(text: string): { value: JsonValue } | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    const canonical = new CanonicalWalk(text).isOf(value) || canonicalJson(value) === text;
    return canonical ? { value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ChartsealError) return undefined;
    throw error;
  }
}

/**
 * Reads canonical JSON: the text must be what its own value is written as, which leaves no room
 * for duplicate members, spacing, other numbers or escapes. Throws BAD_JSON when it is no JSON of
 * ours, BAD_FORMAT when it is but not canonical, TOO_LARGE above `maxBytes` or MAX_JSON_VALUES.
 */
export function parseCanonical(
  bytes: Uint8Array,
  what: string,
  maxBytes: number = MAX_JSON_BYTES,
): JsonValue {
  const text = decodeJsonText(bytes, what, maxBytes);
  // Counted before the engine's own reader makes them.
  if (text.length >= MAX_JSON_VALUES && mayHoldTooMany(text)) parseJson(text, what);
  const found = findCanonical(text);
  if (found !== undefined) return found.value;
  parseJson(text, what);
  throw new ChartsealError('BAD_FORMAT', `${what} is not canonical JSON (RFC 8785)`);
}
