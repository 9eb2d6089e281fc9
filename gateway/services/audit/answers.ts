// The five answers about a record: unchanged, altered, missing, unreadable, not checked.

import { encodeHex } from '../../../chaincode/core/bytes.js';
import type { FixityFacts } from '../../../chaincode/core/entry.js';
import type { ErrorCode } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { DigestResult, EmptyFile, FileToDigest } from '../digest.js';
import { showFileName } from '../file-name.js';
import type { AnchoredRecord } from './records.js';

export type Answer = 'unchanged' | 'altered' | 'missing' | 'unreadable' | 'not checked';

/** One line of an audit. */
export interface AnswerRow {
  readonly path: string | null;
  readonly id: string;
  readonly version: number;
  readonly answer: Answer;
  /** SHA-256 of the file as it is now, hex; where it was read. */
  readonly digest?: string;
  /** When the newest version was anchored. */
  readonly anchored: string;
  /** Why it could not be read. */
  readonly reason?: ErrorCode | 'no file known';
}

export type Counts = FixityFacts['counts'];

export const NO_COUNTS: Counts = {
  altered: 0,
  missing: 0,
  notChecked: 0,
  unchanged: 0,
  unreadable: 0,
};

/** SHA-256 of nothing, hex. */
export const EMPTY_DIGEST = encodeHex(sha256(new Uint8Array()));

const row = (
  { path, id, version, anchored }: AnchoredRecord,
  rest: Pick<AnswerRow, 'answer' | 'digest' | 'reason'>,
): AnswerRow => ({
  path: path === undefined ? null : showFileName(path),
  id,
  version,
  anchored,
  ...rest,
});

/** A record that was anchored without a file. */
export function withoutFile(record: AnchoredRecord): AnswerRow {
  return row(record, { answer: 'not checked', reason: 'no file known' });
}

export function answerOf<F extends FileToDigest>(
  record: AnchoredRecord,
  result: DigestResult<F> | EmptyFile<F>,
): AnswerRow {
  if ('error' in result) {
    const { code } = result.error;
    if (code === 'FILE_MISSING') return row(record, { answer: 'missing' });
    return row(record, { answer: 'unreadable', reason: code });
  }
  const digest = 'skipped' in result ? EMPTY_DIGEST : result.digest;
  return row(record, { answer: digest === record.digest ? 'unchanged' : 'altered', digest });
}

export function countAnswer(counts: Counts, answer: Answer): Counts {
  const name = answer === 'not checked' ? 'notChecked' : answer;
  return { ...counts, [name]: counts[name] + 1 };
}

export function sumOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
