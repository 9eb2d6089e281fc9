// The text in which an inclusion proof travels with its checkpoint (C2SP tlog-proof), nothing
// checked but its form: the path belongs to core/merkle, the checkpoint to core/signed-note.
import { encodeBase64 } from './bytes.js';
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

/** Inverse of {@link formatTlogProof}; throws BAD_FORMAT. */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n');
  if (split < 0) badFormat('a tlog-proof has an empty line before its checkpoint');
  const checkpoint = text.slice(split + 2);
  if (checkpoint === '') badFormat('a tlog-proof has a checkpoint');
  // First line, extra and index stand before the path.
  const lines = text.slice(0, split).split('\n', MAX_PROOF_HASHES + 4);
  if (lines[0] !== FIRST_LINE) badFormat('this is not a tlog-proof of version 1');
  const hasExtra = lines[1]?.startsWith(EXTRA) ?? false;
  const [indexLine = '', ...hashes] = lines.slice(hasExtra ? 2 : 1);
  if (hashes.length > MAX_PROOF_HASHES) badFormat(`a path has at most ${MAX_PROOF_HASHES} hashes`);
  const proof: TlogProof = {
    index: parseDecimal(after(indexLine, INDEX, 'the index'), 'index'),
    path: hashes.map((line) => parseBase64(line, 'a hash of the path', HASH_BYTES)),
    checkpoint,
  };
  if (!hasExtra) return proof;
  const extra = parseBase64(after(lines[1] ?? '', EXTRA, 'extra data'), 'extra data');
  if (extra.length === 0) badFormat('extra data is left out when there is none');
  return { extra, ...proof };
}
