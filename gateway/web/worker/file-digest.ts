// SHA-256 of a file in pieces, so that a file of any size needs the memory of one piece.
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeHex } from '../../../chaincode/core/bytes.js';

const PIECE_BYTES = 4 * 1024 * 1024;

/** Hex. Throws what the browser throws for a file that cannot be read. */
export async function digestFile(file: Blob, tell: (done: number) => void): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const piece = await file.slice(at, at + PIECE_BYTES).arrayBuffer();
    hash.update(new Uint8Array(piece));
    tell(Math.min(at + PIECE_BYTES, file.size));
  }
  return encodeHex(hash.digest());
}
