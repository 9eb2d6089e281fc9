// A data folder over real files, closed and whole, for tests that damage copies of it; and ways of
// damaging a store that only an audit can see: rows are gone, or are others with a right checksum.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { dataLayout } from '../../gateway/data/layout.js';
import type { AnswerRow } from '../../gateway/services/audit/answers.js';
import {
  type AuditListener,
  type AuditRunOptions,
  type AuditSummary,
  runAudit,
} from '../../gateway/services/audit/audit.js';
import { auditLog } from '../../gateway/services/audit/log-audit.js';
import { openAuditedFolder } from '../../gateway/services/audit/open-folder.js';
import { auditRunning } from '../../gateway/services/audit/running.js';
import { ByteCounter } from '../../gateway/services/digest.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import type { InquirySubmission } from '../../gateway/services/submission.js';
import { StoreDatabase } from '../../gateway/store/store-database.js';
import { accessSubmission, recordSubmission } from './hospital.js';
import { type RawStore, withRaw } from './raw-store.js';
import { runIngest } from './run-ingest.js';
import { newTempFolder, removeTempFolder, writeFiles } from './temp-folder.js';

export const FILES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 12 }, (_, at) => [`ward ${at % 3}/${at}.txt`, `document ${at}`]),
);

export function openData(folder: string): Promise<Hospital> {
  return openHospital({ folder, operator: 'test' });
}

export async function ingestAll(hospital: Hospital, archive: string): Promise<void> {
  const recordId = ({ relative }: { readonly relative: string }) => relative;
  const options = { category: 'document', moved: false, recordId, paths: [archive] };
  for await (const outcomes of runIngest(hospital, options)) {
    if (outcomes.some(({ state }) => state !== 'anchored' && state !== 'unchanged')) {
      throw new Error('the sample cannot be anchored');
    }
  }
}

export async function addEvents({ sequencer }: Hospital, name: string): Promise<void> {
  for (let wave = 0; wave < 3; wave++) {
    const several = Array.from({ length: 10 }, (_, at) =>
      accessSubmission(`P${at % 4}`, `${name}-${wave}-${at}`),
    );
    await Promise.all(several.map((one) => sequencer.accept(one)));
    await sequencer.waitProven(10_000);
  }
}

const QUESTION: InquirySubmission = {
  inquiry: { dueAt: '2026-12-01T00:00:00.000Z', source: { system: 'chartseal', requestId: 'q1' } },
  question: 'why?',
  patient: accessSubmission('P1', '').patient,
};

export class AuditSample {
  readonly #folder = newTempFolder();
  #copies = 0;

  /** Documents that were anchored. */
  get archive(): string {
    return join(this.#folder, 'archive');
  }

  static async create(): Promise<AuditSample> {
    const sample = new AuditSample();
    writeFiles(sample.archive, FILES);
    const folder = join(sample.#folder, 'data');
    await createDataFolder({
      folder,
      origin: 'hospital-a.example/archive',
      mspId: 'HospitalAMSP',
      description: '',
      recordLabels: 'hmac',
      patientSystems: [],
    });
    const first = await openData(folder);
    await ingestAll(first, sample.archive);
    await addEvents(first, 'first');
    await first.close();
    writeFiles(sample.archive, { 'ward 0/0.txt': 'document 0, amended' });
    const second = await openData(folder);
    await ingestAll(second, sample.archive);
    await addEvents(second, 'second');
    const { leafHash } = await second.sequencer.accept(QUESTION);
    const answer = { inquiry: encodeHex(leafHash), source: { system: 'chartseal' } };
    const { patient } = QUESTION;
    await second.sequencer.accept({ answer, actor: { id: 'officer' }, patient });
    // One that nobody read from a file.
    await second.sequencer.accept(recordSubmission('sent by a form', 1, 'content'));
    await second.sequencer.waitProven(10_000);
    await second.close();
    return sample;
  }

  /** A data folder of its own over the same documents. */
  copy(): string {
    this.#copies++;
    const folder = join(this.#folder, `copy-${this.#copies}`);
    cpSync(join(this.#folder, 'data'), folder, { recursive: true });
    return folder;
  }

  drop(folder: string): void {
    rmSync(folder, { recursive: true });
  }

  remove(): void {
    removeTempFolder(this.#folder);
  }
}

/** Gives each test of a suite a copy of its own, which goes with it. */
export function eachOnACopy(use: (folder: string, sample: AuditSample) => void): void {
  let sample: AuditSample;
  let folder: string;
  before(async () => {
    sample = await AuditSample.create();
  });
  after(() => sample.remove());
  beforeEach(() => {
    folder = sample.copy();
    use(folder, sample);
  });
  afterEach(() => sample.drop(folder));
}

/** Works on the rows themselves, past every check. */
export async function withRows<T>(folder: string, use: (rows: RawStore) => Promise<T>): Promise<T> {
  return withRaw(dataLayout(folder).store, use);
}

/** Keys that begin so. */
export async function keysOf(rows: RawStore, prefix: string): Promise<string[]> {
  return rows.keys({ gte: prefix, lt: `${prefix}~` });
}

/** The value without its checksum. */
export async function readValue(rows: RawStore, key: string): Promise<Buffer> {
  const row = await rows.get(key);
  if (row === undefined) throw new Error('no such row');
  return Buffer.from(row.subarray(0, -4));
}

/** Writes rows with right checksums. */
export async function putRows(
  folder: string,
  rows: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const db = await StoreDatabase.open(dataLayout(folder).store, { create: false });
  const batch = db.batch();
  for (const [key, value] of rows) batch.put(key, value);
  await batch.write();
  await db.close();
}

export interface Audited extends AuditSummary {
  readonly answers: readonly AnswerRow[];
  /** Names of the checks with this status. */
  named(status: 'OK' | 'FAILED' | 'NOT CHECKED'): string[];
}

type Run = (options: AuditRunOptions, listener: AuditListener) => Promise<AuditSummary>;

async function audited(
  run: Run,
  options: Partial<AuditRunOptions>,
  onAnswer: (row: AnswerRow) => void,
): Promise<Audited> {
  const answers: AnswerRow[] = [];
  const summary = await run(
    {
      operator: 'test',
      tool: 'chartseal/test',
      paths: [],
      isLogOnly: false,
      isRestart: false,
      waitMs: 10_000,
      counter: new ByteCounter(),
      signal: new AbortController().signal,
      ...options,
    },
    {
      onLog: () => {},
      onArchive: () => {},
      onAnswer: (row) => {
        answers.push(row);
        onAnswer(row);
      },
    },
  );
  const named = (status: string) =>
    summary.log.filter((one) => one.status === status).map(({ check }) => check);
  return { ...summary, answers, named };
}

export function audit(
  folder: string,
  options: Partial<AuditRunOptions> = {},
  onAnswer: (row: AnswerRow) => void = () => {},
): Promise<Audited> {
  const run: Run = (given, listener) => runAudit({ folder, ...given }, listener);
  return audited(run, options, onAnswer);
}

/** The same beside a sequencer that is at work. */
export function auditBeside(
  hospital: Hospital,
  options: Partial<AuditRunOptions> = {},
  onAnswer: (row: AnswerRow) => void = () => {},
): Promise<Audited> {
  const run: Run = (given, listener) => auditRunning(hospital, given, listener);
  return audited(run, options, onAnswer);
}

/** Checks of the audit that fail for this folder. */
export async function failedChecks(data: string): Promise<string[]> {
  const folder = await openAuditedFolder(data);
  try {
    const { checks } = await auditLog(folder, { aborted: false });
    return checks.filter(({ status }) => status === 'FAILED').map(({ check }) => check);
  } finally {
    await folder.close();
  }
}
