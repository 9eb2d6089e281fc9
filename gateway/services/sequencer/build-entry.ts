// From a submission to an entry: random salts, commitments to private members, pseudonym.
import { randomFillSync } from 'node:crypto';
import { encodeBase64, encodeHex } from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { checkPrivateValue, type Entry, formatEntry } from '../../../chaincode/core/entry.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { pseudonym } from '../../../chaincode/core/labels.js';
import { OPENING_SALT_BYTES, SALT_BYTES } from '../../../chaincode/core/limits.js';
import { commitMember, type Opening } from '../../../chaincode/core/private-members.js';
import type { LogContext } from '../log-context.js';
import type { AccessSubmission, RecordSubmission, Submission } from '../submission.js';

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

function commitAll(values: Readonly<Record<string, JsonValue | undefined>>): PrivateParts {
  const parts: PrivateParts = { commitments: {}, openings: {} };
  for (const [member, value] of Object.entries(values)) {
    if (value === undefined) continue;
    checkPrivateValue(member, value);
    const salt = randomSalt(OPENING_SALT_BYTES);
    parts.commitments[member] = encodeBase64(commitMember(salt, value));
    parts.openings[member] = { salt: encodeBase64(salt), value };
  }
  return parts;
}

export function isRecordSubmission(submission: Submission): submission is RecordSubmission {
  return 'record' in submission;
}

function recordBody(context: LogContext, submission: RecordSubmission) {
  const { name, ...record } = submission.record;
  const { patient } = submission;
  return {
    act: submission.act,
    private: { name },
    members: {
      record,
      patient:
        patient &&
        encodeHex(pseudonym(context.secrets.pseudonymKey, patient.system, patient.value)),
    },
  };
}

function accessBody(submission: AccessSubmission) {
  const { patient: _patient, actor, client, justification, ...members } = submission;
  return { act: 'access' as const, private: { actor, client, justification }, members };
}

/** The entry of a submission. Throws BAD_INPUT or TOO_LARGE. @param at RFC 3339, gateway time */
export function buildEntry(
  context: LogContext,
  submission: Submission,
  at: string,
  by: Submitter,
): BuiltEntry {
  const body = isRecordSubmission(submission)
    ? recordBody(context, submission)
    : accessBody(submission);
  const parts = commitAll(body.private as Record<string, JsonValue | undefined>);
  const some = Object.keys(parts.commitments).length > 0;
  const entry = {
    v: 1,
    log: context.registration.origin,
    act: body.act,
    salt: encodeBase64(randomSalt(SALT_BYTES)),
    at,
    by,
    ...body.members,
    private: some ? parts.commitments : undefined,
  };
  return {
    entry: formatEntry(entry as unknown as Entry),
    openings: some ? canonicalBytes(parts.openings) : new Uint8Array(),
  };
}
