// SHA-256 of one file, read in one go on the calling thread: the fastest way in Node by far. Never
// follows a link at the end of the path, never opens anything but a regular file for reading, and
// never answers for a file that changed while it was read.
import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { fileError, isSystemError } from './file-error.js';

export interface FileDigest {
  /** SHA-256, hex. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** When the file was last modified, ms since 1970, with a fraction. */
  readonly mtimeMs: number;
}

const CHUNK_BYTES = 1024 * 1024;
const LARGE_BYTES = 4 * CHUNK_BYTES;
// Without O_NONBLOCK, opening a FIFO that took the file's place would wait for ever.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/**
 * File systems stamp times in steps, 4 ms on Linux: a write in the same step as the one before
 * leaves the time as it was. A file is read once its last change is older than this.
 */
const SETTLED_MS = 20;

const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

export interface Watcher {
  /** Bytes were read. */
  onBytes(count: number): void;
  /** Of a large file at once, so that it can be read slowly; at most CHUNK_BYTES. */
  readonly pieceBytes?: number;
  /** The file is large, and is going to take its time. */
  onLarge?(): void;
}

const NOBODY: Watcher = { onBytes: () => {} };

/**
 * As {@link digestFile}, for a walked path: a symbolic link there is FILE_CHANGED.
 * @param path its bytes, or ASCII text
 */
export function digestRegularFile(path: Buffer | string, watcher: Watcher = NOBODY): FileDigest {
  return digestOnce(path, watcher) ?? digestOnce(path, watcher) ?? changed('while it was read');
}

/**
 * Digest of the file that somebody named; links are followed. Throws FILE_MISSING, FILE_UNREADABLE
 * (also for what is no regular file), FILE_CHANGED.
 */
export function digestFile(path: string): FileDigest {
  let real: Buffer;
  try {
    real = realpathSync.native(path, { encoding: 'buffer' });
    if (statSync(real).isFile()) return digestRegularFile(real);
  } catch (error) {
    throw fileError(error, 'file');
  }
  throw new ChartsealError('FILE_UNREADABLE', 'it is not a regular file');
}

function changed(how: string): never {
  throw new ChartsealError('FILE_CHANGED', `the file changed ${how}`);
}

/** Undefined when the file changed under the reading. */
function digestOnce(path: Buffer | string, watcher: Watcher): FileDigest | undefined {
  const fd = open(path);
  try {
    const before = fstatSync(fd);
    if (!before.isFile()) changed('into something else');
    settle(before);
    const read = before.size <= CHUNK_BYTES ? readSmall : readLarge;
    if (before.size > LARGE_BYTES) watcher.onLarge?.();
    const { hex, size } = read(fd, before.size, watcher);
    const after = fstatSync(fd);
    if (size !== before.size || !isSame(before, after)) return undefined;
    return { digest: hex, size, mtimeMs: after.mtimeMs };
  } catch (error) {
    throw fileError(error, 'file');
  } finally {
    closeSync(fd);
  }
}

function open(path: Buffer | string): number {
  try {
    return openSync(path, OPEN_FLAGS);
  } catch (error) {
    // ELOOP, EMLINK: a symbolic link by now; ENXIO: a socket.
    if (isSystemError(error, 'ELOOP', 'EMLINK', 'ENXIO')) changed('into something else');
    throw fileError(error, 'file');
  }
}

function settle(stats: Stats): void {
  const wait = stats.ctimeMs + SETTLED_MS - Date.now();
  if (wait > 0) Atomics.wait(sleeper, 0, 0, Math.min(wait, SETTLED_MS));
}

function isSame(before: Stats, after: Stats): boolean {
  return (
    before.size === after.size &&
    before.mtimeMs === after.mtimeMs &&
    before.ctimeMs === after.ctimeMs
  );
}

interface BytesRead {
  readonly hex: string;
  readonly size: number;
}

/** Whole, and hashed in one call. A file that grew is told by its size afterwards. */
function readSmall(fd: number, wanted: number, watcher: Watcher): BytesRead {
  let size = 0;
  while (size < wanted) {
    const count = readSync(fd, buffer, size, wanted - size, null);
    if (count === 0) break;
    size += count;
  }
  watcher.onBytes(size);
  return { hex: hash('sha256', buffer.subarray(0, size), 'hex'), size };
}

/** Piece by piece, to where the file ended when it was opened: it may never end. */
function readLarge(fd: number, wanted: number, watcher: Watcher): BytesRead {
  const hasher = createHash('sha256');
  const piece = Math.min(CHUNK_BYTES, watcher.pieceBytes ?? CHUNK_BYTES);
  let size = 0;
  while (size < wanted) {
    const count = readSync(fd, buffer, 0, Math.min(piece, wanted - size), null);
    if (count === 0) break;
    size += count;
    hasher.update(buffer.subarray(0, count));
    watcher.onBytes(count);
  }
  return { hex: hasher.digest('hex'), size };
}
