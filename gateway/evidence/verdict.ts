// From findings to a verdict and an exit code: the first rule that fits.
import type { Finding, StepStatus } from './steps.js';

export type ReceiptVerdict = 'unchanged' | 'altered' | 'not checked' | 'not proven';
export type HistoryVerdict =
  | 'complete'
  | `complete, ${number} not shown`
  | 'incomplete'
  | 'not checked'
  | 'not proven';

export interface Conclusion<Verdict extends string> {
  readonly verdict: Verdict;
  readonly exitCode: 0 | 1 | 2 | 3;
}

export type ReceiptStep =
  | 'format'
  | 'document'
  | 'entry'
  | 'inclusion'
  | 'checkpoint'
  | 'attestation'
  | 'policy'
  | 'time';

export type HistoryStep =
  | 'format'
  | 'subject'
  | 'chain'
  | 'entries'
  | 'map'
  | 'inclusion'
  | 'checkpoint'
  | 'attestation'
  | 'policy'
  | 'time';

/** Receipts of entries without a document have no step document. */
export type ReceiptFindings = Readonly<
  Record<Exclude<ReceiptStep, 'document'>, Finding> & { document?: Finding }
>;
export type HistoryFindings = Readonly<Record<HistoryStep, Finding>>;

const ANCHORED = ['inclusion', 'checkpoint', 'attestation', 'policy', 'time'] as const;

function has<Name extends string>(
  findings: Readonly<Partial<Record<Name, Finding>>>,
  status: StepStatus,
  steps: readonly Name[],
): boolean {
  for (const step of steps) if (findings[step]?.status === status) return true;
  return false;
}

function hasAny(findings: ReceiptFindings | HistoryFindings, status: StepStatus): boolean {
  for (const found of Object.values<Finding>(findings)) if (found.status === status) return true;
  return false;
}

/** For a file that does not say that it is of this kind. */
export const NOT_OURS: Conclusion<'not checked'> = { verdict: 'not checked', exitCode: 2 };

export function concludeReceipt(findings: ReceiptFindings): Conclusion<ReceiptVerdict> {
  if (has(findings, 'FAILED', ['format', 'entry', ...ANCHORED])) {
    return { verdict: 'not proven', exitCode: 1 };
  }
  if (has(findings, 'FAILED', ['document'])) return { verdict: 'altered', exitCode: 1 };
  if (hasAny(findings, 'NOT CHECKED')) return { verdict: 'not checked', exitCode: 2 };
  return { verdict: 'unchanged', exitCode: 0 };
}

/** @param notShown number of entries that the file does not show */
export function concludeHistory(
  findings: HistoryFindings,
  notShown: number,
): Conclusion<HistoryVerdict> {
  if (has(findings, 'FAILED', ANCHORED)) return { verdict: 'not proven', exitCode: 1 };
  if (hasAny(findings, 'FAILED')) return { verdict: 'incomplete', exitCode: 1 };
  if (hasAny(findings, 'NOT CHECKED')) return { verdict: 'not checked', exitCode: 2 };
  if (notShown > 0) return { verdict: `complete, ${notShown} not shown`, exitCode: 3 };
  return { verdict: 'complete', exitCode: 0 };
}
