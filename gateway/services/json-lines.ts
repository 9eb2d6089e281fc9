// Lines of JSON from a stream, each at most MAX_LINE_BYTES. Bad lines come with their number and
// their fault; what follows them is read on. Memory holds one chunk and one line.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type JsonValue, parseJsonBytes } from '../../chaincode/core/json.js';
import { MAX_LINE_BYTES } from '../../chaincode/core/limits.js';
import { withoutMark } from '../byte-order-mark.js';

/** A line that is not empty. Numbers count from 1 and include empty lines. */
export type JsonLine = { readonly number: number } & (
  | { readonly value: JsonValue }
  | { readonly error: ChartsealError }
);

const NEWLINE = 0x0a;
const RETURN = 0x0d;

interface RawLine {
  readonly number: number;
  /** undefined when the line is longer than its bound. */
  readonly bytes: Uint8Array | undefined;
}

async function* rawLines(
  input: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<RawLine> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (): RawLine => {
    const bytes = size > maxBytes ? undefined : Buffer.concat(parts);
    parts = [];
    size = 0;
    return { number: number++, bytes };
  };
  for await (const chunk of input) {
    let start = 0;
    for (;;) {
      const found = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, found < 0 ? chunk.length : found);
      size += part.length;
      if (size > maxBytes) parts = [];
      else if (part.length > 0) parts.push(part);
      if (found < 0) break;
      yield take();
      start = found + 1;
    }
  }
  if (size > 0) yield take();
}

/** Without the CR of CR LF, and without a byte order mark. */
function textOf(bytes: Uint8Array, number: number): Uint8Array {
  const text = number === 1 ? withoutMark(bytes) : bytes;
  return text.at(-1) === RETURN ? text.subarray(0, -1) : text;
}

function parseLine({ number, bytes }: RawLine): JsonLine | undefined {
  if (bytes === undefined) {
    const message = `the line has more than ${MAX_LINE_BYTES} bytes`;
    return { number, error: new ChartsealError('TOO_LARGE', message) };
  }
  const text = textOf(bytes, number);
  if (text.length === 0) return undefined;
  try {
    return { number, value: parseJsonBytes(text, 'line') };
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { number, error };
  }
}

/**
 * Lines end with LF or CR LF; the last may have no end. Empty lines are passed over, and so is a
 * byte order mark before the first.
 */
export async function* readJsonLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<JsonLine> {
  for await (const raw of rawLines(input, MAX_LINE_BYTES)) {
    const line = parseLine(raw);
    if (line !== undefined) yield line;
  }
}

/** As {@link readJsonLines}, the bytes of each line; `undefined` for a line above the bound. */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<RawLine> {
  for await (const { number, bytes } of rawLines(input, maxBytes)) {
    const text = bytes === undefined ? undefined : textOf(bytes, number);
    if (text?.length !== 0) yield { number, bytes: text };
  }
}
