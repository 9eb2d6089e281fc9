// The one error class; its codes stand in ./error-codes. Messages never hold identifiers or
// content of patients and records beyond what the caller itself just named on this machine.

import { ERROR_CODES, type ErrorCode } from './error-codes.js';

export { ERROR_CODES, type ErrorCode };

/** The only error that Chartseal throws on purpose. `message` is safe to log. */
export class ChartsealError extends Error {
  override readonly name = 'ChartsealError';
  readonly code: ErrorCode;
  readonly #hint: string | undefined;

  /** @param options.hint where what the table says of the code is not what is to be done */
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; hint?: string }) {
    super(message, options);
    this.code = code;
    this.#hint = options?.hint;
  }

  get hint(): string {
    return this.#hint ?? ERROR_CODES[this.code].hint;
  }
}

/**
 * A fault of a file that its reader wrote itself: the table speaks to those who sent it.
 * @param path whole
 */
export function damagedFile(error: unknown, path: string, hint: string): unknown {
  if (!(error instanceof ChartsealError)) return error;
  const text = `${path} is damaged: ${error.message}`;
  return new ChartsealError(error.code, text, { cause: error, hint });
}

/** One line `CODE text`, the form in which errors cross Fabric. */
export function encodeError(error: ChartsealError): string {
  return `${error.code} ${error.message.replace(/\s+/g, ' ')}`;
}

/** Inverse of {@link encodeError}; undefined when the text does not start with a known code. */
export function decodeError(text: string): ChartsealError | undefined {
  const space = text.indexOf(' ');
  const code = space < 0 ? text : text.slice(0, space);
  if (!Object.hasOwn(ERROR_CODES, code)) return undefined;
  return new ChartsealError(code as ErrorCode, space < 0 ? '' : text.slice(space + 1));
}
