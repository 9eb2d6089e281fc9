// The text in which an inclusion proof travels with its checkpoint (C2SP tlog-proof), nothing
// checked but its form: the path belongs to core/merkle, the checkpoint to core/signed-note.
import { encodeBase64, findBase64 } from './bytes.js';
import { ChartsealError } from './errors.js';
import { HASH_BYTES, MAX_PROOF_HASHES } from './limits.js';
import { checkCount, checkHash } from './merkle.js';
import { parseBase64, parseDecimal } from './text-format.js';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const EXTRA = 'extra ';
const INDEX = 'index ';

export interface TlogProof {
  /** Opaque bytes that nothing authenticates; absent rather than empty. */
  readonly extra?: Uint8Array;
  readonly index: number;
  /** Audit path, the leaf's sibling first. */
  readonly path: readonly Uint8Array[];
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string;
}

function badInput(message: string): never {
  throw new ChartsealError('BAD_INPUT', message);
}

function badFormat(message: string): never {
  throw new ChartsealError('BAD_FORMAT', message);
}

/** Throws BAD_INPUT for what the text could not give back. */
export function formatTlogProof({ extra, index, path, checkpoint }: TlogProof): string {
  checkCount(index, 'index');
  if (path.length > MAX_PROOF_HASHES) badInput(`a path has at most ${MAX_PROOF_HASHES} hashes`);
  for (const hash of path) checkHash(hash, 'a hash of the path');
  if (extra?.length === 0) badInput('extra data is left out when there is none');
  if (checkpoint === '') badInput('a proof has a checkpoint');
  const lines = [FIRST_LINE];
  if (extra !== undefined) lines.push(`${EXTRA}${encodeBase64(extra)}`);
  lines.push(`${INDEX}${index}`, ...path.map(encodeBase64));
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

function after(line: string, start: string, what: string): string {
  if (!line.startsWith(start)) badFormat(`${what} is not where a tlog-proof has it`);
  return line.slice(start.length);
}

/** Where the lines before `end` end, as many as a proof may have and one more. */
function lineEnds(text: string, end: number): number[] {
  const ends: number[] = [];
  // First line, extra and index stand before the path.
  while (ends.length < MAX_PROOF_HASHES + 4) {
    const found = text.indexOf('\n', (ends.at(-1) ?? -1) + 1);
    ends.push(found);
    if (found === end) break;
  }
  return ends;
}

function readHash(text: string, start: number, end: number): Uint8Array {
  const hash = findBase64(text, start, end);
  if (hash?.length === HASH_BYTES) return hash;
  return parseBase64(text.slice(start, end), 'a hash of the path', HASH_BYTES);
}

/** Inverse of {@link formatTlogProof}; throws BAD_FORMAT. */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n');
  if (split < 0) badFormat('a tlog-proof has an empty line before its checkpoint');
  const checkpoint = text.slice(split + 2);
  if (checkpoint === '') badFormat('a tlog-proof has a checkpoint');
  const ends = lineEnds(text, split);
  const line = (at: number) => text.slice((ends[at - 1] ?? -1) + 1, ends[at] ?? 0);
  if (line(0) !== FIRST_LINE) badFormat('this is not a tlog-proof of version 1');
  const hasExtra = line(1).startsWith(EXTRA);
  const before = hasExtra ? 3 : 2;
  if (ends.length - before > MAX_PROOF_HASHES) {
    badFormat(`a path has at most ${MAX_PROOF_HASHES} hashes`);
  }
  const index = parseDecimal(after(line(before - 1), INDEX, 'the index'), 'index');
  const path: Uint8Array[] = [];
  for (let at = before; at < ends.length; at++) {
    path.push(readHash(text, (ends[at - 1] as number) + 1, ends[at] as number));
  }
  if (!hasExtra) return { index, path, checkpoint };
  const extra = parseBase64(after(line(1), EXTRA, 'extra data'), 'extra data');
  if (extra.length === 0) badFormat('extra data is left out when there is none');
  return { extra, index, path, checkpoint };
}
