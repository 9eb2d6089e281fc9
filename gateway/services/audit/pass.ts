// A pass over the records of a scope: it may take several runs. Its progress lies in the store, and
// with it how long the report was then, so that each record is answered once.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import type { Store } from '../../store/store.js';
import {
  type Answer,
  type AnswerRow,
  type Counts,
  countAnswer,
  EMPTY_DIGEST,
  NO_COUNTS,
} from './answers.js';
import { findPassRow, type PassKeys, type PassRow, savePassRow } from './pass-row.js';
import type { RecordRange } from './records.js';
import { checkNotThere, type KnownReport, Report } from './report.js';
import { keptPlace, ownReport, reportPlace } from './report-place.js';
import type { Scope } from './scope.js';

export interface PassOptions {
  readonly scope: Scope;
  readonly isRestart: boolean;
  readonly keys: PassKeys;
  /** Absolute path of the report; undefined for one of its own. */
  readonly report: string | undefined;
  /** DATA/audits. */
  readonly folder: string;
  /** Entries that the pass is about. */
  readonly entries: number;
  /** Size of the tree that holds just these; undefined when the log was not found whole. */
  readonly size: number | undefined;
  readonly startedAt: string;
  /** First line of a new report. */
  readonly header: object;
}

const SAVE_RECORDS = 1000;
const SAVE_MS = 5000;

const encoded = ({ paths }: Scope) =>
  paths.map((path) => Buffer.from(path, 'latin1').toString('base64'));

/** The pass that is not finished; undefined when there is none, or it is not to go on. */
function findPass(
  store: Store,
  { isRestart, keys }: Pick<PassOptions, 'isRestart' | 'keys'>,
): PassRow | undefined {
  const row = isRestart ? undefined : findPassRow(store.db, keys);
  return row?.isDone ? undefined : row;
}

/**
 * Throws AUDIT_UNFINISHED when another pass is not finished, and this one would take its place,
 * or when what is known of it cannot be believed; FILE_EXISTS where its report cannot begin.
 */
export async function checkPass(
  store: Store,
  options: Pick<PassOptions, 'scope' | 'isRestart' | 'keys' | 'report' | 'folder'>,
): Promise<void> {
  const { scope, report, folder } = options;
  const row = findPass(store, options);
  if (row === undefined) return report === undefined ? undefined : checkNotThere(report);
  if (row.paths.join() !== encoded(scope).join()) {
    const paths = row.paths.map((path) => Buffer.from(path, 'base64').toString());
    const which = paths.length === 0 ? 'all records' : paths.join(' ');
    throw new ChartsealError('AUDIT_UNFINISHED', `the pass over ${which} is not finished`);
  }
  const place = reportPlace(row, folder);
  if (report !== undefined && report !== place) {
    const text = `the pass that goes on writes its report to ${place}`;
    throw new ChartsealError('AUDIT_UNFINISHED', text);
  }
}

/** What the report must be, so that the pass of this row can go on with it. */
function knownReport(row: PassRow, folder: string): KnownReport {
  const { isAtRest = false, next, until } = row;
  const unsavedLines = isAtRest ? 0 : Math.min(SAVE_RECORDS, until - next);
  return { ...row, report: reportPlace(row, folder), unsavedLines };
}

export class Pass {
  readonly report: Report;
  readonly isResumed: boolean;
  readonly #store: Store;
  readonly #keys: PassKeys;
  #row: PassRow;
  #unsaved = 0;
  #savedAt = performance.now();

  private constructor(
    store: Store,
    keys: PassKeys,
    row: PassRow,
    report: Report,
    isResumed: boolean,
  ) {
    this.#store = store;
    this.#keys = keys;
    this.#row = row;
    this.report = report;
    this.isResumed = isResumed;
  }

  /** Goes on with the pass that is not finished, or begins one. */
  static async open(store: Store, options: PassOptions): Promise<Pass> {
    await checkPass(store, options);
    const { scope, keys, startedAt, folder, entries, size } = options;
    const found = findPass(store, options);
    if (found !== undefined) return Pass.#goOn(store, found, options);
    const path = options.report ?? ownReport(folder, startedAt);
    const header = { ...options.header, startedAt } as JsonValue;
    const row: PassRow = {
      counts: NO_COUNTS,
      header,
      isAtRest: false,
      isDone: false,
      next: 0,
      paths: encoded(scope),
      report: keptPlace(path, folder),
      reportBytes: 0,
      reportDigest: EMPTY_DIGEST,
      size: size ?? null,
      startedAt,
      until: entries,
    };
    // The row first: a report that no pass knows would stand in the way of the next.
    if (options.report === undefined) await checkNotThere(path);
    await savePassRow(store, row, keys);
    const report = await Report.resume(knownReport(row, folder)).catch(async (error: unknown) => {
      await savePassRow(store, { ...row, isDone: true }, keys);
      throw error;
    });
    const pass = new Pass(store, keys, row, report, false);
    await pass.#save();
    return pass;
  }

  /** The same pass, from where it was known to be. */
  static async #goOn(
    store: Store,
    found: PassRow,
    { keys, folder, size }: PassOptions,
  ): Promise<Pass> {
    const row = size === undefined ? { ...found, size: null } : found;
    const report = await Report.resume(knownReport(row, folder));
    const running = { ...row, isAtRest: false };
    if (row.isAtRest) await savePassRow(store, running, keys);
    return new Pass(store, keys, running, report, true);
  }

  get range(): RecordRange {
    return { from: this.#row.next, until: this.#row.until };
  }

  /** Size of the tree whose records these are; undefined when that is not known for sure. */
  get size(): number | undefined {
    return this.#row.size ?? undefined;
  }

  get counts(): Counts {
    return this.#row.counts;
  }

  get startedAt(): string {
    return this.#row.startedAt;
  }

  /** Takes the answer for the record of this entry, the next of the pass. */
  async take(ordinal: number, row: AnswerRow): Promise<void> {
    if (row.answer !== 'unchanged') this.report.write(row);
    this.#advance(ordinal + 1, row.answer);
    this.#unsaved++;
    const isLong = performance.now() - this.#savedAt >= SAVE_MS;
    if (this.#unsaved >= SAVE_RECORDS || isLong) await this.#save();
  }

  /** Keeps the progress; finished when no record is left. */
  async end(isDone: boolean): Promise<void> {
    this.#row = { ...this.#row, isAtRest: true, isDone };
    await this.#save();
  }

  #advance(next: number, answer: Answer): void {
    this.#row = { ...this.#row, next, counts: countAnswer(this.#row.counts, answer) };
  }

  async #save(): Promise<void> {
    // The report first: progress must not be ahead of it.
    const { length: reportBytes, digest: reportDigest } = await this.report.sync();
    this.#row = { ...this.#row, reportBytes, reportDigest };
    await savePassRow(this.#store, this.#row, this.#keys);
    this.#unsaved = 0;
    this.#savedAt = performance.now();
  }
}
