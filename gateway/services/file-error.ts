// System errors of file calls as coded ones. Messages say what went wrong, not where: callers know
// the path, and a path names a record.
import { getSystemErrorMap } from 'node:util';
import { ChartsealError } from '../../chaincode/core/errors.js';

/** Where a file cannot be closed either, Node gives both errors as one: the first says why. */
function firstOf(error: Error): NodeJS.ErrnoException {
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? first : error;
}

/** Whether it is a system error, of one of these codes when some are given. */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error)) return false;
  const { code, errno } = firstOf(error);
  if (code === undefined || errno === undefined) return false;
  return codes.length === 0 || codes.includes(code);
}

/** In the system's words: `permission denied`. */
export function systemErrorText(error: NodeJS.ErrnoException): string {
  const { code, errno = 0 } = firstOf(error);
  return getSystemErrorMap().get(errno)?.[1] ?? code ?? 'unknown fault';
}

/**
 * FILE_MISSING when nothing is there, FILE_UNREADABLE for every other system error; what is no
 * system error comes back as it is, to be thrown on.
 */
export function fileError(error: unknown, what: 'file' | 'folder'): unknown {
  if (!isSystemError(error)) return error;
  const text = `cannot read the ${what}: ${systemErrorText(error)}`;
  const code = isSystemError(error, 'ENOENT', 'ENOTDIR') ? 'FILE_MISSING' : 'FILE_UNREADABLE';
  return new ChartsealError(code, text, { cause: error });
}
