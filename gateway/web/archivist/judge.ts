// What an archivist has to know first, out of the overview: the gravest judgement before all
// others. Nothing is good while something waits, failed, was not counted or cannot be read.
import type { FixityRun, Overview } from './answers.js';

/** As `mark` shows it. */
export type Tone = 'good' | 'bad' | 'open';

/** Ids of sections of the page. */
export type Place = 'failed' | 'fixity' | 'inquiries';

export type Judgement =
  | { readonly kind: 'stale'; readonly asOf: string }
  | { readonly kind: 'stopped'; readonly code: string }
  | { readonly kind: 'held'; readonly code: string }
  | { readonly kind: 'ledger-away'; readonly waiting: number; readonly since?: string }
  | { readonly kind: 'failed'; readonly count: number }
  | { readonly kind: 'not-kept'; readonly count: number }
  | { readonly kind: 'fixity-damage'; readonly altered: number; readonly missing: number }
  | { readonly kind: 'fixity-unended'; readonly startedAt: string }
  | { readonly kind: 'fixity-unread'; readonly count: number }
  | { readonly kind: 'fixity-never' }
  | { readonly kind: 'waiting'; readonly count: number; readonly since?: string }
  | { readonly kind: 'unproven'; readonly count: number }
  | { readonly kind: 'count-fault'; readonly code: string }
  | { readonly kind: 'counting'; readonly counted: number; readonly of: number }
  | { readonly kind: 'overdue'; readonly count: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'all-anchored'; readonly overview: Overview };

export const TONES: Readonly<Record<Judgement['kind'], Tone>> = {
  stale: 'open',
  stopped: 'bad',
  held: 'bad',
  'fixity-damage': 'bad',
  failed: 'bad',
  'not-kept': 'bad',
  'count-fault': 'bad',
  'fixity-unended': 'bad',
  'ledger-away': 'open',
  overdue: 'open',
  waiting: 'open',
  unproven: 'open',
  counting: 'open',
  'fixity-unread': 'open',
  'fixity-never': 'open',
  empty: 'open',
  'all-anchored': 'good',
};

/** The gravest first. */
const ORDER = Object.keys(TONES);

/** Of a write side that does nothing until somebody mends it. */
const STOPPED = 'LOG_STOPPED';
/** Of a ledger that does not answer: what is accepted meanwhile is safe, and waits. */
const AWAY = 'LEDGER_UNAVAILABLE';

/** Of the gravest of them: what is told first need not be that. */
export function toneOf(judgements: readonly Judgement[]): Tone {
  const tones = judgements.map(({ kind }) => TONES[kind]);
  return (['bad', 'open'] as const).find((tone) => tones.includes(tone)) ?? 'good';
}

export const isEnded = ({ endedAt }: FixityRun): boolean => endedAt !== undefined;

export function runTone(run: FixityRun): Tone {
  const { altered, missing, unreadable, notChecked } = run.counts;
  if (!isEnded(run) || altered > 0 || missing > 0) return 'bad';
  return unreadable > 0 || notChecked > 0 ? 'open' : 'good';
}

export const failedCount = ({ failed: { events, records, files } }: Overview): number =>
  events + records + files;

export const isCounting = ({ countedTo, entries }: Overview): boolean =>
  countedTo < entries.accepted;

function writing({ writeSide: { ok, code = STOPPED }, waiting }: Overview): Judgement[] {
  if (ok) return [];
  if (code !== AWAY) return [{ kind: code === STOPPED ? 'stopped' : 'held', code }];
  return [{ kind: 'ledger-away', waiting: waiting.count, ...since(waiting.oldestAt) }];
}

const since = (oldestAt: string | undefined) => (oldestAt === undefined ? {} : { since: oldestAt });

/** The newest by when they began. */
export const newestFirst = (runs: readonly FixityRun[]): FixityRun[] =>
  [...runs].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));

/** What stands of the checks: a later run of a part takes back nothing that a run of all found. */
function fixity({ fixity: { runs }, records }: Overview): Judgement[] {
  const sorted = newestFirst(runs);
  const [newest] = sorted;
  if (newest === undefined) return records.records === 0 ? [] : [{ kind: 'fixity-never' }];
  const found: Judgement[] = [];
  if (!isEnded(newest)) found.push({ kind: 'fixity-unended', startedAt: newest.startedAt });
  const lastAll = sorted.findIndex((run) => run.coverage === 'all' && isEnded(run));
  const standing = lastAll < 0 ? sorted : sorted.slice(0, lastAll + 1);
  const most = (of: (run: FixityRun) => number) => Math.max(...standing.map(of));
  const altered = most(({ counts }) => counts.altered);
  const missing = most(({ counts }) => counts.missing);
  if (altered + missing > 0) found.push({ kind: 'fixity-damage', altered, missing });
  const unread = newest.counts.unreadable + newest.counts.notChecked;
  if (unread > 0) found.push({ kind: 'fixity-unread', count: unread });
  return found;
}

/**
 * What there is to know, the gravest first; never empty.
 * @param isStale it could not be read anew: then nothing in it is good any more
 */
export function judge(overview: Overview, isStale = false): readonly Judgement[] {
  const { entries, waiting, inquiries } = overview;
  const found: Judgement[] = [...writing(overview), ...fixity(overview)];
  if (isStale) found.push({ kind: 'stale', asOf: overview.asOf });
  const failed = failedCount(overview);
  if (failed > 0) found.push({ kind: 'failed', count: failed });
  const { notKept = 0 } = overview.failed;
  if (notKept > 0) found.push({ kind: 'not-kept', count: notKept });
  const { countFault } = overview;
  if (countFault !== undefined) found.push({ kind: 'count-fault', code: countFault });
  const isAway = found.some(({ kind }) => kind === 'ledger-away');
  if (waiting.count > 0 && !isAway) {
    found.push({ kind: 'waiting', count: waiting.count, ...since(waiting.oldestAt) });
  }
  const unproven = entries.committed - entries.proven;
  if (unproven > 0) found.push({ kind: 'unproven', count: unproven });
  if (isCounting(overview) && countFault === undefined) {
    found.push({ kind: 'counting', counted: overview.countedTo, of: entries.accepted });
  }
  if (inquiries.overdue > 0) found.push({ kind: 'overdue', count: inquiries.overdue });
  const isQuiet = !found.some(({ kind }) => !kind.startsWith('fixity') && kind !== 'overdue');
  if (entries.accepted === 0 && isQuiet) found.push({ kind: 'empty' });
  else if (isQuiet) found.push({ kind: 'all-anchored', overview });
  return found.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}
