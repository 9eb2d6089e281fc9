// Rows of the index that lie among the entries as one row, one after the other: length of the key
// 2 ‖ key ‖ length of the value 4 ‖ value.
import { Buffer } from 'node:buffer';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Bytes } from './level-rows.js';

const FIRST_BYTES = 1024;

export class RedoRows {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #size = 0;

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
  get bytes(): Bytes {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Begins anew in the same memory. */
  clear(): this {
    this.#size = 0;
    return this;
  }
}

/** The rows of {@link RedoRows}; throws STORE_CORRUPT. */
export function* parseRedoRows(row: Bytes): Generator<readonly [key: string, value: Bytes]> {
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  let at = 0;
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) {
      throw new ChartsealError('STORE_CORRUPT', 'rows of the index among the entries are cut off');
    }
    at += size;
    return bytes.subarray(at - size, at);
  };
  while (at < bytes.length) {
    const key = take(take(2).readUInt16BE()).toString('utf8');
    yield [key, take(take(4).readUInt32BE())];
  }
}
