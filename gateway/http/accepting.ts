// What is answered when something is accepted: at once with where to look, or, for a caller that
// waits, with the receipt.

import { encodeHex } from '../../chaincode/core/bytes.js';
import { parseEntry } from '../../chaincode/core/entry.js';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { anything, flag, hex, integer, object, oneOf, text } from '../../chaincode/core/shape.js';
import { formatReceipt } from '../evidence/receipt.js';
import { ENTRY_STATES, stateOf } from '../services/entry-state.js';
import type { Answer, ApiAnswer, ApiRequest } from './route.js';
import type { GatewayServices } from './services.js';
import { callerOf, entriesOf } from './visibility.js';

const RECEIPT_CONTENT: NonNullable<Answer['content']> = {
  type: 'application/json',
  shape: anything(),
};

export const RECEIPT_ANSWER: Answer = {
  description: 'The receipt, a chartseal-receipt/1 file.',
  content: RECEIPT_CONTENT,
  rarerHeaders: { 'Preference-Applied': 'wait=N, when it was waited for.' },
};

const ACCEPTED_SHAPE = object({
  leafHash: hex(HASH_BYTES),
  state: oneOf(ENTRY_STATES),
  duplicate: flag(),
  receipt: text({ min: 1, max: 256 }),
  'version?': integer({ min: 1 }),
  'digest?': hex(HASH_BYTES),
  'size?': integer(),
});

const acceptedAnswer = (description: string): Answer => ({
  description,
  content: { type: 'application/json', shape: ACCEPTED_SHAPE },
  headers: { Location: 'Where the receipt is going to be.' },
});

/** Answers of every route that accepts one entry. */
export const ACCEPTING_ANSWERS: Readonly<Record<number, Answer>> = {
  201: {
    description: 'Proven within the time of Prefer: wait=N; the receipt.',
    content: RECEIPT_CONTENT,
    headers: {
      Location: 'Where the receipt is.',
      'Preference-Applied': 'wait=N as it was honoured.',
    },
  },
  202: acceptedAnswer('Durable; it is going to be proven. A duplicate had been accepted before.'),
};

/** Where an unchanged document is told from a new one by the status too. */
export const ANCHORING_ANSWERS: Readonly<Record<number, Answer>> = {
  ...ACCEPTING_ANSWERS,
  200: acceptedAnswer('The newest version has this digest already; nothing was written.'),
};

/** Why nothing may be accepted, whatever is sent. */
export const ACCEPT_REFUSALS: readonly ErrorCode[] = [
  'OUTBOX_FULL',
  'LOG_STOPPED',
  'STORE_FAILED',
  'CLOCK_AHEAD',
  'CLOCK_BACKWARDS',
];

/** One line of a stream of results. */
const LINE_SHAPE = object({
  'line?': integer({ min: 1 }),
  'leafHash?': hex(HASH_BYTES),
  'state?': oneOf(ENTRY_STATES),
  'duplicate?': flag(),
  'version?': integer({ min: 1 }),
  'error?': object({ code: anything(), message: anything(), hint: anything() }),
  'summary?': object({ added: integer(), duplicates: integer(), failed: integer() }),
});

export const LINES_ANSWER: Answer = {
  description:
    'One line for each line of the body, in its order, with leafHash, state and duplicate, or with error; {summary} is the last one.',
  content: { type: 'application/x-ndjson', shape: LINE_SHAPE },
};

export const receiptUrl = (hash: string): string => `/v1/receipts/${hash}`;

export interface AcceptedEntry {
  readonly ordinal: number;
  /** Read from the store when it is left out. */
  readonly leafHash?: Uint8Array;
  readonly duplicate: boolean;
  /** More to tell: version, digest, size. */
  readonly facts?: JsonObject;
}

function hashOf({ hospital }: GatewayServices, entry: AcceptedEntry): string {
  const hash = entry.leafHash ?? leafHash(hospital.store.readEntry(entry.ordinal).leaf);
  return encodeHex(hash);
}

/** The members of a result, for one line or one request. */
export function acceptedFacts(services: GatewayServices, accepted: AcceptedEntry) {
  const { ordinal, duplicate, facts = {} } = accepted;
  const state = stateOf(services.hospital.sequencer, ordinal);
  return { leafHash: hashOf(services, accepted), state, duplicate, ...facts };
}

/** Whether the caller waits, may read the receipt, and it is there before the time is over. */
async function isProvenInTime(
  request: ApiRequest,
  { hospital }: GatewayServices,
  ordinal: number,
): Promise<boolean> {
  const { waitMs, signal } = request;
  if (waitMs === 0) return false;
  const { entry } = hospital.store.readEntry(ordinal);
  if (!entriesOf(callerOf(request))(parseEntry(entry))) return false;
  try {
    return await hospital.sequencer.waitProvenUpTo(ordinal, waitMs, signal);
  } catch (error) {
    // The entry is durable all the same; the next process goes on with it.
    if (error instanceof ChartsealError && error.code === 'LOG_STOPPED') return false;
    throw error;
  }
}

export async function answerAccepted(
  request: ApiRequest,
  services: GatewayServices,
  accepted: AcceptedEntry,
  duplicateStatus: 200 | 202 = 202,
): Promise<ApiAnswer> {
  const { ordinal, duplicate } = accepted;
  const isProven = await isProvenInTime(request, services, ordinal);
  const facts = acceptedFacts(services, accepted);
  const receipt = receiptUrl(facts.leafHash);
  const headers = { Location: receipt };
  if (!isProven) {
    const status = duplicate ? duplicateStatus : 202;
    return { status, headers, body: { ...facts, receipt } };
  }
  return {
    status: 201,
    headers: { ...headers, 'Preference-Applied': `wait=${request.waitMs / 1000}` },
    type: 'application/json',
    body: formatReceipt(await services.hospital.receipts.make(ordinal)),
  };
}
