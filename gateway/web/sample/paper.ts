// The work paper of a sample: what is to be asked for, what was found, how to draw it again.
import type { CheckpointFacts } from '../../evidence/checkpoint-facts.js';
import type { Language } from '../text/language.js';
import { SAMPLE } from '../text/sample.js';
import { SIGNS } from '../text/signs.js';
import type { Item } from '../verify/desk.js';
import { momentText } from '../verify/moments.js';
import { saveFile, TOOL } from '../verify/report.js';
import { verifyTexts } from '../verify/texts.js';
import { verdictOf } from '../verify/verdict.js';
import { element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { listDigest } from './draw.js';

export interface Paper {
  readonly seed: string;
  readonly kind: 'log' | 'list';
  readonly size: number;
  readonly numbers: readonly number[];
  /** Lines of the list; empty for a log. */
  readonly lines: readonly string[];
  readonly repeated: number;
  /** The verified checkpoint from which the size is. */
  readonly checkpoint?: CheckpointFacts | undefined;
}

/** The newest checkpoint among what holds. */
export function newestCheckpoint(items: readonly Item[]): CheckpointFacts | undefined {
  const facts = items.flatMap(({ outcome }) => {
    const result = outcome !== undefined && 'result' in outcome ? outcome.result : undefined;
    const holds = result !== undefined && result.verdict !== 'not proven';
    return holds && result.checkpoint?.asOf !== undefined ? [result.checkpoint] : [];
  });
  return facts.sort((a, b) => b.size - a.size)[0];
}

const resultOf = ({ outcome }: Item) =>
  outcome !== undefined && 'result' in outcome ? outcome.result : undefined;

/** Id of the record that a receipt is of. */
function recordOf(item: Item): string | undefined {
  const result = resultOf(item);
  const entry = result !== undefined && 'entry' in result ? result.entry : undefined;
  return entry !== undefined && 'record' in entry ? entry.record.id : undefined;
}

/** What was given for one item drawn, if anything was; of a list, by its record before its name. */
function findGiven(paper: Paper, number: number, items: readonly Item[]): Item | undefined {
  const known = items.filter((item) => resultOf(item) !== undefined);
  if (paper.kind === 'log') {
    return known.find((item) => {
      const result = resultOf(item);
      const isSameLog = result?.checkpoint?.origin === paper.checkpoint?.origin;
      return result !== undefined && 'index' in result && result.index === number && isSameLog;
    });
  }
  const line = paper.lines[number];
  return known.find((item) => recordOf(item) === line) ?? known.find(({ name }) => name === line);
}

/** The record of what was given, where it is not the item drawn: a file can have any name. */
function otherRecord(paper: Paper, number: number, given: Item | undefined): string | undefined {
  const record = given && recordOf(given);
  return paper.kind === 'list' && record !== paper.lines[number] ? record : undefined;
}

function itemName(paper: Paper, number: number): string {
  return paper.kind === 'log' ? `#${number}` : (paper.lines[number] ?? '');
}

function row(
  paper: Paper,
  items: readonly Item[],
  [number, order]: readonly [number, number],
  language: Language,
): HTMLElement {
  const texts = SAMPLE[language];
  const words = verifyTexts(language);
  const given = findGiven(paper, number, items);
  const verdict = given?.outcome && verdictOf(given.outcome, words);
  const record = otherRecord(paper, number, given);
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, String(order + 1)),
    element('td', {}, foreign(itemName(paper, number))),
    element(
      'td',
      {},
      verdict === undefined
        ? element('span', { class: 'soft' }, texts.notGiven)
        : mark(verdict.tone, words.verdicts[verdict.name]),
      record !== undefined &&
        element(
          'div',
          { class: 'soft' },
          `${words.record}${SIGNS[language].colon}`,
          foreign(record),
        ),
    ),
    element('td', { class: 'remarks' }, ''),
  );
}

function paperData(paper: Paper, given: readonly Item[], drawnAt: string): string {
  const words = verifyTexts('en');
  const { seed, kind, size, numbers, checkpoint, lines } = paper;
  const items = numbers.map((number, order) => {
    const found = findGiven(paper, number, given);
    const verdict = found?.outcome && verdictOf(found.outcome, words).name;
    const record = otherRecord(paper, number, found);
    return { order: order + 1, item: itemName(paper, number), verdict: verdict ?? null, record };
  });
  const population =
    kind === 'log'
      ? { kind, size, checkpoint: checkpoint ?? null }
      : { kind, size, listDigest: `sha256:${listDigest(lines)}` };
  const method = SAMPLE.en.methodText;
  const whole = {
    paper: 'chartseal sample',
    tool: TOOL,
    drawnAt,
    seed,
    population,
    method,
    items,
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

/** @param items what was given: the verdicts of the paper */
export function paperView(paper: Paper, items: readonly Item[], language: Language): HTMLElement {
  const texts = SAMPLE[language];
  const { checkpoint, kind, repeated, numbers, size, seed, lines } = paper;
  const origin = checkpoint?.origin ?? '';
  const whence =
    kind === 'list'
      ? `${texts.listDigest}${SIGNS[language].colon}${listDigest(lines)}`
      : checkpoint === undefined
        ? texts.sizeTyped
        : texts.sizeFrom(origin, momentText(checkpoint.asOf ?? ''));
  const head = [texts.order, texts.item, texts.verdict].map((text) =>
    element('th', { scope: 'col' }, text),
  );
  head.push(element('th', { scope: 'col', class: 'remarks' }, texts.remarks));
  const save = () => {
    const now = new Date().toISOString();
    saveFile(`work-paper-${now.slice(0, 10)}.json`, paperData(paper, items, now));
  };
  return element(
    'div',
    { id: 'paper' },
    element('h3', {}, texts.paper),
    element('p', {}, `${texts.seed}${SIGNS[language].colon}`, foreign(seed, { class: 'mono' })),
    element('p', {}, foreign(whence)),
    repeated > 0 && element('p', {}, texts.repeated(repeated)),
    element(
      'table',
      { class: 'paper' },
      element('caption', {}, texts.drawn(numbers.length, size)),
      element('thead', {}, element('tr', {}, ...head)),
      element(
        'tbody',
        {},
        ...numbers.map((number, order) => row(paper, items, [number, order], language)),
      ),
    ),
    kind === 'log' && element('p', { class: 'hint' }, texts.closing),
    element(
      'details',
      {},
      element('summary', {}, texts.method),
      element('p', {}, texts.methodText),
    ),
    element(
      'div',
      { class: 'actions no-print' },
      element('button', { type: 'button', on: { click: () => window.print() } }, texts.print),
      element('button', { type: 'button', id: 'save-paper', on: { click: save } }, texts.save),
    ),
  );
}
