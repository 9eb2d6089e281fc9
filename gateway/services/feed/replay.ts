// Refused events that were kept aside, tried again as they came: with what the configuration and
// this version now make of them. What is accepted is let go of, after it is durable.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import {
  type AcceptedEvent,
  acceptedEvent,
  causeOf,
  isOfTheMoment,
  type ReadAudit,
} from './audit-import.js';
import type { Importing } from './counted.js';
import { MAX_PAGE_LETTERS } from './limits.js';

/** Numbers of what is kept aside, or all of it. */
export type WantedLetters = readonly number[] | 'all';

export type ReplayOutcome = { readonly id: number } & (
  | AcceptedEvent
  | { readonly error: ChartsealError }
);

/** What is there when it begins: what is refused meanwhile is for another time. */
async function* idsOf({ feed }: Importing, wanted: WantedLetters): AsyncGenerator<number> {
  if (wanted !== 'all') {
    yield* wanted;
    return;
  }
  const ids: number[] = [];
  for (let from = 0; ; ) {
    const page = await feed.letters(from, MAX_PAGE_LETTERS);
    ids.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (last === undefined || page.length < MAX_PAGE_LETTERS) break;
    from = last.id + 1;
  }
  yield* ids;
}

/**
 * In the turn of its number: nobody else tries it or gives it up meanwhile. Throws NOT_FOUND, and
 * faults of the store, the ledger or the feed itself.
 */
export async function replayOne(
  { sequencer, feed }: Importing,
  id: number,
  read: ReadAudit,
): Promise<ReplayOutcome> {
  const { facts, bytes } = await feed.readLetter(id);
  const { source, mediaType, profile } = facts;
  let event: AcceptedEvent;
  try {
    const item = { bytes, mediaType, ...(profile === undefined ? {} : { profile }) };
    // Who sent it then submits it now: what an operator adds is the order to try again.
    const options = { by: source.caller, whenRoom: true };
    event = acceptedEvent(await sequencer.acceptAll(read(item), options));
  } catch (error) {
    if (isOfTheMoment(error)) throw error;
    const refusal = error as ChartsealError;
    await feed.refuseAgain(id, causeOf(refusal));
    return { id, error: refusal };
  }
  // A process that is killed before this tries once more, and finds a duplicate.
  await feed.settle(id, 'replayed');
  return { id, ...event };
}

/** One after the other; throws only for faults of the store, the ledger or the feed itself. */
export async function* replay(
  hospital: Importing,
  wanted: WantedLetters,
  read: ReadAudit,
): AsyncGenerator<ReplayOutcome> {
  const { unanchored } = hospital.feed;
  for await (const id of idsOf(hospital, wanted)) {
    try {
      yield await unanchored.inTurn(id, () => replayOne(hospital, id, read));
    } catch (error) {
      if (!(error instanceof ChartsealError) || error.code !== 'NOT_FOUND') throw error;
      // Of all that were there, somebody else has dealt with this one.
      if (wanted !== 'all') yield { id, error };
    }
  }
}
