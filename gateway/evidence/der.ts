// Reads DER (X.690), and nothing that is only BER: one reading of the bytes, whoever reads.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Tag of member `number` that is marked explicitly. */
export const explicit = (number: number): number => 0xa0 + number;

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

export function malformed(what: string, reason: string): never {
  throw new ChartsealError('BAD_FORMAT', `${what} ${reason}`);
}

/** Walks through the elements that stand one after the other in some bytes. */
export class DerReader {
  readonly #data: Uint8Array;
  readonly #what: string;
  #at = 0;

  /** @param what the bytes are, for errors */
  constructor(data: Uint8Array, what: string) {
    this.#data = data;
    this.#what = what;
  }

  get done(): boolean {
    return this.#at === this.#data.length;
  }

  /** Tag of the next element; undefined at the end. */
  get nextTag(): number | undefined {
    return this.#data[this.#at];
  }

  /** The next element, views of the bytes given. */
  next(): Element {
    const from = this.#at;
    const tag = this.#byte();
    if ((tag & 0x1f) === 0x1f) return malformed(this.#what, 'has a tag of more than one byte');
    const size = this.#length();
    if (size > this.#data.length - this.#at) return malformed(this.#what, 'ends too early');
    const start = this.#at;
    this.#at += size;
    return {
      tag,
      content: this.#data.subarray(start, this.#at),
      whole: this.#data.subarray(from, this.#at),
    };
  }

  /** The next element, which has this tag. */
  take(tag: number): Element {
    const element = this.next();
    if (element.tag === tag) return element;
    return malformed(this.#what, `has tag ${element.tag} where ${tag} stands`);
  }

  /** The next element when it has this tag. */
  find(tag: number): Element | undefined {
    return this.nextTag === tag ? this.next() : undefined;
  }

  /** The elements within the next one, which has this tag. */
  enter(tag: number): DerReader {
    return new DerReader(this.take(tag).content, this.#what);
  }

  end(): void {
    if (!this.done) malformed(this.#what, 'goes on where it should end');
  }

  /** Value of a BOOLEAN; absent is false. */
  flag(): boolean {
    const element = this.find(TAG.boolean);
    if (element === undefined) return false;
    const [value] = element.content;
    if (element.content.length !== 1 || (value !== 0 && value !== 0xff)) {
      return malformed(this.#what, 'has a flag that is neither false nor true');
    }
    return value === 0xff;
  }

  /** Hex of the content of an OBJECT IDENTIFIER, each of its numbers in the shortest form. */
  objectIdentifier(): string {
    const { content } = this.take(TAG.objectIdentifier);
    const isGood = content.every(
      (byte, at) => byte !== 0x80 || (at > 0 && (content[at - 1] as number) >= 0x80),
    );
    if (!isGood || (content.at(-1) ?? 0x80) >= 0x80) {
      return malformed(this.#what, 'has an object identifier that is none');
    }
    return encodeHex(content);
  }

  /** An INTEGER of at least 0: its bytes without the zero that keeps it positive. */
  unsigned(): Uint8Array {
    const { content } = this.take(TAG.integer);
    const [first, second] = content;
    if (first === undefined) return malformed(this.#what, 'has a number without bytes');
    if (first >= 0x80) return malformed(this.#what, 'has a number below 0');
    if (first !== 0 || content.length === 1) return content;
    if ((second as number) < 0x80) return malformed(this.#what, 'has a number that is too long');
    return content.subarray(1);
  }

  /** A BIT STRING: its bytes, unused bits zero and no more of them than given. */
  bits(maxUnused: number): Uint8Array {
    const { content } = this.take(TAG.bitString);
    const [unused] = content;
    const last = content.length === 1 ? 0 : (content[content.length - 1] as number);
    const isGood =
      unused !== undefined && unused <= maxUnused && (content.length > 1 || unused === 0);
    if (!isGood || (last & ((1 << unused) - 1)) !== 0) {
      return malformed(this.#what, 'has bits that are not padded with zeros');
    }
    return content.subarray(1);
  }

  #byte(): number {
    const byte = this.#data[this.#at++];
    return byte ?? malformed(this.#what, 'ends too early');
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 3) return malformed(this.#what, 'has a length that is not definite');
    let size = 0;
    for (let place = 0; place < count; place++) size = size * 256 + this.#byte();
    if (size < 0x80 || size < 256 ** (count - 1)) {
      return malformed(this.#what, 'has a length that is too long');
    }
    return size;
  }
}

const P256_BYTES = 32;
/** Half of the order of P-256, rounded down. */
const HALF_ORDER = '7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8';

/** r ‖ s, 32 bytes each, of the DER of an ECDSA signature by a key of P-256. */
export function parseEcdsaSignature(der: Uint8Array, what: string): Uint8Array {
  const reader = new DerReader(der, what);
  const numbers = reader.enter(TAG.sequence);
  reader.end();
  const out = new Uint8Array(2 * P256_BYTES);
  for (const end of [P256_BYTES, 2 * P256_BYTES]) {
    const number = numbers.unsigned();
    if (number.length > P256_BYTES) malformed(what, 'has a number above 32 bytes');
    out.set(number, end - number.length);
  }
  numbers.end();
  return out;
}

/** Whether s is at most half of the group's order: the one form that Fabric accepts. */
export function isLowS(signature: Uint8Array): boolean {
  return encodeHex(signature.subarray(P256_BYTES)) <= HALF_ORDER;
}
