// Leaves as `log leaves` prints them: JSON lines with index and leaf. A file that still grows is
// read on when the mirror follows.
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeBase64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonObject } from '../../../chaincode/core/json.js';
import { HASH_BYTES, LEAF_BYTES } from '../../../chaincode/core/limits.js';
import { blob, checkShape, hex, integer, object } from '../../../chaincode/core/shape.js';
import { fileError, isSystemError } from '../file-error.js';
import { type JsonLine, readJsonLines } from '../json-lines.js';

export interface GivenLeaf {
  readonly index: number;
  readonly leaf: Uint8Array;
}

const CHUNK_BYTES = 64 * 1024;
const GROWN_MS = 500;
const LINE = object({
  index: integer(),
  leaf: blob(LEAF_BYTES),
  'leafHash?': hex(HASH_BYTES),
});

/** Bytes of a file; with `stop`, also those that are added until it is aborted. */
export async function* readGrowingFile(
  path: string,
  stop?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES);
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
        else if (stop === undefined || stop.aborted) return;
        else await sleep(GROWN_MS, undefined, { signal: stop }).catch(() => undefined);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { code, message } = fileError(error, 'file') as ChartsealError;
    throw new ChartsealError(code, `leaves ${path}: ${message}`, { cause: error });
  }
}

function parseLine(line: JsonLine, name: string): GivenLeaf {
  try {
    if ('error' in line) throw line.error;
    checkShape(LINE, line.value, 'leaf');
    const { index, leaf } = line.value as JsonObject;
    return { index: index as number, leaf: decodeBase64(leaf, 'leaf', LEAF_BYTES) };
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    const text = `leaves ${name}, line ${line.number}: ${cause.message}`;
    throw new ChartsealError(cause.code, text, { cause });
  }
}

/** Throws the codes of a line that is none, and those of reading. @param name for messages */
export async function* readLeaves(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<GivenLeaf> {
  for await (const line of readJsonLines(bytes)) yield parseLine(line, name);
}
