// The door of a hospital that this process has open itself.

import type { History } from '../../evidence/history.js';
import { type FhirSources, NO_SOURCES } from '../../fhir/sources.js';
import { type ImportOutcome, importAccess } from '../access-import.js';
import type { ReadAudit } from '../feed/audit-import.js';
import { acceptCounted } from '../feed/counted.js';
import { auditReader } from '../feed/read-audit.js';
import type { HistoryQuery } from '../histories.js';
import { type Hospital, type HospitalOptions, openHospital } from '../hospital.js';
import { Ingest } from '../ingest.js';
import type { Anchor } from '../ingest-run.js';
import type { JsonLine } from '../json-lines.js';
import type { Accepted } from '../sequencer/accept-group.js';
import type { Submitter } from '../sequencer/build-entry.js';
import type { AccessSubmission } from '../submission.js';
import type { AnchorOptions, HospitalDoor, Standing, WantedReceipt } from './door.js';
import { type FeedDoor, OwnFeedDoor } from './feed-door.js';
import { type InquiryDoor, OwnInquiryDoor } from './inquiry-door.js';
import { receiptOf } from './receipt-of.js';

export interface OwnDoorOptions extends HospitalOptions {
  /** By which FHIR audit events are read; a gateway has them in its configuration. */
  readonly fhir?: FhirSources;
}

/** How far the log of an open hospital is, and what failed last where entries wait. */
export function standingOf({ sequencer }: Pick<Hospital, 'sequencer'>): Standing {
  const { counts, pace } = sequencer;
  const failure = pace.failureOf('append') ?? pace.failureOf('prove');
  const delay = sequencer.delay ?? (counts.accepted > counts.proven ? failure : undefined);
  return delay === undefined ? { counts } : { counts, delay };
}

export class OwnDoor implements HospitalDoor {
  readonly #hospital: Hospital;
  /** Who works with it. */
  readonly #by: Submitter;
  readonly #read: ReadAudit;
  readonly leftEntries: number;

  private constructor(hospital: Hospital, { operator, fhir = NO_SOURCES }: OwnDoorOptions) {
    this.#hospital = hospital;
    this.#by = { id: operator, mspId: hospital.config.mspId };
    this.#read = auditReader(fhir);
    const { accepted, proven } = hospital.sequencer.counts;
    this.leftEntries = accepted - proven;
  }

  /** Throws NO_DATA, STORE_LOCKED, and the codes of store, ledger and recovery. */
  static async open(options: OwnDoorOptions): Promise<OwnDoor> {
    return new OwnDoor(await openHospital(options), options);
  }

  get folder(): string {
    return this.#hospital.folder;
  }

  async standing(): Promise<Standing> {
    return standingOf(this.#hospital);
  }

  accept(submission: AccessSubmission): Promise<Accepted> {
    const { sequencer, feed } = this.#hospital;
    const sender = { via: 'access-events', caller: this.#by } as const;
    return acceptCounted(
      feed,
      sender,
      () => submission,
      (event) => sequencer.accept(event),
    );
  }

  importAccess(lines: AsyncIterable<JsonLine>): AsyncGenerator<ImportOutcome> {
    return importAccess(this.#hospital, lines, this.#by);
  }

  anchor(options: AnchorOptions): Anchor {
    return (batches) => new Ingest(this.#hospital, { ...options, by: this.#by }).run(batches);
  }

  waitProven(waitMs: number): Promise<boolean> {
    return this.#hospital.sequencer.waitProven(waitMs);
  }

  receipt(wanted: WantedReceipt): Promise<Uint8Array> {
    return receiptOf(this.#hospital.receipts, wanted);
  }

  history(query: HistoryQuery): Promise<History> {
    return this.#hospital.histories.make(query);
  }

  async trustFile(): Promise<Uint8Array> {
    return this.#hospital.trustFile();
  }

  async recordKey(): Promise<Uint8Array> {
    return this.#hospital.context.secrets.recordKey;
  }

  get feed(): FeedDoor {
    return new OwnFeedDoor(this.#hospital, this.#by, this.#read);
  }

  get inquiries(): InquiryDoor {
    return new OwnInquiryDoor(this.#hospital, this.#by.id);
  }

  checkCounted(): Promise<void> {
    return this.#hospital.feed.checkCounted();
  }

  async scratch(): Promise<string> {
    return this.#hospital.run;
  }

  close(): Promise<void> {
    return this.#hospital.close();
  }
}
