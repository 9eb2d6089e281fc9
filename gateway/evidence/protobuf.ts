// Reads protobuf bytes that somebody signed, more strictly than protobuf does: for one text of
// bytes there is one reading, whoever reads. One message at a time: nothing here recurses.
import { decodeUtf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';

export type FieldKind = 'integer' | 'flag' | 'bytes' | 'text';

export interface Field {
  /** Field number in the message. */
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated?: true;
}

/** All fields of a message that this version knows, by our name for them. */
export type Message = Readonly<Record<string, Field>>;

interface ValueOf {
  readonly integer: number;
  readonly flag: boolean;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Fields that the bytes do not hold are undefined; repeated ones are lists in their order. */
export type Values<M extends Message> = {
  readonly [Name in keyof M]: M[Name] extends { readonly repeated: true }
    ? readonly ValueOf[M[Name]['kind']][]
    : ValueOf[M[Name]['kind']] | undefined;
};

export const integer = <N extends number>(number: N) => ({ number, kind: 'integer' }) as const;
export const flag = <N extends number>(number: N) => ({ number, kind: 'flag' }) as const;
export const bytes = <N extends number>(number: N) => ({ number, kind: 'bytes' }) as const;
export const text = <N extends number>(number: N) => ({ number, kind: 'text' }) as const;
export const many = <F extends Field>(field: F) => ({ ...field, repeated: true }) as const;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const MAX_VARINT_BYTES = 8;
const MAX_TAG = 2 ** 32 - 1;

function refuse(what: string, reason: string): never {
  throw new ChartsealError('BAD_FORMAT', `${what} ${reason}`);
}

class Reader {
  readonly #data: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(data: Uint8Array, what: string) {
    this.#data = data;
    this.#what = what;
  }

  get done(): boolean {
    return this.#at >= this.#data.length;
  }

  /** The shortest form of an integer up to 2^53 - 1. */
  varint(): number {
    let value = 0;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = this.#data[this.#at++];
      if (byte === undefined) return refuse(this.#what, 'ends within a number');
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte >= 0x80) continue;
      if (byte === 0 && count > 0) return refuse(this.#what, 'has a number that is too long');
      if (Number.isSafeInteger(value)) return value;
      break;
    }
    return refuse(this.#what, 'has a number above 2^53 - 1');
  }

  /** A view, not a copy. */
  take(): Uint8Array {
    const size = this.varint();
    if (size > this.#data.length - this.#at) return refuse(this.#what, 'ends within a field');
    const from = this.#at;
    this.#at += size;
    return this.#data.subarray(from, this.#at);
  }

  tag(): { number: number; wireType: number } {
    const tag = this.varint();
    if (tag > MAX_TAG || tag < 8) return refuse(this.#what, 'has a field number out of range');
    return { number: Math.floor(tag / 8), wireType: tag % 8 };
  }

  value({ kind }: Field, wireType: number): ValueOf[FieldKind] {
    const wanted = kind === 'integer' || kind === 'flag' ? VARINT : LENGTH_DELIMITED;
    if (wireType !== wanted) return refuse(this.#what, 'has a field of another wire type');
    if (kind === 'bytes') return this.take();
    if (kind === 'text') return decodeText(this.take(), this.#what);
    const value = this.varint();
    if (kind === 'integer') return value;
    if (value > 1) return refuse(this.#what, 'has a flag that is neither 0 nor 1');
    return value === 1;
  }
}

function decodeText(data: Uint8Array, what: string): string {
  return decodeUtf8(data, `a text of ${what}`);
}

/** Names of a message's fields by their number, made once for each message. */
const namesOf = new WeakMap<Message, ReadonlyMap<number, string>>();

function fieldNames(message: Message): ReadonlyMap<number, string> {
  let names = namesOf.get(message);
  if (names === undefined) {
    names = new Map(Object.entries(message).map(([name, { number }]) => [number, name]));
    namesOf.set(message, names);
  }
  return names;
}

/**
 * Reads one message. Bytes in it are views of `data`; messages within it are bytes, to be read
 * by a call of their own. Throws BAD_FORMAT for what is truncated, longer than it must be, out of
 * range or there twice; BAD_INPUT for text that is not UTF-8.
 * @param what the message is, for errors
 * @param unknown code for a field that the message does not list
 */
export function readMessage<M extends Message>(
  data: Uint8Array,
  message: M,
  what: string,
  unknown: 'BAD_FORMAT' | 'NEWER_VERSION' = 'NEWER_VERSION',
): Values<M> {
  const names = fieldNames(message);
  const values: Record<string, unknown> = {};
  for (const name of names.values()) {
    if ((message[name] as Field).repeated) values[name] = [];
  }
  const reader = new Reader(data, what);
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    const name = names.get(number);
    if (name === undefined) {
      throw new ChartsealError(unknown, `${what} has a field that is not known: ${number}`);
    }
    const field = message[name] as Field;
    const value = reader.value(field, wireType);
    if (field.repeated) (values[name] as unknown[]).push(value);
    else if (values[name] === undefined) values[name] = value;
    else refuse(what, `has field ${number} twice`);
  }
  return values as Values<M>;
}
