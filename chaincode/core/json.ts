// The strict reader of all JSON from outside (RFC 8259 and I-JSON, RFC 7493, narrowed to what
// our formats use). Messages give an offset in UTF-16 code units, never content.
import { decodeUtf8 } from './bytes.js';
import { ChartsealError } from './errors.js';
import { MAX_JSON_BYTES, MAX_JSON_DEPTH, MAX_JSON_VALUES } from './limits.js';

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [member: string]: JsonValue;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

// Whatever a string cannot hold as it stands: quote, backslash, control characters.
const END_OF_RUN = /[^\u0020\u0021\u0023-\u005b\u005d-\uffff]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const INTEGER = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const LITERALS = new Map<number, readonly [string, JsonValue]>([
  [0x6e, ['null', null]],
  [0x74, ['true', true]],
  [0x66, ['false', false]],
]);

/** Whether every surrogate of the text stands in a pair, so that it has a UTF-8 form. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}

/** Of what was read from JSON: whether it is an object, neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether both are the same value, whatever the order of members. */
export function isSameJson(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSameJson(item, b[at] as JsonValue));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) => Object.hasOwn(b, name) && isSameJson(a[name] as JsonValue, b[name] as JsonValue),
    )
  );
}

/** The reader itself; a subclass may take other numbers, and learn where objects stand. */
export class JsonReader {
  protected at = 0;
  private values = 0;
  protected readonly text: string;
  private readonly what: string;

  constructor(text: string, what: string) {
    this.text = text;
    this.what = what;
  }

  readDocument(): JsonValue {
    this.skipSpace();
    const value = this.readValue(0);
    this.skipSpace();
    if (this.at < this.text.length) this.refuse('something follows the value');
    return value;
  }

  protected refuse(reason: string, at = this.at): never {
    throw new ChartsealError('BAD_JSON', `${this.what}: ${reason} at character ${at}`);
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  /** @param depth number of lists and objects around the value */
  private readValue(depth: number): JsonValue {
    if (++this.values > MAX_JSON_VALUES) {
      throw new ChartsealError('TOO_LARGE', `${this.what}: more than ${MAX_JSON_VALUES} values`);
    }
    const code = this.text.charCodeAt(this.at);
    if (code === QUOTE) return this.readString();
    if (code === OPEN_OBJECT) {
      const start = this.at;
      const object = this.readObject(depth + 1);
      this.noteObject(object, start, this.at);
      return object;
    }
    if (code === OPEN_LIST) return this.readList(depth + 1);
    const literal = LITERALS.get(code);
    if (literal === undefined) return this.readNumber();
    if (!this.text.startsWith(literal[0], this.at)) this.refuse('no value');
    this.at += literal[0].length;
    return literal[1];
  }

  private enter(depth: number): void {
    if (depth > MAX_JSON_DEPTH) this.refuse(`nested deeper than ${MAX_JSON_DEPTH}`);
    this.at++;
    this.skipSpace();
  }

  /** Steps over `,` (true) or the closing bracket (false). */
  private hasNext(close: number): boolean {
    this.skipSpace();
    const code = this.text.charCodeAt(this.at);
    if (code !== COMMA && code !== close) this.refuse('no comma or closing bracket');
    this.at++;
    if (code === close) return false;
    this.skipSpace();
    return true;
  }

  private readList(depth: number): JsonValue[] {
    this.enter(depth);
    const list: JsonValue[] = [];
    if (this.text.charCodeAt(this.at) === CLOSE_LIST) {
      this.at++;
      return list;
    }
    do list.push(this.readValue(depth));
    while (this.hasNext(CLOSE_LIST));
    return list;
  }

  private readObject(depth: number): JsonObject {
    this.enter(depth);
    const object: Record<string, JsonValue> = {};
    if (this.text.charCodeAt(this.at) === CLOSE_OBJECT) {
      this.at++;
      return object;
    }
    do this.readMember(object, depth);
    while (this.hasNext(CLOSE_OBJECT));
    return object;
  }

  private readMember(object: Record<string, JsonValue>, depth: number): void {
    const start = this.at;
    if (this.text.charCodeAt(start) !== QUOTE) this.refuse('no member name');
    const name = this.readString();
    if (Object.hasOwn(object, name)) this.refuse('a member name stands twice', start);
    this.skipSpace();
    if (this.text.charCodeAt(this.at) !== COLON) this.refuse('no colon');
    this.at++;
    this.skipSpace();
    const value = this.readValue(depth);
    if (name === '__proto__') {
      // Assignment would set the prototype instead of a member.
      Object.defineProperty(object, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else {
      object[name] = value;
    }
  }

  private readString(): string {
    const { text } = this;
    const start = this.at;
    const end = this.findStringEnd();
    this.at = end + 1;
    const raw = text.slice(start + 1, end);
    if (!isWellFormed(raw)) this.refuse('lone surrogate in the string', start);
    if (!raw.includes('\\')) return raw;
    // Escapes were checked one by one; the engine's own reader decodes them in one go.
    const decoded: string = JSON.parse(text.slice(start, end + 1));
    if (!isWellFormed(decoded)) this.refuse('lone surrogate in the string', start);
    return decoded;
  }

  /** Offset of the closing quote of the string that starts here. */
  private findStringEnd(): number {
    END_OF_RUN.lastIndex = this.at + 1;
    for (;;) {
      if (!END_OF_RUN.test(this.text)) this.refuse('a string without end');
      const end = END_OF_RUN.lastIndex - 1;
      const code = this.text.charCodeAt(end);
      if (code === QUOTE) return end;
      if (code !== BACKSLASH) this.refuse('control character in a string', end);
      ESCAPE.lastIndex = end;
      if (!ESCAPE.test(this.text)) this.refuse('unknown escape', end);
      END_OF_RUN.lastIndex = ESCAPE.lastIndex;
    }
  }

  /** Called for each object with its place in the text, in UTF-16 code units. */
  protected noteObject(_object: JsonObject, _start: number, _end: number): void {}

  protected readNumber(): number {
    INTEGER.lastIndex = this.at;
    if (!INTEGER.test(this.text)) this.refuse('no value, or a number that is not an integer');
    const value = Number(this.text.slice(this.at, INTEGER.lastIndex));
    if (Object.is(value, -0)) this.refuse('minus zero');
    if (!Number.isSafeInteger(value)) this.refuse('an integer beyond 2^53 - 1');
    this.at = INTEGER.lastIndex;
    return value;
  }
}

/**
 * Reads one JSON value: no duplicate member names, no lone surrogates, no numbers but safe
 * integers, depth at most MAX_JSON_DEPTH, nothing after it; throws BAD_JSON naming `what`,
 * TOO_LARGE above MAX_JSON_VALUES.
 */
export function parseJson(text: string, what: string): JsonValue {
  return new JsonReader(text, what).readDocument();
}

/** As {@link parseJson} from strict UTF-8; throws TOO_LARGE above `maxBytes`. */
export function parseJsonBytes(
  bytes: Uint8Array,
  what: string,
  maxBytes: number = MAX_JSON_BYTES,
): JsonValue {
  return parseJson(decodeJsonText(bytes, what, maxBytes), what);
}

/** Text of a JSON file; throws TOO_LARGE, and BAD_JSON for bytes that are not UTF-8. */
export function decodeJsonText(bytes: Uint8Array, what: string, maxBytes: number): string {
  if (bytes.length > maxBytes) {
    throw new ChartsealError('TOO_LARGE', `${what} has more than ${maxBytes} bytes`);
  }
  try {
    return decodeUtf8(bytes, what);
  } catch (cause) {
    throw new ChartsealError('BAD_JSON', `${what} is not valid UTF-8`, { cause });
  }
}
