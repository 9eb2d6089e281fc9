// A small data folder with everything in it that a store and a ledger hold, closed and whole, and
// what it gives out: for tests that damage copies of it.
import { cpSync, rmSync } from 'node:fs';
import { Level } from 'level';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { parseTrustFile, type Trust } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import type { HistoryQuery } from '../../gateway/services/histories.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import type { Submission } from '../../gateway/services/submission.js';
import { partFolder } from '../../gateway/store/store-database.js';
import { accessSubmission, recordSubmission } from './hospital.js';
import { dataContents } from './untouched.js';

const SESSIONS = 4;
const ENTRIES = 60;
const PATIENTS = 9;

const SYSTEM = 'urn:hospital-a';

/** What the sample's sessions submit: events of a few patients, records with some versions. */
function submissionsOf(session: number): Submission[] {
  return Array.from({ length: ENTRIES }, (_, at) => {
    const name = `${session}-${at}`;
    if (at % 3 > 0) return accessSubmission(`P${at % PATIENTS}`, name);
    const isSecond = session % 2 === 1;
    return recordSubmission(`archive/${session >> 1}-${at}`, isSecond ? 2 : 1, `content ${name}`);
  });
}

export const SUBMISSIONS: readonly Submission[] = Array.from({ length: SESSIONS }, (_, session) =>
  submissionsOf(session),
).flat();

export const QUERIES: readonly HistoryQuery[] = [
  ...Array.from({ length: PATIENTS }, (_, at) => ({
    patient: { system: SYSTEM, value: `P${at}` },
  })),
  { record: 'archive/0-0' },
  { record: 'archive/1-57' },
  { patient: { system: SYSTEM, value: 'nobody' } },
  { log: true },
];

export function openData(folder: string): Promise<Hospital> {
  return openHospital({ folder, operator: 'test' });
}

/** What a data folder gives out, as digests by what was asked for. */
export type Given = Readonly<Record<string, string>>;

export interface DataSample {
  readonly folder: string;
  readonly trustFile: Uint8Array;
  readonly given: Given;
  /** Rows of both databases and other files, by digest. */
  readonly contents: Readonly<Record<string, string>>;
}

type Services = Pick<Hospital, 'receipts' | 'histories' | 'sequencer' | 'store'>;

function documentOf(submission: Submission | undefined) {
  if (submission === undefined || !('record' in submission)) return {};
  const { digests, size } = submission.record;
  return { document: { digests, size } };
}

/**
 * Everything that it gives out, verified as a receiver would.
 * @param known what was verified before: the same bytes are not verified again
 */
export async function readEverything(
  services: Services,
  trust: Trust,
  known: Given = {},
): Promise<Given> {
  const { receipts, histories, sequencer, store } = services;
  const given: Record<string, string> = {};
  const give = (name: string, bytes: Uint8Array, wanted: string, judge: () => string) => {
    const digest = encodeHex(sha256(bytes));
    if (known[name] !== digest && judge() !== wanted) throw new Error(`${name} is not ${wanted}`);
    given[name] = digest;
  };
  const { accepted, proven } = sequencer.counts;
  if (proven !== accepted) throw new Error('not everything is proven');
  for (let ordinal = 0; ordinal < accepted; ordinal++) {
    const receipt = formatReceipt(await receipts.make(ordinal));
    const document = documentOf(SUBMISSIONS[ordinal]);
    const judge = () => verifyReceipt({ receipt, trust, ...document }).verdict;
    give(`receipt ${ordinal}`, receipt, 'unchanged', judge);
    const found = receipts.findLeafHash(leafHash(store.readEntry(ordinal).leaf));
    if (found !== ordinal) throw new Error('a leaf hash leads elsewhere');
  }
  for (const query of QUERIES) {
    const history = formatHistory(await histories.make(query));
    const judge = () => verifyHistory({ history, trust }).verdict;
    give(JSON.stringify(query), history, 'complete', judge);
  }
  return given;
}

/** LevelDB in Node can; the types of level, which serve browsers too, do not say so. */
interface Compactable {
  compactRange(start: string, end: string): Promise<void>;
}

/**
 * LevelDB merges the tables of four sessions whenever it comes to it, and tables that somebody
 * reads just then stay beside the merged one, where no damage means anything. Here they are merged
 * while nobody reads, so that the sample has the same files whatever the moment.
 */
async function mergeTables(folder: string): Promise<void> {
  const { ledger, store } = dataLayout(folder);
  const parts = (['entries', 'index', 'map'] as const).map((part) => partFolder(store, part));
  for (const path of [ledger, ...parts]) {
    const db = new Level(path, { createIfMissing: false }) as Level & Compactable;
    await db.compactRange('\0', '~');
    await db.close();
  }
}

/** Each session is one process, after which LevelDB puts its log into a file of its own. */
export async function createDataSample(folder: string): Promise<DataSample> {
  await createDataFolder({
    folder,
    origin: 'hospital-a.example/archive',
    mspId: 'HospitalAMSP',
    description: '',
    recordLabels: 'hmac',
    patientSystems: [],
  });
  for (let session = 0; session < SESSIONS; session++) {
    if (session === SESSIONS - 1) await mergeTables(folder);
    const hospital = await openData(folder);
    await Promise.all(submissionsOf(session).map((one) => hospital.sequencer.accept(one)));
    await hospital.sequencer.waitProven(20_000);
    await hospital.close();
  }
  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  const hospital = await openData(copy);
  const trustFile = hospital.trustFile();
  const given = await readEverything(hospital, parseTrustFile(trustFile));
  await hospital.close();
  const contents = await dataContents(copy);
  rmSync(copy, { recursive: true });
  return { folder, trustFile, given, contents };
}
