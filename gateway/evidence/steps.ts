// What a verification answers step by step: a status, a sentence in plain English, and the code
// of the fault where there is one.
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';

export type StepStatus = 'OK' | 'FAILED' | 'NOT CHECKED';

/** Outcome of one step. */
export interface Finding {
  readonly status: StepStatus;
  readonly sentence: string;
  readonly code?: ErrorCode;
}

export interface Step<Name extends string = string> extends Finding {
  readonly step: Name;
}

function finding(status: StepStatus, sentence: string, code?: ErrorCode): Finding {
  return code === undefined ? { status, sentence } : { status, sentence, code };
}

export const ok = (sentence: string): Finding => finding('OK', sentence);
export const failed = (sentence: string, code?: ErrorCode): Finding =>
  finding('FAILED', sentence, code);
export const notChecked = (sentence: string, code?: ErrorCode): Finding =>
  finding('NOT CHECKED', sentence, code);

/** The answer to what a later version wrote: never a failure, never a success. */
export const newer = (what: string): Finding =>
  notChecked(`${what} is newer than this verifier.`, 'NEWER_VERSION');

/** For a step that needs what another one did not establish. */
export const needs = (step: string): Finding =>
  notChecked(`Not checked, because step ${step} did not succeed.`);

/** A step's outcome for an error of ours: NOT CHECKED for a newer version, else FAILED. */
export function findingOf(error: ChartsealError, what: string): Finding {
  if (error.code === 'NEWER_VERSION') return newer(what);
  return failed(`${what}: ${error.message}.`, error.code);
}

/**
 * Value of `read` called with the arguments, or the finding that its error makes. Errors that are
 * not ours are faults of this program and go on.
 */
export function attempt<T, Args extends readonly unknown[]>(
  what: string,
  read: (...args: Args) => T,
  ...args: Args
): { value: T } | { fault: Finding } {
  try {
    return { value: read(...args) };
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { fault: findingOf(error, what) };
  }
}

/** As {@link attempt} for a check that gives nothing: its finding when it throws. */
export function findFault<Args extends readonly unknown[]>(
  what: string,
  check: (...args: Args) => void,
  ...args: Args
): Finding | undefined {
  const outcome = attempt(what, check, ...args);
  return 'fault' in outcome ? outcome.fault : undefined;
}

export const isOk = (found: Finding): boolean => found.status === 'OK';

/** Steps in the order of `findings`. */
export function listSteps<Name extends string>(
  findings: Readonly<Partial<Record<Name, Finding>>>,
): Step<Name>[] {
  const steps: Step<Name>[] = [];
  for (const step of Object.keys(findings) as Name[]) {
    const { status, sentence, code } = findings[step] as Finding;
    steps.push(code === undefined ? { step, status, sentence } : { step, status, sentence, code });
  }
  return steps;
}
