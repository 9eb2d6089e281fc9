// Rows that follow from nothing else and are taken over into a rebuilt store, as far as they can
// be read: patients, where files were read, and how far an audit has come.
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Batch, RowStore, Rows } from '../../store/database.js';
import { AUDIT_KEY, headKey, patientLabelKey, TABLES } from '../../store/keys.js';
import { parseBaselineRow, parsePatientRow } from '../../store/rows.js';
import { usable } from '../audit/checks.js';
import { findPassRow } from '../audit/pass-row.js';
import type { Labels, LogContext } from '../log-context.js';

const BATCH_ROWS = 1024;

class Writer {
  readonly #db: RowStore;
  #batch: Batch;

  constructor(db: RowStore) {
    this.#db = db;
    this.#batch = db.batch();
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.#batch.put(key, value);
    if (this.#batch.size < BATCH_ROWS) return;
    await this.#batch.write();
    this.#batch = this.#db.batch();
  }

  async end(): Promise<void> {
    await this.#batch.write();
  }
}

/** The label of a patient, from the key of its row; derived anew when the other table disagrees. */
function isOfPatient(
  source: Rows,
  labels: Labels,
  key: string,
  row: Uint8Array,
): Uint8Array | undefined {
  return usable(() => {
    const { alpha, digest } = labels.patientInput(parsePatientRow(row));
    const known = usable(() => source.find(patientLabelKey(digest)));
    const isSame = (label: Uint8Array | undefined) =>
      label !== undefined && TABLES.patient + encodeHex(label) === key;
    if (isSame(known)) return known;
    const label = labels.fromAlpha(alpha);
    return isSame(label) ? label : undefined;
  });
}

async function keepPatients(source: Rows, writer: Writer, labels: Labels): Promise<void> {
  for await (const [key, row] of source.rowsAsFound(TABLES.patient)) {
    if (row === undefined) continue;
    const label = isOfPatient(source, labels, key, row);
    if (label === undefined) continue;
    const patient = parsePatientRow(row);
    await writer.put(key, row);
    await writer.put(patientLabelKey(labels.patientInput(patient).digest), label);
  }
}

async function keepBaselines(source: Rows, target: Rows, writer: Writer): Promise<void> {
  for await (const [key, row] of source.rowsAsFound(TABLES.baseline)) {
    if (row === undefined || usable(() => parseBaselineRow(row)) === undefined) continue;
    const head = target.find(headKey(key.slice(TABLES.baseline.length)));
    if (head !== undefined) await writer.put(key, row);
  }
}

/** @param target holds the heads of all chains already */
export async function keepRows(
  source: Rows,
  target: RowStore,
  { secrets }: LogContext,
  labels: Labels,
): Promise<void> {
  const writer = new Writer(target);
  await keepPatients(source, writer, labels);
  await keepBaselines(source, target, writer);
  // A pass that does not verify would stand in the way of every audit.
  const isPass = usable(() => findPassRow(source, secrets)) !== undefined;
  const pass = isPass ? source.find(AUDIT_KEY) : undefined;
  if (pass !== undefined) await writer.put(AUDIT_KEY, pass);
  await writer.end();
}

/** How many rows are not the same in both. */
export interface Differences {
  /** Missing, wrong, damaged or too many before. */
  readonly mended: number;
  /** Could not be used, and nothing stands for them now. */
  readonly dropped: number;
}

/** What became of a row that is not there any more; undefined when it was one too many. */
export type FindLoss = (
  key: string,
  row: Uint8Array | undefined,
) => 'dropped' | 'with another' | undefined;

export async function countDifferences(
  before: Rows,
  after: Rows,
  table: string,
  findLoss: FindLoss = () => undefined,
): Promise<Differences> {
  const [olds, news] = [before.rowsAsFound(table), after.rowsAsFound(table)];
  let [mended, dropped] = [0, 0];
  let [one, other] = [(await olds.next()).value, (await news.next()).value];
  while (one !== undefined || other !== undefined) {
    const [a, b] = [one?.[0] ?? '~', other?.[0] ?? '~'];
    const isSame = a === b && one?.[1] !== undefined && equalBytes(one[1], other?.[1] ?? one[1]);
    const loss = a < b && one !== undefined ? findLoss(one[0], one[1]) : undefined;
    if (loss === 'dropped') dropped++;
    else if (!isSame && loss === undefined) mended++;
    if (a <= b) one = (await olds.next()).value;
    if (b <= a) other = (await news.next()).value;
  }
  return { mended, dropped };
}

/** Whether there is such a row, damaged or not. */
export const isThere = (db: Rows, key: string): boolean => {
  let isFound = true;
  usable(() => {
    isFound = db.find(key) !== undefined;
  });
  return isFound;
};

/** Patients and places of files whose chains are there still: these lack something now. */
export function lossOf(before: Rows, after: Rows): FindLoss {
  const hasChain = (label: string) => after.find(headKey(label)) !== undefined;
  return (key, row) => {
    const [table, rest] = [key.slice(0, 2), key.slice(2)];
    if (table !== TABLES.patientLabel) return hasChain(rest) ? 'dropped' : undefined;
    // Damaged: the patient of whom it was would have it again.
    if (row === undefined) return 'with another';
    const label = encodeHex(row);
    if (!hasChain(label) || after.find(TABLES.patient + label) !== undefined) return undefined;
    return isThere(before, TABLES.patient + label) ? 'with another' : 'dropped';
  };
}

export function isSameRow(before: Rows, after: Rows, key: string): boolean {
  try {
    const [old, fresh] = [before.find(key), after.find(key)];
    return old !== undefined && fresh !== undefined && equalBytes(old, fresh);
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'STORE_CORRUPT') return false;
    throw error;
  }
}
