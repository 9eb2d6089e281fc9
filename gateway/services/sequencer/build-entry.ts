// From a submission to an entry: random salts, commitments to private members, pseudonym.
import { Buffer } from 'node:buffer';
import { randomFillSync } from 'node:crypto';
import { encodeBase64, encodeHex } from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import {
  type AccessFacts,
  type AnswerFacts,
  checkPrivateValue,
  type Entry,
  type EventKind,
  type FixityFacts,
  formatEntry,
  type InquiryFacts,
  PRIVATE_MEMBERS,
  type RecordFacts,
  type Source,
} from '../../../chaincode/core/entry.js';
import {
  ACCESS_MEMBERS,
  ANSWER_MEMBERS,
  INQUIRY_MEMBERS,
  RECORD_MEMBERS,
} from '../../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { pseudonym } from '../../../chaincode/core/labels.js';
import { OPENING_SALT_BYTES, SALT_BYTES } from '../../../chaincode/core/limits.js';
import { commitMember, type Opening } from '../../../chaincode/core/private-members.js';
import type {
  AccessSubmission,
  AnswerSubmission,
  InquirySubmission,
  RecordSubmission,
  Submission,
} from '../submission.js';

/** Who submitted an entry: the operator or system, and its organisation. */
export interface Submitter {
  readonly id: string;
  readonly mspId: string;
}

export interface BuiltEntry {
  /** Canonical bytes. */
  readonly entry: Uint8Array;
  /** Canonical JSON bytes of the openings; empty when nothing is private. */
  readonly openings: Uint8Array;
}

const RECORD_SUBMISSION_MEMBERS: readonly string[] = ['act', 'patient', 'record'];
const INQUIRY_SUBMISSION_MEMBERS: readonly string[] = ['inquiry', 'patient', 'question'];
const ANSWER_SUBMISSION_MEMBERS: readonly string[] = ['actor', 'answer', 'patient', 'text'];
const RECORD_FACTS: readonly string[] = [...namesOf(RECORD_MEMBERS), 'name', 'version'];
const ACCESS_FACTS: readonly string[] = [
  ...namesOf(ACCESS_MEMBERS),
  ...PRIVATE_MEMBERS.access,
  'patient',
];

function namesOf(shapes: object): string[] {
  return Object.keys(shapes).map((name) => name.replace('?', ''));
}

/** What is not known would be lost without a word. */
function checkMembers(value: object, known: readonly string[]): void {
  for (const name in value) {
    if (known.includes(name)) continue;
    throw new ChartsealError('BAD_INPUT', 'the submission has a member that is not known');
  }
}

const NOTHING = new Uint8Array();

// One system call fills salts for many entries; a byte is handed out once only.
const pool = Buffer.alloc(16 * 1024);
let used = pool.length;

function randomSalt(size: number): Uint8Array {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const salt = Uint8Array.prototype.slice.call(pool, used, used + size);
  pool.fill(0, used, used + size);
  used += size;
  return salt;
}

interface PrivateParts {
  readonly commitments: Record<string, string>;
  readonly openings: Record<string, Opening>;
}

function commitAll(values: Readonly<Record<string, JsonValue>>): PrivateParts {
  const parts: PrivateParts = { commitments: {}, openings: {} };
  for (const [member, value] of Object.entries(values)) {
    checkPrivateValue(member, value);
    const salt = randomSalt(OPENING_SALT_BYTES);
    parts.commitments[member] = encodeBase64(commitMember(salt, value));
    parts.openings[member] = { salt: encodeBase64(salt), value };
  }
  return parts;
}

/** What an entry says beside what every entry has; private members in clear. */
export interface EntryBody {
  readonly act: Entry['act'];
  readonly private: Readonly<Record<string, JsonValue>>;
  readonly members:
    | { readonly record: RecordFacts; readonly patient?: string }
    | AccessFacts
    | InquiryFacts
    | AnswerFacts
    | FixityFacts;
}

// Members stand in the order of RFC 8785 below: then canonical JSON costs a third. What is
// undefined is left out of it.

function arrangeSource(source: Source): Source {
  const { evidenceDigest, requestId, system } = source;
  return { evidenceDigest, requestId, system } as Source;
}

function recordBody(submission: RecordSubmission, pseudonymKey: Uint8Array): EntryBody {
  const { act, patient, record } = submission;
  const { category, createdAt, digests, id, mediaType, retention, size, version } = record;
  const source = record.source && arrangeSource(record.source);
  const facts = { category, createdAt, digests, id, mediaType, retention, size, source, version };
  const hidden = patient && encodeHex(pseudonym(pseudonymKey, patient.system, patient.value));
  const members = { patient: hidden, record: facts } as EntryBody['members'];
  return { act, members, private: record.name === undefined ? {} : { name: record.name } };
}

function arrangeKind(kind: EventKind): EventKind {
  const { subtypes, type } = kind;
  return { subtypes, type } as EventKind;
}

function accessBody(submission: AccessSubmission): EntryBody {
  const { action, breakGlass, category, occurredAt, organisation, outcome } = submission;
  const { assumed, purpose, records, role, unit } = submission;
  const source = arrangeSource(submission.source);
  const kind = submission.kind && arrangeKind(submission.kind);
  const members = {
    action,
    assumed,
    breakGlass,
    category,
    kind,
    occurredAt,
    organisation,
    outcome,
    purpose,
    records,
    role,
    source,
    unit,
  } as AccessFacts;
  const values: Record<string, JsonValue> = { actor: submission.actor as unknown as JsonValue };
  if (submission.client !== undefined) values['client'] = { ...submission.client };
  if (submission.justification !== undefined) values['justification'] = submission.justification;
  return { act: 'access', members, private: values };
}

function inquiryBody({ inquiry, question }: InquirySubmission): EntryBody {
  checkMembers(inquiry, namesOf(INQUIRY_MEMBERS));
  return { act: 'inquiry', members: inquiry, private: { question } };
}

function answerBody({ answer, actor, text }: AnswerSubmission): EntryBody {
  checkMembers(answer, namesOf(ANSWER_MEMBERS));
  const values: Record<string, JsonValue> = { actor: actor as unknown as JsonValue };
  if (text !== undefined) values['text'] = text;
  return { act: 'answer', members: answer, private: values };
}

/** @param pseudonymKey names the patient of a record. Throws BAD_INPUT for unknown members. */
export function bodyOf(submission: Submission, pseudonymKey: Uint8Array): EntryBody {
  if ('record' in submission) {
    checkMembers(submission, RECORD_SUBMISSION_MEMBERS);
    checkMembers(submission.record, RECORD_FACTS);
    return recordBody(submission, pseudonymKey);
  }
  if ('fixity' in submission) return { act: 'fixity', members: submission.fixity, private: {} };
  if ('inquiry' in submission) {
    checkMembers(submission, INQUIRY_SUBMISSION_MEMBERS);
    return inquiryBody(submission);
  }
  if ('answer' in submission) {
    checkMembers(submission, ANSWER_SUBMISSION_MEMBERS);
    return answerBody(submission);
  }
  checkMembers(submission, ACCESS_FACTS);
  return accessBody(submission);
}

function arrangedEntry(origin: string, body: EntryBody, at: string, by: Submitter): object {
  const salt = encodeBase64(randomSalt(SALT_BYTES));
  const { act, members } = body;
  const common = { v: 1, log: origin, salt, at, by, act };
  if ('record' in members) {
    const { patient, record } = members;
    return { act, at, by, log: origin, patient, private: undefined, record, salt, v: 1 };
  }
  if (!('action' in members)) return { ...members, ...common };
  const { action, breakGlass, category, occurredAt, organisation, outcome } = members;
  const { assumed, kind, purpose, records, role, source, unit } = members;
  return {
    act,
    action,
    assumed,
    at,
    breakGlass,
    by,
    category,
    kind,
    log: origin,
    occurredAt,
    organisation,
    outcome,
    private: undefined,
    purpose,
    records,
    role,
    salt,
    source,
    unit,
    v: 1,
  };
}

/** The entry of a body. Throws BAD_INPUT or TOO_LARGE. @param at RFC 3339, gateway time */
export function buildEntry(origin: string, body: EntryBody, at: string, by: Submitter): BuiltEntry {
  const entry = arrangedEntry(origin, body, at, by) as { private?: Record<string, string> };
  let openings: Uint8Array = NOTHING;
  if (Object.keys(body.private).length > 0) {
    const parts = commitAll(body.private);
    entry.private = parts.commitments;
    openings = canonicalBytes(parts.openings);
  }
  return { entry: formatEntry(entry as unknown as Entry), openings };
}
