// An inquiry as people are shown it: its state, and each step of it. Texts and names are read from
// what lies beside the entries, for those who may see them.
import type { JsonObject, JsonValue } from '../../../chaincode/core/json.js';
import { formatTime } from '../../../chaincode/core/time.js';
import type { StoredLog } from '../../store/store.js';
import { parseOpenings } from '../receipts.js';
import { isOverdue, type Step, type Thread } from './thread.js';

export interface ViewOptions {
  readonly nowMs: number;
  /** Private members that are not shown: `question` and `text`, `actor`. */
  readonly withheld?: readonly string[];
  /** Pseudonym of the patient, for those who are not that patient. */
  readonly patient?: string;
}

/** Of everybody who does not answer inquiries. */
export const TEXTS: readonly string[] = ['question', 'text'];

function openedOf(store: StoredLog, { ordinal }: Step, withheld: readonly string[]): JsonObject {
  const openings = Object.entries(parseOpenings(store.readEntry(ordinal).openings) ?? {});
  const shown = openings.filter(([member]) => !withheld.includes(member));
  return Object.fromEntries(shown.map(([member, { value }]) => [member, value as JsonValue]));
}

function stepView(step: Step, opened: JsonObject): JsonObject {
  const { leafHash, at, sequence, state, outcome, dueAt } = step;
  const isAnswer = state === 'in-progress' || state === 'answered';
  const { question, text = question, actor } = opened;
  return {
    leafHash,
    sequence,
    at,
    act: isAnswer ? 'answer' : 'inquiry',
    ...(isAnswer ? { status: state } : {}),
    ...(state === 'appealed' ? { appeal: true } : {}),
    ...(outcome === undefined ? {} : { outcome }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(text === undefined ? {} : { text }),
    ...(actor === undefined ? {} : { actor }),
  };
}

/** Throws STORE_CORRUPT. */
export function inquiryView(store: StoredLog, thread: Thread, options: ViewOptions): JsonObject {
  const { nowMs, withheld = [], patient } = options;
  const { id, state, dueAtMs, steps } = thread;
  const [first] = steps;
  const views = steps.map((step) => stepView(step, openedOf(store, step, withheld)));
  const question = views[0]?.['text'];
  return {
    id,
    state,
    overdue: isOverdue(thread, nowMs),
    askedAt: first.at,
    dueAt: formatTime(dueAtMs),
    ...(first.about === undefined ? {} : { about: first.about }),
    ...(question === undefined ? {} : { question }),
    ...(patient === undefined ? {} : { patient }),
    steps: views,
  };
}
