// What chains the blocks of a Fabric channel: the hash of a header, which the next header names.
import { concat } from '../../../chaincode/core/bytes.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { FabricBlock } from './fabric-blocks.js';

const TAG_INTEGER = 0x02;
const TAG_OCTETS = 0x04;
const TAG_SEQUENCE = 0x30;

/** DER of a value shorter than 128 bytes, as all of an honest header are. */
function der(tag: number, value: Uint8Array): Uint8Array {
  if (value.length >= 0x80) throw new RangeError('a header has no member of that length');
  return concat(Uint8Array.of(tag, value.length), value);
}

function derInteger(value: number): Uint8Array {
  const hex = value.toString(16);
  const bytes = Uint8Array.from(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
  const isNegative = (bytes[0] as number) >= 0x80;
  return der(TAG_INTEGER, isNegative ? concat(Uint8Array.of(0), bytes) : bytes);
}

/** SHA-256 of the DER of (number, previous hash, data hash), as Fabric computes it. */
export function blockHash({
  number,
  previous,
  dataHash,
}: Pick<FabricBlock, 'number' | 'previous' | 'dataHash'>): Uint8Array {
  const parts = [derInteger(number), der(TAG_OCTETS, previous), der(TAG_OCTETS, dataHash)];
  return sha256(der(TAG_SEQUENCE, concat(...parts)));
}
