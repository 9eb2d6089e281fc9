// Inquiries as a gateway answers with them, as shapes.
import { ANSWER_MEMBERS, PRIVATE_VALUES } from '../../chaincode/core/entry-shapes.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import {
  anything,
  flag,
  hex,
  integer,
  list,
  object,
  oneOf,
  text,
  time,
} from '../../chaincode/core/shape.js';
import { MAX_PAGE } from '../services/inquiries/listing.js';
import { INQUIRY_STATES } from '../services/inquiries/thread.js';

const MAX_STEPS = 65_536;

const STEP = object({
  leafHash: hex(HASH_BYTES),
  sequence: integer(),
  at: time(),
  act: oneOf(['inquiry', 'answer']),
  'status?': oneOf(['in-progress', 'answered']),
  'appeal?': oneOf([true]),
  'outcome?': ANSWER_MEMBERS['outcome?'],
  'dueAt?': time(),
  'text?': PRIVATE_VALUES.text,
  'actor?': PRIVATE_VALUES.actor,
});

export const INQUIRY_MEMBERS = {
  id: hex(HASH_BYTES),
  state: oneOf(INQUIRY_STATES),
  overdue: flag(),
  askedAt: time(),
  dueAt: time(),
  'about?': hex(HASH_BYTES),
  'question?': PRIVATE_VALUES.question,
  'patient?': hex(HASH_BYTES),
  steps: list(STEP, { max: MAX_STEPS }),
} as const;

export const INQUIRY = object(INQUIRY_MEMBERS);

/** With the entry that it asks about, as a history shows it. */
export const READ_INQUIRY = object({ ...INQUIRY_MEMBERS, 'event?': anything() });

/** What is none is not found. */
export const PLACE = text({ min: 1, max: 64 });

const PAGE = {
  inquiries: list(INQUIRY, { max: MAX_PAGE }),
  'next?': PLACE,
} as const;

/** With the days within which a question of today is answered. */
export const OWN_INQUIRIES = object({ ...PAGE, answerWithinDays: integer({ min: 1 }) });

export const INQUIRIES = object({
  ...PAGE,
  counts: object({ open: integer(), overdue: integer() }),
});
