// A patient's question with all that followed it, and how far that has come: the entries of one
// chain folded in their order. No texts are kept here: they are read when they are shown.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import {
  type AnswerEntry,
  type AnswerFacts,
  type InquiryEntry,
  parseEntry,
} from '../../../chaincode/core/entry.js';
import { leafHash, parseLeaf } from '../../../chaincode/core/leaf.js';
import { parseTime } from '../../../chaincode/core/time.js';
import type { StoredEntry } from '../../store/rows.js';

/** submitted → in-progress → answered, and then perhaps appealed → in-progress → answered. */
export const INQUIRY_STATES = ['submitted', 'in-progress', 'answered', 'appealed'] as const;
export type InquiryState = (typeof INQUIRY_STATES)[number];

export const OUTCOMES = ['justified', 'unjustified', 'corrected'] as const;
export type Outcome = NonNullable<AnswerFacts['outcome']>;

/** One entry of a thread. */
export interface Step {
  readonly ordinal: number;
  readonly sequence: number;
  /** Hex. */
  readonly leafHash: string;
  readonly at: string;
  /** What it brings the thread to. */
  readonly state: InquiryState;
  readonly dueAt?: string;
  readonly outcome?: Outcome;
  /** Leaf hash of the entry that is asked about, hex. */
  readonly about?: string;
}

export interface Thread {
  /** Leaf hash of its first inquiry, hex. */
  readonly id: string;
  /** Of the patient, hex. */
  readonly labelHex: string;
  /** The oldest first; the first inquiry is always there. */
  readonly steps: readonly [Step, ...Step[]];
  readonly state: InquiryState;
  /** Until when the hospital says that it answers, in ms since 1970. */
  readonly dueAtMs: number;
}

/** What an entry says of threads. */
export interface InquiryStep {
  readonly step: Step;
  readonly labelHex: string;
  /** Leaf hash of the inquiry that it carries on or answers, hex; undefined for a new question. */
  readonly carriesOn?: string;
}

/** What the act and the outcome of an entry bring a thread to. */
export function stateAfter(entry: InquiryEntry | AnswerEntry): InquiryState {
  if (entry.act === 'answer') return entry.outcome === undefined ? 'in-progress' : 'answered';
  return entry.appeals === undefined ? 'submitted' : 'appealed';
}

/** Undefined for entries that are about no inquiry. */
export function readStep(stored: StoredEntry, ordinal: number): InquiryStep | undefined {
  const entry = parseEntry(stored.entry);
  if (entry.act !== 'inquiry' && entry.act !== 'answer') return undefined;
  const { subject, sequence } = parseLeaf(stored.leaf);
  const { at, dueAt } = entry;
  const { outcome, about, carriesOn } =
    entry.act === 'answer'
      ? { outcome: entry.outcome, about: undefined, carriesOn: entry.inquiry }
      : { outcome: undefined, about: entry.about, carriesOn: entry.appeals };
  const step: Step = {
    ...{ ordinal, sequence, leafHash: encodeHex(leafHash(stored.leaf)), at },
    state: stateAfter(entry),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(about === undefined ? {} : { about }),
  };
  const labelHex = encodeHex(subject);
  return { step, labelHex, ...(carriesOn === undefined ? {} : { carriesOn }) };
}

const dueAtOf = ({ dueAt }: Step): number | undefined =>
  dueAt === undefined ? undefined : parseTime(dueAt, 'dueAt');

export function beginThread({ step, labelHex }: InquiryStep): Thread {
  const { leafHash: id, state, at } = step;
  return { id, labelHex, steps: [step], state, dueAtMs: dueAtOf(step) ?? parseTime(at, 'at') };
}

/** The thread with one more entry. */
export function carryOn(thread: Thread, step: Step): Thread {
  const { steps, dueAtMs } = thread;
  return {
    ...thread,
    steps: [...steps, step],
    state: step.state,
    dueAtMs: dueAtOf(step) ?? dueAtMs,
  };
}

/** Whether the thread was folded as far as this entry already. */
export const isIn = ({ steps }: Thread, { ordinal }: Step): boolean =>
  (steps.at(-1) as Step).ordinal >= ordinal;

/** Whether the hospital has to answer. */
export const isOpen = ({ state }: Thread): boolean => state !== 'answered';

export const isOverdue = (thread: Thread, nowMs: number): boolean =>
  isOpen(thread) && thread.dueAtMs < nowMs;
