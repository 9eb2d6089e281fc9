// One record, opened: what is known of it, its versions and how far each has come, its receipts.
import { ARCHIVE } from '../text/archive.js';
import type { Language } from '../text/languages.js';
import { categoryText } from '../text/patient.js';
import { type Child, element, fact, foreign } from '../view/dom.js';
import { formatMoment } from '../view/moment.js';
import type { FoundRecord, RecordVersion } from './answers.js';
import { cell, type Loaded, partProblem, tableOf, workButton } from './parts.js';
import { addressOf } from './query.js';
import { conditionMarks, stateMark } from './search-view.js';

export interface RecordOptions {
  readonly record: FoundRecord;
  readonly versions: Loaded<RecordVersion>;
  readonly hasVerifyPage: boolean;
  readonly close: () => void;
  readonly more: () => void;
  readonly again: () => void;
}

const optional = (name: string, value: string | undefined): Child[] =>
  value === undefined ? [] : fact(name, foreign(value));

function facts({ record }: RecordOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language];
  const { id, name, createdAt, category, mediaType, size, retention, source, condition } = record;
  return element(
    'dl',
    { class: 'facts' },
    ...fact(texts.record.id, foreign(id)),
    ...optional(texts.search.name, name),
    ...fact(texts.search.condition, conditionMarks(condition, language)),
    ...optional(texts.record.created, createdAt && formatMoment(createdAt, language)),
    ...optional(texts.record.category, categoryText(category, language)),
    ...optional(texts.record.mediaType, mediaType),
    ...fact(texts.record.size, texts.record.sizeText(size)),
    ...optional(texts.record.retention, retention),
    ...optional(texts.record.source, source?.system),
  );
}

function versionRow(id: string, one: RecordVersion, language: Language): HTMLElement {
  const texts = ARCHIVE[language];
  const { version, digests } = one;
  const digestList = Object.entries(digests).map(([algorithm, value]) =>
    element(
      'p',
      { class: 'digest' },
      algorithm !== 'sha-256' && `${texts.record.otherDigest(algorithm)}: `,
      element('code', {}, value),
    ),
  );
  const receipt =
    one.state === 'proven'
      ? element(
          'a',
          {
            href: `${addressOf(id)}/receipt?version=${version}`,
            // A name that names nobody.
            download: `record.v${version}.receipt.json`,
            'aria-label': texts.record.receiptOf(version),
          },
          texts.record.receipt,
        )
      : element('span', { class: 'soft' }, texts.record.receiptLater);
  return element(
    'tr',
    { 'data-version': version },
    element('th', { scope: 'row', 'data-label': texts.search.version }, String(version)),
    cell(texts.search.anchoredAt, {}, formatMoment(one.at, language)),
    cell(texts.search.state, {}, stateMark(one, language)),
    cell(texts.record.digest, {}, ...digestList),
    cell(texts.record.receipt, {}, receipt),
  );
}

function versionTable({ record, versions }: RecordOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language];
  const { version, anchoredAt, state } = texts.search;
  const heads = [version, anchoredAt, state, texts.record.digest, texts.record.receipt];
  const rows = versions.rows.map((one) => versionRow(record.id, one, language));
  return tableOf({ class: 'versions', caption: texts.record.versions, heads }, rows);
}

export function recordPanel(options: RecordOptions, language: Language): HTMLElement {
  const { record, versions, hasVerifyPage, close, more, again } = options;
  const texts = ARCHIVE[language].record;
  const { rows, isLoading, problem, next } = versions;
  const history = element(
    'a',
    { href: `${addressOf(record.id)}/history`, download: 'record-history.json' },
    texts.history,
  );
  return element(
    'section',
    { class: 'panel', id: 'record', 'aria-labelledby': 'record-title' },
    element('h3', { id: 'record-title', tabindex: -1 }, `${texts.title} `, foreign(record.id)),
    facts(options, language),
    rows.length > 0 && versionTable(options, language),
    isLoading && element('p', { class: 'hint' }, texts.loading),
    partProblem('record', problem, language, again),
    next !== undefined &&
      workButton('versions-more', texts.more, isLoading, more, { class: 'no-print' }),
    element(
      'div',
      { class: 'no-print' },
      element('p', {}, history),
      hasVerifyPage &&
        element(
          'p',
          { class: 'hint' },
          `${texts.historyHint} `,
          element('a', { href: '/verify' }, texts.verify),
        ),
      workButton('record-close', texts.close, false, close),
    ),
  );
}
