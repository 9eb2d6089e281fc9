// A data folder with everything in it that an export holds, and the means to look at and to forge
// exports: tests change lines and sign them again with the log's own key.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { readKeys } from '../../gateway/data/keys.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { exportLog } from '../../gateway/services/backup/export.js';
import { signedBytes } from '../../gateway/services/backup/export-format.js';
import type { HistoryQuery } from '../../gateway/services/histories.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import type { Submission } from '../../gateway/services/submission.js';
import { accessSubmission, recordSubmission } from './hospital.js';
import { logRows, withRaw } from './raw-store.js';

export type Line = Record<string, unknown>;

/** Records with versions and patients, events with openings, a fixity run, in two sessions. */
export const SUBMISSIONS: readonly (readonly Submission[])[] = [
  [
    recordSubmission('archive/1', 1, 'one'),
    { ...recordSubmission('archive/2', 1, 'two'), patient: { system: 'urn:h', value: 'P1' } },
    accessSubmission('P1', 'r1'),
    accessSubmission('P2', 'r2', { justification: '抢救', breakGlass: true }),
  ],
  [
    recordSubmission('archive/1', 2, 'one, amended'),
    accessSubmission('P1', 'r3', { client: { name: 'terminal 7' } }),
    accessSubmission('病人三', 'r4', { source: { system: 'emr' } }),
    recordSubmission('archive/3', 1, 'three'),
    recordSubmission('archive/1', 3, 'one, amended again'),
    {
      inquiry: {
        dueAt: '2026-12-01T08:00:00.000Z',
        source: { system: 'chartseal-gateway', requestId: 'q1' },
      },
      question: '谁?',
      patient: { system: 'urn:hospital-a', value: 'P1' },
    },
    {
      fixity: {
        scope: { coverage: 'all', records: 3, size: 7 },
        counts: { altered: 1, missing: 0, notChecked: 0, unchanged: 2, unreadable: 0 },
        startedAt: '2026-11-01T08:00:00.000Z',
        endedAt: '2026-11-01T09:00:00.000Z',
        tool: 'chartseal 0.1.0',
      },
    },
  ],
];

const QUERIES: readonly HistoryQuery[] = [
  ...['P1', 'P2', '病人三', 'nobody'].map((value) => ({
    patient: { system: 'urn:hospital-a', value },
  })),
  { record: 'archive/1' },
  { record: 'archive/2' },
  { log: true },
];

export const open = (folder: string): Promise<Hospital> =>
  openHospital({ folder, operator: 'test' });

/** Accepts these in one session and waits until they are proven; says how many were new. */
export async function submit(folder: string, submissions: readonly Submission[]): Promise<number> {
  const hospital = await open(folder);
  try {
    const accepted = [];
    for (const submission of submissions) accepted.push(hospital.sequencer.accept(submission));
    const duplicates = (await Promise.all(accepted)).filter(({ duplicate }) => duplicate);
    if (!(await hospital.sequencer.waitProven(10_000))) throw new Error('not proven in time');
    return submissions.length - duplicates.length;
  } finally {
    await hospital.close();
  }
}

/** A whole log with its three sessions, the first of them empty. */
export async function makeSample(
  folder: string,
  recordLabels: 'hmac' | 'vrf' = 'hmac',
  origin = 'hospital-a.example/archive',
): Promise<void> {
  await createDataFolder({
    folder,
    origin,
    mspId: 'HospitalAMSP',
    description: '',
    recordLabels,
    patientSystems: [],
  });
  await submit(folder, []);
  for (const submissions of SUBMISSIONS) await submit(folder, submissions);
}

/** Every receipt as bytes; histories are verified. */
export async function readEvidence(folder: string): Promise<string[]> {
  const hospital = await open(folder);
  try {
    await hospital.sequencer.waitProven(10_000);
    const receipts: string[] = [];
    for (let ordinal = 0; ordinal < hospital.sequencer.counts.accepted; ordinal++) {
      receipts.push(Buffer.from(formatReceipt(await hospital.receipts.make(ordinal))).toString());
    }
    const trust = parseTrustFile(hospital.trustFile());
    for (const query of QUERIES) {
      const history = formatHistory(await hospital.histories.make(query));
      const { verdict, summary } = verifyHistory({ history, trust });
      if (verdict !== 'complete') throw new Error(summary);
    }
    return receipts;
  } finally {
    await hospital.close();
  }
}

async function databaseRows(folder: string): Promise<Record<string, string>> {
  const rows = await withRaw(folder, logRows);
  return Object.fromEntries(rows.map(([key, value]) => [key, value.toString('hex')]));
}

/** Rows of store and ledger, and the files beside them. */
export async function contentsOf(folder: string): Promise<Record<string, unknown>> {
  const layout = dataLayout(folder);
  const keys = readdirSync(layout.keys).map((name) => [
    name,
    readFileSync(join(layout.keys, name), 'utf8'),
  ]);
  return {
    store: await databaseRows(layout.store),
    ledger: await databaseRows(layout.ledger),
    checkpoint: readFileSync(layout.checkpoint, 'utf8'),
    config: readFileSync(layout.config, 'utf8'),
    keys: Object.fromEntries(keys),
  };
}

export async function exportBytes(folder: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await exportLog(folder, async (bytes) => void chunks.push(bytes));
  return Buffer.concat(chunks);
}

export const parseLines = (bytes: Buffer): Line[] =>
  bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** Lines without their end line as an export that the holder of these keys signed. */
export async function signLines(lines: readonly Line[], keysFolder: string): Promise<Buffer> {
  const body = Buffer.from(lines.map((line) => `${canonicalJson(line)}\n`).join(''));
  const digest = createHash('sha256').update(body).digest();
  const { secrets } = await readKeys(keysFolder);
  const end = {
    blocks: lines.filter((line) => 'block' in line).length,
    digest: digest.toString('hex'),
    entries: lines.filter((line) => 'entry' in line).length,
    lines: lines.length,
    signature: Buffer.from(secrets.signNote(signedBytes(digest))).toString('base64'),
  };
  return Buffer.concat([body, Buffer.from(`${canonicalJson({ end })}\n`)]);
}

/** Everything below a folder by name; files with their content. */
export function treeOf(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    found.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path, 'latin1') : ''];
    }),
  );
}

export function writeExport(path: string, bytes: Buffer): string {
  writeFileSync(path, bytes);
  return path;
}
