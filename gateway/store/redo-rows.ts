// Rows of the index that lie among the entries as one row: number of their batch 8 ‖ for each of
// them length of the key 2 ‖ key ‖ length of the value 4 ‖ value.
import { Buffer } from 'node:buffer';
import { readUint64, writeUint64 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Bytes } from './level-rows.js';

const FIRST_BYTES = 1024;
const NUMBER_BYTES = 8;

export class RedoRows {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #size = NUMBER_BYTES;

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

  /** In memory that the next row may change. */
  format(number: number): Bytes {
    writeUint64(this.#bytes, 0, number);
    return this.#bytes.subarray(0, this.#size);
  }

  /** Begins anew in the same memory. */
  clear(): this {
    this.#size = NUMBER_BYTES;
    return this;
  }
}

export interface ParsedRedo {
  readonly number: number;
  readonly rows: readonly (readonly [key: string, value: Bytes])[];
}

/** Inverse of {@link RedoRows}; throws STORE_CORRUPT. */
export function parseRedoRows(row: Bytes): ParsedRedo {
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  let at = 0;
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) {
      throw new ChartsealError('STORE_CORRUPT', 'rows of the index among the entries are cut off');
    }
    at += size;
    return bytes.subarray(at - size, at);
  };
  const number = readUint64(take(NUMBER_BYTES), 0, 'number', 'STORE_CORRUPT');
  const rows: [string, Bytes][] = [];
  while (at < bytes.length) {
    const key = take(take(2).readUInt16BE()).toString('utf8');
    rows.push([key, take(take(4).readUInt32BE())]);
  }
  return { number, rows };
}
