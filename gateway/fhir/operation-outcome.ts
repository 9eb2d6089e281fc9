// OperationOutcome: how refusals and other messages look in FHIR.
import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4';
import { type ChartsealError, ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';
import { FhirIssue, type IssueType } from './fhir-issue.js';

/** System of the error codes in `issue.details.coding`. */
export const ERROR_CODE_SYSTEM = 'urn:chartseal:error-code';

export interface OutcomeIssue {
  readonly severity: 'error' | 'warning' | 'information';
  readonly issueType: IssueType;
  readonly message: string;
  readonly code?: ErrorCode;
  /** What to do next. */
  readonly hint?: string;
  /** FHIRPath of the element. */
  readonly expression?: string;
}

const BY_STATUS: Readonly<Record<number, IssueType>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  406: 'not-supported',
  409: 'conflict',
  413: 'too-costly',
  415: 'not-supported',
  422: 'business-rule',
  429: 'throttled',
  501: 'not-supported',
  503: 'transient',
};

const BY_CODE: Readonly<Partial<Record<ErrorCode, IssueType>>> = {
  BAD_JSON: 'structure',
  PATIENT_NOT_NORMAL: 'value',
  TOO_LARGE: 'too-long',
};

/** The issue type of an error that names no element. */
function issueTypeOf(code: ErrorCode): IssueType {
  return BY_CODE[code] ?? BY_STATUS[ERROR_CODES[code].status] ?? 'exception';
}

function issueOf(issue: OutcomeIssue): OperationOutcomeIssue {
  const { code, severity, issueType, message, hint, expression } = issue;
  const coding = code === undefined ? {} : { coding: [{ system: ERROR_CODE_SYSTEM, code }] };
  return {
    severity,
    code: issueType,
    details: { ...coding, text: message },
    ...(hint === undefined ? {} : { diagnostics: hint }),
    ...(expression === undefined ? {} : { expression: [expression] }),
  };
}

/** @param issues at least one */
export function operationOutcome(issues: readonly OutcomeIssue[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: issues.map(issueOf) };
}

/** An error as one issue: an element and its FHIRPath where the mapping refused one. */
export function outcomeOfError(error: ChartsealError): OperationOutcome {
  const { code, message, hint } = error;
  const known = error instanceof FhirIssue ? { expression: error.expression } : {};
  const issueType = error instanceof FhirIssue ? error.issueType : issueTypeOf(code);
  return operationOutcome([{ severity: 'error', issueType, message, code, hint, ...known }]);
}
