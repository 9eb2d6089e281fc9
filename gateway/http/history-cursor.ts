// Where the next page of a patient's history begins, sealed: only the caller to whom it was given
// can use it, for the same patient and for a while.
import { decodeHex, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { ChainTop } from '../services/patient-events.js';
import type { Caller } from './caller.js';
import type { Parameter } from './route.js';
import { findSealed, SEALED, seal } from './sealed.js';

/** A page to be: as the first one had it, so that all pages show one moment. */
export interface Cursor extends ChainTop {
  /** Events in all. */
  readonly count: number;
}

/** As JSON has it. */
type Sealed = Omit<Cursor, 'head'> & { readonly head: string };

const VALID_MS = 15 * 60_000;

export const CURSOR: Parameter = {
  in: 'query',
  name: 'cursor',
  description: 'The member next of the page before.',
  shape: SEALED,
};

export interface CursorOwner {
  readonly caller: Caller;
  readonly pseudonym: string;
}

const purposeOf = ({ caller: { organisation, id }, pseudonym }: CursorOwner) =>
  `history ${JSON.stringify([organisation, id, pseudonym])}`;

export function formatCursor(cursor: Cursor, owner: CursorOwner, nowMs: number): Promise<string> {
  const value: Sealed = { ...cursor, head: encodeHex(cursor.head) };
  return seal(purposeOf(owner), value, nowMs + VALID_MS);
}

/** Throws NOT_FOUND for anything but a cursor of this caller and patient that is still valid. */
export async function parseCursor(
  given: string,
  owner: CursorOwner,
  nowMs: number,
): Promise<Cursor> {
  const cursor = await findSealed<Sealed>(purposeOf(owner), given, nowMs);
  if (cursor !== undefined) return { ...cursor, head: decodeHex(cursor.head, 'head', HASH_BYTES) };
  throw new ChartsealError(
    'NOT_FOUND',
    'the cursor is not valid any more; begin at the first page',
  );
}
