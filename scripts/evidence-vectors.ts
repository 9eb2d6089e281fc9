// Writes test/vectors/receipts/v1: receipts and histories with the verdicts that every later
// release must give. Folders there are only added, so it refuses one that is there already.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBytes } from '../chaincode/core/canonical-json.js';
import type { History } from '../gateway/evidence/history.js';
import { formatTrustFile, parseTrustFile, type TrustFile } from '../gateway/evidence/trust.js';
import { withhold } from '../gateway/evidence/withhold.js';
import type { EvidenceLog } from '../test/support/evidence-builder.js';
import { type EvidenceCase, judgeCase } from '../test/support/evidence-cases.js';
import {
  AMENDED,
  DOCUMENT,
  INDEX,
  NEIGHBOUR,
  NOBODY,
  PATIENT,
  RECORD,
  sampleLog,
} from '../test/support/evidence-sample.js';
import { documentOf } from '../test/support/evidence-verdicts.js';

const folder = join(process.cwd(), 'test/vectors/receipts/v1');
const cases: EvidenceCase[] = [];
const log = sampleLog();
const vrfLog = sampleLog({ seed: 5, recordLabels: 'vrf' });

function write(name: string, bytes: Uint8Array): void {
  writeFileSync(join(folder, name), bytes);
}

function writeTrust(name: string, file: TrustFile): void {
  write(`${name}.trust.json`, formatTrustFile(file));
}

/** Writes the file and what it gives today, which the caller reads and the tests repeat. */
function add(
  kind: 'receipt' | 'history',
  name: string,
  file: object,
  options: Pick<EvidenceCase, 'document' | 'asOf'> & { from?: EvidenceLog; trust?: string } = {},
): void {
  const { from = log, trust = from === log ? 'sample' : 'vrf', ...rest } = options;
  const bytes = canonicalBytes(file);
  write(`${name}.${kind}.json`, bytes);
  const changes = trust === 'raft' ? { ordering: 'raft' as const } : {};
  const parsed = parseTrustFile(formatTrustFile(from.trustFile(changes)));
  const asked = { kind, name, trust, ...rest };
  const { verdict, exitCode, steps } = judgeCase(asked, bytes, parsed);
  const statuses = Object.fromEntries(steps.map(({ step, status }) => [step, status]));
  cases.push({ ...asked, verdict, exitCode, steps: statuses });
}

/** The history with its lists put together anew from these places. */
function picked(history: History, places: readonly number[]): History {
  const { leaves, entries, openings = [] } = history;
  return {
    ...history,
    leaves: places.map((place) => leaves[place] as string),
    entries: places.map((place) => entries[place] ?? null),
    openings: places.map((place) => openings[place] ?? null),
  };
}

function addReceipts(): void {
  const archive = log.receipt(INDEX.archive, 4);
  const document = documentOf(DOCUMENT);
  add('receipt', 'archive', archive, { document });
  add('receipt', 'archive-later', log.receipt(INDEX.archive, 10), { document });
  add('receipt', 'archive-altered', archive, { document: documentOf(`${DOCUMENT}x`) });
  add('receipt', 'archive-alone', archive);
  add('receipt', 'amend', log.receipt(INDEX.amend), { document: documentOf(AMENDED) });
  add('receipt', 'access', log.receipt(INDEX.access1));
  const { openings: _, ...closed } = log.receipt(INDEX.access1);
  add('receipt', 'access-withheld', closed);
  add(
    'receipt',
    'other-entry',
    { ...archive, entry: log.receipt(INDEX.amend).entry },
    { document },
  );
  add('receipt', 'other-leaf', { ...archive, leaf: log.receipt(INDEX.amend).leaf }, { document });
  add('receipt', 'other-attestation', { ...archive, attestation: log.attest(8) }, { document });
  add('receipt', 'downgraded', archive, { document, trust: 'raft' });
  add('receipt', 'newer-format', { format: 'chartseal-receipt/2' });
  add('receipt', 'damaged', { ...archive, more: 1 }, { document });
}

function addHistories(): void {
  const history = log.history({ patient: PATIENT });
  add('history', 'patient', history, { asOf: '2026-11-03T09:01:00.000Z' });
  add('history', 'patient-older', log.history({ patient: PATIENT }, 4));
  add('history', 'patient-too-old', log.history({ patient: PATIENT }, 4), {
    asOf: '2026-11-02T00:00:00.000Z',
  });
  add('history', 'nobody', log.history({ patient: NOBODY }));
  add('history', 'nobody-empty-log', log.history({ patient: NOBODY }, 0));
  add('history', 'record', log.history({ record: RECORD }));
  add('history', 'record-unnamed', log.history({ record: 'never archived' }));
  add('history', 'record-vrf', vrfLog.history({ record: RECORD }), { from: vrfLog });
  add('history', 'record-vrf-absent', vrfLog.history({ record: 'x' }), { from: vrfLog });
  add('history', 'log', log.history({ log: true }));
  add('history', 'entry-withheld', withhold(history, { sequences: [1] }));
  add('history', 'actor-withheld', withhold(history, { members: ['actor'] }));
  add('history', 'first-dropped', picked(history, [1, 2]));
  add('history', 'middle-dropped', picked(history, [0, 2]));
  add('history', 'last-dropped', picked(history, [0, 1]));
  add('history', 'doubled', picked(history, [0, 1, 1, 2]));
  add('history', 'reordered', picked(history, [0, 2, 1]));
  const other = log.history({ patient: NEIGHBOUR });
  add('history', 'another-name', { ...history, subject: other.subject });
  add('history', 'neighbours-map-proof', { ...history, mapProof: other.mapProof });
  add('history', 'hidden', { ...log.history({ patient: NOBODY }), subject: history.subject });
}

if (existsSync(folder)) throw new Error(`${folder} is there already: vectors never change`);
mkdirSync(folder, { recursive: true });
writeTrust('sample', log.trustFile());
writeTrust('raft', log.trustFile({ ordering: 'raft' }));
writeTrust('vrf', vrfLog.trustFile());
addReceipts();
addHistories();
writeFileSync(join(folder, 'cases.json'), `${JSON.stringify(cases, null, 2)}\n`);
