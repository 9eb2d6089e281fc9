// Where the next page of a search begins and what it asks for, sealed: a link that only the caller
// to whom it was given can use, that tells nobody whom it is about, and that ends after a while.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { SearchPlace } from '../../services/event-search.js';
import type { Caller } from '../caller.js';
import type { Look } from '../look.js';
import { findSealed, seal } from '../sealed.js';
import type { EventFilter } from './search-query.js';

/** A page to be. */
export interface SearchCursor {
  readonly place: SearchPlace;
  readonly filter: EventFilter;
  readonly count: number;
  /** Why staff look. */
  readonly look?: Look;
}

const VALID_MS = 15 * 60_000;

const purposeOf = ({ organisation, id }: Caller) =>
  `fhir-search ${JSON.stringify([organisation, id])}`;

export function formatSearchCursor(
  cursor: SearchCursor,
  caller: Caller,
  nowMs: number,
): Promise<string> {
  return seal(purposeOf(caller), cursor, nowMs + VALID_MS);
}

/** Throws NOT_FOUND for anything but a cursor of this caller that is still valid. */
export async function parseSearchCursor(
  text: string,
  caller: Caller,
  nowMs: number,
): Promise<SearchCursor> {
  const cursor = await findSealed<SearchCursor>(purposeOf(caller), text, nowMs);
  if (cursor !== undefined) return cursor;
  throw new ChartsealError('NOT_FOUND', 'the cursor is not valid any more; search again');
}
