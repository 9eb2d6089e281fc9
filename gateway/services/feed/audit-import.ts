// FHIR audit events as they came, one by one: what can be read is accepted, whole or not at all;
// what is refused is counted and kept aside with its cause.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { inOrder } from '../in-order.js';
import type { Accepted } from '../sequencer/accept-group.js';
import type { Submitter } from '../sequencer/build-entry.js';
import type { AccessSubmission } from '../submission.js';
import type { Importing } from './counted.js';
import type { Aside, AsideCause, FeedOutcome, FeedSource } from './facts.js';

/** One event, or one Bundle of which all or nothing is to be accepted. */
export type AuditItem = Pick<Aside, 'bytes' | 'mediaType' | 'profile'>;

/** All that an item says, one for each patient. Throws what refuses it. */
export type ReadAudit = (item: AuditItem) => readonly AccessSubmission[];

/** An item and its place in what is imported. */
export interface PlacedItem {
  /** Number of the line, or of the event within its Bundle; from 1. */
  readonly number: number;
  readonly item: AuditItem | { readonly error: ChartsealError };
}

/** As what the feed counts it. */
export function outcomeOf(accepted: readonly Accepted[]): FeedOutcome {
  if (accepted.length === 0) return 'EVENT_WITHOUT_PATIENT';
  return accepted.every(({ duplicate }) => duplicate) ? 'duplicate' : 'accepted';
}

/** Durable: an entry for each patient; none when the event is about nobody and counted only. */
export interface AcceptedEvent {
  /** Hex. */
  readonly leafHashes: readonly string[];
  /** All of it had been accepted before. */
  readonly duplicate: boolean;
}

export function acceptedEvent(accepted: readonly Accepted[]): AcceptedEvent {
  const leafHashes = accepted.map(({ leafHash }) => encodeHex(leafHash));
  return { leafHashes, duplicate: outcomeOf(accepted) === 'duplicate' };
}

export type AuditOutcome = { readonly number: number } & (
  | AcceptedEvent
  /** `aside`: number of what is kept aside; not there when it is kept by whoever sent it. */
  | { readonly error: ChartsealError; readonly aside?: number }
);

/** Not the fault of an event: the same event can be accepted as it is, later. */
const OF_THE_MOMENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CLOCK_AHEAD',
  'CLOCK_BACKWARDS',
  'LOG_STOPPED',
  'OUTBOX_FULL',
  'SHUTTING_DOWN',
  'STORE_FAILED',
]);

export function isOfTheMoment(error: unknown): boolean {
  return !(error instanceof ChartsealError) || OF_THE_MOMENT.has(error.code);
}

/** Why, as it is kept: the element, where the refusal names one. */
export function causeOf(error: ChartsealError): AsideCause {
  const { code, message } = error;
  const { expression } = error as { expression?: unknown };
  return { code, message, ...(typeof expression === 'string' ? { expression } : {}) };
}

/** Why a refused event could not be kept aside, and what had refused it. */
export function notKept(
  failure: ChartsealError,
  { code }: Pick<AsideCause, 'code'>,
): ChartsealError {
  const message = `${failure.message}; what could not be kept was refused with ${code}`;
  return new ChartsealError(failure.code, message, { cause: failure });
}

const IN_FLIGHT = 256;

async function importOne(
  { sequencer, feed }: Importing,
  item: AuditItem,
  by: Submitter,
  read: ReadAudit,
): Promise<AcceptedEvent | { error: ChartsealError; aside?: number }> {
  let source: FeedSource = { via: 'import', caller: by };
  try {
    const submissions = read(item);
    const [first] = submissions;
    if (first !== undefined) source = { ...source, system: first.source.system };
    const accepted = await sequencer.acceptAll(submissions, { by, whenRoom: true });
    const eventAt = first && parseTime(first.occurredAt, 'occurredAt');
    await feed.arrived(source, outcomeOf(accepted), eventAt);
    return acceptedEvent(accepted);
  } catch (error) {
    if (isOfTheMoment(error)) throw error;
    const refusal = error as ChartsealError;
    const cause = causeOf(refusal);
    try {
      const aside = await feed.keepAside({ ...item, source, receivedAt: Date.now(), cause });
      return { error: refusal, aside };
    } catch (failure) {
      if (!(failure instanceof ChartsealError)) throw failure;
      return { error: notKept(failure, cause) };
    }
  }
}

/** Outcomes in the order of the items; throws only for faults of the store or the ledger. */
export function importAudit(
  hospital: Importing,
  items: AsyncIterable<PlacedItem>,
  by: Submitter,
  read: ReadAudit,
): AsyncGenerator<AuditOutcome> {
  const act = async ({ number, item }: PlacedItem): Promise<AuditOutcome> => {
    if (!('error' in item)) return { number, ...(await importOne(hospital, item, by, read)) };
    await hospital.feed.arrived({ via: 'import', caller: by }, item.error.code);
    return { number, error: item.error };
  };
  return inOrder(items, act, IN_FLIGHT);
}
