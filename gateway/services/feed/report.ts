// What is told of the feed: the same to a command, to a route and to a gateway's own door. Times
// are texts here, and no content of an event stands in it.
import { formatTime } from '../../../chaincode/core/time.js';
import type { FeedSource, FeedWay, LetterFacts } from './facts.js';
import type { FeedStatus, SourceStatus } from './feed.js';

interface HeldReport {
  readonly count: number;
  readonly bytes: number;
}

export interface SourceReport {
  readonly via: FeedWay;
  /** `source.system`, where it is known. */
  readonly system?: string;
  readonly caller: string;
  readonly organisation: string;
  readonly arrived: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly refusedBy: Readonly<Record<string, number>>;
  readonly replayed: number;
  readonly discarded: number;
  readonly waiting: HeldReport;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly longestSilence?: { readonly seconds: number; readonly from: string };
  /** Since the last arrival. */
  readonly silentSeconds: number;
  readonly lastEventAt?: string;
}

export interface FeedReport {
  readonly sources: readonly SourceReport[];
  readonly waiting: HeldReport;
  readonly room: HeldReport;
  readonly oldestAt?: string;
  readonly missed: number;
}

export interface RefusedReport {
  readonly id: number;
  readonly via: FeedWay;
  readonly system?: string;
  readonly caller: string;
  readonly organisation: string;
  readonly receivedAt: string;
  readonly lastReceivedAt: string;
  readonly times: number;
  readonly tries: number;
  readonly mediaType: string;
  readonly profile?: 'balp';
  readonly size: number;
  readonly digest: string;
  readonly code: string;
  readonly message: string;
  readonly expression?: string;
}

export interface RefusedPage {
  readonly refused: readonly RefusedReport[];
  /** Number to go on with. */
  readonly next?: number;
}

const senderOf = ({ via, system, caller }: FeedSource) => ({
  via,
  ...(system === undefined ? {} : { system }),
  caller: caller.id,
  organisation: caller.mspId,
});

const seconds = (ms: number) => Math.max(0, Math.floor(ms / 1000));

function sourceReport(source: SourceStatus, now: number): SourceReport {
  const { silence, lastEventAt, accepted, duplicates, replayed, discarded } = source;
  const longest = silence && { seconds: seconds(silence.ms), from: formatTime(silence.from) };
  return {
    ...senderOf(source),
    arrived: source.arrived,
    accepted,
    duplicates,
    refused: source.refusedCount,
    refusedBy: source.refused,
    replayed,
    discarded,
    waiting: source.waiting,
    firstAt: formatTime(source.firstAt),
    lastAt: formatTime(source.lastAt),
    ...(longest === undefined ? {} : { longestSilence: longest }),
    silentSeconds: seconds(now - source.lastAt),
    ...(lastEventAt === undefined ? {} : { lastEventAt: formatTime(lastEventAt) }),
  };
}

export function feedReport(status: FeedStatus, now: number): FeedReport {
  const { sources, waiting, bounds, oldestAt, missed } = status;
  return {
    sources: sources.map((source) => sourceReport(source, now)),
    waiting,
    room: { count: bounds.letters, bytes: bounds.lettersBytes },
    ...(oldestAt === undefined ? {} : { oldestAt: formatTime(oldestAt) }),
    missed,
  };
}

export function refusedReport(facts: LetterFacts): RefusedReport {
  const { id, source, receivedAt, lastReceivedAt, times, tries, mediaType, profile } = facts;
  const { size, digest, cause } = facts;
  return {
    id,
    ...senderOf(source),
    receivedAt: formatTime(receivedAt),
    lastReceivedAt: formatTime(lastReceivedAt),
    times,
    tries,
    mediaType,
    ...(profile === undefined ? {} : { profile }),
    size,
    digest,
    ...cause,
  };
}
