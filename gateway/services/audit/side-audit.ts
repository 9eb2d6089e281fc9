// Rows beside the log: patients and their labels, and where files of records were read.
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { KIND_RECORD } from '../../../chaincode/core/lifecycle.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import type { Rows } from '../../store/database.js';
import { headKey, patientKey, patientLabelKey, TABLES } from '../../store/keys.js';
import { parseBaselineRow, parseHead, parsePatientRow } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import { Turns } from '../../turns.js';
import type { Labels } from '../log-context.js';
import { loadMultiplier } from '../point-multiplier.js';
import { Check, type CheckResult, isFinding, mustBe, STOPPED, type Stop } from './checks.js';
import type { EntryCounts } from './entry-audit.js';

/** Labels derived anew in one run: each costs about half a millisecond. */
const DERIVED_LABELS = 5000;

export interface SideAuditOptions {
  readonly store: StoredLog;
  readonly labels: Labels | undefined;
  /** Of the entries; undefined when these are damaged. */
  readonly counts: EntryCounts | undefined;
  readonly stop: Stop;
}

/** Calls `take` for each row; what it throws, and what is damaged, is a fault. */
async function eachRow(
  db: Rows,
  table: string,
  check: Check,
  stop: Stop,
  take: (key: string, row: Uint8Array) => void,
): Promise<number> {
  let count = 0;
  const turns = new Turns();
  for await (const [key, row] of db.rowsAsFound(table)) {
    if (stop.aborted) {
      check.leaveOpen(STOPPED);
      break;
    }
    await turns.next();
    count++;
    try {
      if (row === undefined) throw new ChartsealError('STORE_CORRUPT', 'the row is damaged');
      take(key, row);
    } catch (error) {
      if (!isFinding(error)) throw error;
      check.fail('STORE_CORRUPT', `a row of ${table}: ${error.message}`, 'restore store');
    }
  }
  return count;
}

/** Patients by label and labels by patient are the same pairs; some labels are derived anew. */
export async function auditPatients(options: SideAuditOptions): Promise<CheckResult> {
  const { store, labels, counts, stop } = options;
  const { db } = store;
  const check = new Check('patients');
  if (labels === undefined) {
    check.leaveOpen('the ledger, which holds the registration, is not at hand');
    return check.result('');
  }
  await loadMultiplier();
  const every = Math.max(1, Math.ceil((counts?.patients ?? 0) / DERIVED_LABELS));
  // Another part of them in each run.
  let turn = Math.floor(Math.random() * every);
  let derived = 0;
  const byLabel = await eachRow(db, TABLES.patient, check, stop, (key, row) => {
    const { alpha, digest } = labels.patientInput(parsePatientRow(row));
    const label = db.find(patientLabelKey(digest));
    const isSame = label !== undefined && key === TABLES.patient + encodeHex(label);
    mustBe(isSame, 'the label of a patient does not lead back to the patient');
    mustBe(store.findHead(label) !== undefined, 'a patient has no chain');
    if (turn++ % every !== 0) return;
    mustBe(equalBytes(labels.fromAlpha(alpha), label), 'a patient has the label of another');
    derived++;
  });
  const byPatient = await eachRow(db, TABLES.patientLabel, check, stop, (_key, row) => {
    mustBe(row.length === HASH_BYTES, 'it holds no label');
    mustBe(db.find(patientKey(row)) !== undefined, 'a label has no patient');
  });
  const patients = counts?.patients ?? byLabel;
  if (!stop.aborted && (byLabel !== patients || byPatient !== patients)) {
    const sentence = `${patients} chains of patients, but ${byLabel} patients and ${byPatient} labels`;
    check.fail('STORE_CORRUPT', sentence, 'restore store');
  }
  return check.result(`${byLabel} patients, ${derived} of their labels derived anew`);
}

/** Where files were read is known of records only, and can be understood. */
export async function auditBaselines({
  store,
  counts,
  stop,
}: SideAuditOptions): Promise<CheckResult> {
  const { db } = store;
  const check = new Check('baselines');
  const rows = await eachRow(db, TABLES.baseline, check, stop, (key, row) => {
    parseBaselineRow(row);
    const head = db.find(headKey(key.slice(TABLES.baseline.length)));
    mustBe(head !== undefined && parseHead(head).state.kind === KIND_RECORD, 'it is of no record');
  });
  const of = counts === undefined ? '' : ` of ${counts.records} records`;
  return check.result(`${rows}${of} were read from files, and it is known where`);
}
