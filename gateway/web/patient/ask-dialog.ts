// The dialog in which a patient writes a question or an objection: what it is about, what happens
// then and until when, the text. It stands outside of what the page draws: nothing takes it away.

import { writingForm } from '../inquiries/writing.js';
import type { Drafts } from '../session/draft.js';
import type { Language } from '../text/language.js';
import { QUESTIONS, type QuestionTexts } from '../text/questions.js';
import { type Child, element } from '../view/dom.js';
import { formatMoment } from '../view/moment.js';

const DAY_MS = 86_400_000;

export interface Asking {
  readonly kind: 'entry' | 'file' | 'appeal';
  /** Of the text that is kept. */
  readonly name: string;
  /** What is asked about, in a sentence. */
  readonly about: readonly Child[];
  readonly drafts: Drafts;
  /** Within how many days the hospital answers; undefined when it has not said so. */
  readonly days: number | undefined;
  /** Throws ProblemError. */
  readonly send: (text: string, key: string) => Promise<void>;
  readonly refused: (code: string) => void;
  /** The dialog is gone, with the text sent or not. */
  readonly closed: () => void;
}

function happensThen(days: number | undefined, language: Language): HTMLElement {
  const texts = QUESTIONS[language];
  const day = (ahead: number) =>
    formatMoment(new Date(Date.now() + ahead * DAY_MS).toISOString(), language, 'day');
  const until = days === undefined ? texts.untilOpen : texts.untilDays(days, day(days));
  const items = [until, texts.inLog, texts.whoReads].map((one) => element('li', {}, one));
  return element(
    'div',
    {},
    element('p', { class: 'label' }, texts.whatHappens),
    element('ul', {}, ...items),
  );
}

const titles = (texts: QuestionTexts): Readonly<Record<Asking['kind'], string>> => ({
  entry: texts.askTitle,
  file: texts.askAtAllTitle,
  appeal: texts.appealTitle,
});

export function openAskDialog(asking: Asking, language: Language): void {
  const texts = QUESTIONS[language];
  const { kind, name, about, drafts, days, send, refused, closed } = asking;
  const dialog = element('dialog', {
    id: 'asking',
    class: 'asking',
    'aria-labelledby': 'ask-title',
  });
  const close = () => dialog.close();
  const discard = () => {
    drafts.drop(name);
    dialog.close();
  };
  const button = (id: string, text: string, click: () => void) =>
    element('button', { type: 'button', id, on: { click } }, text);
  const form = writingForm(
    {
      name,
      id: 'ask',
      drafts,
      label: kind === 'appeal' ? texts.appealLabel : texts.label,
      sendLabel: texts.send,
      after: [happensThen(days, language)],
      buttons: [
        button('ask-close', texts.close, close),
        button('ask-discard', texts.discard, discard),
      ],
      send,
      sent: close,
      refused,
    },
    language,
  );
  dialog.append(
    element('h2', { id: 'ask-title' }, titles(texts)[kind]),
    element('p', { class: 'soft' }, ...about),
    form,
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('textarea')?.focus();
}
