// Vectors of evidence: files with the verdicts that every release must give them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTime } from '../../chaincode/core/time.js';
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
}

export interface EvidenceCase extends EvidenceQuestion {
  readonly verdict: string;
  readonly exitCode: number;
  /** Status of each step. */
  readonly steps: Readonly<Record<string, string>>;
}

/** A case with its files. */
export interface LoadedCase {
  readonly folder: string;
  readonly expected: EvidenceCase;
  readonly file: Uint8Array;
  readonly trust: Uint8Array;
}

/** Every case of every release in test/vectors/receipts. */
export function loadCases(): LoadedCase[] {
  const root = join(process.cwd(), 'test/vectors/receipts');
  return readdirSync(root).flatMap((folder) => {
    const read = (name: string) => new Uint8Array(readFileSync(join(root, folder, name)));
    const cases: EvidenceCase[] = JSON.parse(Buffer.from(read('cases.json')).toString());
    return cases.map((expected) => ({
      folder,
      expected,
      file: read(`${expected.name}.${expected.kind}.json`),
      trust: read(`${expected.trust}.trust.json`),
    }));
  });
}

export function judgeCase(
  { kind, document, asOf }: EvidenceQuestion,
  file: Uint8Array,
  trust: Trust,
): ReceiptVerification | HistoryVerification {
  if (kind === 'receipt') {
    return verifyReceipt({ receipt: file, trust, ...(document === undefined ? {} : { document }) });
  }
  const until = asOf === undefined ? {} : { asOf: parseTime(asOf, 'as-of') };
  return verifyHistory({ history: file, trust, ...until });
}

export function judgeLoaded({ expected, file, trust }: LoadedCase) {
  return judgeCase(expected, file, parseTrustFile(trust));
}
