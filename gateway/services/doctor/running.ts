// The doctor beside a gateway that runs: looks at what this process has open, while it goes on
// writing, and changes nothing. What moves meanwhile is no finding; what stands still is.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { EMPTY_ROOT } from '../../../chaincode/core/merkle.js';
import { markerHash, type StoredLog } from '../../store/store.js';
import type { Hospital } from '../hospital.js';
import { compareHead } from '../sequencer/recovery.js';
import { judgeClock } from './clock.js';
import { type DoctorOptions, examineSurroundings } from './doctor.js';
import { checkFeed, NO_SILENCE_BOUNDS, type SilenceBounds } from './feed.js';
import { type Finding, fault, findingOf, guarded, ok, untilStarted, warning } from './finding.js';
import { checkInquiries } from './inquiries.js';
import { checkKeys } from './keys.js';
import { checkCheckpointFile } from './ledger.js';
import { checkEntries, checkPass, checkProofs, seenTimes } from './store.js';

export interface RunningDoctorOptions extends Omit<DoctorOptions, 'folder'> {
  /** How long sources may be silent. */
  readonly silence?: SilenceBounds;
}

/** How long something that waits may take before it is told that nothing moves. */
const STILL_MS = 3_000;

const WHEN_IT_ANSWERS =
  'look at what is said of the ledger and its peers: it goes on when they answer';

const entries = (count: number) => `${count} ${count === 1 ? 'entry' : 'entries'}`;

/** The proven part against the ledger, which may be ahead. Throws LEDGER_BEHIND, LOG_FORKED. */
async function checkMarker({ ledger }: Hospital, store: StoredLog): Promise<Finding> {
  const marker = store.findMarker();
  const size = marker?.size ?? 0;
  const root = marker === undefined ? EMPTY_ROOT : markerHash(marker.root);
  const head = await compareHead(ledger.log, { size, root });
  const agree = `Store and ledger agree up to size ${size}, all of it proven`;
  if (head === size) return ok('marker', `${agree}.`);
  return ok('marker', `${agree}; the ledger went on to ${head} meanwhile.`);
}

function stopped({ sequencer, folder, config }: Hospital): Finding | undefined {
  const { fault: reason, delay } = sequencer;
  if (reason !== undefined) {
    const cause = reason.cause instanceof ChartsealError ? reason.cause : reason;
    const { sentence, next } = findingOf('sequencer', cause, folder, config.ledger);
    const meaning = 'What was accepted is safe in the store; nothing more is accepted.';
    const words = `Writing has stopped. ${sentence} ${meaning}`;
    return fault('sequencer', words, untilStarted(next ?? cause.hint));
  }
  if (delay === undefined) return undefined;
  const waiting = sequencer.counts.accepted - sequencer.counts.committed;
  const sentence = `${entries(waiting)} held back: ${delay.message}. They are safe in the store.`;
  const next = 'compare with another clock: date -u; then set this one right (NTP)';
  return fault('sequencer', sentence, next);
}

/** Whether what was accepted becomes proven. */
async function checkSequencer(hospital: Hospital): Promise<Finding> {
  const { sequencer } = hospital;
  const before = sequencer.counts;
  const newest = before.accepted - 1;
  const isDone = await sequencer.waitProvenUpTo(newest, STILL_MS).catch((error: unknown) => {
    if (sequencer.fault === undefined) throw error;
    return false;
  });
  const stop = stopped(hospital);
  if (stop !== undefined) return stop;
  const { accepted, proven } = sequencer.counts;
  const left = accepted - proven;
  const waits = `${entries(left)} ${left === 1 ? 'waits' : 'wait'}`;
  if (!sequencer.isReconciled) {
    const sentence = `The ledger has not answered since the gateway was started, so whether it agrees with the store is not known yet. ${waits} until they agree.`;
    return warning('sequencer', sentence, WHEN_IT_ANSWERS);
  }
  if (isDone) return ok('sequencer', `It runs: what was accepted is proven, ${entries(proven)}.`);
  if (proven > before.proven) {
    const done = entries(proven - before.proven);
    return ok('sequencer', `It runs: ${done} proven while the doctor looked, ${waits}.`);
  }
  const { pace } = sequencer;
  const failure = pace.failureOf('append') ?? pace.failureOf('prove');
  const why = failure === undefined ? '' : ` What failed last: ${failure.message}.`;
  const sentence = `${waits}, and nothing was proven for ${STILL_MS / 1000} s; nothing is lost.${why}`;
  return warning('sequencer', sentence, WHEN_IT_ANSWERS);
}

/** What lies between this process and its log. */
async function examineLedger(hospital: Hospital, now: number): Promise<readonly Finding[]> {
  const { config, folder, layout, ledger } = hospital;
  if (config.ledger === 'fabric') {
    const { examineChannel } = await import('./channel.js');
    const { findings, opened } = await examineChannel(config, folder, now);
    await opened?.close();
    return findings;
  }
  const noted = await guarded('checkpoint file', folder, () => [checkCheckpointFile(layout)]);
  const found = await guarded('ledger', folder, async () => {
    const { head } = await ledger.log.readLog();
    return [ok('ledger', `It is open: ${head.size} leaves in ${head.appends} appends.`)];
  });
  return [...noted, ...found];
}

async function examineStore(hospital: Hospital, now: () => number): Promise<readonly Finding[]> {
  const { folder, config, store, sequencer } = hospital;
  const findings: Finding[] = [];
  const run = async (check: string, act: () => Promise<Finding> | Finding) =>
    void findings.push(...(await guarded(check, folder, async () => [await act()], config.ledger)));
  // Newest entries and marker of one moment, so that what comes meanwhile is no difference.
  const moment = await store.moment();
  try {
    findings.push(ok('store', 'It is open in this process.'));
    await run('entries', () => checkEntries(moment));
    await run('proofs', () => checkProofs(moment));
    await run('audit', () => checkPass(moment, hospital.context.registration, folder));
    await run('marker', () => checkMarker(hospital, moment));
    await run('clock', async () => {
      const { head } = await hospital.ledger.log.readLog();
      const { entryAt, endorsedAt } = seenTimes(moment);
      const seen = { entryAt, endorsedAt: Math.max(endorsedAt, head.endorsedAt) };
      return judgeClock(now(), seen, { fault: sequencer.delay, isHeld: true, folder });
    });
    return findings;
  } finally {
    await moment.close();
  }
}

/** Looks and changes nothing. Never throws for what it finds. */
export async function examineRunning(
  hospital: Hospital,
  options: RunningDoctorOptions,
): Promise<readonly Finding[]> {
  const { now = Date.now, silence = NO_SILENCE_BOUNDS } = options;
  const { layout, config, folder, context } = hospital;
  const { findings } = await examineSurroundings({ ...options, folder }, layout, true);
  // Store and ledger stay open whatever became of their folder.
  return [
    ...findings,
    ...(await examineLedger(hospital, now())),
    ...(await guarded('store', folder, () => examineStore(hospital, now), config.ledger)),
    ...(await guarded('sequencer', folder, async () => [await checkSequencer(hospital)])),
    ...(await guarded('inquiries', folder, async () => [
      await checkInquiries(hospital.inquiries.open, now(), folder),
    ])),
    ...(await checkFeed(hospital.feed, silence, now(), folder)),
    ...(await guarded('keys', folder, () =>
      checkKeys(layout, config, context.registration, now()),
    )),
  ];
}
