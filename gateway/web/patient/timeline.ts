// A picture of when the file was opened: one bar a day or a week, emergency overrides told apart by
// shape and colour. Its sentence says the same to those who do not see it.
import type { Language } from '../text/language.js';
import { PATIENT } from '../text/patient.js';
import { QUESTIONS } from '../text/questions.js';
import { type Child, drawing, element } from '../view/dom.js';
import { formatMoment } from '../view/moment.js';
import { isAccess, isOfQuestion, type ShownEntry, timeOf } from './access.js';

const DAY_MS = 86_400_000;
const MAX_BARS = 60;
const WIDTH = 720;
const HEIGHT = 132;
const BASE = 96;

interface Bar {
  /** Its first day. */
  readonly from: number;
  count: number;
  emergencies: number;
  questions: number;
}

/** Days since 1970 of the reader's calendar. */
const dayOf = (time: Date): number =>
  Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / DAY_MS;

function barsOf(entries: readonly ShownEntry[]): Bar[] {
  const days = entries.map((entry) => dayOf(new Date(timeOf(entry))));
  const first = days.reduce((a, b) => Math.min(a, b));
  const last = days.reduce((a, b) => Math.max(a, b));
  const step = Math.max(1, Math.ceil((last - first + 1) / MAX_BARS));
  const count = Math.floor((last - first) / step) + 1;
  const bars: Bar[] = Array.from({ length: count }, (_none, at) => ({
    from: first + at * step,
    count: 0,
    emergencies: 0,
    questions: 0,
  }));
  entries.forEach((entry, at) => {
    const bar = bars[Math.floor(((days[at] as number) - first) / step)] as Bar;
    if (isAccess(entry)) bar.count++;
    else bar.questions++;
    if (entry.breakGlass === true) bar.emergencies++;
  });
  return bars;
}

/** Noon of the day, so that no change of clocks makes it another. */
const noonOf = (day: number): string => {
  const date = new Date(day * DAY_MS);
  return new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), 12).toISOString();
};

function diamond(x: number, y: number): SVGElement {
  const points = `${x},${y - 6} ${x + 6},${y} ${x},${y + 6} ${x - 6},${y}`;
  return drawing('polygon', { points, class: 'question-mark' });
}

function drawBar(bar: Bar, at: number, count: number, highest: number): SVGElement[] {
  const step = WIDTH / count;
  const width = Math.max(2, Math.min(28, step * 0.7));
  const height = (bar.count / highest) * (BASE - 14);
  const x = at * step + (step - width) / 2;
  const drawn: SVGElement[] = [];
  if (bar.count > 0) {
    drawn.push(drawing('rect', { x, y: BASE - height, width, height, class: 'bar' }));
  }
  // Beside the axis, not on it: a question is no access.
  if (bar.questions > 0) drawn.push(diamond(x + width / 2, BASE + 8));
  if (bar.emergencies > 0) {
    const middle = x + width / 2;
    const top = BASE - height - 3;
    const points = `${middle},${top - 9} ${middle - 6},${top} ${middle + 6},${top}`;
    drawn.push(drawing('polygon', { points, class: 'emergency' }));
  }
  return drawn;
}

/** Nothing for a list without an access. */
export function timeline(all: readonly ShownEntry[], language: Language): Child {
  const accesses = all.filter(isAccess);
  const questions = all.filter(isOfQuestion);
  if (accesses.length === 0) return undefined;
  const texts = PATIENT[language];
  const bars = barsOf([...accesses, ...questions]);
  const busiest = bars.reduce((most, bar) => (bar.count > most.count ? bar : most));
  const day = (bar: Bar | undefined) => formatMoment(noonOf(bar?.from ?? 0), language, 'day');
  const [from, to] = [day(bars[0]), day(bars.at(-1))];
  const sentence =
    texts.timelineText(from, to, day(busiest), busiest.count) +
    QUESTIONS[language].timelineText(questions.length);
  const shapes = bars.flatMap((bar, at) => drawBar(bar, at, bars.length, busiest.count));
  const picture = drawing(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'timeline', role: 'img', 'aria-label': sentence },
    drawing('line', { x1: 0, x2: WIDTH, y1: BASE, y2: BASE, class: 'axis' }),
    ...shapes,
  );
  const key = accesses.some(({ breakGlass }) => breakGlass === true) && emergencyKey(language);
  // Beside the picture, not in it: letters must not shrink with it.
  const ends = element(
    'div',
    { class: 'ends', 'aria-hidden': 'true' },
    element('span', {}, from),
    bars.length > 1 && element('span', {}, to),
  );
  const second = questions.length > 0 && questionKey(language);
  return element(
    'section',
    {},
    element('h2', {}, texts.timeline),
    element(
      'figure',
      {},
      picture,
      ends,
      element('figcaption', { class: 'hint' }, sentence, key, second),
    ),
  );
}

function emergencyKey(language: Language): Child {
  const sign = drawing(
    'svg',
    { viewBox: '0 0 12 10', class: 'key', 'aria-hidden': 'true' },
    drawing('polygon', { points: '6,0 0,10 12,10', class: 'emergency' }),
  );
  return element('span', { class: 'key-text' }, sign, PATIENT[language].emergency);
}

function questionKey(language: Language): Child {
  const sign = drawing(
    'svg',
    { viewBox: '0 0 12 12', class: 'key', 'aria-hidden': 'true' },
    diamond(6, 6),
  );
  return element('span', { class: 'key-text' }, sign, QUESTIONS[language].timelineKey);
}
