// Kills of the commands that look after a data folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '../../cli/commands/audit.js';
import { ingest } from '../../cli/commands/ingest.js';
import { finish, newData, WAIT_MS } from './fault-data.js';
import type { FaultCase } from './fault-harness.js';
import { checkTold, mustBe, readAll } from './fault-hospital.js';

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
  command: (folder) => ['fault-program', 'audit', '--data', join(folder, 'data'), '--json'],
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

export const AUDIT_CASES: readonly FaultCase[] = [AUDIT];
