// Names for what a program does to the disk: the moments at which tests kill it.
import { basename } from 'node:path';

/** Where, seen from what is done there, the process ends. */
export type Moment = 'before' | 'during' | 'after';

/** One kill: the process ends at the n-th time that the point is reached. */
export interface FaultPlan {
  readonly point: string;
  readonly moment: Moment;
  /** Counts from 1. */
  readonly nth: number;
  /** How long a write may go on before it is cut off, for the moment `during`. */
  readonly pauseUs: number;
}

/** How the tests and the program that they kill tell each other; values are paths or JSON. */
export const FAULT_ENV = {
  /** {@link FaultPlan}, when there is one. */
  plan: 'CHARTSEAL_FAULT',
  /** File that gets a line for each point reached. */
  points: 'CHARTSEAL_FAULT_POINTS',
  /** Folder that keeps, for each database, which log file is durable up to which byte. */
  durable: 'CHARTSEAL_FAULT_DURABLE',
} as const;

type Rule = readonly [point: string, pattern: RegExp];

/** The first that fits names a key in a batch of that database. */
const STORE_KEYS: readonly Rule[] = [
  ['accept', /^e\//],
  ['marker', /^marker$/],
  ['map flush', /^flushed$/],
  ['index', /^redone$/],
  ['store creation', /^meta$/],
  ['audit pass', /^audit$/],
];
const LEDGER_KEYS: readonly Rule[] = [
  ['first block', /^block\/0+$/],
  ['ledger block', /^block\//],
];

/** The first that fits names a file that is written, by its path. */
const FILES: readonly Rule[] = [
  ['index sync', /\/index\/\d+\.log$/],
  ['checkpoint file', /\/checkpoint\.new$/],
  ['key file', /\/keys\/[^/]+$/],
  ['config file', /\/config\.json$/],
  ['output file', /\/\.chartseal-[0-9a-f]{16}$/],
  ['part', /\.part-[0-9]+-[0-9a-f]{12}$/],
  ['report', /\/audits\/[^/]+\.jsonl$/],
];

/** The first that fits names a renaming, by `from > to`; a second name is one too. */
const RENAMINGS: readonly Rule[] = [
  ['checkpoint rename', /\/checkpoint\.new > /],
  ['receipt rename', /\.receipt\.json$/],
  ['config rename', /\/\.chartseal-(init|import)-[^/]*\/config\.json > /],
  ['staging rename', /\/\.chartseal-(init|import)-[^/]*(\/[^/]*)? > /],
  ['output rename', /\/\.chartseal-[0-9a-f]{16} > /],
  ['part rename', /\.part-[0-9]+-[0-9a-f]{12} > /],
  ['store rename', /\/store(\.new|\.rebuilt)? > /],
];

function find(rules: readonly Rule[], text: string): string | undefined {
  return rules.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Names of a batch of the database in this folder, by its keys; one that is nothing else: rows. */
export function batchPoints(folder: string, keys: Iterable<string>): readonly string[] {
  const isLedger = basename(folder).startsWith('ledger');
  const rules = isLedger ? LEDGER_KEYS : STORE_KEYS;
  const found = new Set<string>();
  for (const key of keys) {
    const point = find(rules, key);
    if (point !== undefined) found.add(point);
  }
  return found.size > 0 ? [...found] : [isLedger ? 'ledger rows' : 'store rows'];
}

/** Undefined for files of no interest. */
export function filePoint(path: string): string | undefined {
  return find(FILES, path);
}

/** Undefined for renamings of no interest. */
export function renamingPoint(from: string, to: string): string | undefined {
  return find(RENAMINGS, `${from} > ${to}`);
}
