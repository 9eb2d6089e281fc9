// A pass over the records of a scope: it may take several runs. Its progress lies in the store, and
// with it how long the report was then, so that each record is answered once.
import { join } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { AUDIT_KEY } from '../../store/keys.js';
import { formatJsonRow, parseJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { type Answer, type AnswerRow, type Counts, countAnswer, NO_COUNTS } from './answers.js';
import type { RecordRange } from './records.js';
import { checkNotThere, Report } from './report.js';
import type { Scope } from './scope.js';

interface PassRow {
  readonly counts: Counts;
  readonly isDone: boolean;
  /** Ordinal of the entry to go on with. */
  readonly next: number;
  /** Base64 of the scope's paths. */
  readonly paths: readonly string[];
  /** First line of the report. */
  readonly header: JsonValue;
  /** Absolute path of the report. */
  readonly report: string;
  readonly reportBytes: number;
  readonly startedAt: string;
  readonly until: number;
}

export interface PassOptions {
  readonly scope: Scope;
  readonly isRestart: boolean;
  /** Absolute path of the report; undefined for one of its own. */
  readonly report: string | undefined;
  /** DATA/audits. */
  readonly folder: string;
  /** Accepted entries by now. */
  readonly entries: number;
  readonly startedAt: string;
  /** First line of a new report. */
  readonly header: object;
}

const SAVE_RECORDS = 1000;
const SAVE_MS = 5000;

const encoded = ({ paths }: Scope) =>
  paths.map((path) => Buffer.from(path, 'latin1').toString('base64'));

/** The pass that is not finished; undefined when there is none. */
export function findPass(store: Store): PassRow | undefined {
  const bytes = store.db.find(AUDIT_KEY);
  const row = bytes === undefined ? undefined : parseJsonRow<PassRow>(bytes);
  return row?.isDone ? undefined : row;
}

/** Throws AUDIT_UNFINISHED when another pass is not finished, and this one would take its place. */
export function checkPass(
  store: Store,
  { scope, isRestart, report }: Pick<PassOptions, 'scope' | 'isRestart' | 'report'>,
): void {
  const row = isRestart ? undefined : findPass(store);
  if (row === undefined) return;
  if (row.paths.join() !== encoded(scope).join()) {
    const paths = row.paths.map((path) => Buffer.from(path, 'base64').toString());
    const which = paths.length === 0 ? 'all records' : paths.join(' ');
    throw new ChartsealError('AUDIT_UNFINISHED', `the pass over ${which} is not finished`);
  }
  if (report !== undefined && report !== row.report) {
    const text = `the pass that goes on writes its report to ${row.report}`;
    throw new ChartsealError('AUDIT_UNFINISHED', text);
  }
}

async function saveRow(store: Store, row: PassRow): Promise<void> {
  await store.db.batch().put(AUDIT_KEY, formatJsonRow(row)).write();
}

export class Pass {
  readonly report: Report;
  readonly isResumed: boolean;
  readonly #store: Store;
  #row: PassRow;
  #unsaved = 0;
  #savedAt = performance.now();

  private constructor(store: Store, row: PassRow, report: Report, isResumed: boolean) {
    this.#store = store;
    this.#row = row;
    this.report = report;
    this.isResumed = isResumed;
  }

  /** Goes on with the pass that is not finished, or begins one. */
  static async open(store: Store, options: PassOptions): Promise<Pass> {
    checkPass(store, options);
    const { scope, isRestart, startedAt, folder, entries } = options;
    const found = isRestart ? undefined : findPass(store);
    if (found !== undefined) {
      const { report, reportBytes, header } = found;
      return new Pass(store, found, await Report.resume(report, reportBytes, header), true);
    }
    const path = options.report ?? join(folder, `${startedAt}.jsonl`);
    const header = { ...options.header, startedAt } as JsonValue;
    const row: PassRow = {
      counts: NO_COUNTS,
      header,
      isDone: false,
      next: 0,
      paths: encoded(scope),
      report: path,
      reportBytes: 0,
      startedAt,
      until: entries,
    };
    // The row first: a report that no pass knows would stand in the way of the next.
    await checkNotThere(path);
    await saveRow(store, row);
    const report = await Report.resume(path, 0, header).catch(async (error: unknown) => {
      await saveRow(store, { ...row, isDone: true });
      throw error;
    });
    const pass = new Pass(store, row, report, false);
    await pass.#save();
    return pass;
  }

  get range(): RecordRange {
    return { from: this.#row.next, until: this.#row.until };
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
    this.#row = { ...this.#row, isDone };
    await this.#save();
  }

  #advance(next: number, answer: Answer): void {
    this.#row = { ...this.#row, next, counts: countAnswer(this.#row.counts, answer) };
  }

  async #save(): Promise<void> {
    // The report first: progress must not be ahead of it.
    this.#row = { ...this.#row, reportBytes: await this.report.sync() };
    await saveRow(this.#store, this.#row);
    this.#unsaved = 0;
    this.#savedAt = performance.now();
  }
}
