// A patient's question and what became of it: as the gateway's lists have it, or made from the
// entries of a verified history; the same members, so that the two can be compared.
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { AnswerFacts } from '../../../chaincode/core/entry.js';
import type { HistoryEvent } from '../../evidence/history-events.js';
import type { Person } from '../patient/access.js';

export type InquiryState = 'submitted' | 'in-progress' | 'answered' | 'appealed';
export type AnswerOutcome = NonNullable<AnswerFacts['outcome']>;

/** One entry of a thread. */
export interface ThreadStep {
  /** Hex. */
  readonly leafHash: string;
  readonly sequence: number;
  readonly at: string;
  readonly act: string;
  readonly status?: 'in-progress' | 'answered';
  readonly outcome?: AnswerOutcome;
  readonly appeal?: true;
  readonly dueAt?: string;
  readonly text?: string;
  readonly actor?: Person;
}

export interface Thread {
  /** Leaf hash of its first inquiry, hex. */
  readonly id: string;
  readonly state: InquiryState;
  readonly overdue: boolean;
  readonly askedAt: string;
  /** Empty where what is shown does not say it. */
  readonly dueAt: string;
  /** Leaf hash of the entry asked about, hex. */
  readonly about?: string;
  readonly question?: string;
  /** Pseudonym; for staff alone. */
  readonly patient?: string;
  readonly steps: readonly ThreadStep[];
}

export const isOpen = ({ state }: Pick<Thread, 'state'>): boolean => state !== 'answered';

/** How it ended; undefined while it is open. */
export function outcomeOf(thread: Thread): AnswerOutcome | undefined {
  return isOpen(thread) ? undefined : thread.steps.at(-1)?.outcome;
}

/** What was asked stands in the first step, or beside the steps. */
export const textOf = ({ question, steps }: Thread, step: ThreadStep): string | undefined =>
  step.text ?? (step === steps[0] ? question : undefined);

type Given = Readonly<Record<string, unknown>>;

const ifText = (value: unknown) => (typeof value === 'string' ? { text: value } : {});

function stepOf({ sequence, leafHash, entry, opened }: HistoryEvent): ThreadStep | undefined {
  const values: Given = opened;
  if (entry?.act === 'inquiry') {
    const { at, act, dueAt, appeals } = entry;
    const appeal = appeals === undefined ? {} : { appeal: true as const };
    return { leafHash, sequence, at, act, dueAt, ...appeal, ...ifText(values['question']) };
  }
  if (entry?.act !== 'answer') return undefined;
  const { at, act, outcome, dueAt } = entry;
  const actor = values['actor'] as Person | undefined;
  return {
    leafHash,
    sequence,
    at,
    act,
    status: outcome === undefined ? 'in-progress' : 'answered',
    ...(outcome === undefined ? {} : { outcome }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...ifText(values['text']),
    ...(actor === undefined ? {} : { actor }),
  };
}

/** Leaf hash of an earlier entry of the same thread; undefined for the first one. */
function goesOnWith({ entry }: HistoryEvent): string | undefined {
  if (entry?.act === 'inquiry') return entry.appeals;
  return entry?.act === 'answer' ? entry.inquiry : undefined;
}

function threadOf(
  id: string,
  steps: readonly ThreadStep[],
  about: string | undefined,
  nowMs: number,
): Thread {
  const [first] = steps;
  const last = steps.at(-1);
  const dueAt = steps.reduce((due, step) => step.dueAt ?? due, '');
  const asked = last?.appeal === true ? 'appealed' : 'submitted';
  const state = last?.status ?? asked;
  return {
    id,
    state,
    overdue: state !== 'answered' && Date.parse(dueAt) < nowMs,
    askedAt: first?.at ?? '',
    dueAt,
    ...(about === undefined ? {} : { about }),
    ...(first?.text === undefined ? {} : { question: first.text }),
    steps,
  };
}

/** The threads of a verified history, the newest question first. */
export function threadsOf(events: readonly HistoryEvent[], nowMs: number): Thread[] {
  const threads = new Map<string, ThreadStep[]>();
  const abouts = new Map<string, string | undefined>();
  const idOf = new Map<string, string>();
  for (const event of events) {
    const step = stepOf(event);
    if (step === undefined) continue;
    const before = goesOnWith(event);
    // The first one may not be shown; what goes on with it is.
    const id = before === undefined ? step.leafHash : (idOf.get(before) ?? before);
    idOf.set(step.leafHash, id);
    threads.set(id, [...(threads.get(id) ?? []), step]);
    if (id === step.leafHash && event.entry?.act === 'inquiry') abouts.set(id, event.entry.about);
  }
  return [...threads]
    .map(([id, steps]) => threadOf(id, steps, abouts.get(id), nowMs))
    .sort((a, b) => (b.steps[0]?.sequence ?? 0) - (a.steps[0]?.sequence ?? 0));
}

/** Each step with all that it says, by leaf hash; who answered is left out, as it may be hidden. */
function saidIn(threads: readonly Thread[]): ReadonlyMap<string, { sequence: number; is: string }> {
  const said = threads.flatMap((thread) =>
    thread.steps.map((step) => {
      const { actor: _actor, text: _text, ...facts } = step;
      const { id, about = null } = thread;
      const text = textOf(thread, step) ?? null;
      const first = step.leafHash === id ? { about } : {};
      const is = canonicalJson({ id, text, ...first, ...facts });
      return [step.leafHash, { sequence: step.sequence, is }] as const;
    }),
  );
  return new Map(said);
}

/** The chain as the page had it, and as it is proven. */
export interface ChainCounts {
  /** Leaves of the chain before the shown threads were asked for. */
  readonly shown: number;
  /** Leaves of the proven chain. */
  readonly proven: number;
  /** Leaf hashes of entries whose contents the proof does not show. */
  readonly hidden?: ReadonlySet<string>;
}

/**
 * How many steps are shown otherwise than they are proven, are not shown, or do not exist. Those
 * that came after the list or after the proof are not counted: a later one covers them.
 */
export function countDifferingSteps(
  shown: readonly Thread[],
  proven: readonly Thread[],
  counts: ChainCounts,
): number {
  const before = saidIn(shown);
  const after = saidIn(proven);
  const wrong = [...after].filter(([hash, { sequence, is }]) => {
    const other = before.get(hash);
    return other === undefined ? sequence < counts.shown : other.is !== is;
  });
  const added = [...before].filter(
    ([hash, { sequence }]) =>
      sequence < counts.proven && !after.has(hash) && counts.hidden?.has(hash) !== true,
  );
  return wrong.length + added.length;
}

/**
 * As {@link countDifferingSteps} where the proof holds fingerprints without contents: how many
 * steps are shown that do not stand at their place, or stand there and are not shown.
 */
export function countUnknownSteps(
  shown: readonly Thread[],
  events: readonly Pick<HistoryEvent, 'sequence' | 'act' | 'leafHash'>[],
  counts: ChainCounts,
): number {
  const steps = shown.flatMap((thread) => thread.steps);
  const known = new Set(steps.map(({ leafHash }) => leafHash));
  const wrong = steps.filter(({ sequence, leafHash, act }) => {
    const event = events[sequence];
    return sequence < counts.proven && (event?.leafHash !== leafHash || event.act !== act);
  });
  const missing = events.filter(({ sequence, act, leafHash }) => {
    const isStep = act === 'inquiry' || act === 'answer';
    return isStep && sequence < counts.shown && !known.has(leafHash);
  });
  return wrong.length + missing.length;
}

/** The proven threads, with the shown steps that came after the proof. */
export function withNewerSteps(
  proven: readonly Thread[],
  shown: readonly Thread[],
  count: number,
  nowMs: number,
): Thread[] {
  const newer = new Map(
    shown.flatMap((thread) => {
      const steps = thread.steps.filter(({ sequence }) => sequence >= count);
      return steps.length === 0 ? [] : [[thread.id, { ...thread, steps }] as const];
    }),
  );
  const known = new Set(proven.map(({ id }) => id));
  const longer = proven.map((thread) => {
    const more = newer.get(thread.id)?.steps ?? [];
    if (more.length === 0) return thread;
    return threadOf(thread.id, [...thread.steps, ...more], thread.about, nowMs);
  });
  return [...[...newer.values()].filter(({ id }) => !known.has(id)), ...longer];
}
