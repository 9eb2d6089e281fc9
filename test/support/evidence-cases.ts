// Vectors of evidence: files with the verdicts that every release must give them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTime } from '../../chaincode/core/time.js';
import { parseConsistencyProof } from '../../gateway/evidence/consistency-proof.js';
import type { DocumentFacts } from '../../gateway/evidence/document-check.js';
import { parseTrustFile, type Trust } from '../../gateway/evidence/trust.js';
import { type HistoryVerification, verifyHistory } from '../../gateway/evidence/verify-history.js';
import { type ReceiptVerification, verifyReceipt } from '../../gateway/evidence/verify-receipt.js';

export interface EvidenceQuestion {
  readonly kind: 'receipt' | 'history';
  /** Name of the file, without `.receipt.json` or `.history.json`. */
  readonly name: string;
  /** Name of the trust file, without `.trust.json`. */
  readonly trust: string;
  readonly document?: DocumentFacts;
  readonly asOf?: string;
  /** Hex; for the history of a record in a log registered with `hmac`. */
  readonly recordKey?: string;
  /** Names of the files with consistency proofs that are given, without `.consistency.txt`. */
  readonly consistency?: readonly string[];
  /** True when every checkpoint must agree with a pinned one. */
  readonly pinned?: true;
}

export interface EvidenceCase extends EvidenceQuestion {
  readonly verdict: string;
  readonly exitCode: number;
  /** Status of each step. */
  readonly steps: Readonly<Record<string, string>>;
  /** Code of each step that has one; of the first folder these lie apart, in codes.json. */
  readonly codes?: Readonly<Record<string, string>>;
  /** All statements in their order; left out where a case is not about them. */
  readonly statements?: readonly string[];
}

/** A case with its files. */
export interface LoadedCase {
  readonly folder: string;
  readonly expected: EvidenceCase;
  readonly file: Uint8Array;
  readonly trust: Uint8Array;
  /** Text of each consistency proof. */
  readonly proofs: readonly string[];
}

/** The rows that count: one further down takes the place of an earlier one of the same file. */
function lastRows(cases: readonly EvidenceCase[]): EvidenceCase[] {
  return [...new Map(cases.map((one) => [`${one.name}.${one.kind}`, one])).values()];
}

/** Every case of every release in test/vectors/receipts. */
export function loadCases(): LoadedCase[] {
  const root = join(process.cwd(), 'test/vectors/receipts');
  return readdirSync(root).flatMap((folder) => {
    const read = (name: string) => new Uint8Array(readFileSync(join(root, folder, name)));
    const json = (name: string) => JSON.parse(Buffer.from(read(name)).toString());
    const cases: EvidenceCase[] = json('cases.json');
    const apart: Record<string, EvidenceCase['codes']> =
      cases[0]?.codes === undefined ? json('codes.json') : {};
    return lastRows(cases).map((expected) => ({
      folder,
      expected: { codes: apart[`${expected.name}.${expected.kind}`] ?? {}, ...expected },
      file: read(`${expected.name}.${expected.kind}.json`),
      trust: read(`${expected.trust}.trust.json`),
      proofs: (expected.consistency ?? []).map((name) =>
        Buffer.from(read(`${name}.consistency.txt`)).toString(),
      ),
    }));
  });
}

export function judgeCase(
  { kind, document, asOf, recordKey, pinned }: EvidenceQuestion,
  file: Uint8Array,
  trust: Trust,
  proofs: readonly string[] = [],
): ReceiptVerification | HistoryVerification {
  const pins = { consistency: proofs.map(parseConsistencyProof), mustBePinned: pinned === true };
  if (kind === 'receipt') {
    const given = document === undefined ? {} : { document };
    return verifyReceipt({ receipt: file, trust, pins, ...given });
  }
  const until = asOf === undefined ? {} : { asOf: parseTime(asOf, 'as-of') };
  const key = recordKey === undefined ? {} : { recordKey: Buffer.from(recordKey, 'hex') };
  return verifyHistory({ history: file, trust, pins, ...until, ...key });
}

export function judgeLoaded({ expected, file, trust, proofs }: LoadedCase) {
  return judgeCase(expected, file, parseTrustFile(trust), proofs);
}
