// From a submission to an entry: random salts, commitments to private members, pseudonym.
import { randomFillSync } from 'node:crypto';
import { encodeBase64, encodeHex } from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import {
  type AccessFacts,
  checkPrivateValue,
  type Entry,
  type FixityFacts,
  formatEntry,
  type RecordFacts,
} from '../../../chaincode/core/entry.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { pseudonym } from '../../../chaincode/core/labels.js';
import { OPENING_SALT_BYTES, SALT_BYTES } from '../../../chaincode/core/limits.js';
import { commitMember, type Opening } from '../../../chaincode/core/private-members.js';
import type { Submission } from '../submission.js';

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
    | FixityFacts;
}

function privateValues(values: object): Record<string, JsonValue> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** @param pseudonymKey names the patient of a record */
export function bodyOf(submission: Submission, pseudonymKey: Uint8Array): EntryBody {
  if ('record' in submission) {
    const { act, patient } = submission;
    const { name, ...record } = submission.record;
    if (patient === undefined)
      return { act, members: { record }, private: privateValues({ name }) };
    const hidden = encodeHex(pseudonym(pseudonymKey, patient.system, patient.value));
    return { act, members: { record, patient: hidden }, private: privateValues({ name }) };
  }
  if ('patient' in submission) {
    const { patient: _patient, actor, client, justification, ...members } = submission;
    return { act: 'access', members, private: privateValues({ actor, client, justification }) };
  }
  return { act: 'fixity', members: submission.fixity, private: {} };
}

/** The entry of a body. Throws BAD_INPUT or TOO_LARGE. @param at RFC 3339, gateway time */
export function buildEntry(origin: string, body: EntryBody, at: string, by: Submitter): BuiltEntry {
  const parts = commitAll(body.private);
  const some = Object.keys(parts.commitments).length > 0;
  const entry = {
    v: 1,
    log: origin,
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
