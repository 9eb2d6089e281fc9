// Entries: what happened, in full, as canonical bytes that never change. One parser for all acts;
// the shapes stand in ./entry-shapes.
import { canonicalBytes, parseCanonical } from './canonical-json.js';
import { checkOrigin } from './checkpoint.js';
import { ENTRY_SHAPES, PRIVATE_VALUES } from './entry-shapes.js';
import { ChartsealError } from './errors.js';
import type { JsonValue } from './json.js';
import { MAX_ENTRY_BYTES } from './limits.js';
import { checkShape } from './shape.js';

const ENTRY_VERSION = 1;

export interface Source {
  readonly system: string;
  readonly requestId?: string;
  /** SHA-256 of the message that told of the event, in hex. */
  readonly evidenceDigest?: string;
}

interface CommonMembers {
  readonly v: 1;
  /** Origin of the log. */
  readonly log: string;
  /** Base64 of 32 random bytes. */
  readonly salt: string;
  /** Gateway's time. */
  readonly at: string;
  /** Operator or system that submitted it. */
  readonly by: { readonly id: string; readonly mspId: string };
}

export interface RecordFacts {
  readonly id: string;
  /** 1 when archived, then counting up. */
  readonly version: number;
  /** Hex digests of the document's bytes. */
  readonly digests: {
    readonly 'sha-256': string;
    readonly 'sha3-256'?: string;
    readonly sm3?: string;
  };
  /** Bytes of the document. */
  readonly size: number;
  readonly mediaType: string;
  readonly category: string;
  readonly createdAt?: string;
  readonly retention?: string;
  readonly source?: Source;
}

export interface RecordEntry extends CommonMembers {
  readonly act: 'archive' | 'amend';
  readonly record: RecordFacts;
  /** Pseudonym of the patient, in hex. */
  readonly patient?: string;
  readonly private?: { readonly name?: string };
}

export interface ArchiveEntry extends RecordEntry {
  readonly act: 'archive';
}

export interface AmendEntry extends RecordEntry {
  readonly act: 'amend';
}

/** What kind of event it was; tokens `system|code` as FHIR writes them. */
export interface EventKind {
  readonly type: string;
  readonly subtypes?: readonly string[];
}

export interface AccessFacts {
  readonly occurredAt: string;
  /** Create, read, update, delete, execute (a search), as FHIR has them. */
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  readonly outcome: 'success' | 'minor' | 'serious' | 'major';
  readonly role: string;
  readonly organisation: string;
  readonly unit?: string;
  /** Code of v3-ActReason. */
  readonly purpose: string;
  /** An emergency override. */
  readonly breakGlass: boolean;
  /** Ids of the records concerned. */
  readonly records: readonly string[];
  readonly category: string;
  readonly source: Source;
  readonly kind?: EventKind;
  /** Words for what the event did not say and its mapping took for granted. */
  readonly assumed?: readonly string[];
}

export interface AccessEntry extends CommonMembers, AccessFacts {
  readonly act: 'access';
  /** Base64 commitments. */
  readonly private: {
    readonly actor: string;
    readonly justification?: string;
    readonly client?: string;
  };
}

/** A patient's question about an entry of the own chain, or an appeal against an answer. */
export interface InquiryFacts {
  /** Until when the hospital says that it answers. */
  readonly dueAt: string;
  /** Leaf hash of the entry that is asked about, in hex. */
  readonly about?: string;
  /** Leaf hash of the inquiry that this one carries on, in hex. */
  readonly appeals?: string;
  readonly source: Source;
}

export interface InquiryEntry extends CommonMembers, InquiryFacts {
  readonly act: 'inquiry';
  /** Base64 commitments. */
  readonly private: { readonly question: string };
}

/** What the hospital says to an inquiry: that it was taken up, or how it ended. */
export interface AnswerFacts {
  /** Leaf hash of the inquiry, in hex. */
  readonly inquiry: string;
  /** How it ended; left out when it was taken up. */
  readonly outcome?: 'justified' | 'unjustified' | 'corrected';
  /** New time until which it will be answered, for one that was taken up. */
  readonly dueAt?: string;
  readonly source: Source;
}

export interface AnswerEntry extends CommonMembers, AnswerFacts {
  readonly act: 'answer';
  /** Base64 commitments; an outcome has a text. */
  readonly private: { readonly actor: string; readonly text?: string };
}

/** The result of a re-verification run (fixity, ISO 14721). */
export interface FixityFacts {
  readonly scope: {
    /** Whether the run was about every record of the log. */
    readonly coverage: 'all' | 'part';
    /** Records that the run was about: the sum of the counts. */
    readonly records: number;
    /** Size of the tree that was derived anew from its leaves. */
    readonly size: number;
  };
  readonly counts: {
    readonly altered: number;
    readonly missing: number;
    readonly notChecked: number;
    readonly unchanged: number;
    readonly unreadable: number;
  };
  readonly startedAt: string;
  readonly endedAt: string;
  /** Program and version. */
  readonly tool: string;
  /** SHA-256 of the list of what was not unchanged, in hex. */
  readonly report?: string;
}

/** Chained under the log itself. */
export interface FixityEntry extends CommonMembers, FixityFacts {
  readonly act: 'fixity';
  readonly private?: Readonly<Record<string, never>>;
}

export type Entry =
  | ArchiveEntry
  | AmendEntry
  | AccessEntry
  | InquiryEntry
  | AnswerEntry
  | FixityEntry;

export interface Person {
  readonly id: string;
  readonly name?: string;
}

export interface Actor extends Person {
  readonly onBehalfOf?: Person;
}

export interface Client {
  readonly id?: string;
  readonly name?: string;
  readonly address?: string;
}

/** Private members that an entry of each act may have. */
export const PRIVATE_MEMBERS: Readonly<Record<Entry['act'], readonly string[]>> = {
  archive: ['name'],
  amend: ['name'],
  access: ['actor', 'justification', 'client'],
  inquiry: ['question'],
  answer: ['actor', 'text'],
  fixity: [],
};

function isMember<T extends object>(table: T, name: unknown): name is keyof T {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

/** Throws BAD_INPUT when this is no private member, or the value does not fit it. */
export function checkPrivateValue(member: string, value: JsonValue): void {
  if (!isMember(PRIVATE_VALUES, member)) {
    throw new ChartsealError('BAD_INPUT', 'no private member has this name');
  }
  checkShape(PRIVATE_VALUES[member], value, member);
}

/** What its members say together. */
function checkAnswer({ outcome, dueAt, private: { text } }: AnswerEntry): void {
  const wrong = (what: string) => new ChartsealError('BAD_INPUT', `entry: ${what}`);
  if (outcome === undefined) return;
  if (text === undefined) throw wrong('an answer with an outcome has no text');
  if (dueAt !== undefined)
    throw wrong('an answer with an outcome has a time until which to answer');
}

/** Shape and meaning; throws NEWER_VERSION or BAD_INPUT. */
function checkEntry(value: JsonValue): asserts value is JsonValue & Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ChartsealError('BAD_INPUT', 'entry is not an object');
  }
  const { v, act } = value;
  const newer = Number.isSafeInteger(v) && (v as number) > ENTRY_VERSION;
  const known = isMember(ENTRY_SHAPES, act);
  if (newer || (v === ENTRY_VERSION && typeof act === 'string' && !known)) {
    const which = newer ? 'version' : 'act';
    throw new ChartsealError('NEWER_VERSION', `entry: its ${which} is not known to this version`);
  }
  if (!known) throw new ChartsealError('BAD_INPUT', 'entry: act is not a text');
  checkShape(ENTRY_SHAPES[act], value, 'entry');
  const entry = value as unknown as Entry;
  checkOrigin(entry.log);
  if (entry.act === 'answer') checkAnswer(entry);
}

/**
 * Reads the canonical bytes of an entry. Throws NEWER_VERSION for a version or an act that this
 * version has no shape for, TOO_LARGE, BAD_JSON, BAD_FORMAT (not canonical), BAD_INPUT (shape).
 */
export function parseEntry(bytes: Uint8Array): Entry {
  const value = parseCanonical(bytes, 'entry', MAX_ENTRY_BYTES);
  checkEntry(value);
  return value;
}

/** Inverse of {@link parseEntry}; members that are undefined are left out. */
export function formatEntry(entry: Entry): Uint8Array {
  checkEntry(entry as unknown as JsonValue);
  const bytes = canonicalBytes(entry);
  if (bytes.length > MAX_ENTRY_BYTES) {
    throw new ChartsealError('TOO_LARGE', `entry has more than ${MAX_ENTRY_BYTES} bytes`);
  }
  return bytes;
}
