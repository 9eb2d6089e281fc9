// The feed: whether it can be counted, what of it was refused and waits, and which source fell
// silent. The log itself goes on, whatever is found here.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';
import type { Feed, FeedStatus, SourceStatus } from '../feed/feed.js';
import { type Finding, fault, findingOf, ok, quoted, warning } from './finding.js';

/** How long sources may be silent, as the configuration has it. */
export interface SilenceBounds {
  /** Of sources that are not named; undefined where none is judged. */
  readonly silenceSeconds?: number | undefined;
  /** By `source.system`, also of those that never sent anything; 0 for one that is not judged. */
  readonly sources: Readonly<Record<string, number>>;
}

export const NO_SILENCE_BOUNDS: SilenceBounds = { sources: {} };

/** A source that has been silent for longer than it may. */
export interface Silent {
  readonly system: string;
  readonly boundSeconds: number;
  /** undefined when nothing ever came. */
  readonly lastAt?: number;
}

const FULL_SHARE = 0.8;

/** When something of a system last came, by whichever way but files. */
function lastArrivals(sources: readonly SourceStatus[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { via, system, lastAt } of sources) {
    if (system === undefined || via === 'import') continue;
    last.set(system, Math.max(last.get(system) ?? 0, lastAt));
  }
  return last;
}

export function findSilent(
  sources: readonly SourceStatus[],
  bounds: SilenceBounds,
  now: number,
): readonly Silent[] {
  const last = lastArrivals(sources);
  const systems = new Set([...Object.keys(bounds.sources), ...last.keys()]);
  return [...systems].sort().flatMap((system) => {
    const boundSeconds = bounds.sources[system] ?? bounds.silenceSeconds ?? 0;
    if (boundSeconds === 0) return [];
    const lastAt = last.get(system);
    if (lastAt === undefined) return [{ system, boundSeconds }];
    return now - lastAt > boundSeconds * 1000 ? [{ system, boundSeconds, lastAt }] : [];
  });
}

function judgeRefused({ waiting, bounds, oldestAt }: FeedStatus, data: string): readonly Finding[] {
  if (waiting.count === 0) return [];
  const share = Math.max(waiting.count / bounds.letters, waiting.bytes / bounds.lettersBytes);
  const since = oldestAt === undefined ? '' : `, the oldest since ${formatTime(oldestAt)}`;
  const kept = `${waiting.count} refused events are kept aside${since}: they are in no patient's history.`;
  const next = `chartseal feed refused --data ${data}; mend the cause; chartseal feed replay --all --data ${data}, where no gateway runs with its --config FILE`;
  if (share < FULL_SHARE) return [warning('feed', kept, next)];
  const full = `${Math.floor(share * 100)} % of their room is taken: what is refused when it is full is refused with FEED_FULL.`;
  return [fault('feed', `${kept} ${full}`, next)];
}

function judgeUnanchored(
  { unanchored: { record, file } }: FeedStatus,
  data: string,
): readonly Finding[] {
  if (record + file === 0) return [];
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const what = `refused: ${counted(record, 'record')}; not anchored: ${counted(file, 'file')}`;
  const sentence = `Not all that was sent is in the log (${what}).`;
  const next = `chartseal feed failed --data ${data} names each with its cause; mend it, then run the ingest again, or try it again on the page /archivist; what is gone for good: chartseal feed discard ID --data ${data}`;
  return [warning('feed', sentence, next)];
}

function silentFinding({ system, boundSeconds, lastAt }: Silent): Finding {
  const what =
    lastAt === undefined
      ? `Nothing ever came from ${system}`
      : `Nothing came from ${system} since ${formatTime(lastAt)}`;
  const sentence = `${what}; more than ${boundSeconds} s of silence are not expected. Events of that time may be missing.`;
  const next = 'ask who runs that system whether it sends; its own queue may hold them';
  return warning('feed', sentence, next);
}

/** What a feed that is open says of itself. @param folder DATA */
function judgeFeed(
  status: FeedStatus,
  bounds: SilenceBounds,
  now: number,
  folder: string,
): readonly Finding[] {
  const found = [
    ...judgeRefused(status, quoted(folder)),
    ...judgeUnanchored(status, quoted(folder)),
    ...findSilent(status.sources, bounds, now).map(silentFinding),
  ];
  if (status.missed > 0) {
    const sentence = `${status.missed} events could not be counted: the feed could not be written for long.`;
    found.push(
      warning('feed', sentence, 'mend what is said of the feed, then start the gateway again'),
    );
  }
  if (found.length > 0) return found;
  const arrived = status.sources.reduce((sum, source) => sum + source.arrived, 0);
  const sentence = `${arrived} events of ${status.sources.length} sources were counted; none is kept aside.`;
  return [ok('feed', sentence)];
}

/** Looks at a feed, which is not made where there is none. Never throws for what it finds. */
export async function checkFeed(
  feed: Feed,
  bounds: SilenceBounds,
  now: number,
  folder: string,
): Promise<readonly Finding[]> {
  try {
    return judgeFeed(await feed.status(), bounds, now, folder);
  } catch (error) {
    const found = findingOf('feed', error, folder);
    if (!(error instanceof ChartsealError) || found.status !== 'fault') return [found];
    return [{ ...found, sentence: `${found.sentence} The log itself goes on.` }];
  }
}
