// What a gateway refuses with, as the error that the same command would end with without it.
import { ChartsealError, ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';
import { isObject, type JsonValue, parseJsonBytes } from '../../chaincode/core/json.js';
import { MAX_MESSAGE_CHARACTERS } from './limits.js';

const UUID = /^[0-9a-f-]{36}$/;

/** @param about what went wrong, for people */
export function gatewayFailed(about: string, requestId?: string): ChartsealError {
  const known = requestId !== undefined && UUID.test(requestId);
  const where = known ? ` (request ${requestId})` : '';
  return new ChartsealError('GATEWAY_FAILED', `${about}${where}`);
}

/**
 * The error that a row or a problem names. A code that this program does not know, and one of which
 * the gateway itself knows no more, is GATEWAY_FAILED with the id of the request.
 */
export function namedError(code: unknown, message: unknown, requestId?: string): ChartsealError {
  const isKnown = typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
  if (!isKnown || typeof message !== 'string' || code === 'UNEXPECTED') {
    const shown = typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? ` ${code}` : '';
    return gatewayFailed(`the gateway refused with${shown || ' something unknown'}`, requestId);
  }
  return new ChartsealError(code as ErrorCode, message.slice(0, MAX_MESSAGE_CHARACTERS));
}

function membersOf(bytes: Uint8Array): Readonly<Record<string, JsonValue>> | undefined {
  try {
    const value = parseJsonBytes(bytes, 'the refusal');
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
}

/** The error of an answer of application/problem+json, and of any other that is no success. */
export function refusalOf(
  status: number,
  type: string,
  body: Uint8Array,
  requestId?: string,
): ChartsealError {
  const members = type.startsWith('application/problem+json') ? membersOf(body) : undefined;
  if (members !== undefined) return namedError(members['code'], members['detail'], requestId);
  return gatewayFailed(`the gateway answered with status ${status}`, requestId);
}
