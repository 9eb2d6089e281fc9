// Rows accept-64 and accept-1024: durable entries through the real Acceptor against the same rows
// in the same groups, ready made, through a bare LevelDB chained batch.
import { Level } from 'level';
import { parseLeaf } from '../../chaincode/core/leaf.js';
import { openHospital } from '../../gateway/services/hospital.js';
import type { LogContext } from '../../gateway/services/log-context.js';
import { Acceptor, type AcceptorOptions } from '../../gateway/services/sequencer/acceptor.js';
import type { Submission } from '../../gateway/services/submission.js';
import * as keys from '../../gateway/store/keys.js';
import { createStore, openStore } from '../../gateway/store/store.js';
import { partFolder } from '../../gateway/store/store-database.js';
import { callInTurn } from './callers.js';
import { newDataFolder } from './grown-log.js';
import { median, type Row } from './row.js';
import { submissionAt } from './submissions.js';
import { formatNumber } from './table.js';
import { type Metered, metered, type Workshop } from './workshop.js';

const PATIENTS = 64;
const WARM_UP = 2048;

type Leaves = Parameters<AcceptorOptions['onAccepted']>[0];
type Rows = readonly (readonly [key: string, value: Buffer])[];

/** The groups that the Acceptor made, and how fast. */
interface Accepting {
  readonly time: Metered;
  readonly groups: readonly Leaves[];
  /** Groups before the clock was started. */
  readonly warmUpGroups: number;
}

/** Each caller waits until its entry is durable before it submits its next one. */
const submitAll = (acceptor: Acceptor, submissions: readonly Submission[], callers: number) =>
  callInTurn(callers, 0, submissions.length, (at) =>
    acceptor.accept(submissions[at] as Submission),
  );

async function accept(
  context: LogContext,
  folder: string,
  callers: number,
  submissions: readonly Submission[],
): Promise<Accepting> {
  await createStore(folder, context.logId);
  const store = await openStore(folder, context.logId);
  const groups: Leaves[] = [];
  const acceptor = new Acceptor({
    store,
    context,
    by: { id: 'bench', mspId: 'HospitalMSP' },
    now: Date.now,
    onAccepted: (leaves) => groups.push(leaves),
    onFault: () => {},
  });
  try {
    await submitAll(acceptor, submissions.slice(0, WARM_UP), callers);
    const warmUpGroups = groups.length;
    const rest = submissions.slice(WARM_UP);
    const time = await metered(() => submitAll(acceptor, rest, callers));
    return { time, groups, warmUpGroups };
  } finally {
    await store.close();
  }
}

const OPTIONS = { keyEncoding: 'utf8', valueEncoding: 'buffer' } as const;

/**
 * The rows of each group as they lie in the store. Of a subject that comes again its newest head
 * stands for all: it has the same key and the same size.
 */
async function readGroups(folder: string, groups: Accepting['groups']): Promise<Rows[]> {
  const open = (part: keys.Part) => new Level<string, Buffer>(partFolder(folder, part), OPTIONS);
  const parts = { entries: open('entries'), index: open('index'), map: open('map') };
  for (const db of Object.values(parts)) await db.open();
  try {
    const idempotency = await idempotencyKeys(parts.index);
    const value = (key: string): readonly [string, Buffer] => {
      const found = parts[keys.partOf(key)].getSync(key);
      if (found === undefined) throw new Error('the Acceptor writes other rows than are read here');
      return [key, found];
    };
    let ordinal = 0;
    return groups.map((group) =>
      group.flatMap(({ leaf, hash }) => {
        const { subject, sequence } = parseLeaf(leaf);
        const own = [
          keys.entryKey(ordinal),
          keys.headKey(subject),
          keys.chainKey(subject, sequence),
          keys.leafHashKey(hash),
          idempotency[ordinal] as string,
        ];
        ordinal++;
        return own.map(value);
      }),
    );
  } finally {
    for (const db of Object.values(parts)) await db.close();
  }
}

/** By ordinal, which stands behind 32 bytes of each value. */
async function idempotencyKeys(db: Level<string, Buffer>): Promise<string[]> {
  const found: string[] = [];
  const range = { gte: keys.TABLES.idempotency, lt: `${keys.TABLES.idempotency}~` };
  for await (const [key, value] of db.iterator(range)) {
    found[Number(value.readBigUInt64BE(32))] = key;
  }
  return found;
}

async function writeGroups(folder: string, groups: readonly Rows[], warmUp: number) {
  const db = new Level<string, Buffer>(folder, OPTIONS);
  await db.open();
  const write = async (some: readonly Rows[]) => {
    for (const rows of some) {
      const batch = db.batch();
      for (const [key, value] of rows) batch.put(key, value);
      await batch.write({ sync: true });
    }
  };
  try {
    await write(groups.slice(0, warmUp));
    return await metered(() => write(groups.slice(warmUp)));
  } finally {
    await db.close();
  }
}

async function oneRound(
  workshop: Workshop,
  context: LogContext,
  callers: number,
  submissions: readonly Submission[],
): Promise<{ ours: Metered; raw: Metered }> {
  const folder = workshop.place('store');
  const { time, groups, warmUpGroups } = await accept(context, folder, callers, submissions);
  const rows = await readGroups(folder, groups);
  workshop.remove(folder);
  const bare = workshop.place('bare');
  const raw = await writeGroups(bare, rows, warmUpGroups);
  workshop.remove(bare);
  return { ours: time, raw };
}

async function newContext(workshop: Workshop): Promise<LogContext> {
  const folder = await newDataFolder(workshop, 'registered');
  const hospital = await openHospital({ folder, operator: 'bench' });
  await hospital.close();
  return hospital.context;
}

/** @param later goal in entries a second beyond the first budget */
export function acceptRow(callers: number, later: string): Row {
  return async (workshop) => {
    const entries = workshop.settings.quick ? 20_000 : 100_000;
    const submissions = Array.from({ length: WARM_UP + entries }, (_, at) =>
      submissionAt(at, PATIENTS),
    );
    const context = await newContext(workshop);
    const ours: Metered[] = [];
    const raw: Metered[] = [];
    for (let round = 0; round < workshop.settings.rounds; round++) {
      const result = await oneRound(workshop, context, callers, submissions);
      ours.push(result.ours);
      raw.push(result.raw);
    }
    const rate = ({ ms }: Metered) => (entries / ms) * 1000;
    const processor = (of: readonly Metered[]) =>
      formatNumber(median(of.map(({ processorMs }) => (processorMs / entries) * 1000)));
    return [
      {
        row: `accept-${callers}`,
        what: `durable entries, ${callers} callers, entry store alone`,
        unit: 'entries/s',
        values: ours.map(rate),
        baseline: { what: 'LevelDB chained batch of the same bytes', values: raw.map(rate) },
        budget: { limit: 0.9, is: 'at least', of: 'ratio', later },
        note: `${processor(ours)} µs of processor time for an entry; of the baseline ${processor(raw)}`,
      },
    ];
  };
}
