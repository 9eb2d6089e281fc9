// Rows of what was sent and could not be anchored: records that were refused, files that an ingest
// could not anchor. They stand in the feed's database, in a table of their own.
import type { Shape } from '../../../chaincode/core/shape.js';
import {
  flag,
  hex,
  integer,
  object,
  oneOf,
  text,
  utf8Size,
} from '../../../chaincode/core/shape.js';
import { keyNumber } from '../../store/keys.js';
import { formatJsonRow, parseJsonRow } from '../../store/rows.js';
import type { Submitter } from '../sequencer/build-entry.js';
import type { AsideCause } from './facts.js';

const FAILED_KINDS = ['record', 'file'] as const;
export type FailedKind = (typeof FAILED_KINDS)[number];

/** Something that is not in the log, and why; to be kept. */
export interface Failure {
  readonly kind: FailedKind;
  /** Who sent it. */
  readonly caller: Submitter;
  /** `source.system`, where it is known. */
  readonly system?: string;
  readonly cause: AsideCause;
  /** Identifier of the record; of a file, where its name says one. */
  readonly record?: string;
  /** SHA-256 of the document, hex, as far as it is known. */
  readonly digest?: string;
  /** Of a file, its bytes in base64. */
  readonly path?: string;
  /** With which it can be tried again; without it nobody can but the sender. */
  readonly content?: Uint8Array;
}

/** What is known of it, without what was sent. */
export interface FailedFacts extends Omit<Failure, 'content'> {
  readonly id: number;
  /** Bytes of the content; 0 where none is kept. */
  readonly size: number;
  readonly receivedAt: number;
  readonly lastReceivedAt: number;
  /** When it was tried again here. */
  readonly lastTriedAt?: number;
  /** How often it came. */
  readonly times: number;
  /** How often it was tried again here, and refused. */
  readonly tries: number;
}

/** With what a file is read again, beside its path. */
export interface FileAgain {
  readonly category: string;
  readonly moved: boolean;
  /** Identifier of the record, and what the file is called: where its name says them. */
  readonly id?: string;
  readonly name?: string;
  readonly patient?: { readonly system: string; readonly value: string };
}

export const FAILED = 'f/';
export const failedKey = (id: number) => `${FAILED}${keyNumber(id)}`;

const MAX_TEXT_BYTES = 64 * 1024;
const anyText = text({ min: 0, max: MAX_TEXT_BYTES });
const FACTS = {
  id: integer(),
  kind: oneOf(FAILED_KINDS),
  caller: object({ id: anyText, mspId: anyText }),
  'system?': anyText,
  cause: object({ code: anyText, message: anyText, 'expression?': anyText }),
  'record?': anyText,
  'digest?': hex(32),
  'path?': anyText,
  size: integer(),
  receivedAt: integer(),
  lastReceivedAt: integer(),
  'lastTriedAt?': integer(),
  times: integer(),
  tries: integer(),
} as const satisfies Readonly<Record<string, Shape>>;
const FAILED_ROW = object(FACTS);
const FILE_AGAIN = object({
  category: anyText,
  moved: flag(),
  'id?': anyText,
  'name?': anyText,
  'patient?': object({ system: anyText, value: anyText }),
});

export const formatFailed = (facts: FailedFacts): Uint8Array => formatJsonRow(facts);
export const parseFailed = (row: Uint8Array) =>
  parseJsonRow<FailedFacts>(row, FAILED_ROW, 'a refused record');
export const formatFileAgain = (again: FileAgain): Uint8Array => formatJsonRow(again);
export const parseFileAgain = (bytes: Uint8Array) =>
  parseJsonRow<FileAgain>(bytes, FILE_AGAIN, 'a file that was not anchored');

/** Whether a row can hold it: a row that cannot be read again would be a damaged folder. */
export function fitsRow({ caller, system, record, path }: Omit<Failure, 'content'>): boolean {
  const texts = [caller.id, caller.mspId, system, record, path];
  return texts.every((one) => one === undefined || utf8Size(one) <= MAX_TEXT_BYTES);
}

/** The same record of the same sender is one row, and so is a file: the newest of it is kept. */
export function failedName({ kind, caller, record, path }: Omit<Failure, 'content'>): string {
  if (kind === 'file') return JSON.stringify(['file', path]);
  return JSON.stringify(['record', caller.mspId, caller.id, record]);
}
