// Bytes and their strict text forms. Decoders refuse every text that is not the one canonical form.
import { ChartsealError, type ErrorCode } from './errors.js';
import { decodeBase64Loose, encodeBase64, encodeHex, utf8 } from './platform/node.js';

export { encodeBase64, encodeHex, utf8 };

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const EMPTY_BYTES = new Uint8Array();
/** 32 zero bytes: an empty subtree of the map, the hash before the first leaf of a chain. */
export const ZERO_HASH = new Uint8Array(32);

/** Strict UTF-8 without byte order mark handling; throws BAD_INPUT naming `what`. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw new ChartsealError('BAD_INPUT', `${what} is not valid UTF-8`, { cause });
  }
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Order of unsigned bytes, shorter first when one is the other's beginning. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

/** Lower-case hexadecimal of exactly `size` bytes; throws BAD_INPUT naming `what`. */
export function decodeHex(text: unknown, what: string, size: number): Uint8Array {
  if (typeof text !== 'string' || text.length !== size * 2 || !/^[0-9a-f]*$/.test(text)) {
    throw new ChartsealError('BAD_INPUT', `${what} is not ${size * 2} lower-case hex digits`);
  }
  const out = new Uint8Array(size);
  for (let at = 0; at < size; at++) out[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return out;
}

const BASE64_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** By character code; -1 for what is no digit. */
const BASE64_VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) BASE64_VALUES[BASE64_DIGITS.charCodeAt(value)] = value;
const PADDING = 0x3d;
/** The digit A. */
const ZERO_DIGIT = 0x41;

/** The 24 bits that four digits write, negative when one of the codes is no digit's. */
function base64Word(a: number, b: number, c: number, d: number): number {
  if ((a | b | c | d) > 0x7f) return -1;
  return (
    ((BASE64_VALUES[a] as number) << 18) |
    ((BASE64_VALUES[b] as number) << 12) |
    ((BASE64_VALUES[c] as number) << 6) |
    (BASE64_VALUES[d] as number)
  );
}

/** Bytes of the canonical base64 in a part of a text, else undefined. */
function findShortBase64(text: string, start: number, end: number): Uint8Array | undefined {
  if ((end - start) % 4 !== 0) return undefined;
  if (start === end) return new Uint8Array();
  let padding = 0;
  while (padding < 2 && text.charCodeAt(end - 1 - padding) === PADDING) padding++;
  const out = new Uint8Array(((end - start) / 4) * 3 - padding);
  const last = padding === 0 ? end : end - 4;
  let at = 0;
  for (let from = start; from < last; from += 4) {
    const word = base64Word(
      text.charCodeAt(from),
      text.charCodeAt(from + 1),
      text.charCodeAt(from + 2),
      text.charCodeAt(from + 3),
    );
    if (word < 0) return undefined;
    out[at++] = word >>> 16;
    out[at++] = word >>> 8;
    out[at++] = word;
  }
  if (padding === 0) return out;
  const third = padding === 1 ? text.charCodeAt(last + 2) : ZERO_DIGIT;
  const word = base64Word(text.charCodeAt(last), text.charCodeAt(last + 1), third, ZERO_DIGIT);
  // Bits that hold no data are zero.
  if (word < 0 || (word & (padding === 1 ? 0xff : 0xffff)) !== 0) return undefined;
  out[at] = word >>> 16;
  if (padding === 1) out[at + 1] = word >>> 8;
  return out;
}

function findLongBase64(text: string): Uint8Array | undefined {
  const bytes = decodeBase64Loose(text);
  return encodeBase64(bytes) === text ? bytes : undefined;
}

/** Up to here, two turns through the platform's coder cost more than one loop. */
const SHORT_BASE64 = 88;

/**
 * Bytes of canonical base64 (RFC 4648 section 4, padded), undefined when this is none.
 * @param start and `end` of the part of the text that is meant
 */
export function findBase64(
  text: string,
  start = 0,
  end: number = text.length,
): Uint8Array | undefined {
  if (end - start <= SHORT_BASE64) return findShortBase64(text, start, end);
  return findLongBase64(text.slice(start, end));
}

/** As {@link findBase64}, of exactly `size` bytes when given; throws BAD_INPUT naming `what`. */
export function decodeBase64(text: unknown, what: string, size?: number): Uint8Array {
  const bytes = typeof text === 'string' ? findBase64(text) : undefined;
  if (bytes !== undefined && (size === undefined || bytes.length === size)) return bytes;
  const wanted = size === undefined ? 'canonical base64' : `canonical base64 of ${size} bytes`;
  throw new ChartsealError('BAD_INPUT', `${what} is not ${wanted}`);
}

/** Unsigned 64-bit big-endian; `value` is a safe integer of at least 0. */
export function writeUint64(out: Uint8Array, at: number, value: number): void {
  // Byte by byte: a DataView for every number was 3 % of accepting an entry.
  writeUint32(out, at, Math.floor(value / 2 ** 32));
  writeUint32(out, at + 4, value);
}

function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

/** Unsigned 64-bit big-endian; throws above 2^53 - 1. */
export function readUint64(
  bytes: Uint8Array,
  at: number,
  what: string,
  code: ErrorCode = 'BAD_INPUT',
): number {
  let value = 0;
  // Exact up to 2^53; what is above stays above.
  for (let index = at; index < at + 8; index++) value = value * 256 + (bytes[index] as number);
  if (!Number.isSafeInteger(value)) {
    throw new ChartsealError(code, `${what} is above 2^53 - 1`);
  }
  return value;
}

export function uint64(value: number): Uint8Array {
  const out = new Uint8Array(8);
  writeUint64(out, 0, value);
  return out;
}
