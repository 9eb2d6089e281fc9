// Verifies what somebody sent, with this hospital's trust file. Large evidence takes seconds of
// work, which a thread of its own does: this one has others to answer.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { RECORD_MEMBERS } from '../../chaincode/core/entry-shapes.js';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import { type JsonObject, parseJsonBytes } from '../../chaincode/core/json.js';
import { anything, checkShape, integer, object, time } from '../../chaincode/core/shape.js';
import { parseTime } from '../../chaincode/core/time.js';
import type { VerifierCache } from '../evidence/checkpoint-check.js';
import type { DocumentFacts } from '../evidence/document-check.js';
import type { Trust } from '../evidence/trust.js';
import { type HistoryVerification, verifyHistory } from '../evidence/verify-history.js';
import { type ReceiptVerification, verifyReceipt } from '../evidence/verify-receipt.js';
import { Lanes } from './lanes.js';

/** Either receipt or history, with what belongs to it. */
export const EVIDENCE_SHAPE = object({
  'receipt?': anything(),
  'history?': anything(),
  'digests?': RECORD_MEMBERS.digests,
  'size?': integer(),
  'asOf?': time(),
});

interface Evidence {
  readonly receipt?: JsonObject;
  readonly history?: JsonObject;
  readonly digests?: DocumentFacts['digests'];
  readonly size?: number;
  readonly asOf?: string;
}

export type Verified = HistoryVerification | ReceiptVerification;

/** With what evidence is verified. */
export interface EvidenceTrust {
  readonly trust: Trust;
  readonly cache?: VerifierCache;
}

/** With what the thread begins. */
export interface EvidenceSetting {
  readonly body: Uint8Array;
  readonly trustFile: Uint8Array;
}

export type EvidenceAnswer =
  | { readonly result: Verified }
  | { readonly code: ErrorCode; readonly message: string };

/** Receipts are smaller, and so are histories of some dozens of events. */
const SMALL_BYTES = 64 * 1024;

function bad(message: string): never {
  throw new ChartsealError('BAD_INPUT', message);
}

/** JSON bytes of {@link EVIDENCE_SHAPE}; throws the codes of the parser, and BAD_INPUT. */
export function checkEvidence(body: Uint8Array, known: EvidenceTrust): Verified {
  const value = parseJsonBytes(body, 'the body');
  checkShape(EVIDENCE_SHAPE, value, 'the body');
  const { receipt, history, digests, size, asOf } = value as unknown as Evidence;
  if ((receipt === undefined) === (history === undefined)) bad('give either receipt or history');
  if (history !== undefined) {
    if (digests !== undefined || size !== undefined) bad('digests and size belong to a receipt');
    const until = asOf === undefined ? {} : { asOf: parseTime(asOf, 'asOf') };
    return verifyHistory({ history: canonicalBytes(history), ...until, ...known });
  }
  if (asOf !== undefined) bad('asOf belongs to a history');
  if (size !== undefined && digests === undefined) bad('size belongs to digests');
  const facts = digests && { digests, ...(size === undefined ? {} : { size }) };
  const document = facts === undefined ? {} : { document: facts };
  return verifyReceipt({ receipt: canonicalBytes(receipt ?? {}), ...document, ...known });
}

/** Bodies that wait for the thread, as much as bodies may take while they arrive. */
export const MAX_EVIDENCE_BYTES = 256 * 1024 * 1024;

// One at a time: there are few processors, and each holds a body of many megabytes.
const lanes = new Lanes();
/** Of all bodies that wait or are worked on. */
let heldBytes = 0;

async function askThread(setting: EvidenceSetting, signal: AbortSignal): Promise<Verified> {
  signal.throwIfAborted();
  const worker = new Worker(join(__dirname, 'evidence-worker.js'), { workerData: setting });
  try {
    const [answer] = (await once(worker, 'message', { signal })) as [EvidenceAnswer];
    if ('result' in answer) return answer.result;
    throw new ChartsealError(answer.code, answer.message);
  } finally {
    await worker.terminate();
  }
}

export interface EvidenceServices extends EvidenceTrust {
  readonly trustFile: Uint8Array;
  /** Aborted when nobody waits for the outcome any more. */
  readonly signal: AbortSignal;
}

/**
 * As {@link checkEvidence}; rejects with RATE_LIMITED while too much waits, and with the reason of
 * the signal once that is aborted.
 */
export async function checkEvidenceAside(
  body: Uint8Array,
  { trust, cache, trustFile, signal }: EvidenceServices,
): Promise<Verified> {
  if (body.length <= SMALL_BYTES) return checkEvidence(body, cache ? { trust, cache } : { trust });
  if (heldBytes + body.length > MAX_EVIDENCE_BYTES) {
    throw new ChartsealError('RATE_LIMITED', 'too much large evidence waits to be verified');
  }
  heldBytes += body.length;
  try {
    return await lanes.take('evidence', () => askThread({ body, trustFile }, signal));
  } finally {
    heldBytes -= body.length;
  }
}
