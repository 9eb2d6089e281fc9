// What the feed knows of each source, and of each event that was refused and kept aside.
import type { ErrorCode } from '../../../chaincode/core/errors.js';
import type { Submitter } from '../sequencer/build-entry.js';
import { MAX_CAUSE_CHARACTERS } from './limits.js';

/** By which way events came; `others` stands for all sources beyond the bound of their number. */
export const FEED_WAYS = ['access-events', 'fhir', 'import', 'others'] as const;
export type FeedWay = (typeof FEED_WAYS)[number];

/** From where events come. */
export interface FeedSource {
  readonly via: FeedWay;
  /**
   * `source.system`; left out where it is not known, or where the caller does not speak for it.
   * Text of a refused event never stands here before it was checked.
   */
  readonly system?: string;
  readonly caller: Submitter;
}

/** Rows hold nothing else; whoever names a source otherwise is counted all the same. */
export function wellFormed({ via, system, caller }: FeedSource): FeedSource {
  const { id, mspId } = caller;
  return {
    via,
    ...(system === undefined ? {} : { system: system.toWellFormed() }),
    caller: { id: id.toWellFormed(), mspId: mspId.toWellFormed() },
  };
}

/** A refused event has the code of its refusal. */
export type FeedOutcome = 'accepted' | 'duplicate' | ErrorCode;

/** Times in ms since 1970, by the clock of this gateway but for `lastEventAt`. */
export interface SourceFacts extends FeedSource {
  readonly accepted: number;
  readonly duplicates: number;
  /** Times by code: an event that comes again is refused again. */
  readonly refused: Readonly<Record<string, number>>;
  /** Kept aside, and accepted later. */
  readonly replayed: number;
  /** Kept aside, and given up by an operator. */
  readonly discarded: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The longest time without an arrival, and when it began; not there before the second one. */
  readonly silence?: { readonly ms: number; readonly from: number };
  /** Newest time that an accepted event says of itself. */
  readonly lastEventAt?: number;
}

/** One event on its way into the counts. */
export interface Arrival {
  readonly source: FeedSource;
  readonly outcome: FeedOutcome;
  readonly at: number;
  readonly eventAt?: number | undefined;
}

/** Why an event was refused. */
export interface AsideCause {
  readonly code: ErrorCode;
  readonly message: string;
  /** FHIRPath of the element. */
  readonly expression?: string;
}

const words = (value: string) => value.toWellFormed().slice(0, MAX_CAUSE_CHARACTERS);

/** The cause as a row holds it: each text well formed, and no longer than its bound. */
export function boundedCause({ code, message, expression }: AsideCause): AsideCause {
  const where = expression === undefined ? {} : { expression: words(expression) };
  return { code, message: words(message), ...where };
}

/** An event that was refused, to be kept aside. */
export interface Aside {
  readonly source: FeedSource;
  readonly receivedAt: number;
  /** Exactly as they came. */
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** `balp` when it was held to that profile. */
  readonly profile?: 'balp';
  readonly cause: AsideCause;
}

/** What is known of an event kept aside, without its bytes, which are health data. */
export interface LetterFacts extends Omit<Aside, 'bytes'> {
  readonly id: number;
  readonly size: number;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  /** How often the same bytes came from the same source. */
  readonly times: number;
  readonly lastReceivedAt: number;
  /** Replays that were refused again; `cause` is that of the newest. */
  readonly tries: number;
  /** When the newest of them was. */
  readonly lastTriedAt?: number;
}

export interface Letter {
  readonly facts: LetterFacts;
  readonly bytes: Uint8Array;
}

/** How many times events of a source were refused. */
export function refusedOf({ refused }: Pick<SourceFacts, 'refused'>): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0);
}

/** How many events of a source came. */
export function arrivedOf(facts: SourceFacts): number {
  return facts.accepted + facts.duplicates + refusedOf(facts);
}

function newFacts(source: FeedSource, at: number): SourceFacts {
  const counts = { accepted: 0, duplicates: 0, refused: {}, replayed: 0, discarded: 0 };
  return { ...source, ...counts, firstAt: at, lastAt: at };
}

/** The newest silence when it is the longest; a clock that went back says nothing of silence. */
function silenceAfter({ silence, lastAt }: SourceFacts, at: number): SourceFacts['silence'] {
  const ms = at - lastAt;
  return ms > (silence?.ms ?? 0) ? { ms, from: lastAt } : silence;
}

/** The facts of a source after one more event. */
export function countArrival(before: SourceFacts | undefined, arrival: Arrival): SourceFacts {
  const { source, outcome, at, eventAt } = arrival;
  const facts = before ?? newFacts(source, at);
  const silence = silenceAfter(facts, at);
  const isEvent = outcome === 'accepted' && eventAt !== undefined;
  const lastEventAt = isEvent ? Math.max(facts.lastEventAt ?? eventAt, eventAt) : undefined;
  return {
    ...facts,
    ...countsAfter(facts, outcome),
    lastAt: Math.max(facts.lastAt, at),
    ...(silence === undefined ? {} : { silence }),
    ...(lastEventAt === undefined ? {} : { lastEventAt }),
  };
}

function countsAfter(facts: SourceFacts, outcome: FeedOutcome): Partial<SourceFacts> {
  if (outcome === 'accepted') return { accepted: facts.accepted + 1 };
  if (outcome === 'duplicate') return { duplicates: facts.duplicates + 1 };
  return { refused: { ...facts.refused, [outcome]: (facts.refused[outcome] ?? 0) + 1 } };
}
