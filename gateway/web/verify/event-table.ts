// The events of a history that is proven complete: emergency overrides first, then in order.
import type { Actor, Entry } from '../../../chaincode/core/entry.js';
import { type HistoryEvent, isOverride } from '../../evidence/history-events.js';
import { actionText, actText, purposeText } from '../text/codes.js';
import { INQUIRY_WORDS } from '../text/inquiry-words.js';
import type { Language } from '../text/language.js';
import { categoryText, roleText } from '../text/patient.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { inquiryCells, type Places, placesOf } from './inquiry-row.js';
import { moment } from './moments.js';
import { verifyTexts } from './texts.js';

const PAGE_ROWS = 100;
const OVERRIDE_PURPOSE = 'BTG';

function whoText({ opened, entry }: HistoryEvent, language: Language): Child[] {
  const texts = verifyTexts(language);
  if (entry === null) return [element('span', { class: 'soft' }, texts.contentNotShown)];
  if (entry.act === 'inquiry') return [texts.thePatient];
  if (entry.act !== 'access' && entry.act !== 'answer') return [foreign(entry.by.id)];
  const actor = opened['actor'] as Actor | undefined;
  const name =
    actor === undefined
      ? element('span', { class: 'soft' }, texts.nameWithheld)
      : foreign(actor.name ?? actor.id);
  if (entry.act === 'answer') return [name];
  const unit = entry.unit === undefined ? '' : `${SIGNS[language].comma}${entry.unit}`;
  const role = roleText(entry.role, language);
  const where = `${entry.organisation}${unit}`;
  const place = foreign(`${role}${SIGNS[language].comma}${where}`, { class: 'soft' });
  return [name, element('div', {}, place)];
}

function whatText(entry: Entry, language: Language): Child[] {
  const texts = verifyTexts(language);
  const signs = SIGNS[language];
  if (entry.act !== 'access') {
    const act = actText(entry.act, language);
    return [
      'record' in entry ? `${act}${signs.comma}${texts.version} ${entry.record.version}` : act,
    ];
  }
  const failed =
    entry.outcome === 'success' ? '' : `${signs.open}${texts.failedAccess}${signs.close}`;
  const records = entry.records.map((id) => element('div', { class: 'soft' }, foreign(id)));
  return [
    `${actionText(entry.action, language)}${failed}${signs.colon}`,
    foreign(categoryText(entry.category, language)),
    ...records,
  ];
}

function whyText(event: HistoryEvent, language: Language): Child[] {
  const { entry, opened } = event;
  if (entry?.act !== 'access') return [];
  const reason = opened['justification'];
  // The mark of an override says its purpose already.
  const isSaid = isOverride(event) && entry.purpose === OVERRIDE_PURPOSE;
  return [
    isOverride(event) && element('div', {}, mark('bad', verifyTexts(language).override)),
    !isSaid && foreign(purposeText(entry.purpose, language)),
    typeof reason === 'string' && element('div', { class: 'soft' }, foreign(reason)),
  ];
}

function row(event: HistoryEvent, places: Places, language: Language): HTMLElement {
  const { entry, act, sequence } = event;
  const texts = verifyTexts(language);
  const time = entry === null ? undefined : entry.act === 'access' ? entry.occurredAt : entry.at;
  const words = INQUIRY_WORDS[language];
  const asked = entry === null ? undefined : inquiryCells(entry, event, places, language);
  const plain = entry === null ? [actText(act ?? '', language)] : whatText(entry, language);
  const cell = (label: string, children: readonly Child[]) =>
    element('td', { 'data-label': label }, ...children);
  return element(
    'tr',
    isOverride(event) ? { class: 'override' } : {},
    element('th', { scope: 'row' }, `#${sequence}`),
    cell(texts.when, [time === undefined ? undefined : moment(time)]),
    cell(asked === undefined ? texts.who : words.who, whoText(event, language)),
    cell(texts.what, asked?.what ?? plain),
    asked === undefined ? cell(texts.why, whyText(event, language)) : cell(words.text, asked.said),
  );
}

/** @param rows how many are shown; `more` shows that many */
export function eventTable(
  events: readonly HistoryEvent[],
  language: Language,
  rows: number,
  more: (rows: number) => void,
): HTMLElement {
  const texts = verifyTexts(language);
  const overrides = events.filter(isOverride);
  const ordered = [...overrides, ...events.filter((event) => !isOverride(event))];
  const shown = ordered.slice(0, Math.max(rows, PAGE_ROWS));
  const left = Math.min(PAGE_ROWS * 10, ordered.length - shown.length);
  const places = placesOf(events);
  const isAsked = ({ act }: HistoryEvent) => act === 'inquiry' || act === 'answer';
  const asked = events.filter(isAsked).length;
  const hidden = events.filter((event) => event.entry === null && !isAsked(event)).length;
  const title = texts.eventsTitle(events.length - asked, overrides.length, asked, hidden);
  const head = ['#', texts.when, texts.who, texts.what, texts.why].map((text) =>
    element('th', { scope: 'col' }, text),
  );
  return element(
    'div',
    {},
    element(
      'table',
      { class: 'events' },
      element('caption', {}, title),
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...shown.map((event) => row(event, places, language))),
    ),
    left > 0 &&
      element(
        'button',
        { type: 'button', class: 'no-print', on: { click: () => more(shown.length + left) } },
        texts.more(left),
      ),
  );
}
