// Whether a JSON text is the canonical form of the value read from it, seen without writing that
// form: most texts are, and stepping over them takes a third of the time.
import type { JsonObject, JsonValue } from './json.js';
import { MAX_JSON_DEPTH } from './limits.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const LETTER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** After a backslash, the letters that RFC 8785 section 3.2.2.2 writes; `u` has its own rule. */
const ESCAPES = '"\\bfnrt';
/** Control characters without a letter of their own. */
const CONTROL = /^00(?:0[0-7bef]|1[0-9a-f])$/;

/** Units of the escape at this backslash, 0 when canonical text writes it otherwise. */
function escapeSize(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== LETTER_U) return ESCAPES.includes(text.charAt(at + 1)) ? 2 : 0;
  return CONTROL.test(text.slice(at + 2, at + 6)) ? 6 : 0;
}

/**
 * One walk over well-formed text that JSON.parse has read, token by token, beside its value. Since
 * the text is JSON, every token is stepped over to its end, and what is left to see is: no space,
 * no other order of members or one twice, no other form of a number, no other escape.
 */
export class CanonicalWalk {
  private readonly text: string;
  private at: number;
  /** The next backslash that is not stepped over. */
  private backslash: number;

  constructor(text: string) {
    this.text = text;
    this.at = 0;
    this.backslash = text.indexOf('\\');
  }

  /**
   * True only when the text is canonical. False says nothing: member names with escapes, and
   * names that the engine puts first because they are numbers, are left to the writer.
   * @param value what JSON.parse made of the text
   */
  isOf(value: JsonValue): boolean {
    return this.passes(value, 0) && this.at === this.text.length;
  }

  /** @param depth number of lists and objects around the value */
  private passes(value: JsonValue, depth: number): boolean {
    if (typeof value === 'string') return this.passesString();
    if (typeof value === 'object' && value !== null) {
      if (depth >= MAX_JSON_DEPTH) return false;
      return Array.isArray(value)
        ? this.passesList(value, depth + 1)
        : this.passesObject(value, depth + 1);
    }
    const literal = String(value);
    if (!this.text.startsWith(literal, this.at)) return false;
    this.at += literal.length;
    return typeof value !== 'number' || Number.isSafeInteger(value);
  }

  private passesString(): boolean {
    const { text } = this;
    if (text.charCodeAt(this.at) !== QUOTE) return false;
    let end = text.indexOf('"', this.at + 1);
    while (this.backslash >= 0 && this.backslash < end) {
      const size = escapeSize(text, this.backslash);
      if (size === 0) return false;
      const next = this.backslash + size;
      this.backslash = text.indexOf('\\', next);
      if (next > end) end = text.indexOf('"', next);
    }
    this.at = end + 1;
    return true;
  }

  private passesList(list: readonly JsonValue[], depth: number): boolean {
    const { text } = this;
    if (text.charCodeAt(this.at++) !== OPEN_LIST) return false;
    for (let index = 0; index < list.length; index++) {
      if (index > 0 && text.charCodeAt(this.at++) !== COMMA) return false;
      if (!this.passes(list[index] as JsonValue, depth)) return false;
    }
    return text.charCodeAt(this.at++) === CLOSE_LIST;
  }

  private passesObject(object: JsonObject, depth: number): boolean {
    const { text } = this;
    if (text.charCodeAt(this.at++) !== OPEN_OBJECT) return false;
    let previous: string | undefined;
    for (const name of Object.keys(object)) {
      if (previous !== undefined && text.charCodeAt(this.at++) !== COMMA) return false;
      // Order of UTF-16 code units (RFC 8785 section 3.2.3).
      if (previous !== undefined && previous > name) return false;
      previous = name;
      const start = this.at + 1;
      if (!text.startsWith(name, start) || !this.passesString()) return false;
      if (this.at !== start + name.length + 1) return false;
      if (text.charCodeAt(this.at++) !== COLON) return false;
      if (!this.passes(object[name] as JsonValue, depth)) return false;
    }
    return text.charCodeAt(this.at++) === CLOSE_OBJECT;
  }
}
