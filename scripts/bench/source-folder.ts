// Files to be ingested, the same in every run, and the command-line tools that hash them too.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PIECE_BYTES = 1024 * 1024;
const FILES_PER_FOLDER = 1000;

/** Bytes of some kind; what they are does not change how fast they are hashed. */
function pieceOf(seed: number, bytes: number): Buffer {
  const piece = Buffer.alloc(bytes);
  let state = seed + 1;
  for (let at = 0; at + 4 <= bytes; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    piece.writeInt32LE(state, at);
  }
  return piece;
}

export function writeLargeFiles(folder: string, files: number, bytes: number): void {
  mkdirSync(folder);
  const piece = pieceOf(0, PIECE_BYTES);
  for (let file = 0; file < files; file++) {
    const fd = openSync(join(folder, `scan-${file}.dcm`), 'w');
    for (let at = 0; at < bytes; at += PIECE_BYTES) {
      piece.writeInt32LE(file * 1_000_003 + at, 0);
      writeSync(fd, piece, 0, Math.min(PIECE_BYTES, bytes - at));
    }
    closeSync(fd);
  }
}

export function writeSmallFiles(folder: string, files: number, bytes: number): void {
  const piece = pieceOf(1, bytes);
  for (let file = 0; file < files; file++) {
    const ward = join(folder, `ward-${Math.floor(file / FILES_PER_FOLDER)}`);
    if (file % FILES_PER_FOLDER === 0) mkdirSync(ward, { recursive: true });
    piece.writeInt32LE(file, 0);
    writeFileSync(join(ward, `document-${file}.txt`), piece);
  }
}

/** The first of these tools that this machine does not have. */
export function findMissing(tools: readonly string[]): string | undefined {
  return tools.find((tool) => spawnSync(tool, ['--version']).error !== undefined);
}
