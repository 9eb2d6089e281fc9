// What commands ask of the feed, whoever has it open.
import {
  type AuditOutcome,
  importAudit,
  type PlacedItem,
  type ReadAudit,
} from '../feed/audit-import.js';
import { type FailedPage, failedPage } from '../feed/failed-report.js';
import { MAX_PAGE_FAILED, MAX_PAGE_LETTERS } from '../feed/limits.js';
import { type ReplayOutcome, replay, type WantedLetters } from '../feed/replay.js';
import {
  type FeedReport,
  feedReport,
  type RefusedPage,
  type RefusedReport,
  refusedReport,
} from '../feed/report.js';
import type { Hospital } from '../hospital.js';
import type { Submitter } from '../sequencer/build-entry.js';

/** A refused event with its bytes, which are health data. */
export interface RefusedEvent extends RefusedReport {
  readonly bytes: Uint8Array;
}

export interface FeedDoor {
  status(): Promise<FeedReport>;
  /** Refused events from a number on, at most `limit` of them. */
  refused(from: number, limit?: number): Promise<RefusedPage>;
  /** Throws NOT_FOUND. */
  refusedEvent(id: number): Promise<RefusedEvent>;
  /** All that was sent and is not in the log, from a number on: events, records and files. */
  failed(from: number): Promise<FailedPage>;
  /** Tries refused events again. */
  replay(wanted: WantedLetters): AsyncGenerator<ReplayOutcome>;
  /** Gives up what failed, of whichever kind. Throws NOT_FOUND. */
  discard(id: number): Promise<void>;
  /** Accepts FHIR audit events; outcomes in the order of the items. */
  importAudit(items: AsyncIterable<PlacedItem>): AsyncGenerator<AuditOutcome>;
}

/** One page of what is kept aside. */
export async function refusedPage(
  { feed }: Pick<Hospital, 'feed'>,
  from: number,
  limit = MAX_PAGE_LETTERS,
): Promise<RefusedPage> {
  const found = await feed.letters(from, limit + 1);
  const refused = found.slice(0, limit).map(refusedReport);
  const next = found[limit];
  return { refused, ...(next === undefined ? {} : { next: next.id }) };
}

export class OwnFeedDoor implements FeedDoor {
  readonly #hospital: Hospital;
  readonly #by: Submitter;
  readonly #read: ReadAudit;

  constructor(hospital: Hospital, by: Submitter, read: ReadAudit) {
    this.#hospital = hospital;
    this.#by = by;
    this.#read = read;
  }

  async status(): Promise<FeedReport> {
    return feedReport(await this.#hospital.feed.status(), Date.now());
  }

  refused(from: number, limit?: number): Promise<RefusedPage> {
    return refusedPage(this.#hospital, from, limit);
  }

  async refusedEvent(id: number): Promise<RefusedEvent> {
    const { facts, bytes } = await this.#hospital.feed.readLetter(id);
    return { ...refusedReport(facts), bytes };
  }

  failed(from: number): Promise<FailedPage> {
    return failedPage(this.#hospital, from, MAX_PAGE_FAILED);
  }

  replay(wanted: WantedLetters): AsyncGenerator<ReplayOutcome> {
    return replay(this.#hospital, wanted, this.#read);
  }

  discard(id: number): Promise<void> {
    const { feed } = this.#hospital;
    return feed.unanchored.inTurn(id, () => feed.settle(id, 'discarded'));
  }

  importAudit(items: AsyncIterable<PlacedItem>): AsyncGenerator<AuditOutcome> {
    return importAudit(this.#hospital, items, this.#by, this.#read);
  }
}
