// How a file's place in the archive becomes the name of its record and of its receipt.
import { basename } from 'node:path';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { RECORD_MEMBERS } from '../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { isFolder } from './file-stats.js';

export const RECEIPT_SUFFIX = '.receipt.json';

/** Longest name in one folder, in bytes, on the file systems in use. */
const MAX_NAME_BYTES = 255;
const MAX_RECORD_ID_BYTES = RECORD_MEMBERS.id.max;
const SHORTENED_HEX = 16;
const CUT_END = /~[0-9a-f]{16}$/;

/**
 * `prefix/relative path`; the prefix is the name of the folder given unless the caller gives one,
 * and an empty one leaves it away. Throws BAD_INPUT above 4,096 bytes.
 */
export function recordIdOf(
  file: { readonly folder: string; readonly relative: string },
  prefix: string = file.folder,
): string {
  const joint = prefix === '' || prefix.endsWith('/') ? '' : '/';
  const id = `${prefix}${joint}${file.relative}`;
  if (Buffer.byteLength(id) > MAX_RECORD_ID_BYTES) {
    throw new ChartsealError(
      'BAD_INPUT',
      `its record id has more than ${MAX_RECORD_ID_BYTES} bytes`,
    );
  }
  return id;
}

/**
 * Path of the receipt of the document at a relative path, below the folder of receipts:
 * `<relative path>.receipt.json`. A name that is too long for one folder is cut, and `~` with 16
 * hex digits of its SHA-256 put in place of the rest. Throws BAD_INPUT for a path that would leave
 * the folder of receipts.
 */
export function receiptPath(relative: string): string {
  const names = relative.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
    throw new ChartsealError('BAD_INPUT', 'no file name can be made of the record id');
  }
  const last = names.pop() as string;
  return [...names.map((name) => shorten(name, '')), shorten(last, RECEIPT_SUFFIX)].join('/');
}

/**
 * Whether a path of a receipt, without its suffix, can be one that was cut: it does not tell then
 * where its document lies.
 */
export function mayBeShortened(path: string): boolean {
  const names = path.split('/');
  return names.some((name, at) => {
    const room = MAX_NAME_BYTES - (at === names.length - 1 ? RECEIPT_SUFFIX.length : 0);
    // Cut between characters, of which the longest has four bytes.
    return CUT_END.test(name) && Buffer.byteLength(name) > room - 4;
  });
}

/**
 * How the documents of one run are named below its folder of receipts: by their relative paths, and
 * below the names of the folders given when equal relative paths could meet there.
 */
export function receiptNames(
  paths: readonly string[],
): (file: { readonly folder: string; readonly relative: string }) => string {
  const names = new Set(paths.map((path) => basename(path)));
  const mayMeet = paths.length > 1 && (names.size < paths.length || paths.some(isFolder));
  return ({ folder, relative }) => (mayMeet && folder !== '' ? `${folder}/${relative}` : relative);
}

function shorten(name: string, suffix: string): string {
  const bytes = Buffer.from(name);
  const room = MAX_NAME_BYTES - suffix.length;
  if (bytes.length <= room) return name + suffix;
  let end = room - SHORTENED_HEX - 1;
  // Not within a character: bytes 10xxxxxx continue one (RFC 3629 section 3).
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  const digest = encodeHex(sha256(bytes)).slice(0, SHORTENED_HEX);
  return `${bytes.toString('utf8', 0, end)}~${digest}${suffix}`;
}
