// The package that peers install for a contract that runs as a service. It holds no address and no
// key, and its bytes depend on the contract alone: one package id serves every organisation, and
// two organisations that built the same contract get the same id.
import { crc32 } from 'node:zlib';
import { encodeHex } from '../chaincode/core/bytes.js';
import { canonicalBytes } from '../chaincode/core/canonical-json.js';
import { ChartsealError } from '../chaincode/core/errors.js';
import { sha256 } from '../chaincode/core/hash.js';
import type { StagedChaincode } from './chaincode-stage.js';

export interface ChaincodePackage {
  readonly bytes: Uint8Array;
  readonly label: string;
  /** As peers compute it: the label and the SHA-256 of the bytes. */
  readonly packageId: string;
}

const BLOCK_BYTES = 512;
const STORED_BYTES = 0xffff;
/** What Fabric takes, less `+`, which means something in addresses. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const DIGEST_TEXT = 12;

type NamedBytes = readonly [name: string, bytes: Uint8Array];

/** One member of a ustar archive (POSIX.1-2001, pax): nobody's, of no time. */
function tarMember([name, bytes]: NamedBytes): Uint8Array {
  const padded = Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES;
  const member = Buffer.alloc(BLOCK_BYTES + padded);
  const octal = (value: number, at: number, width: number) =>
    member.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  member.write(name, 0, 'latin1');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes.length, 124, 12);
  octal(0, 136, 12);
  member.write(' '.repeat(8), 148, 'latin1');
  member.write('0', 156, 'latin1');
  member.write('ustar\x0000', 257, 'latin1');
  const sum = member.subarray(0, BLOCK_BYTES).reduce((total, byte) => total + byte, 0);
  octal(sum, 148, 7);
  member.set(bytes, BLOCK_BYTES);
  return member;
}

function tarOf(files: readonly NamedBytes[]): Uint8Array {
  return Buffer.concat([...files.map(tarMember), Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** RFC 1952 without compression, whose bytes differ from one zlib to the next. */
function gzipOf(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])];
  for (let at = 0; at < bytes.length; at += STORED_BYTES) {
    const piece = bytes.subarray(at, at + STORED_BYTES);
    const head = Buffer.alloc(5);
    head.writeUInt8(at + piece.length === bytes.length ? 1 : 0, 0);
    head.writeUInt16LE(piece.length, 1);
    head.writeUInt16LE(piece.length ^ 0xffff, 3);
    pieces.push(head, piece);
  }
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(bytes), 0);
  tail.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([...pieces, tail]);
}

/**
 * @param version of the definition, when it is not that of the contract's manifest
 * Throws BAD_INPUT for a version that cannot stand in a label.
 */
export function packageChaincode(
  staged: Pick<StagedChaincode, 'version' | 'digest'>,
  version = staged.version,
): ChaincodePackage {
  if (!VERSION.test(version)) {
    throw new ChartsealError('BAD_INPUT', 'a version is letters, digits, dots, _ and -');
  }
  const label = `chartseal_${version}-${staged.digest.slice(0, DIGEST_TEXT)}`;
  const contract = { contract: staged.version, digest: staged.digest };
  const code = gzipOf(tarOf([['contract.json', canonicalBytes(contract)]]));
  const bytes = gzipOf(
    tarOf([
      ['metadata.json', canonicalBytes({ label, path: '', type: 'ccaas' })],
      ['code.tar.gz', code],
    ]),
  );
  return { bytes, label, packageId: `${label}:${encodeHex(sha256(bytes))}` };
}
