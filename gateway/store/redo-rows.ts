// Rows of the index that lie among the entries as one row: number of their batch 8 ‖ for each of
// them length of the key 2 ‖ key ‖ length of the value 4 ‖ value. The first has no key: its value
// is the digest of the batch before, so that each digest stands for all batches up to its own.
import { Buffer } from 'node:buffer';
import { readUint64, writeUint64, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { Bytes } from './level-rows.js';

const FIRST_BYTES = 1024;
const NUMBER_BYTES = 8;
const DIGEST_AT = NUMBER_BYTES + 2 + 4;
const HEADER_BYTES = DIGEST_AT + HASH_BYTES;

export class RedoRows {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #size = HEADER_BYTES;

  put(key: string, value: Bytes): void {
    const keySize = Buffer.byteLength(key);
    const end = this.#size + 2 + keySize + 4 + value.length;
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * end);
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    let at = this.#bytes.writeUInt16BE(keySize, this.#size);
    at += this.#bytes.write(key, at);
    at = this.#bytes.writeUInt32BE(value.length, at);
    this.#bytes.set(value, at);
    this.#size = end;
  }

  /**
   * In memory that the next row may change.
   * @param before digest of the batch before; without rows, of this one
   */
  format(number: number, before: Uint8Array): Bytes {
    writeUint64(this.#bytes, 0, number);
    this.#bytes.writeUInt16BE(0, NUMBER_BYTES);
    this.#bytes.writeUInt32BE(HASH_BYTES, NUMBER_BYTES + 2);
    this.#bytes.set(before, DIGEST_AT);
    return this.#bytes.subarray(0, this.#size);
  }

  /** Begins anew in the same memory. */
  clear(): this {
    this.#size = HEADER_BYTES;
    return this;
  }
}

export interface ParsedRedo {
  readonly number: number;
  /** Undefined in rows of the version before, which had none. */
  readonly before: Uint8Array | undefined;
  /** Of the batch, and with it of all before. */
  readonly digest: Uint8Array;
  readonly rows: readonly (readonly [key: string, value: Bytes])[];
}

function corrupt(): never {
  throw new ChartsealError('STORE_CORRUPT', 'rows of the index among the entries are cut off');
}

/** Digest of a batch as {@link RedoRows.format} gives it. */
export const redoDigest = (bytes: Bytes): Uint8Array => sha256(bytes);

/** Inverse of {@link RedoRows}; throws STORE_CORRUPT. */
export function parseRedoRows(row: Bytes): ParsedRedo {
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  let at = 0;
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) corrupt();
    at += size;
    return bytes.subarray(at - size, at);
  };
  const number = readUint64(take(NUMBER_BYTES), 0, 'number', 'STORE_CORRUPT');
  let before: Uint8Array | undefined;
  const rows: [string, Bytes][] = [];
  while (at < bytes.length) {
    const isFirst = at === NUMBER_BYTES;
    const key = take(take(2).readUInt16BE()).toString('utf8');
    const value = take(take(4).readUInt32BE());
    if (key !== '') rows.push([key, value]);
    else if (isFirst && value.length === HASH_BYTES) before = value;
    else corrupt();
  }
  const digest = rows.length > 0 ? redoDigest(bytes) : (before ?? ZERO_HASH);
  return { number, before, digest, rows };
}
