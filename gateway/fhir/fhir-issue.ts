// The one refusal of the mapping: what is wrong with which element of a FHIR resource.
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';

/** Codes of FHIR's issue-type that are in use here. */
export type IssueType =
  | 'business-rule'
  | 'code-invalid'
  | 'conflict'
  | 'duplicate'
  | 'exception'
  | 'forbidden'
  | 'informational'
  | 'invalid'
  | 'invariant'
  | 'login'
  | 'not-found'
  | 'not-supported'
  | 'required'
  | 'structure'
  | 'throttled'
  | 'too-costly'
  | 'too-long'
  | 'transient'
  | 'value';

/** Names an element; its message never holds what stands there. */
export class FhirIssue extends ChartsealError {
  /** FHIRPath of the element, such as `AuditEvent.entity[1].what`. */
  readonly expression: string;
  readonly issueType: IssueType;
  /** What is wrong, without the element. */
  readonly reason: string;

  constructor(code: ErrorCode, issueType: IssueType, expression: string, reason: string) {
    super(code, `${expression}: ${reason}`);
    this.expression = expression;
    this.issueType = issueType;
    this.reason = reason;
  }
}

/** A fault of the event itself. */
export function refuse(issueType: IssueType, expression: string, reason: string): never {
  throw new FhirIssue('BAD_INPUT', issueType, expression, reason);
}

/** The same refusal, told from what holds the resource: `Bundle.entry[3].resource`. */
export function withPrefix(issue: FhirIssue, prefix: string): FhirIssue {
  if (prefix === '') return issue;
  const path = issue.expression.replace(/^[A-Za-z]+/, '');
  return new FhirIssue(issue.code, issue.issueType, `${prefix}${path}`, issue.reason);
}

/** A refusal that names no element, as one of the whole resource. */
export function asFhirIssue(error: ChartsealError): FhirIssue {
  if (error instanceof FhirIssue) return error;
  return new FhirIssue(error.code, 'invalid', 'AuditEvent', error.message);
}
