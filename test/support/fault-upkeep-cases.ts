// Kills of the commands that look after a data folder.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '../../cli/commands/audit.js';
import { ingest } from '../../cli/commands/ingest.js';
import { rebuild } from '../../cli/commands/rebuild.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { DATA_NAMES, filledData, finish, newData, WAIT_MS } from './fault-data.js';
import type { FaultCase } from './fault-harness.js';
import { checkTold, mustBe, readAll, type StandingEntry } from './fault-hospital.js';

const FILES = 20;

/** Counts and leaf hash of an audit's last line, where it got so far. */
function summaryOf(lines: readonly string[]) {
  const { summary } = JSON.parse(lines.at(-1) ?? '{}');
  return summary as undefined | { counts: Record<string, number>; fixity: { leafHash: string } };
}

const AUDIT: FaultCase = {
  name: 'audit',
  prepare: async (folder) => {
    const archive = join(folder, 'archive');
    mkdirSync(archive);
    for (let at = 0; at < FILES; at++) writeFileSync(join(archive, `${at}`), `document ${at}`);
    await newData(folder);
    const options = { data: join(folder, 'data'), waitMs: WAIT_MS, category: 'document' };
    await finish((context) => ingest([archive], options, context));
  },
  command: (folder) => ['../fault/program', 'audit', '--data', join(folder, 'data'), '--json'],
  points: ['audit pass', 'report', 'report sync', 'accept', 'marker'],
  databases: ['data/store', 'data/ledger'],
  check: async (folder, lines) => {
    const data = join(folder, 'data');
    const again = await finish((context) => audit([], { data, waitMs: WAIT_MS }, context));
    const last = summaryOf(again);
    mustBe(last?.counts['unchanged'] === FILES, 'the audit does not find each record once');
    const { entries } = await readAll(data);
    for (const summary of [last, summaryOf(lines)]) {
      if (summary !== undefined) checkTold(entries, `fixity ${summary.fixity.leafHash}`, {});
    }
  },
};

const REBUILD: FaultCase = {
  name: 'rebuild',
  prepare: async (folder) => {
    await filledData(folder);
    const { entries } = await readAll(join(folder, 'data'));
    writeFileSync(join(folder, 'entries.json'), JSON.stringify([...entries]));
  },
  command: (folder) => ['../fault/program', 'rebuild', '--data', join(folder, 'data')],
  points: ['store creation', 'accept', 'map flush', 'marker', 'store rename'],
  isSlow: true,
  databases: [],
  check: async (folder) => {
    const data = join(folder, 'data');
    // Whatever else is run first finds a store, the old one or the new one.
    await (await openHospital({ folder: data, operator: 'test' })).close();
    await finish((context) => rebuild({ data, waitMs: WAIT_MS }, context));
    const { entries } = await readAll(data);
    const text = readFileSync(join(folder, 'entries.json'), 'utf8');
    const before = JSON.parse(text) as [string, StandingEntry][];
    mustBe(entries.size === before.length, 'the rebuilt store holds another number of entries');
    for (const [name, entry] of before) checkTold(entries, name, entry);
    const names = readdirSync(data).filter((name) => !name.startsWith('store.before-rebuild-'));
    mustBe(names.sort().join() === DATA_NAMES.join(), `left behind: ${names.join(' ')}`);
  },
};

export const UPKEEP_CASES: readonly FaultCase[] = [AUDIT, REBUILD];
