// What makes two submissions the same. Everything that goes in here can be read again from leaf,
// entry and openings, so that these rows can be derived anew.
import { utf8 } from '../../../chaincode/core/bytes.js';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { AccessFacts, Entry, InquiryFacts, Source } from '../../../chaincode/core/entry.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import type { Opening } from '../../../chaincode/core/private-members.js';
import type { EntryBody } from './build-entry.js';

/** 32 bytes each. */
export interface IdempotencyDigests {
  /** Of source system and request id; of the content where there is no request id. */
  readonly key: Uint8Array;
  readonly content: Uint8Array;
}

function sourceOf({ members }: EntryBody): Source | undefined {
  return 'record' in members
    ? members.record.source
    : 'source' in members
      ? members.source
      : undefined;
}

/** The key of whatever a source system sends with a request id. */
export function requestKey(system: string, requestId: string): Uint8Array {
  return sha256(utf8(canonicalJson(['chartseal/request', system, requestId])));
}

/**
 * What a sender says: of an access not how it wrote it, nor what a reader of that assumed; of an
 * inquiry not until when the hospital will answer.
 */
function saidIn(body: EntryBody): EntryBody {
  const { act, members } = body;
  if (act === 'inquiry') return { ...body, members: { ...members, dueAt: '' } as InquiryFacts };
  if (!('action' in members)) return body;
  // What is undefined is left out of canonical JSON, and each member keeps its place.
  const source = { ...members.source, evidenceDigest: undefined };
  return { ...body, members: { ...members, assumed: undefined, source } as object as AccessFacts };
}

/** @param labelHex of the subject: it stands for the patient, whom no entry names */
export function idempotencyDigests(labelHex: string, body: EntryBody): IdempotencyDigests {
  const digest = (part: EntryBody) =>
    sha256(utf8(`chartseal/content\0${labelHex}\0${canonicalJson(part)}`));
  const source = sourceOf(body);
  if (source?.requestId === undefined) {
    const content = digest(body);
    return { key: content, content };
  }
  return { key: requestKey(source.system, source.requestId), content: digest(saidIn(body)) };
}

/** The body from which an entry was built. */
export function bodyOfEntry(entry: Entry, openings: Readonly<Record<string, Opening>>): EntryBody {
  const {
    act,
    v: _v,
    log: _log,
    salt: _salt,
    at: _at,
    by: _by,
    private: _private,
    ...rest
  } = entry;
  const values = Object.entries(openings).map(([member, { value }]) => [member, value] as const);
  return {
    act,
    members: rest as EntryBody['members'],
    private: Object.fromEntries(values) as Record<string, JsonValue>,
  };
}
