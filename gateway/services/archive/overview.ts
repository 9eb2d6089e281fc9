// What an archivist looks at first: what is anchored and what waits, how long documents were
// unprotected, when the archive was last verified anew.
import type { ErrorCode } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { parseJsonRow } from '../../store/rows.js';
import type { Hospital } from '../hospital.js';
import type { SequencerCounts } from '../sequencer/sequencer-options.js';
import type { ArchiveCounter, ArchiveFigures } from './counter.js';
import { type FixityFigures, readFixity } from './fixity.js';

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

/** Why accepted entries do not get on, when they do not. */
function writeSide({ sequencer }: Pick<Hospital, 'sequencer'>): Overview['writeSide'] {
  const { fault, delay, pace, counts, isReconciled } = sequencer;
  const waits = counts.accepted > counts.committed || !isReconciled;
  const append = waits ? pace.failureOf('append') : undefined;
  const prove = counts.committed > counts.proven ? pace.failureOf('prove') : undefined;
  const found = fault ?? delay ?? append ?? prove;
  if (found !== undefined) return { ok: false, code: found.code };
  // Until it is met nobody knows whether it has what counts as proven here.
  return isReconciled ? { ok: true } : { ok: false, code: 'LEDGER_UNAVAILABLE' };
}

export async function archiveOverview(
  hospital: Pick<Hospital, 'store' | 'sequencer'>,
  counter: ArchiveCounter,
  now: number,
): Promise<Overview> {
  const { store, sequencer } = hospital;
  const figures = await counter.figures(now);
  const { records, versions, accessEvents, countedTo, window, fault } = figures;
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
    fixity: readFixity(store, sequencer.labels.log, figures.lastAll),
  };
}
