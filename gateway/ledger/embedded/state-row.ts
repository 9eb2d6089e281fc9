// One value of contract state as it lies on disk. LevelDB does not check its checksums on read and
// may lose a row or bring back an older one, so every value stands under two keys far apart: the
// row itself (version ‖ seal ‖ value) and its seal (version ‖ seal). A read compares both.
import { concat, equalBytes, readUint64, uint64, utf8 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';

/** Where a value was written: Fabric's version of a key. */
export interface Version {
  readonly block: number;
  /** Index in the block. */
  readonly transaction: number;
}

export interface VersionedValue {
  readonly version: Version;
  readonly value: Uint8Array;
}

const VERSION_BYTES = 16;
const SEAL_BYTES = VERSION_BYTES + 32;

export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.transaction === b?.transaction;
}

/** version 16 ‖ SHA-256(length of key 8 ‖ key ‖ version ‖ value). */
export function sealOf(key: string, { version, value }: VersionedValue): Uint8Array {
  const where = concat(uint64(version.block), uint64(version.transaction));
  const name = utf8(key);
  return concat(where, sha256(concat(uint64(name.length), name, where, value)));
}

/** The row of a value: its seal and the value. */
export function formatStateRow(seal: Uint8Array, value: Uint8Array): Uint8Array {
  return concat(seal, value);
}

/** Value of a key from its row and its seal; throws LEDGER_CORRUPT unless they belong together. */
export function parseStateRow(
  key: string,
  row: Uint8Array | undefined,
  seal: Uint8Array | undefined,
): VersionedValue | undefined {
  if (row === undefined && seal === undefined) return undefined;
  if (row === undefined || seal === undefined || seal.length !== SEAL_BYTES) return corrupt();
  const found = { version: readVersion(seal), value: row.subarray(SEAL_BYTES) };
  const wanted = sealOf(key, found);
  if (!equalBytes(wanted, seal) || !equalBytes(wanted, row.subarray(0, SEAL_BYTES))) corrupt();
  return found;
}

function readVersion(seal: Uint8Array): Version {
  try {
    return { block: readUint64(seal, 0, 'block'), transaction: readUint64(seal, 8, 'transaction') };
  } catch (cause) {
    return corrupt(cause);
  }
}

function corrupt(cause?: unknown): never {
  const text = 'a value of the ledger is not what was written';
  throw new ChartsealError('LEDGER_CORRUPT', text, { cause });
}
