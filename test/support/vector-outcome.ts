// The answer of the product's own code to a vector, in the form of the vector's `expect`.
import { decodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Kind } from '../../chaincode/core/lifecycle.js';
import type { SubjectState } from '../../chaincode/core/subject.js';
import type { Finding } from '../../gateway/evidence/steps.js';

export type Outcome = 'ok' | { readonly code?: string; readonly step?: string };

export interface VectorRow {
  readonly name: string;
  readonly expect: Outcome;
}

export interface StateRow {
  readonly kind: Kind;
  readonly flags: number;
  readonly count: number;
  readonly head: string;
}

/** Bytes of hexadecimal of any length, so that hashes of 31 bytes come through. */
export const bytesOf = (text: string): Uint8Array => decodeHex(text, 'bytes', text.length / 2);

export const stateOfRow = (row: StateRow): SubjectState => ({ ...row, head: bytesOf(row.head) });

/** Code of the error that is thrown, undefined when none is. */
export function codeOf(act: () => void): string | undefined {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return error.code;
  }
  return undefined;
}

/** `ok` without a code; a step stands only beside a code. */
export function outcomeOf(code: string | undefined, step?: string): Outcome {
  if (code === undefined) return 'ok';
  return step === undefined ? { code } : { code, step };
}

/** What a finding of this step says. */
export function stepOutcome({ status, code }: Finding, step: string): Outcome {
  if (status === 'OK') return 'ok';
  return code === undefined ? { step } : { code, step };
}
