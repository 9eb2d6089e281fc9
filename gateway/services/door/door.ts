// What commands ask of a hospital, whoever has its store open: this process, or a gateway beside
// it. The same question gives the same answer through each.
import type { ChartsealError } from '../../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import type { History } from '../../evidence/history.js';
import type { ImportOutcome } from '../access-import.js';
import type { HistoryQuery } from '../histories.js';
import type { Anchor } from '../ingest-run.js';
import type { JsonLine } from '../json-lines.js';
import type { Accepted } from '../sequencer/accept-group.js';
import type { SequencerCounts } from '../sequencer/sequencer-options.js';
import type { AccessSubmission } from '../submission.js';
import type { WalkedFile } from '../walk.js';
import type { FeedDoor } from './feed-door.js';
import type { InquiryDoor } from './inquiry-door.js';

/** How far the log is. */
export interface Standing {
  readonly counts: SequencerCounts;
  /** Why accepted entries are held back for now, or what failed when they were last sent. */
  readonly delay?: ChartsealError;
}

/** Which entry a receipt is asked for. */
export type WantedReceipt =
  | { readonly record: string; readonly version?: number }
  /** Hex. */
  | { readonly leafHash: string }
  | { readonly index: number }
  /** Where it stands in the local order. */
  | { readonly ordinal: number };

export interface AnchorOptions {
  readonly category: string;
  readonly patient?: PatientIdentifier;
  /** The archive was moved: a known record may be read from another path. */
  readonly moved: boolean;
  recordId(file: WalkedFile): string;
}

export interface HospitalDoor {
  /** DATA. */
  readonly folder: string;
  /** What an earlier command left to be finished. */
  readonly leftEntries: number;
  standing(): Promise<Standing>;
  /** Durable when it resolves. */
  accept(submission: AccessSubmission): Promise<Pick<Accepted, 'leafHash' | 'duplicate'>>;
  /** Outcomes in the order of the lines. */
  importAccess(lines: AsyncIterable<JsonLine>): AsyncGenerator<ImportOutcome>;
  anchor(options: AnchorOptions): Anchor;
  /** Whether everything accepted by now is proven within that time. Throws LOG_STOPPED. */
  waitProven(waitMs: number): Promise<boolean>;
  /** The file. Throws NOT_FOUND, NOT_PROVEN_YET. */
  receipt(wanted: WantedReceipt): Promise<Uint8Array>;
  /** Everything shown. */
  history(query: HistoryQuery): Promise<History>;
  /** Canonical bytes. */
  trustFile(): Promise<Uint8Array>;
  /** With which labels of records are derived: for checks on this machine alone. */
  recordKey(): Promise<Uint8Array>;
  /** Throws FEED_FAILED or FEED_CORRUPT when events of this command could not be counted. */
  checkCounted(): Promise<void>;
  /** A folder for temporary files of this command; they may go when the door closes. */
  scratch(): Promise<string>;
  /** What sources sent, and what of it was refused. */
  readonly feed: FeedDoor;
  /** What patients asked. */
  readonly inquiries: InquiryDoor;
  close(): Promise<void>;
}
