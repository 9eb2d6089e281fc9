// Runs of re-verification, as the log's own chain has them.
import { type FixityEntry, type FixityFacts, parseEntry } from '../../../chaincode/core/entry.js';
import type { Store } from '../../store/store.js';

export type FixityRun = Pick<FixityFacts, 'startedAt' | 'endedAt' | 'counts' | 'scope'> & {
  readonly coverage: FixityFacts['scope']['coverage'];
};

export interface FixityFigures {
  /** The newest first. */
  readonly runs: readonly FixityRun[];
  /** Records that the newest run over all of them checked; that of a part where there is none. */
  readonly coveredRecords: number;
  /** When the newest run over all records ended. */
  readonly lastAllAt?: string;
}

/** Runs that are shown. */
export const MAX_RUNS = 10;

export function fixityRun({ startedAt, endedAt, counts, scope }: FixityEntry): FixityRun {
  return { startedAt, endedAt, coverage: scope.coverage, counts, scope };
}

/** @param counted the newest run over all records among the entries that were counted */
export function readFixity(
  store: Store,
  logLabel: Uint8Array,
  counted: FixityRun | undefined,
): FixityFigures {
  const count = store.findHead(logLabel)?.state.count ?? 0;
  const runs: FixityRun[] = [];
  for (let sequence = count - 1; sequence >= Math.max(0, count - MAX_RUNS); sequence--) {
    const entry = parseEntry(store.readChainEntry(logLabel, sequence).entry);
    if (entry.act === 'fixity') runs.push(fixityRun(entry));
  }
  const all = runs.find(({ coverage }) => coverage === 'all') ?? counted;
  const covering = all ?? runs[0];
  return {
    runs,
    coveredRecords:
      covering === undefined ? 0 : covering.scope.records - covering.counts.notChecked,
    ...(all === undefined ? {} : { lastAllAt: all.endedAt }),
  };
}
