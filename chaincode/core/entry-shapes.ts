// What entries look like, as tables: members that stand open, and values behind commitments.
import type { ActName } from './lifecycle.js';
import { HASH_BYTES, MAX_ORIGIN_BYTES, SALT_BYTES } from './limits.js';
import {
  blob,
  flag,
  hex,
  integer,
  list,
  type ObjectShape,
  object,
  oneOf,
  type Shape,
  text,
  time,
} from './shape.js';

const line = (max: number) => text({ min: 1, max });
const digest = hex(HASH_BYTES);
const commitment = blob(HASH_BYTES);
const recordId = text({ min: 1, max: 4096, pattern: /^[^\0]+$/ });
const category = line(64);

/** A code of a code system, as FHIR writes it in searches: `system|code`, `|code` without one. */
const TOKEN = text({ min: 2, max: 256, pattern: /^[^\s|]*\|[^\s|]+( [^\s|]+)*$/ });

/** What was assumed while an event was mapped; a word that a reader does not know is no fault. */
const assumption = text({ min: 1, max: 64, pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/ });

const source = object({
  system: line(256),
  'requestId?': line(256),
  'evidenceDigest?': digest,
});

/** Members of `record`; `version` differs by act. */
export const RECORD_MEMBERS = {
  id: recordId,
  digests: object({ 'sha-256': digest, 'sha3-256?': digest, 'sm3?': digest }),
  size: integer(),
  mediaType: line(255),
  category,
  'createdAt?': time(),
  'retention?': line(64),
  'source?': source,
} as const;

/** Open members of an access entry beside the common ones. */
export const ACCESS_MEMBERS = {
  occurredAt: time(),
  action: oneOf(['C', 'R', 'U', 'D', 'E']),
  outcome: oneOf(['success', 'minor', 'serious', 'major']),
  role: line(128),
  organisation: line(256),
  'unit?': line(256),
  purpose: text({ min: 1, max: 32, pattern: /^[A-Za-z0-9_-]+$/ }),
  breakGlass: flag(),
  records: list(recordId, { max: 100 }),
  category,
  source,
  'kind?': object({ type: TOKEN, 'subtypes?': list(TOKEN, { max: 16 }) }),
  'assumed?': list(assumption, { max: 32 }),
} as const;

const person = { id: line(256), 'name?': line(256) } as const;

/** Members of a fixity entry beside the common ones: the result of one re-verification run. */
export const FIXITY_MEMBERS = {
  scope: object({ coverage: oneOf(['all', 'part']), records: integer(), size: integer() }),
  counts: object({
    altered: integer(),
    missing: integer(),
    notChecked: integer(),
    unchanged: integer(),
    unreadable: integer(),
  }),
  startedAt: time(),
  endedAt: time(),
  tool: line(128),
  'report?': digest,
} as const;

/** A leaf hash: of an earlier leaf of the same chain. */
const earlierLeaf = digest;

/** Open members of a patient's question beside the common ones. */
export const INQUIRY_MEMBERS = {
  dueAt: time(),
  'about?': earlierLeaf,
  'appeals?': earlierLeaf,
  source,
} as const;

/** Open members of an answer beside the common ones. */
export const ANSWER_MEMBERS = {
  inquiry: earlierLeaf,
  'outcome?': oneOf(['justified', 'unjustified', 'corrected']),
  'dueAt?': time(),
  source,
} as const;

/** Values that an entry holds as commitments only. */
export const PRIVATE_VALUES = {
  actor: object({ ...person, 'onBehalfOf?': object(person) }),
  client: object({ 'id?': line(256), 'name?': line(256), 'address?': line(256) }),
  justification: line(2000),
  name: line(4096),
  // 2000 characters as pages count them, up to three bytes each.
  question: line(8000),
  text: line(8000),
} as const satisfies Record<string, Shape>;

const common = (act: ActName) => ({
  v: oneOf([1]),
  log: text({ min: 1, max: MAX_ORIGIN_BYTES }),
  act: oneOf([act]),
  salt: blob(SALT_BYTES),
  at: time(),
  by: object({ id: line(256), mspId: line(128) }),
});

const recordEntry = (act: 'archive' | 'amend', version: Shape): ObjectShape =>
  object({
    ...common(act),
    record: object({ ...RECORD_MEMBERS, version }),
    'patient?': digest,
    'private?': object({ 'name?': commitment }),
  });

/** The acts that have entries in this version. */
export const ENTRY_SHAPES = {
  archive: recordEntry('archive', integer({ min: 1, max: 1 })),
  amend: recordEntry('amend', integer({ min: 2 })),
  access: object({
    ...common('access'),
    ...ACCESS_MEMBERS,
    private: object({ actor: commitment, 'justification?': commitment, 'client?': commitment }),
  }),
  inquiry: object({
    ...common('inquiry'),
    ...INQUIRY_MEMBERS,
    private: object({ question: commitment }),
  }),
  answer: object({
    ...common('answer'),
    ...ANSWER_MEMBERS,
    private: object({ actor: commitment, 'text?': commitment }),
  }),
  fixity: object({ ...common('fixity'), ...FIXITY_MEMBERS }),
} as const satisfies Partial<Record<ActName, ObjectShape>>;
