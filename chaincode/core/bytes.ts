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
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
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
/** By character code; -1 for what is no digit, 0 for the padding. */
const BASE64_VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) BASE64_VALUES[BASE64_DIGITS.charCodeAt(value)] = value;
BASE64_VALUES[0x3d] = 0;

function base64Value(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (BASE64_VALUES[code] as number) : -1;
}

/** Bytes of canonical base64, else undefined. */
function findShortBase64(text: string): Uint8Array | undefined {
  const end = text.indexOf('=');
  const padding = end < 0 ? 0 : text.length - end;
  if (text.length % 4 !== 0 || padding > 2 || (padding === 2 && !text.endsWith('='))) {
    return undefined;
  }
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  for (let from = 0, at = 0; from < text.length; from += 4) {
    const word =
      (base64Value(text, from) << 18) |
      (base64Value(text, from + 1) << 12) |
      (base64Value(text, from + 2) << 6) |
      base64Value(text, from + 3);
    // Negative as soon as one of the four is.
    if (word < 0) return undefined;
    out[at++] = word >>> 16;
    // Where padding stands, the bits that hold no data are zero.
    if (at < out.length) out[at++] = word >>> 8;
    else if ((word & 0xffff) !== 0) return undefined;
    if (at < out.length) out[at++] = word;
    else if ((word & 0xff) !== 0) return undefined;
  }
  return out;
}

function findLongBase64(text: string): Uint8Array | undefined {
  const bytes = decodeBase64Loose(text);
  return encodeBase64(bytes) === text ? bytes : undefined;
}

/** Up to here, two turns through the platform's coder cost more than one loop. */
const SHORT_BASE64 = 88;

/** Canonical base64 (RFC 4648 section 4, padded); of exactly `size` bytes when given. */
export function decodeBase64(text: unknown, what: string, size?: number): Uint8Array {
  if (typeof text === 'string') {
    const bytes = text.length <= SHORT_BASE64 ? findShortBase64(text) : findLongBase64(text);
    if (bytes !== undefined && (size === undefined || bytes.length === size)) return bytes;
  }
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
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
