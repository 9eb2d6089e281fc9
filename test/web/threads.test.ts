import { expect } from 'chai';
import type { AnswerEntry, Entry, InquiryEntry } from '../../chaincode/core/entry.js';
import type { HistoryEvent } from '../../gateway/evidence/history-events.js';
import { dayOf, endOfDay } from '../../gateway/web/inquiries/day.js';
import {
  countDifferingSteps,
  countUnknownSteps,
  isOpen,
  outcomeOf,
  type Thread,
  threadsOf,
  withNewerSteps,
} from '../../gateway/web/inquiries/thread.js';
import type { AccessPage, ShownEntry } from '../../gateway/web/patient/access.js';
import { withNewer } from '../../gateway/web/patient/newer.js';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const DUE = '2026-12-21T12:00:00.000Z';
const LATER = '2027-01-21T12:00:00.000Z';
const OVER = '2026-11-20T12:00:00.000Z';

const hashOf = (sequence: number) => String(sequence).padStart(64, '0');
const common = { v: 1, log: 'a/b', salt: '', by: { id: 'x', mspId: 'y' } } as const;
const source = { system: 'chartseal-gateway' };

function event(sequence: number, entry: Entry | null, opened: object = {}): HistoryEvent {
  const act = entry?.act ?? 'access';
  const shown = { opened: opened as HistoryEvent['opened'], withheld: [] };
  return { sequence, act, leafHash: hashOf(sequence), entry, ...shown };
}

function inquiry(sequence: number, more: Partial<InquiryEntry> = {}, question = 'Why?') {
  const at = new Date(NOW + sequence).toISOString();
  const entry: InquiryEntry = {
    ...common,
    act: 'inquiry',
    at,
    dueAt: DUE,
    source,
    private: { question: '' },
    ...more,
  };
  return event(sequence, entry, { question });
}

function answer(sequence: number, to: number, more: Partial<AnswerEntry> = {}, text = 'Because.') {
  const at = new Date(NOW + sequence).toISOString();
  const entry: AnswerEntry = {
    ...common,
    act: 'answer',
    at,
    inquiry: hashOf(to),
    source,
    private: { actor: '', text: '' },
    ...more,
  };
  return event(sequence, entry, { actor: { id: 'po' }, text });
}

const HISTORY: readonly HistoryEvent[] = [
  event(0, null),
  inquiry(1, { about: hashOf(0) }),
  inquiry(2, { dueAt: OVER }, 'And this?'),
  answer(3, 1, { dueAt: LATER }),
  answer(4, 1, { outcome: 'unjustified' }),
  inquiry(5, { appeals: hashOf(1) }, 'I object.'),
];

const counts = { shown: HISTORY.length, proven: HISTORY.length };

describe('threads out of a verified history', () => {
  const threads = threadsOf(HISTORY, NOW);

  it('hold each question with all that followed it, the newest question first', () => {
    expect(threads.map(({ id }) => id)).to.deep.equal([hashOf(2), hashOf(1)]);
    const [, first] = threads;
    expect(first?.steps.map(({ sequence }) => sequence)).to.deep.equal([1, 3, 4, 5]);
    expect(first?.about).to.equal(hashOf(0));
    expect(first?.question).to.equal('Why?');
  });

  it('are open until they are answered, and open again after an objection', () => {
    const states = [2, 4, 5, 6].map((end) => {
      const [thread] = threadsOf(HISTORY.slice(0, end), NOW).slice(-1);
      return thread?.state;
    });
    expect(states).to.deep.equal(['submitted', 'in-progress', 'answered', 'appealed']);
    const [answered] = threadsOf(HISTORY.slice(0, 5), NOW).slice(-1) as [Thread];
    expect(isOpen(answered)).to.equal(false);
    expect(outcomeOf(answered)).to.equal('unjustified');
  });

  it('have the newest deadline, and are overdue while they are open after it', () => {
    const [second, first] = threads;
    expect(second?.overdue).to.equal(true);
    expect(first?.overdue).to.equal(false);
    const [moved] = threadsOf(HISTORY.slice(0, 4), NOW).slice(-1);
    expect(moved?.dueAt).to.equal(LATER);
    const answered = threadsOf(HISTORY.slice(0, 5), Date.parse(LATER) + 1).slice(-1);
    expect(answered[0]?.overdue).to.equal(false);
  });

  it('show what goes on with an entry that is not shown', () => {
    const hidden = HISTORY.with(1, event(1, null));
    const first = threadsOf(hidden, NOW).find(({ id }) => id === hashOf(1));
    expect(first?.steps.map(({ sequence }) => sequence)).to.deep.equal([3, 4, 5]);
    const shown = threadsOf(HISTORY, NOW);
    const some = { ...counts, hidden: new Set([hashOf(1)]) };
    expect(countDifferingSteps(shown, threadsOf(hidden, NOW), some)).to.equal(0);
    expect(countDifferingSteps(shown, threadsOf(hidden, NOW), counts)).to.equal(1);
  });
});

describe('threads that a page shows', () => {
  const proven = threadsOf(HISTORY, NOW);
  const change = (at: number, sequence: number, more: object): Thread[] =>
    proven.map((thread, place) =>
      place === at
        ? {
            ...thread,
            steps: thread.steps.map((step) =>
              step.sequence === sequence ? { ...step, ...more } : step,
            ),
          }
        : thread,
    );

  it('are those that are proven, whoever answered is named or not', () => {
    expect(countDifferingSteps(proven, proven, counts)).to.equal(0);
    const unnamed = proven.map((thread) => ({
      ...thread,
      steps: thread.steps.map(({ actor: _, ...step }) => step),
    }));
    expect(countDifferingSteps(unnamed, proven, counts)).to.equal(0);
  });

  it('differ by a text, an outcome, a deadline or a time', () => {
    expect(countDifferingSteps(change(1, 4, { text: 'Sorry.' }), proven, counts)).to.equal(1);
    expect(countDifferingSteps(change(1, 4, { outcome: 'justified' }), proven, counts)).to.equal(1);
    expect(countDifferingSteps(change(1, 3, { dueAt: DUE }), proven, counts)).to.equal(1);
    expect(countDifferingSteps(change(0, 2, { at: OVER }), proven, counts)).to.equal(1);
  });

  it('differ by a question that is left out, and by one that is not in the log', () => {
    expect(countDifferingSteps(proven.slice(1), proven, counts)).to.equal(1);
    const extra = threadsOf([inquiry(3)], NOW).map((one) => ({ ...one, id: 'f'.repeat(64) }));
    const added = extra.map((one) => ({
      ...one,
      steps: one.steps.map((step) => ({ ...step, leafHash: 'f'.repeat(64) })),
    }));
    expect(countDifferingSteps([...added, ...proven], proven, counts)).to.equal(1);
  });

  it('are found in a proof of fingerprints alone, each at its place', () => {
    const bare = HISTORY.map(({ sequence, act, leafHash }) => ({ sequence, act, leafHash }));
    expect(countUnknownSteps(proven, bare, counts)).to.equal(0);
    expect(countUnknownSteps(proven.slice(1), bare, counts)).to.equal(1);
    expect(countUnknownSteps(proven.slice(1), bare, { shown: 2, proven: 6 })).to.equal(0);
    expect(countUnknownSteps(change(0, 2, { leafHash: hashOf(9) }), bare, counts)).to.equal(2);
    expect(countUnknownSteps(change(0, 2, { act: 'answer' }), bare, counts)).to.equal(1);
    expect(countUnknownSteps(proven, bare.slice(0, 3), { shown: 6, proven: 3 })).to.equal(0);
  });

  it('may be older or newer than the proof', () => {
    const older = threadsOf(HISTORY.slice(0, 5), NOW);
    expect(countDifferingSteps(older, proven, { shown: 5, proven: 6 })).to.equal(0);
    expect(countDifferingSteps(older, proven, { shown: 6, proven: 6 })).to.equal(1);
    expect(countDifferingSteps(proven, older, { shown: 6, proven: 5 })).to.equal(0);
    expect(withNewerSteps(older, proven, 5, NOW)).to.deep.equal(proven);
    const first = threadsOf(HISTORY.slice(0, 2), NOW);
    const both = withNewerSteps(first, proven, 2, NOW);
    expect(both.map(({ id }) => id).sort()).to.deep.equal([hashOf(1), hashOf(2)]);
  });
});

describe('a list that takes in what is new', () => {
  const entry = (sequence: number): ShownEntry => ({
    sequence,
    leafHash: hashOf(sequence),
    act: 'access',
    at: DUE,
  });
  const page = (...sequences: number[]): AccessPage => ({
    events: sequences.map(entry),
    asOf: DUE,
    count: (sequences[0] ?? -1) + 1,
    next: 'older',
  });
  const placesIn = ({ entries }: { entries: readonly ShownEntry[] }) =>
    entries.map(({ sequence }) => sequence);

  it('puts it on top, and goes on where it was', () => {
    const list = withNewer({ entries: [2, 1].map(entry), next: 'rest' }, page(4, 3, 2));
    expect(placesIn(list)).to.deep.equal([4, 3, 2, 1]);
    expect(list.next).to.equal('rest');
    const same = withNewer({ entries: [2, 1].map(entry) }, page(2, 1));
    expect(placesIn(same)).to.deep.equal([2, 1]);
  });

  it('begins anew where something lies between', () => {
    const list = withNewer({ entries: [2, 1].map(entry), next: 'rest' }, page(9, 8));
    expect(placesIn(list)).to.deep.equal([9, 8]);
    expect(list.next).to.equal('older');
  });
});

describe('days of deadlines', () => {
  it('end with their last second, where the reader is', () => {
    const end = endOfDay('2026-12-24') ?? '';
    expect(dayOf(end)).to.equal('2026-12-24');
    expect(dayOf(new Date(Date.parse(end) + 1000).toISOString())).to.equal('2026-12-25');
  });

  it('are not read out of other texts', () => {
    for (const text of ['', '24.12.2026', '2026-12', '2026-12-24T00:00']) {
      expect(endOfDay(text)).to.equal(undefined);
    }
  });
});
