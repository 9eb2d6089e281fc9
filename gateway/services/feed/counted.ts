// Counts what becomes of one event before its sender is answered.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseTime } from '../../../chaincode/core/time.js';
import type { Hospital } from '../hospital.js';
import type { AccessSubmission } from '../submission.js';
import type { FeedSource } from './facts.js';
import type { Feed } from './feed.js';

/** Where events go, and where they are counted. */
export type Importing = Pick<Hospital, 'sequencer' | 'feed'>;

/** By which way, and from whom. */
export type FeedSender = Pick<FeedSource, 'via' | 'caller'>;

/**
 * Accepts an event and counts it; throws what refused it.
 * @param read the event, when its sender may speak for its source
 */
export async function acceptCounted<T extends { readonly duplicate: boolean }>(
  feed: Feed,
  sender: FeedSender,
  read: () => AccessSubmission | Promise<AccessSubmission>,
  accept: (event: AccessSubmission) => Promise<T>,
): Promise<T> {
  let source: FeedSource = sender;
  try {
    const event = await read();
    source = { ...sender, system: event.source.system };
    const accepted = await accept(event);
    const outcome = accepted.duplicate ? 'duplicate' : 'accepted';
    await feed.arrived(source, outcome, parseTime(event.occurredAt, 'occurredAt'));
    return accepted;
  } catch (error) {
    await countRefused(feed, source, error);
    throw error;
  }
}

/** Nobody's event: requests that ended before they were whole. */
const NO_EVENT: ReadonlySet<string> = new Set(['REQUEST_TIMEOUT', 'SHUTTING_DOWN']);

/** Counts a refusal, when it was one. */
export async function countRefused(feed: Feed, source: FeedSource, error: unknown): Promise<void> {
  const isRefusal = error instanceof ChartsealError && !NO_EVENT.has(error.code);
  if (isRefusal) await feed.arrived(source, error.code);
}
