// The unprotected window as a picture: for each day how long documents were without protection,
// half of them, nearly all, the longest; on a scale on which seconds and months both are seen. A
// table says the same to those who do not see it, and on paper.
import { ARCHIVE } from '../text/archive.js';
import type { Language } from '../text/languages.js';
import { SIGNS } from '../text/signs.js';
import { type Child, drawing, element } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import type { Overview, WindowDay } from './answers.js';
import { cell, durationText, headed, tableOf, workButton } from './parts.js';
import { HOUR_MS, heightOf, MARKS, rangeOf, sharesOf } from './scale.js';

const LEFT = 76;
const TOP = 20;
const BOTTOM = 30;
const MAX_DAYS = 60;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Drawn in the size in which it is shown, so that its letters keep theirs. */
const SIZES = { wide: { width: 920, height: 320 }, narrow: { width: 328, height: 260 } } as const;

/** A day of a calendar, whatever the zone. */
export const dayText = (date: string, language: Language): string =>
  formatMoment(`${date}T12:00:00`, language, 'day');

/** Half of the square: the dot is seen in it where both stand at the same place. */
const SIGN = 4.5;

function sign(kind: 'p50' | 'p95' | 'most', x: number, y: number): SVGElement {
  if (kind === 'p50') return drawing('circle', { cx: x, cy: y, r: 3, class: 'p50' });
  if (kind === 'p95') {
    const at = { x: x - SIGN, y: y - SIGN, width: 2 * SIGN, height: 2 * SIGN };
    return drawing('rect', { ...at, class: 'p95' });
  }
  // Stands on its value, so that it is seen also where nearly all took as long.
  const points = `${x},${y - 5} ${x - 5.5},${y - 15} ${x + 5.5},${y - 15}`;
  return drawing('polygon', { points, class: 'most' });
}

function axis(range: readonly [number, number], size: Size, language: Language): SVGElement[] {
  const y = yOf(range, size);
  return MARKS.filter((one) => one >= range[0] && one <= range[1]).flatMap((one) => [
    drawing('line', {
      x1: LEFT,
      x2: size.width,
      y1: y(one),
      y2: y(one),
      class: one === HOUR_MS ? 'axis hour' : 'axis',
    }),
    drawing(
      'text',
      { x: LEFT - 8, y: y(one) + 4, 'text-anchor': 'end' },
      durationText(one, language),
    ),
  ]);
}

const yOf = (range: readonly [number, number], { height }: Size) => {
  const room = height - TOP - BOTTOM;
  return (ms: number) => TOP + room * (1 - heightOf(ms, range));
};

function dayShapes(
  day: WindowDay,
  x: number,
  y: (ms: number) => number,
  language: Language,
): SVGElement {
  const texts = ARCHIVE[language].window;
  const { colon } = SIGNS[language];
  const words = [
    dayText(day.date, language),
    `${texts.versions}${colon}${day.versions}`,
    `${texts.p50}${colon}${durationText(day.p50ms, language)}`,
    `${texts.p95}${colon}${durationText(day.p95ms, language)}`,
    `${texts.most}${colon}${durationText(day.maxMs, language)}`,
  ];
  return drawing(
    'g',
    { 'data-day': day.date },
    drawing('title', {}, words.join('\n')),
    drawing('line', { x1: x, x2: x, y1: y(day.p50ms), y2: y(day.maxMs), class: 'span' }),
    sign('most', x, y(day.maxMs)),
    sign('p95', x, y(day.p95ms)),
    sign('p50', x, y(day.p50ms)),
  );
}

function picture(days: readonly WindowDay[], isNarrow: boolean, language: Language): SVGElement {
  const texts = ARCHIVE[language].window;
  const size = isNarrow ? SIZES.narrow : SIZES.wide;
  const range = rangeOf(days.flatMap(({ p50ms, maxMs }) => [p50ms, maxMs]));
  const y = yOf(range, size);
  const step = (size.width - LEFT - 16) / days.length;
  const x = (at: number) => LEFT + 8 + step * (at + 0.5);
  const [first, last] = [days[0] as WindowDay, days.at(-1) as WindowDay];
  const [from, to] = [dayText(first.date, language), dayText(last.date, language)];
  const label = (at: number, anchor: string, text: string) =>
    drawing('text', { x: at, y: size.height - 8, 'text-anchor': anchor }, text);
  return drawing(
    'svg',
    {
      viewBox: `0 0 ${size.width} ${size.height}`,
      class: 'window',
      role: 'img',
      'aria-label': texts.picture(from, to),
      'aria-describedby': 'window-sentence',
    },
    ...axis(range, size, language),
    ...days.map((day, at) => dayShapes(day, x(at), y, language)),
    days.length === 1 ? label(x(0), 'middle', from) : label(LEFT, 'start', from),
    days.length > 1 && label(size.width, 'end', to),
  );
}

function keyOf(language: Language): HTMLElement {
  const texts = ARCHIVE[language].window;
  const one = (kind: 'p50' | 'p95' | 'most', text: string) =>
    element(
      'li',
      {},
      drawing(
        'svg',
        { viewBox: '0 0 14 14', class: 'sign', 'aria-hidden': 'true' },
        sign(kind, 7, kind === 'most' ? 17 : 7),
      ),
      text,
    );
  return element(
    'ul',
    { class: 'legend' },
    one('p50', texts.p50),
    one('p95', texts.p95),
    one('most', texts.most),
  );
}

function numbers(days: readonly WindowDay[], language: Language): HTMLElement {
  const texts = ARCHIVE[language].window;
  const heads = [texts.day, texts.versions, texts.p50, texts.p95, texts.most, texts.overHour];
  const duration = (ms: number) => durationText(ms, language);
  const rows = [...days]
    .reverse()
    .map((day) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, dayText(day.date, language)),
        cell(texts.versions, {}, String(day.versions)),
        cell(texts.p50, {}, duration(day.p50ms)),
        cell(texts.p95, {}, duration(day.p95ms)),
        cell(texts.most, {}, duration(day.maxMs)),
        cell(texts.overHour, {}, String(day.unprotectedOver1h)),
      ),
    );
  return tableOf({ class: 'numbers', caption: texts.table, heads }, rows);
}

function spread({ window: { buckets } }: Overview, language: Language): Child {
  const texts = ARCHIVE[language].window;
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return undefined;
  const rows = sharesOf(buckets).map(({ upToMs, count }) => {
    const text =
      upToMs === undefined
        ? texts.above(durationText(MARKS.at(-1) as number, language))
        : texts.upTo(durationText(upToMs, language));
    const bar = drawing(
      'svg',
      { viewBox: '0 0 100 8', class: 'share', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      drawing('rect', { x: 0, y: 0, width: (100 * count) / total, height: 8, class: 'bar' }),
    );
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, text),
      cell(texts.versions, {}, String(count)),
      cell(texts.share, {}, `${Math.round((1000 * count) / total) / 10} %`, bar),
    );
  });
  const heads = [texts.within, texts.versions, texts.share];
  return tableOf({ class: 'numbers', caption: texts.spread, heads }, rows);
}

export interface WindowOptions {
  readonly isNarrow: boolean;
  readonly showsTable: boolean;
  readonly toggleTable: () => void;
}

export function windowSection(
  overview: Overview,
  { isNarrow, showsTable, toggleTable }: WindowOptions,
  language: Language,
): HTMLElement {
  const texts = ARCHIVE[language].window;
  const { withoutCreatedAt } = overview.window;
  const days = [...overview.window.days]
    .sort((a, b) => (a.date < b.date ? -1 : 1))
    .filter(({ versions }) => versions > 0)
    .slice(-MAX_DAYS);
  const last = days.at(-1);
  const without =
    withoutCreatedAt > 0 && element('p', { class: 'hint' }, texts.without(withoutCreatedAt));
  if (last === undefined) {
    return headed(
      'window',
      texts.title,
      element('p', {}, texts.lead),
      element('p', {}, texts.none),
      without,
    );
  }
  const longest = days.reduce((most, day) => (day.maxMs > most.maxMs ? day : most));
  const over = days.reduce((sum, { unprotectedOver1h }) => sum + unprotectedOver1h, 0);
  const duration = (ms: number) => durationText(ms, language);
  const sentence = [
    texts.sentence(
      dayText(last.date, language),
      last.versions,
      duration(last.p50ms),
      duration(last.p95ms),
    ),
    texts.longest(dayText(longest.date, language), duration(longest.maxMs)),
  ].join(language === 'en' ? ' ' : '');
  const numbersClass = showsTable ? 'figures-table' : 'figures-table unseen';
  return headed(
    'window',
    texts.title,
    element('p', {}, texts.lead),
    element('p', { id: 'window-sentence' }, sentence),
    element('p', {}, over === 0 ? mark('good', texts.overNone) : mark('open', texts.over(over))),
    element(
      'figure',
      { class: 'panel' },
      picture(days, isNarrow, language),
      element('figcaption', {}, keyOf(language)),
    ),
    workButton('window-table', texts.showTable, false, toggleTable, {
      class: 'no-print',
      'aria-pressed': showsTable ? 'true' : 'false',
    }),
    element('div', { class: numbersClass }, numbers(days, language), spread(overview, language)),
    without,
  );
}
