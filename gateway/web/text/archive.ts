// Words of the archivist's page: what a text is made of. The words stand beside, by language.
import type { Judgement, Place } from '../archivist/judge.js';
import type { QueryFault } from '../archivist/query.js';
import type { Unit } from '../archivist/scale.js';
import { ARCHIVE_EN } from './archive-en.js';
import { ARCHIVE_ZH } from './archive-zh.js';
import type { Bilingual } from './languages.js';

/** One text for each kind of judgement; times are already written out. */
export type JudgementTexts = {
  readonly [Kind in Judgement['kind']]: (
    judgement: Extract<Judgement, { readonly kind: Kind }>,
    moment: string,
  ) => string;
};

interface Figures {
  readonly title: string;
  readonly anchored: string;
  readonly anchoredText: (records: number, versions: number, accesses: number) => string;
  readonly waiting: string;
  readonly waitingText: (count: number) => string;
  readonly waitingSince: (moment: string) => string;
  readonly nothingWaits: string;
  readonly failed: string;
  readonly failedText: (events: number, records: number, files: number) => string;
  readonly nothingFailed: string;
  readonly proven: string;
  readonly provenText: (proven: number, accepted: number) => string;
  readonly counting: (counted: number, of: number) => string;
}

interface FailedTexts {
  readonly giveUp: (id: string | number) => string;
  readonly title: string;
  readonly lead: string;
  readonly none: string;
  readonly loading: string;
  readonly what: string;
  readonly cause: string;
  readonly when: string;
  readonly tries: string;
  readonly action: string;
  readonly kinds: Readonly<Record<'event' | 'record' | 'file', string>>;
  readonly from: (source: string) => string;
  readonly received: string;
  readonly lastTried: string;
  readonly triesText: (tries: number) => string;
  readonly code: string;
  readonly detail: string;
  readonly retry: string;
  readonly retryOf: (what: string) => string;
  readonly retrying: string;
  readonly retryAll: (count: number) => string;
  readonly accepted: string;
  readonly refusedAgain: string;
  readonly retryFailed: (problem: string) => string;
  readonly retried: (accepted: number, refused: number) => string;
  readonly retryingAll: (done: number, of: number) => string;
  readonly more: string;
  readonly shown: (shown: number, of: number) => string;
}

interface WindowTexts {
  readonly title: string;
  readonly lead: string;
  readonly none: string;
  readonly sentence: (day: string, versions: number, p50: string, p95: string) => string;
  readonly longest: (day: string, duration: string) => string;
  readonly over: (count: number) => string;
  readonly overNone: string;
  readonly without: (count: number) => string;
  readonly picture: (from: string, to: string) => string;
  readonly table: string;
  readonly showTable: string;
  readonly day: string;
  readonly versions: string;
  readonly p50: string;
  readonly p95: string;
  readonly most: string;
  readonly overHour: string;
  readonly spread: string;
  readonly upTo: (duration: string) => string;
  readonly above: (duration: string) => string;
  readonly within: string;
  readonly share: string;
  readonly duration: (parts: readonly (readonly [number, Unit])[]) => string;
}

interface FixityTexts {
  readonly title: string;
  readonly lead: string;
  readonly none: string;
  readonly how: string;
  readonly covered: (covered: number, of: number) => string;
  readonly lastAll: (moment: string) => string;
  readonly neverAll: (covered: number, of: number) => string;
  readonly run: (moment: string) => string;
  readonly coverage: Readonly<Record<'all' | 'part', string>>;
  readonly unended: string;
  readonly counts: Readonly<
    Record<'unchanged' | 'altered' | 'missing' | 'unreadable' | 'notChecked', string>
  >;
  readonly good: string;
  readonly damaged: string;
  /** Which files were. */
  readonly where: string;
  readonly partly: string;
  readonly showAll: (count: number) => string;
}

interface SearchTexts {
  readonly title: string;
  readonly text: string;
  readonly textHint: string;
  readonly search: string;
  readonly file: string;
  readonly fileHint: string;
  readonly choose: string;
  readonly oneFile: string;
  readonly noFile: string;
  readonly hashing: (name: string) => string;
  readonly hashed: (name: string) => string;
  readonly from: string;
  readonly to: string;
  readonly dateHint: string;
  readonly goOn: string;
  readonly byDate: string;
  readonly faults: Readonly<Record<QueryFault, string>>;
  readonly searching: string;
  readonly foundFor: Readonly<
    Record<'id' | 'digest' | 'date', (asked: string, other: string) => string>
  >;
  readonly found: (shown: number, isAll: boolean) => string;
  readonly nothing: Readonly<Record<'id' | 'digest' | 'date', string>>;
  readonly asIdentifier: string;
  readonly more: string;
  readonly record: string;
  readonly name: string;
  readonly version: string;
  readonly versionOf: (version: number, versions: number) => string;
  readonly anchoredAt: string;
  readonly state: string;
  readonly condition: string;
  readonly open: string;
  readonly openOf: (id: string) => string;
  readonly states: Readonly<Record<'accepted' | 'committed' | 'proven', string>>;
  readonly conditions: Readonly<Record<'held' | 'sealed' | 'lent' | 'destroyed', string>>;
  readonly normal: string;
}

interface RecordTexts {
  readonly title: string;
  readonly close: string;
  readonly loading: string;
  readonly id: string;
  readonly created: string;
  readonly category: string;
  readonly mediaType: string;
  readonly size: string;
  readonly sizeText: (bytes: number) => string;
  readonly retention: string;
  readonly source: string;
  readonly versions: string;
  readonly digest: string;
  readonly otherDigest: (algorithm: string) => string;
  readonly receipt: string;
  readonly receiptOf: (version: number) => string;
  readonly receiptLater: string;
  readonly history: string;
  readonly historyHint: string;
  readonly verify: string;
  readonly more: string;
}

interface InquiryTexts {
  readonly title: string;
  readonly lead: string;
  readonly notAvailable: string;
  readonly none: string;
  readonly sentence: (open: number, overdue: number) => string;
  readonly state: string;
  readonly states: Readonly<Record<string, string>>;
  readonly asked: string;
  readonly due: string;
  readonly number: string;
  readonly overdue: string;
  readonly inTime: string;
  readonly more: string;
}

export interface ArchiveTexts {
  readonly title: string;
  readonly organisation: (name: string) => string;
  readonly asOf: (moment: string) => string;
  readonly refresh: string;
  readonly refreshing: string;
  readonly print: string;
  readonly loading: string;
  readonly notArchivist: string;
  readonly ended: string;
  readonly signInAgain: string;
  readonly notLoaded: (problem: string) => string;
  readonly judgements: JudgementTexts;
  readonly also: string;
  readonly goTo: Readonly<Record<Place, string>>;
  readonly todo: (advice: string) => string;
  readonly figures: Figures;
  readonly failed: FailedTexts;
  readonly window: WindowTexts;
  readonly fixity: FixityTexts;
  readonly search: SearchTexts;
  readonly record: RecordTexts;
  readonly inquiries: InquiryTexts;
}

export const ARCHIVE: Bilingual<ArchiveTexts> = { en: ARCHIVE_EN, 'zh-CN': ARCHIVE_ZH };
