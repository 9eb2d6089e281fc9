// The 106-byte leaf and the closing leaf: all that an endorser sees of an entry, and the date
// and map root that the contract itself puts at the end of every append.
import { concat, isZero, readUint64, uint64, writeUint64 } from './bytes.js';
import { ChartsealError } from './errors.js';
import { TAG_TREE_LEAF, taggedHash } from './hash.js';
import { HASH_BYTES, LEAF_BYTES } from './limits.js';

export const LEAF_VERSION = 1;
/** Act of a closing leaf, the second byte of a leaf; no entry has it. */
export const CLOSING_ACT = 0x00;

/** What a leaf says. Labels and hashes are 32 bytes. */
export interface Leaf {
  readonly act: number;
  readonly subject: Uint8Array;
  /** Position in the subject's chain, from 0. */
  readonly sequence: number;
  /** Leaf hash of the leaf before in this chain; zeros at sequence 0. */
  readonly previous: Uint8Array;
  /** SHA-256 of the entry's bytes. */
  readonly entry: Uint8Array;
}

export interface ClosingLeaf {
  /** Time at which the append was endorsed, in ms since 1970. */
  readonly endorsedAt: number;
  /** Appends of this log before this one. */
  readonly appendNumber: number;
  /** Leaf hash of the closing leaf before; zeros in the first. */
  readonly previous: Uint8Array;
  readonly mapRoot: Uint8Array;
}

/** version 1 ‖ act 1 ‖ subject 32 ‖ sequence 8 ‖ previous 32 ‖ entry 32. */
export function formatLeaf(leaf: Leaf): Uint8Array {
  const out = new Uint8Array(LEAF_BYTES);
  out[0] = LEAF_VERSION;
  out[1] = leaf.act;
  out.set(leaf.subject, 2);
  writeUint64(out, 34, leaf.sequence);
  out.set(leaf.previous, 42);
  out.set(leaf.entry, 74);
  return out;
}

function checkShape(bytes: Uint8Array): void {
  if (bytes.length !== LEAF_BYTES) {
    throw new ChartsealError('BAD_LEAF', `a leaf has ${LEAF_BYTES} bytes, not ${bytes.length}`);
  }
  if (bytes[0] !== LEAF_VERSION) {
    throw new ChartsealError('BAD_LEAF', `leaf version ${bytes[0]} is not known to this version`);
  }
}

/** Reads a leaf of version 1; throws BAD_LEAF, also for a closing leaf. Shares the bytes given. */
export function parseLeaf(bytes: Uint8Array): Leaf {
  checkShape(bytes);
  const act = bytes[1] as number;
  if (act === CLOSING_ACT) {
    throw new ChartsealError('BAD_LEAF', 'act 00 is reserved for the closing leaf');
  }
  const sequence = readUint64(bytes, 34, 'sequence', 'BAD_LEAF');
  const previous = bytes.subarray(42, 74);
  if ((sequence === 0) !== isZero(previous)) {
    throw new ChartsealError('BAD_LEAF', 'previous is zeros at sequence 0, and only there');
  }
  return { act, subject: bytes.subarray(2, 34), sequence, previous, entry: bytes.subarray(74) };
}

/** version 1 ‖ 00 ‖ 24 zeros ‖ endorsedAt 8 ‖ append number 8 ‖ previous 32 ‖ map root 32. */
export function formatClosingLeaf(leaf: ClosingLeaf): Uint8Array {
  return concat(
    Uint8Array.of(LEAF_VERSION, CLOSING_ACT),
    new Uint8Array(24),
    uint64(leaf.endorsedAt),
    uint64(leaf.appendNumber),
    leaf.previous,
    leaf.mapRoot,
  );
}

/** Reads a closing leaf of version 1; throws BAD_LEAF. */
export function parseClosingLeaf(bytes: Uint8Array): ClosingLeaf {
  checkShape(bytes);
  if (bytes[1] !== CLOSING_ACT || !isZero(bytes.subarray(2, 26))) {
    throw new ChartsealError('BAD_LEAF', 'this is not a closing leaf');
  }
  const appendNumber = readUint64(bytes, 34, 'append number', 'BAD_LEAF');
  const previous = bytes.subarray(42, 74);
  if ((appendNumber === 0) !== isZero(previous)) {
    throw new ChartsealError(
      'BAD_LEAF',
      'previous is zeros in the first closing leaf, and only there',
    );
  }
  return {
    endorsedAt: readUint64(bytes, 26, 'endorsedAt', 'BAD_LEAF'),
    appendNumber,
    previous,
    mapRoot: bytes.subarray(74, 74 + HASH_BYTES),
  };
}

/** SHA-256(0x00 ‖ leaf): RFC 6962 section 2.1; all that the ledger keeps. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  return taggedHash(TAG_TREE_LEAF, leaf);
}
