// Files that are read whole into memory: evidence, trust files, and what a data folder holds beside
// its databases. Bounded, whatever lies there.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import { MAX_JSON_BYTES } from '../../chaincode/core/limits.js';
import { fileError, isSystemError, systemErrorText } from './file-error.js';

// Without O_NONBLOCK, opening a FIFO would wait for its writer, perhaps for ever.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const PIECE_BYTES = 64 * 1024;
/** Configuration, keys and checkpoint of a data folder are far below it. */
const OWN_FILE_BYTES = 64 * 1024;
export const LOOK_HINT = 'Look at what lies there, at its rights, and at the disk.';
const WHITE_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Whether a link at the path is followed. */
type Links = 'any link' | 'no link';

/** A system error as FILE_MISSING or FILE_UNREADABLE, FILE_UNREADABLE for what is no file. */
function withFile<T>(
  path: string | Buffer,
  use: (fd: number, size: number) => T,
  links: Links = 'any link',
): T {
  try {
    const fd = openSync(path, links === 'no link' ? OPEN_FLAGS | constants.O_NOFOLLOW : OPEN_FLAGS);
    try {
      const stats = fstatSync(fd);
      if (stats.isFile()) return use(fd, stats.size);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw fileError(error, 'file');
  }
  throw new ChartsealError('FILE_UNREADABLE', 'it is not a regular file');
}

/**
 * The first byte that is no white space of JSON; undefined when there is none in as many bytes as
 * JSON may have. Throws as {@link readSmallFile}.
 */
export function firstVisibleByte(path: string): number | undefined {
  return withFile(path, (fd) => {
    const piece = new Uint8Array(PIECE_BYTES);
    for (let total = 0; total <= MAX_JSON_BYTES; ) {
      const count = readSync(fd, piece);
      if (count === 0) return undefined;
      const found = piece.subarray(0, count).find((byte) => !WHITE_SPACE.has(byte));
      if (found !== undefined) return found;
      total += count;
    }
    return undefined;
  });
}

/**
 * As many bytes as a text begins with, or fewer where the file has no more, as latin1; follows no
 * link. Throws FILE_MISSING, FILE_UNREADABLE.
 */
export function readBeginning(path: string | Buffer, bytes: number): string {
  const read = (fd: number) => {
    const piece = Buffer.alloc(bytes);
    return piece.toString('latin1', 0, readSync(fd, piece));
  };
  return withFile(path, read, 'no link');
}

interface SmallFileOptions {
  readonly links?: Links;
  readonly maxBytes?: number;
}

/** Throws FILE_MISSING, FILE_UNREADABLE, and TOO_LARGE above this many bytes. */
export function readSmallFile(
  path: string | Buffer,
  { links = 'any link', maxBytes = MAX_JSON_BYTES }: SmallFileOptions = {},
): Uint8Array {
  const read = (fd: number, size: number) => {
    const pieces: Uint8Array[] = [];
    let total = 0;
    // The size is no promise: the file may grow, and those of /proc say 0.
    for (let wanted = Math.min(size, maxBytes) + 1; ; wanted = PIECE_BYTES) {
      if (Math.max(size, total) > maxBytes) {
        throw new ChartsealError('TOO_LARGE', `the file has more than ${maxBytes} bytes`);
      }
      const piece = Buffer.allocUnsafe(wanted);
      const count = readSync(fd, piece);
      if (count === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, count));
      total += count;
    }
  };
  return withFile(path, read, links);
}

/** Why {@link readSmallFile} failed: in the system's words where it was the system. */
export function whyUnread({ cause, message }: ChartsealError): string {
  return isSystemError(cause) ? systemErrorText(cause) : message;
}

/** What it means that a file of a data folder cannot be had, or cannot be what it should be. */
interface OwnFileCodes {
  readonly unreadable: ErrorCode;
  readonly damaged: ErrorCode;
}

/**
 * A file of a data folder; undefined when it is gone. A file that may not be read is no damage, so
 * the error says what the system said.
 * @param hint of what is damaged, where the code's own does not fit
 */
export function findOwnFile(
  path: string,
  what: string,
  { unreadable, damaged }: OwnFileCodes,
  hint?: string,
): Uint8Array | undefined {
  try {
    return readSmallFile(path, { maxBytes: OWN_FILE_BYTES });
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    if (cause.code === 'FILE_MISSING') return undefined;
    if (cause.code === 'TOO_LARGE') {
      const text = `${what} is damaged: ${cause.message}`;
      throw new ChartsealError(damaged, text, { cause, ...(hint === undefined ? {} : { hint }) });
    }
    const text = `${what} cannot be read: ${whyUnread(cause)}`;
    const look = unreadable === 'FILE_UNREADABLE' ? { hint: LOOK_HINT } : {};
    throw new ChartsealError(unreadable, text, { cause, ...look });
  }
}
