// Rows that follow from nothing else and are taken over into a rebuilt store, as far as they can
// be read: patients, where files were read, and how far an audit has come.
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import type { Database, RowBatch } from '../../store/database.js';
import { AUDIT_KEY, patientLabelKey, TABLES } from '../../store/keys.js';
import { type BaselineRow, formatJsonRow, parseJsonRow } from '../../store/rows.js';
import { isFinding } from '../audit/checks.js';
import type { Labels } from '../log-context.js';

const BATCH_ROWS = 1024;

class Writer {
  readonly #db: Database;
  #batch: RowBatch;

  constructor(db: Database) {
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

/** What `read` gives; undefined for a row that cannot be used. */
function usable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isFinding(error)) return undefined;
    throw error;
  }
}

/** The label of a patient, from the key of its row; derived anew when the other table disagrees. */
function isOfPatient(
  source: Database,
  labels: Labels,
  key: string,
  row: Uint8Array,
): Uint8Array | undefined {
  return usable(() => {
    const { alpha, digest } = labels.patientInput(parseJsonRow<PatientIdentifier>(row));
    const known = usable(() => source.find(patientLabelKey(digest)));
    const isSame = (label: Uint8Array | undefined) =>
      label !== undefined && TABLES.patient + encodeHex(label) === key;
    if (isSame(known)) return known;
    const label = labels.fromAlpha(alpha);
    return isSame(label) ? label : undefined;
  });
}

async function keepPatients(source: Database, writer: Writer, labels: Labels): Promise<void> {
  for await (const [key, row] of source.rowsAsFound(TABLES.patient)) {
    if (row === undefined) continue;
    const label = isOfPatient(source, labels, key, row);
    if (label === undefined) continue;
    const patient = parseJsonRow<PatientIdentifier>(row);
    await writer.put(key, row);
    await writer.put(patientLabelKey(labels.patientInput(patient).digest), label);
  }
}

async function keepBaselines(source: Database, target: Database, writer: Writer): Promise<void> {
  for await (const [key, row] of source.rowsAsFound(TABLES.baseline)) {
    if (row === undefined || usable(() => parseJsonRow<BaselineRow>(row)) === undefined) continue;
    const head = target.find(TABLES.head + key.slice(TABLES.baseline.length));
    if (head !== undefined) await writer.put(key, row);
  }
}

/** @param target holds the heads of all chains already */
export async function keepRows(source: Database, target: Database, labels: Labels): Promise<void> {
  const writer = new Writer(target);
  await keepPatients(source, writer, labels);
  await keepBaselines(source, target, writer);
  const audit = usable(() => source.find(AUDIT_KEY));
  const pass = audit === undefined ? undefined : usable(() => parseJsonRow<object>(audit));
  if (pass !== undefined) await writer.put(AUDIT_KEY, formatJsonRow(pass));
  await writer.end();
}

/** Number of rows of each table that are not the same in both. */
export async function countDifferences(
  before: Database,
  after: Database,
  table: string,
): Promise<number> {
  const [olds, news] = [before.rowsAsFound(table), after.rowsAsFound(table)];
  let count = 0;
  let [one, other] = [(await olds.next()).value, (await news.next()).value];
  while (one !== undefined || other !== undefined) {
    const [a, b] = [one?.[0] ?? '~', other?.[0] ?? '~'];
    const isSame = a === b && one?.[1] !== undefined && equalBytes(one[1], other?.[1] ?? one[1]);
    if (!isSame) count++;
    if (a <= b) one = (await olds.next()).value;
    if (b <= a) other = (await news.next()).value;
  }
  return count;
}
