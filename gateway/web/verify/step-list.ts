// Every step of a verification as a table, and what the verdict does not say.
import type { Step, StepStatus } from '../../evidence/steps.js';
import type { HistoryStep, ReceiptStep } from '../../evidence/verdict.js';
import type { Language } from '../text/language.js';
import { element } from '../view/dom.js';
import { mark, type Tone } from '../view/mark.js';
import { findingText, statementText, verifyTexts } from './texts.js';

const TONES: Readonly<Record<StepStatus, Tone>> = {
  OK: 'good',
  FAILED: 'bad',
  'NOT CHECKED': 'open',
};

function stepRow({ step, status, sentence }: Step, language: Language): HTMLElement {
  const texts = verifyTexts(language);
  const [name, asks] = texts.steps[step as ReceiptStep | HistoryStep];
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, name, element('div', { class: 'hint asks' }, asks)),
    element('td', { class: 'status' }, mark(TONES[status], texts.statuses[status])),
    element('td', { class: 'finding' }, findingText(sentence, language)),
  );
}

export function stepTable(steps: readonly Step[], language: Language): HTMLElement {
  const texts = verifyTexts(language);
  const head = [texts.stepColumn, texts.statusColumn, texts.findingColumn].map((text) =>
    element('th', { scope: 'col' }, text),
  );
  return element(
    'table',
    { class: 'steps' },
    element('caption', {}, texts.stepsCaption),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...steps.map((step) => stepRow(step, language))),
  );
}

export function statementList(statements: readonly string[], language: Language): HTMLElement {
  const texts = verifyTexts(language);
  const items = statements.map((sentence) => element('li', {}, statementText(sentence, language)));
  return element(
    'div',
    { class: 'not-said' },
    element('h4', {}, texts.notSaidTitle),
    element('ul', {}, ...items),
  );
}
