// What the C2SP text formats (checkpoint, signed note, tlog-proof) have in common: clean text,
// decimals and base64, each with one spelling only. Everything else is BAD_FORMAT.
import { decodeBase64 } from './bytes.js';
import { ChartsealError } from './errors.js';

const DECIMAL = /^(0|[1-9][0-9]*)$/;
const NEWLINE = 0x0a;

/** Decimal without sign or leading zeros, at most 2^53 - 1; throws BAD_FORMAT. */
export function parseDecimal(text: string, what: string): number {
  const value = Number(text);
  if (!DECIMAL.test(text) || !Number.isSafeInteger(value)) {
    throw new ChartsealError('BAD_FORMAT', `${what} is not a plain decimal of at most 2^53 - 1`);
  }
  return value;
}

/** Canonical base64, of exactly `size` bytes when given; throws BAD_FORMAT. */
export function parseBase64(text: string, what: string, size?: number): Uint8Array {
  try {
    return decodeBase64(text, what, size);
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    throw new ChartsealError('BAD_FORMAT', cause.message, { cause });
  }
}

/** True for text that is UTF-8 when encoded and has no ASCII control but newlines. */
export function isCleanText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 && unit !== NEWLINE) return false;
  }
  return text.isWellFormed();
}
