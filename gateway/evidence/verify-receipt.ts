// Verifies a receipt: bytes and trust in, verdict out. No network, no files, no clock.
import { decodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import type { Entry } from '../../chaincode/core/entry.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import {
  type CheckedCheckpoint,
  type CheckpointRequest,
  checkCheckpoint,
} from './checkpoint-check.js';
import { checkDocument, type DocumentFacts } from './document-check.js';
import { checkEntry, type ShownMembers } from './entry-check.js';
import { readFile } from './evidence-file.js';
import { checkInclusion, readProof } from './inclusion-check.js';
import { RECEIPT_FORMAT, type Receipt, receiptOf } from './receipt.js';
import { receiptStatements } from './statements.js';
import { attempt, type Finding, isOk, listSteps, needs } from './steps.js';
import { checkTime } from './time-check.js';
import {
  concludeReceipt,
  NOT_OURS,
  type ReceiptFindings,
  type ReceiptStep,
  type ReceiptVerdict,
} from './verdict.js';
import { formatFinding, isOurs, unread, type Verification } from './verification.js';

const STEPS = [
  'document',
  'entry',
  'inclusion',
  'checkpoint',
  'attestation',
  'policy',
  'time',
] as const;

export interface ReceiptRequest extends CheckpointRequest {
  /** Bytes of the receipt file. */
  readonly receipt: Uint8Array;
  /** What was computed from the document, if there is one to compare. */
  readonly document?: DocumentFacts;
}

/** Facts beyond the steps are as the file has them: believe them with the verdict only. */
export interface ReceiptVerification extends Verification<ReceiptVerdict, ReceiptStep> {
  readonly format: typeof RECEIPT_FORMAT;
  /** Absent when it is not the one that the leaf commits to. */
  readonly entry?: Entry | undefined;
  /** Values of the private members shown, and names of those that are not. */
  readonly opened?: ShownMembers['opened'] | undefined;
  readonly withheld?: ShownMembers['withheld'] | undefined;
  /** Hex. */
  readonly leafHash?: string | undefined;
  readonly index?: number | undefined;
}

/** Findings with what they rest on. */
interface Checked {
  readonly findings: ReceiptFindings;
  readonly checkpoint?: CheckedCheckpoint | undefined;
  readonly entry?: Entry | undefined;
  readonly shown?: ShownMembers | undefined;
  readonly hash?: Uint8Array;
  readonly index?: number | undefined;
}

interface CheckedPlace extends Pick<Checked, 'checkpoint' | 'index'> {
  readonly inclusion: Finding;
  readonly findings: CheckedCheckpoint['findings'];
}

function checkPlace(receipt: Receipt, hash: Uint8Array, request: ReceiptRequest): CheckedPlace {
  const read = attempt('The proof', readProof, receipt.proof);
  if ('fault' in read) {
    const later = needs('inclusion');
    const findings = { checkpoint: later, attestation: later, policy: later };
    return { inclusion: read.fault, findings };
  }
  const proof = read.value;
  const claim = { note: proof.checkpoint, attestation: receipt.attestation };
  const checked = checkCheckpoint(claim, request);
  const { checkpoint, findings } = checked;
  const inclusion =
    checkpoint === undefined ? needs('checkpoint') : checkInclusion(hash, proof, checkpoint, false);
  return { inclusion, findings, checkpoint: checked, index: proof.index };
}

/** The unprotected window begins here: what the hospital says came before the entry. */
function beforeAccepting(entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  if (entry.act === 'access') return `it happened ${entry.occurredAt}`;
  if (entry.act === 'fixity') return `the run ended ${entry.endedAt}`;
  if (!('record' in entry)) return undefined;
  const { createdAt } = entry.record;
  return createdAt === undefined ? undefined : `created ${createdAt}`;
}

function checkReceiptTime(checked: CheckedCheckpoint | undefined, entry: Entry | undefined) {
  const times = entry === undefined ? [] : [entry.at];
  const finding = checkTime(checked?.answer, times, undefined, beforeAccepting(entry));
  return isOk(finding) && entry === undefined ? needs('entry') : finding;
}

function check(receipt: Receipt, format: Finding, request: ReceiptRequest): Checked {
  const leaf = decodeBase64(receipt.leaf, 'leaf');
  const hash = leafHash(leaf);
  const { inclusion, findings, checkpoint, index } = checkPlace(receipt, hash, request);
  const { finding, entry, shown } = checkEntry({
    entry: decodeBase64(receipt.entry, 'entry'),
    leaf,
    openings: receipt.openings ?? {},
    origin: checkpoint?.checkpoint?.origin,
  });
  const document = checkDocument(isOk(finding) ? entry : undefined, request.document);
  return {
    findings: {
      format,
      ...(document === undefined ? {} : { document }),
      entry: finding,
      inclusion,
      ...findings,
      time: checkReceiptTime(checkpoint, entry),
    },
    checkpoint,
    entry,
    shown,
    hash,
    index,
  };
}

const NOUNS: Readonly<Record<Entry['act'], string>> = {
  archive: 'document',
  amend: 'document',
  access: 'access event',
  inquiry: "patient's question",
  answer: "answer to a patient's question",
  fixity: 'result of the fixity run',
};

function whatIs(entry: Entry | undefined): string {
  return entry === undefined ? 'document' : NOUNS[entry.act];
}

function summarise(verdict: ReceiptVerdict, { checkpoint, entry }: Checked): string {
  switch (verdict) {
    case 'unchanged':
      return `unchanged: the ${whatIs(entry)} is as it was at ${checkpoint?.facts?.endorsedAt}`;
    case 'altered':
      return 'altered: the document is not the one that was anchored';
    case 'not checked':
      return 'not checked: not every step could be decided';
    case 'not proven':
      return 'not proven: this receipt does not hold';
  }
}

/** Never throws for what the receipt holds: what is wrong stands in the steps. */
export function verifyReceipt(request: ReceiptRequest): ReceiptVerification {
  const { trust } = request;
  const reading = readFile(request.receipt, 'chartseal-receipt', receiptOf);
  const format = formatFinding(reading);
  const result =
    'file' in reading ? check(reading.file, format, request) : { findings: unread(format, STEPS) };
  const conclusion = isOurs(reading) ? concludeReceipt(result.findings) : NOT_OURS;
  const { checkpoint, entry, shown, hash, index }: Checked = result;
  return {
    format: RECEIPT_FORMAT,
    ...conclusion,
    summary: summarise(conclusion.verdict, result),
    steps: listSteps(result.findings),
    fingerprint: trust.fingerprint,
    statements: receiptStatements(entry, trust),
    checkpoint: checkpoint?.facts,
    entry,
    ...shown,
    leafHash: hash === undefined ? undefined : encodeHex(hash),
    index,
  };
}
