// What an archivist looks at first: what is anchored and what waits, how long documents were
// unprotected, when the archive was last verified anew.

import type { FixityFacts } from '../../../chaincode/core/entry.js';
import { parseEntry } from '../../../chaincode/core/entry.js';
import type { ErrorCode } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { parseJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { Hospital } from '../hospital.js';
import type { SequencerCounts } from '../sequencer/sequencer-options.js';
import type { ArchiveCounter, ArchiveFigures } from './counter.js';

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

export interface Overview {
  readonly asOf: string;
  readonly entries: SequencerCounts;
  readonly records: { readonly records: number; readonly versions: number };
  readonly accessEvents: number;
  readonly countedTo: number;
  readonly countFault?: ErrorCode;
  readonly waiting: { readonly count: number; readonly oldestAt?: string };
  readonly writeSide: { readonly ok: boolean; readonly code?: ErrorCode };
  readonly window: ArchiveFigures['window'];
  readonly fixity: FixityFigures;
}

/** Runs that are shown. */
export const MAX_RUNS = 10;
/** Entries about the log that are read to find the newest run over all records. */
const MAX_LOOKED_AT = 512;

/** Runs of re-verification, as the log's own chain has them. */
export function readFixity(store: Store, logLabel: Uint8Array): FixityFigures {
  const count = store.findHead(logLabel)?.state.count ?? 0;
  const runs: FixityRun[] = [];
  let all: FixityRun | undefined;
  for (let sequence = count - 1; sequence >= Math.max(0, count - MAX_LOOKED_AT); sequence--) {
    const entry = parseEntry(store.readEntry(store.readChain(logLabel, sequence)).entry);
    if (entry.act !== 'fixity') continue;
    const { startedAt, endedAt, counts, scope } = entry;
    const run = { startedAt, endedAt, coverage: scope.coverage, counts, scope };
    if (runs.length < MAX_RUNS) runs.push(run);
    if (run.coverage === 'all') all ??= run;
    if (all !== undefined && runs.length === MAX_RUNS) break;
  }
  const covering = all ?? runs[0];
  return {
    runs,
    coveredRecords:
      covering === undefined ? 0 : covering.scope.records - covering.counts.notChecked,
    ...(all === undefined ? {} : { lastAllAt: all.endedAt }),
  };
}

/** Why accepted entries do not get on, when they do not. */
function writeSide({ sequencer }: Pick<Hospital, 'sequencer'>): Overview['writeSide'] {
  const { fault, delay, pace, counts } = sequencer;
  const append = counts.accepted > counts.committed ? pace.failureOf('append') : undefined;
  const prove = counts.committed > counts.proven ? pace.failureOf('prove') : undefined;
  const found = fault ?? delay ?? append ?? prove;
  return found === undefined ? { ok: true } : { ok: false, code: found.code };
}

export async function archiveOverview(
  hospital: Pick<Hospital, 'store' | 'sequencer'>,
  counter: ArchiveCounter,
  now: number,
): Promise<Overview> {
  const { store, sequencer } = hospital;
  const { records, versions, accessEvents, countedTo, window, fault } = await counter.figures(now);
  const { accepted, committed, proven } = sequencer.counts;
  const oldest = committed < accepted ? store.readEntry(committed).entry : undefined;
  const oldestAt = oldest && parseJsonRow<{ readonly at: string }>(oldest).at;
  return {
    asOf: formatTime(now),
    entries: { accepted, committed, proven },
    records: { records, versions },
    accessEvents,
    countedTo,
    ...(fault === undefined ? {} : { countFault: fault.code }),
    waiting: {
      count: accepted - committed,
      ...(oldestAt === undefined ? {} : { oldestAt }),
    },
    writeSide: writeSide(hospital),
    window,
    fixity: readFixity(store, sequencer.labels.log),
  };
}
