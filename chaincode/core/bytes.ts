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

/** Canonical base64 (RFC 4648 section 4, padded); of exactly `size` bytes when given. */
export function decodeBase64(text: unknown, what: string, size?: number): Uint8Array {
  if (typeof text === 'string') {
    const bytes = decodeBase64Loose(text);
    if (encodeBase64(bytes) === text && (size === undefined || bytes.length === size)) {
      return bytes;
    }
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
