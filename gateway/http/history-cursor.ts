// Where the next page of a patient's history begins, as text that only this process writes and
// that only the caller to whom it was given can use, for the same patient and for a while.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeHex, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { text } from '../../chaincode/core/shape.js';
import type { ChainTop } from '../services/patient-events.js';
import type { Caller } from './caller.js';
import type { Parameter } from './route.js';

/** A page to be: as the first one had it, so that all pages show one moment. */
export interface Cursor extends ChainTop {
  /** Events in all. */
  readonly count: number;
}

const VALID_MS = 15 * 60_000;
const KEY = randomBytes(32);
const FORM = /^([A-Za-z0-9_-]{1,512})\.([A-Za-z0-9_-]{43})$/;

export const CURSOR: Parameter = {
  in: 'query',
  name: 'cursor',
  description: 'The member next of the page before.',
  shape: text({ min: 1, max: 600, pattern: FORM }),
};

export interface CursorOwner {
  readonly caller: Caller;
  readonly pseudonym: string;
}

function sign(payload: string, { caller, pseudonym }: CursorOwner): Buffer {
  const owner = JSON.stringify([caller.organisation, caller.id, pseudonym, payload]);
  return createHmac('sha256', KEY).update(owner).digest();
}

export function formatCursor(cursor: Cursor, owner: CursorOwner, nowMs: number): string {
  const { before, size, asOfMs, count } = cursor;
  const fields = [before, encodeHex(cursor.head), size, asOfMs, count, nowMs + VALID_MS];
  const payload = Buffer.from(JSON.stringify(fields)).toString('base64url');
  return `${payload}.${sign(payload, owner).toString('base64url')}`;
}

/** Throws NOT_FOUND for anything but a cursor of this caller and patient that is still valid. */
export function parseCursor(given: string, owner: CursorOwner, nowMs: number): Cursor {
  const [, payload = '', mac = ''] = FORM.exec(given) ?? [];
  const shown = Buffer.from(mac, 'base64url');
  const isOurs = shown.length === 32 && timingSafeEqual(shown, sign(payload, owner));
  const fields = isOurs ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : undefined;
  if (fields === undefined || fields[5] < nowMs) {
    throw new ChartsealError(
      'NOT_FOUND',
      'the cursor is not valid any more; begin at the first page',
    );
  }
  const [before, head, size, asOfMs, count] = fields;
  return { before, head: decodeHex(head, 'head', HASH_BYTES), size, asOfMs, count };
}
