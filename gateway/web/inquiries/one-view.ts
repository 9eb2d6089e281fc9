// One question opened: how it stands, what it is about, every step, what can be done with it.
import type { ShownEntry } from '../patient/access.js';
import { accessFacts } from '../patient/entries.js';
import type { Language } from '../text/language.js';
import { OFFICER } from '../text/officer.js';
import { PATIENT } from '../text/patient.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import { type AnswerForms, answerForms } from './answer-forms.js';
import type { Thread } from './thread.js';
import { dueText, stateMarks, stepsView } from './thread-view.js';

/** As GET /v1/inquiries/{id} has it. */
export interface OneThread extends Thread {
  readonly event?: ShownEntry;
}

export interface OnePanel {
  readonly one: OneThread;
  readonly forms: AnswerForms;
  readonly notices: readonly Child[];
  readonly draw: () => void;
}

function aboutSection({ about, event }: OneThread, language: Language): HTMLElement {
  const texts = OFFICER[language];
  const what =
    event === undefined
      ? element('p', {}, about === undefined ? texts.aboutFile : texts.aboutOther)
      : element('dl', { class: 'facts', id: 'event' }, ...accessFacts(event, language));
  return element(
    'section',
    { class: 'panel' },
    element('h2', {}, texts.about),
    event?.breakGlass === true && element('p', {}, mark('bad', PATIENT[language].emergency)),
    what,
  );
}

export function oneView({ one, forms, notices, draw }: OnePanel, language: Language): Child[] {
  const texts = OFFICER[language];
  return [
    element('p', { class: 'no-print' }, element('a', { href: '#' }, texts.back)),
    element(
      'h1',
      { id: 'title', tabindex: -1 },
      texts.oneTitle(formatMoment(one.askedAt, language)),
    ),
    ...notices,
    element('p', { id: 'state' }, ...stateMarks(one, language)),
    dueText(one, language),
    one.patient !== undefined &&
      element(
        'p',
        { class: 'soft' },
        `${texts.patient} `,
        foreign(one.patient, { class: 'mono' }),
        `${SIGNS[language].open}${texts.patientHint}${SIGNS[language].close}`,
      ),
    aboutSection(one, language),
    element('section', {}, element('h2', {}, texts.steps), stepsView(one, language)),
    ...answerForms(forms, draw, language),
  ];
}
