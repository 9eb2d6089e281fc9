// What the hospital can do with an open question: take it up or move its deadline, and answer it.
import { fold } from '../patient/pieces.js';
import type { Drafts } from '../session/draft.js';
import type { Language } from '../text/language.js';
import { OFFICER } from '../text/officer.js';
import { type Child, element } from '../view/dom.js';
import { dayOf, endOfDay } from './day.js';
import type { AnswerOutcome, Thread } from './thread.js';
import { writingForm } from './writing.js';

/** As POST /v1/inquiries/{id}/answers takes it. */
export interface AnswerBody {
  readonly status: 'in-progress' | 'answered';
  readonly outcome?: AnswerOutcome;
  readonly text?: string;
  readonly dueAt?: string;
}

/** What was chosen, kept while the page is drawn again. */
export interface Choices {
  /** A day as YYYY-MM-DD, of the reader's calendar. */
  due: string;
  outcome?: AnswerOutcome;
}

export interface AnswerForms {
  readonly thread: Thread;
  readonly drafts: Drafts;
  readonly choices: Choices;
  /** Throws ProblemError. */
  readonly send: (body: AnswerBody, key: string) => Promise<void>;
  readonly sent: () => void;
  readonly refused: (code: string) => void;
}

const answerDraft = ({ id }: Thread): string => `answer:${id}`;
const takeUpDraft = ({ id }: Thread): string => `take-up:${id}`;

/** The deadline stands until another day is chosen. */
export const firstChoices = ({ dueAt }: Thread): Choices => ({
  due: Date.parse(dueAt) > Date.now() ? dayOf(dueAt) : '',
});

function dueField(forms: AnswerForms, language: Language): HTMLElement {
  const texts = OFFICER[language];
  const { choices } = forms;
  const input: HTMLInputElement = element('input', {
    id: 'due',
    type: 'date',
    min: dayOf(new Date().toISOString()),
    required: true,
    on: {
      input: () => {
        choices.due = input.value;
      },
    },
  });
  input.value = choices.due;
  return element('div', { class: 'field' }, element('label', { for: 'due' }, texts.due), input);
}

function takeUpForm(forms: AnswerForms, language: Language): HTMLElement {
  const texts = OFFICER[language];
  const { thread, drafts, choices, send, sent, refused } = forms;
  const isMove = thread.state === 'in-progress';
  const isSame = () => choices.due === dayOf(thread.dueAt);
  const dueFault = () => {
    const end = endOfDay(choices.due);
    if (end === undefined) return texts.dueMissing;
    const aheadMs = Date.parse(end) - Date.now();
    if (aheadMs <= 0) return texts.dueOver;
    // The gateway refuses it: nobody's question is put off for ever.
    if (aheadMs > 366 * 86_400_000) return texts.dueFar;
    return isMove && isSame() ? texts.dueSame : undefined;
  };
  const findFault = () => {
    const fault = dueFault();
    if (fault !== undefined) document.getElementById('due')?.focus();
    return fault;
  };
  const form = writingForm(
    {
      name: takeUpDraft(thread),
      id: 'take-up',
      drafts,
      label: texts.note,
      isOptional: true,
      rows: 3,
      before: [dueField(forms, language)],
      sendLabel: isMove ? texts.moveSend : texts.takeUpSend,
      findFault,
      send: (text, key) => {
        const dueAt = isSame() ? undefined : endOfDay(choices.due);
        const body: AnswerBody = {
          status: 'in-progress',
          ...(text === '' ? {} : { text }),
          ...(dueAt === undefined ? {} : { dueAt }),
        };
        return send(body, key);
      },
      sent,
      refused,
    },
    language,
  );
  const hint = element('p', { class: 'hint' }, isMove ? texts.moveHint : texts.takeUpHint);
  return fold({
    key: `${takeUpDraft(thread)}:${thread.state}`,
    attributes: { class: 'panel no-print', id: 'taking-up' },
    summary: [element('strong', {}, isMove ? texts.move : texts.takeUp)],
    isOpen: !isMove,
    content: () => [hint, form],
  });
}

function outcomeField({ choices }: AnswerForms, language: Language): HTMLElement {
  const texts = OFFICER[language];
  const radios = Object.entries(texts.outcomes).map(([outcome, [name, means]]) => {
    const choose = () => {
      choices.outcome = outcome as AnswerOutcome;
    };
    const radio = element('input', {
      type: 'radio',
      name: 'outcome',
      id: `outcome-${outcome}`,
      value: outcome,
      'aria-describedby': `outcome-${outcome}-means`,
      on: { change: choose },
    });
    radio.checked = choices.outcome === outcome;
    const hint = element('p', { class: 'hint means', id: `outcome-${outcome}-means` }, means);
    return element(
      'div',
      {},
      element('label', { class: 'choice', for: `outcome-${outcome}` }, radio, name),
      hint,
    );
  });
  return element('fieldset', {}, element('legend', {}, texts.outcome), ...radios);
}

function answerForm(forms: AnswerForms, language: Language): HTMLElement {
  const texts = OFFICER[language];
  const { thread, drafts, choices, send, sent, refused } = forms;
  const form = writingForm(
    {
      name: answerDraft(thread),
      id: 'answer',
      drafts,
      label: texts.text,
      before: [outcomeField(forms, language)],
      sendLabel: texts.answerSend,
      findFault: () => {
        if (choices.outcome !== undefined) return undefined;
        document.getElementById('outcome-justified')?.focus();
        return texts.outcomeMissing;
      },
      send: (text, key) =>
        send(
          {
            status: 'answered',
            text,
            ...(choices.outcome === undefined ? {} : { outcome: choices.outcome }),
          },
          key,
        ),
      sent,
      refused,
    },
    language,
  );
  return element(
    'section',
    { class: 'panel no-print', id: 'answering', 'aria-labelledby': 'answering-title' },
    element('h2', { id: 'answering-title' }, texts.answer),
    element('p', { class: 'hint' }, texts.answerHint),
    form,
  );
}

/** A text that can no longer be sent, for whoever wrote it to keep elsewhere. */
function unsentView({ thread, drafts }: AnswerForms, draw: () => void, language: Language): Child {
  const draft = drafts.find(answerDraft(thread));
  if (draft === undefined || draft.text.trim() === '') return undefined;
  const texts = OFFICER[language];
  const area = element('textarea', { id: 'unsent', readonly: true, rows: 6 });
  area.value = draft.text;
  const discard = () => {
    drafts.drop(answerDraft(thread));
    draw();
  };
  return element(
    'div',
    { class: 'panel is-open no-print' },
    element('label', { for: 'unsent' }, texts.unsent),
    area,
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'button', on: { click: discard } }, texts.discard),
    ),
  );
}

export function answerForms(forms: AnswerForms, draw: () => void, language: Language): Child[] {
  const { state } = forms.thread;
  if (state !== 'answered') return [takeUpForm(forms, language), answerForm(forms, language)];
  return [
    element('p', { class: 'soft' }, OFFICER[language].closed),
    unsentView(forms, draw, language),
  ];
}
