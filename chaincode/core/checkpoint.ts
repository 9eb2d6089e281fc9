// The text of a checkpoint (C2SP tlog-checkpoint): origin, size and root on three lines. Ours
// have no extension lines, since no log monitor can check those.
import { encodeBase64, equalBytes } from './bytes.js';
import { ChartsealError } from './errors.js';
import { HASH_BYTES, MAX_ORIGIN_BYTES } from './limits.js';
import { checkCount, checkHash, EMPTY_ROOT } from './merkle.js';
import { parseBase64, parseDecimal } from './text-format.js';

export interface Checkpoint {
  readonly origin: string;
  /** Leaves in the tree. */
  readonly size: number;
  readonly root: Uint8Array;
}

const ORIGIN = /^[a-z0-9.-]+(\/[a-z0-9._-]+)*$/;

function isOrigin(text: string): boolean {
  // All characters of an origin are ASCII, so characters are bytes.
  return text.length <= MAX_ORIGIN_BYTES && ORIGIN.test(text);
}

/** Throws BAD_INPUT unless this may name a log: a URL without a scheme, lower case. */
export function checkOrigin(text: string): void {
  if (!isOrigin(text)) {
    throw new ChartsealError(
      'BAD_INPUT',
      `origin is not at most ${MAX_ORIGIN_BYTES} characters of the form name.example/log`,
    );
  }
}

function isRootOfSize(size: number, root: Uint8Array): boolean {
  return size > 0 || equalBytes(root, EMPTY_ROOT);
}

/** The note text of a checkpoint, final newline included. Throws BAD_INPUT. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  checkOrigin(origin);
  checkCount(size, 'size');
  checkHash(root, 'root');
  if (!isRootOfSize(size, root)) {
    throw new ChartsealError('BAD_INPUT', 'the root of size 0 is that of the empty tree');
  }
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** Inverse of {@link formatCheckpoint}; throws BAD_FORMAT, also for extension lines. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split('\n', 5);
  if (origin === undefined || size === undefined || root === undefined) {
    throw new ChartsealError('BAD_FORMAT', 'a checkpoint has three lines');
  }
  if (end !== '' || more.length > 0) {
    throw new ChartsealError('BAD_FORMAT', 'a checkpoint has three lines and a final newline');
  }
  if (!isOrigin(origin)) {
    throw new ChartsealError('BAD_FORMAT', 'the origin of the checkpoint is not of our form');
  }
  const checkpoint = {
    origin,
    size: parseDecimal(size, 'checkpoint size'),
    root: parseBase64(root, 'checkpoint root', HASH_BYTES),
  };
  if (!isRootOfSize(checkpoint.size, checkpoint.root)) {
    throw new ChartsealError('BAD_FORMAT', 'a checkpoint of size 0 has not the empty root');
  }
  return checkpoint;
}
