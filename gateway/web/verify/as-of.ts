// Up to when a list must be complete: a day, a time and a zone, as the reader asks for it.
import { AS_OF } from '../text/as-of.js';
import type { Language } from '../text/language.js';
import { type Child, element } from '../view/dom.js';
import type { AsOfFields } from './as-of-moment.js';
import { moment } from './moments.js';

const hereZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export interface AsOfPanel {
  readonly fields: AsOfFields;
  /** What is asked for now, in ms since 1970. */
  readonly asked: number | undefined;
  /** Whether what was typed is no moment. */
  readonly isWrong: boolean;
  /** Keeps what is typed. */
  readonly type: (fields: AsOfFields) => void;
  readonly ask: () => void;
  readonly drop: () => void;
}

export function asOfPanel(panel: AsOfPanel, language: Language): HTMLElement {
  const texts = AS_OF[language];
  const { fields, isWrong } = panel;
  const typed = () =>
    panel.type({
      date: date.value,
      time: time.value,
      zone: zone.value === 'utc' ? 'utc' : 'here',
    });
  const input = (type: 'date' | 'time', value: string, hint?: string) => {
    const made = element('input', {
      type,
      id: `as-of-${type}`,
      step: type === 'time' ? 1 : undefined,
      max: type === 'date' ? '9999-12-31' : undefined,
      'aria-describedby': hint,
      'aria-invalid': isWrong ? 'true' : undefined,
      on: { input: typed, change: typed },
    });
    made.value = value;
    return made;
  };
  const date = input('date', fields.date, isWrong ? 'as-of-wrong' : undefined);
  const time = input('time', fields.time, 'as-of-hint');
  const zone = element(
    'select',
    { id: 'as-of-zone', on: { change: typed } },
    element('option', { value: 'here', selected: fields.zone === 'here' }, texts.here(hereZone())),
    element('option', { value: 'utc', selected: fields.zone === 'utc' }, 'UTC'),
  );
  const submit = (event: Event) => {
    event.preventDefault();
    typed();
    panel.ask();
  };
  const field = (label: string, control: HTMLElement) =>
    element('div', { class: 'field' }, element('label', { for: control.id }, label), control);
  const row = element(
    'div',
    { class: 'in-a-row' },
    field(texts.date, date),
    field(texts.time, time),
    field(texts.zone, zone),
  );
  return element(
    'form',
    { id: 'as-of', class: 'no-print', on: { submit } },
    element(
      'fieldset',
      {},
      element('legend', {}, texts.legend),
      element('p', { class: 'hint' }, texts.lead),
      row,
      element('p', { class: 'hint', id: 'as-of-hint' }, texts.timeHint),
      isWrong && element('p', { id: 'as-of-wrong', role: 'alert' }, texts.wrong),
      ...askedView(panel, language),
    ),
  );
}

/** What is asked for now, and how to change that. */
function askedView({ asked, drop }: AsOfPanel, language: Language): Child[] {
  const texts = AS_OF[language];
  const submit = element('button', { type: 'submit', id: 'as-of-ask' }, texts.ask);
  if (asked === undefined) return [element('div', { class: 'actions' }, submit)];
  const when = moment(new Date(asked).toISOString());
  return [
    element('p', { id: 'as-of-asked' }, texts.asked, ' ', when),
    element(
      'div',
      { class: 'actions' },
      submit,
      element('button', { type: 'button', id: 'as-of-drop', on: { click: drop } }, texts.drop),
    ),
  ];
}
