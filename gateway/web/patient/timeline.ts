// A picture of when the file was opened: a bar for a day or for several, emergency overrides told
// apart by shape and colour. Its sentence says the same to those who do not see it.
import type { Language } from '../text/language.js';
import { PATIENT } from '../text/patient.js';
import { QUESTIONS } from '../text/questions.js';
import { type Child, drawing, element } from '../view/dom.js';
import { formatMoment } from '../view/moment.js';
import { isAccess, isOfQuestion, type ShownEntry } from './access.js';
import { type Bar, barsOf, DAY_MS, spanOf } from './days.js';

const WIDTH = 720;
const HEIGHT = 132;
const BASE = 96;

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

/** Nothing for a list without an access. @param isAll whether no entry is left to load */
export function timeline(all: readonly ShownEntry[], isAll: boolean, language: Language): Child {
  const accesses = all.filter(isAccess);
  const questions = all.filter(isOfQuestion);
  if (accesses.length === 0) return undefined;
  const texts = PATIENT[language];
  const told = [...accesses, ...questions];
  const [bars, span] = [barsOf(told), spanOf(told)];
  const highest = Math.max(...bars.map(({ count }) => count));
  const day = (number: number) => formatMoment(noonOf(number), language, 'day');
  const [from, to] = [day(span.first), day(span.last)];
  const sentence =
    (isAll ? '' : texts.timelineOfLoaded) +
    texts.timelineText(from, to, day(span.busiest), span.count) +
    QUESTIONS[language].timelineText(questions.length);
  const shapes = bars.flatMap((bar, at) => drawBar(bar, at, bars.length, highest));
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
    span.last > span.first && element('span', {}, to),
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
