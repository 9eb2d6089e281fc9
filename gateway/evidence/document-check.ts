// The step about the document itself: the caller has hashed it, the entry says what it was.
import type { Entry, RecordFacts } from '../../chaincode/core/entry.js';
import { type Finding, failed, needs, notChecked, ok } from './steps.js';

/** What the caller computed from a document's bytes. Digests are lower-case hex. */
export interface DocumentFacts {
  readonly digests: RecordFacts['digests'];
  /** Bytes. */
  readonly size?: number;
}

const ALGORITHMS = ['sha-256', 'sha3-256', 'sm3'] as const;

const NO_DOCUMENT = {
  access: 'an access event',
  inquiry: "a patient's question",
  answer: "an answer to a patient's question",
  fixity: 'a fixity run',
} as const;

/** Finding of the step, undefined when an entry without a document needs no such step. */
export function checkDocument(
  entry: Entry | undefined,
  document: DocumentFacts | undefined,
): Finding | undefined {
  if (entry === undefined) return needs('entry');
  if (!('record' in entry)) {
    return document === undefined
      ? undefined
      : notChecked(
          `This receipt is of ${NO_DOCUMENT[entry.act]}: it says nothing about a document.`,
        );
  }
  if (document === undefined) return notChecked('No document was given.');
  const { digests, size } = entry.record;
  if (document.size !== undefined && document.size !== size) {
    return failed(`The document has ${document.size} bytes, the entry says ${size}.`);
  }
  const compared: string[] = [];
  const wrong: string[] = [];
  for (const name of ALGORITHMS) {
    const [theirs, ours] = [digests[name], document.digests[name]];
    if (name !== 'sha-256' && (theirs === undefined || ours === undefined)) continue;
    compared.push(name);
    if (theirs !== ours) wrong.push(name);
  }
  if (wrong.length > 0) {
    return failed(`The document has another digest than the entry (${wrong.join(', ')}).`);
  }
  return ok(`The document is the one of the entry (${compared.join(', ')}).`);
}
