// What callers send: the patient named in clear, private members in clear. The sequencer turns a
// submission into an entry and a leaf.
import type {
  AccessFacts,
  Actor,
  AnswerFacts,
  Client,
  FixityFacts,
  InquiryFacts,
  RecordFacts,
} from '../../chaincode/core/entry.js';
import { ACCESS_MEMBERS, PRIVATE_VALUES } from '../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { checkShape, object, text } from '../../chaincode/core/shape.js';
import { OWN_SOURCE } from '../evidence/own-source.js';

/** An access event of one patient. */
export interface AccessSubmission extends AccessFacts {
  readonly patient: PatientIdentifier;
  readonly actor: Actor;
  readonly justification?: string;
  readonly client?: Client;
}

/** A document that was archived or amended; `name` is what people call it. */
export interface RecordSubmission {
  readonly act: 'archive' | 'amend';
  readonly record: RecordFacts & { readonly name?: string };
  readonly patient?: PatientIdentifier;
}

/** A patient's question; goes on with the own chain, which must be there. */
export interface InquirySubmission {
  readonly inquiry: InquiryFacts;
  readonly question: string;
  readonly patient: PatientIdentifier;
}

/** What the hospital says to an inquiry of this patient. */
export interface AnswerSubmission {
  readonly answer: AnswerFacts;
  readonly actor: Actor;
  readonly text?: string;
  readonly patient: PatientIdentifier;
}

/** The result of a fixity run; stands under the log itself. */
export interface FixitySubmission {
  readonly fixity: FixityFacts;
}

export type Submission =
  | AccessSubmission
  | RecordSubmission
  | InquirySubmission
  | AnswerSubmission
  | FixitySubmission;

const identifierPart = text({ min: 1, max: 256 });

/** Its normal form is checked elsewhere. */
export const IDENTIFIER_SHAPE = object({ system: identifierPart, value: identifierPart });

export const ACCESS_SUBMISSION_SHAPE = object({
  patient: IDENTIFIER_SHAPE,
  ...ACCESS_MEMBERS,
  actor: PRIVATE_VALUES.actor,
  'justification?': PRIVATE_VALUES.justification,
  'client?': PRIVATE_VALUES.client,
});

/** Every FHIR resource in JSON names its type so (FHIR R4, section 2.6.2). */
const isFhirResource = (value: JsonValue) =>
  value !== null && typeof value === 'object' && 'resourceType' in value;

/** Code of v3-ActReason for an emergency override; its codes are told by case. */
const BREAK_GLASS = 'BTG';
/** What means the same to whoever reads it, in any case and with any signs between. */
const OVERRIDES: ReadonlySet<string> = new Set([BREAK_GLASS, 'BREAKGLASS', 'BREAKTHEGLASS']);

const isOverride = (purpose: string) =>
  OVERRIDES.has(purpose.replaceAll(/[_-]/g, '').toUpperCase());

/** Throws BAD_INPUT naming the member. The patient's normal form is checked when it is accepted. */
export function parseAccessSubmission(value: JsonValue): AccessSubmission {
  if (isFhirResource(value)) {
    const text = 'a FHIR resource is read with --format fhir, and by the gateway at /fhir';
    throw new ChartsealError('BAD_INPUT', `access event: ${text}`);
  }
  checkShape(ACCESS_SUBMISSION_SHAPE, value, 'access event');
  const submission = value as unknown as AccessSubmission;
  // Told as an override and not counted as one, it would be passed over.
  if (isOverride(submission.purpose) && !submission.breakGlass) {
    const message = `access event: breakGlass is false, and the purpose, which stands for ${BREAK_GLASS}, says that it is one`;
    throw new ChartsealError('BAD_INPUT', message);
  }
  if (submission.source.system !== OWN_SOURCE) return submission;
  const message = `access event: source.system ${OWN_SOURCE} is for what the gateway itself records`;
  throw new ChartsealError('BAD_INPUT', message);
}
