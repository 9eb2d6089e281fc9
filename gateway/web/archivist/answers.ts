// What GET /v1/archive and its neighbours answer, as far as the page of an archivist shows it.

export interface WindowDay {
  /** Of the day in UTC on which they were endorsed, such as 2026-11-21. */
  readonly date: string;
  readonly versions: number;
  readonly p50ms: number;
  readonly p95ms: number;
  readonly maxMs: number;
  readonly unprotectedOver1h: number;
}

/** How many versions were unprotected for at most so long, and longer than the bucket before. */
export interface WindowBucket {
  readonly upToMs: number;
  readonly count: number;
}

export interface FixityCounts {
  readonly unchanged: number;
  readonly altered: number;
  readonly missing: number;
  readonly unreadable: number;
  readonly notChecked: number;
}

export interface FixityRun {
  readonly startedAt: string;
  /** Absent for a run that did not end. */
  readonly endedAt?: string;
  readonly coverage: 'all' | 'part';
  readonly counts: FixityCounts;
}

export interface Overview {
  readonly asOf: string;
  readonly entries: {
    readonly accepted: number;
    readonly committed: number;
    readonly proven: number;
  };
  readonly records: { readonly records: number; readonly versions: number };
  readonly accessEvents: number;
  /** Ordinal of the first entry that is not in the figures yet. */
  readonly countedTo: number;
  /** Why counting does not go on. */
  readonly countFault?: string;
  readonly waiting: { readonly count: number; readonly oldestAt?: string };
  readonly writeSide: { readonly ok: boolean; readonly code?: string };
  readonly failed: {
    readonly events: number;
    readonly records: number;
    readonly files: number;
    /** Failures for which there was no room. */
    readonly notKept?: number;
  };
  readonly window: {
    readonly days: readonly WindowDay[];
    readonly buckets: readonly WindowBucket[];
    /** Measured from when they arrived. */
    readonly withoutCreatedAt: number;
  };
  readonly fixity: {
    readonly runs: readonly FixityRun[];
    /** By the newest run over all records; by the newest of a part where there is none. */
    readonly coveredRecords: number;
    readonly lastAllAt?: string;
  };
  readonly inquiries: { readonly open: number; readonly overdue: number };
}

export interface Failed {
  readonly id: string | number;
  readonly kind: 'event' | 'record' | 'file';
  readonly receivedAt: string;
  readonly lastTriedAt?: string;
  /** How often it was tried again. */
  readonly tries: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly source?: string;
  readonly path?: string;
  readonly record?: string;
}

export interface FailedPage {
  readonly failed: readonly Failed[];
  readonly next?: string | number;
}

export interface RetryAnswer {
  readonly state: 'accepted' | 'refused';
  readonly code?: string;
  readonly message?: string;
}

export type EntryState = 'accepted' | 'committed' | 'proven';

export interface RecordVersion {
  readonly id: string;
  readonly version: number;
  readonly at: string;
  readonly state: EntryState;
  readonly leafHash?: string;
  readonly digests: Readonly<Record<string, string>>;
  readonly size: number;
  readonly mediaType?: string;
  readonly category: string;
  readonly name?: string;
  readonly createdAt?: string;
  readonly retention?: string;
  readonly source?: { readonly system: string; readonly requestId?: string };
}

export interface Condition {
  readonly held: boolean;
  readonly sealed: boolean;
  readonly lent: boolean;
  readonly destroyed: boolean;
}

/** One version of a record that a search found. */
export interface FoundRecord extends RecordVersion {
  readonly versions: number;
  readonly condition: Condition;
}

export interface RecordPage {
  readonly records: readonly FoundRecord[];
  readonly next?: string | number;
}

export interface VersionPage {
  readonly versions: readonly RecordVersion[];
  readonly next?: number;
}

export interface Inquiry {
  readonly id: string;
  readonly state: string;
  readonly overdue: boolean;
  readonly askedAt: string;
  readonly dueAt: string;
}

export interface InquiryPage {
  readonly inquiries: readonly Inquiry[];
  readonly next?: string | number;
  readonly counts: { readonly open: number; readonly overdue: number };
}
