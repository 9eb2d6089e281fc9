// Refusals as application/problem+json (RFC 9457), with the codes of the one table of errors.
import { STATUS_CODES } from 'node:http';
import { ChartsealError, ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';

export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint: string;
  /** `urn:uuid:` and the id of the request, as the log has it. */
  readonly instance: string;
}

/** What Express and its router throw for requests that they cannot read. */
function isBadRequest(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 400;
}

/** Errors that are not ours become UNEXPECTED: what they say is for nobody outside. */
export function refusalOf(error: unknown): ChartsealError {
  if (error instanceof ChartsealError) return error;
  if (isBadRequest(error)) {
    return new ChartsealError('BAD_INPUT', 'the path is not percent-encoded UTF-8');
  }
  return new ChartsealError('UNEXPECTED', 'something happened that the gateway did not foresee', {
    cause: error,
  });
}

export function problemOf({ code, message, hint }: ChartsealError, requestId: string): Problem {
  const { status } = ERROR_CODES[code];
  const title = STATUS_CODES[status] ?? 'Error';
  const instance = `urn:uuid:${requestId}`;
  return { type: 'about:blank', title, status, code, detail: message, hint, instance };
}
