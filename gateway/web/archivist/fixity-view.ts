// The checks of stored files: how much of the archive they covered, and each run as a bar of what
// it found. A run that did not end, or that found damage, never looks good.
import { ARCHIVE } from '../text/archive.js';
import type { Language } from '../text/languages.js';
import { SIGNS } from '../text/signs.js';
import { type Child, drawing, element } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import type { FixityRun, Overview } from './answers.js';
import { isEnded, newestFirst, runTone } from './judge.js';
import { headed, workButton } from './parts.js';
import { FIXITY_KINDS as KINDS, segments, BAR_WIDTH as WIDTH } from './segments.js';

const SHOWN = 3;

function bar(parts: readonly (readonly [name: string, width: number])[], height: number) {
  let x = 0;
  const shapes = parts.map(([name, width]) => {
    const shape = drawing('rect', { x, y: 0, width, height, class: `part-${name}` });
    x += width;
    return shape;
  });
  return drawing(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${height}`,
      class: 'stack',
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    drawing('rect', { x: 0, y: 0, width: WIDTH, height, class: 'part-none' }),
    ...shapes,
  );
}

function runView(run: FixityRun, language: Language): HTMLElement {
  const texts = ARCHIVE[language].fixity;
  const tone = runTone(run);
  const words = { good: texts.good, bad: texts.damaged, open: texts.partly };
  const { counts, coverage } = run;
  const damage = counts.altered + counts.missing > 0;
  const verdicts = [
    ...(isEnded(run) ? [] : [mark('bad', texts.unended)]),
    ...(isEnded(run) || damage ? [mark(tone, damage ? texts.damaged : words[tone])] : []),
  ];
  const numbers = KINDS.filter((kind) => counts[kind] > 0 || kind === 'unchanged').map((kind) =>
    element(
      'li',
      {},
      drawing(
        'svg',
        { viewBox: '0 0 10 10', class: 'sign', 'aria-hidden': 'true' },
        drawing('rect', { x: 0, y: 0, width: 10, height: 10, class: `part-${kind}` }),
      ),
      `${texts.counts[kind]}${SIGNS[language].colon}${counts[kind].toLocaleString(language)}`,
    ),
  );
  return element(
    'li',
    { class: `panel run is-${tone}`, 'data-tone': tone },
    element(
      'p',
      { class: 'run-head' },
      element('strong', {}, texts.run(formatMoment(run.startedAt, language))),
      ` · ${texts.coverage[coverage]}`,
    ),
    element('p', { class: 'verdicts' }, ...verdicts),
    bar(segments(counts), 20),
    element('ul', { class: 'legend' }, ...numbers),
    damage && element('p', { class: 'hint' }, texts.where),
  );
}

export function fixitySection(
  overview: Overview,
  { showsAll, showAll }: { readonly showsAll: boolean; readonly showAll: () => void },
  language: Language,
): HTMLElement {
  const texts = ARCHIVE[language].fixity;
  const { fixity, records } = overview;
  const lead = element('p', {}, texts.lead);
  if (fixity.runs.length === 0) {
    const none = records.records === 0 ? element('p', {}, texts.none) : mark('open', texts.none);
    return headed('fixity', texts.title, lead, none, element('p', { class: 'hint' }, texts.how));
  }
  const runs = newestFirst(fixity.runs);
  const covered = Math.min(fixity.coveredRecords, records.records);
  const share = records.records === 0 ? 0 : (WIDTH * covered) / records.records;
  const { lastAllAt } = fixity;
  const told: Child[] =
    lastAllAt === undefined
      ? [mark('open', texts.neverAll(covered, records.records))]
      : [
          texts.covered(covered, records.records),
          ' ',
          texts.lastAll(formatMoment(lastAllAt, language)),
        ];
  const coverage: Child[] = [
    element('p', { id: 'covered' }, ...told),
    bar([['unchanged', share]], 12),
  ];
  const shown = showsAll ? runs : runs.slice(0, SHOWN);
  return headed(
    'fixity',
    texts.title,
    lead,
    ...coverage,
    element(
      'ul',
      { class: 'plain-list', id: 'runs' },
      ...shown.map((run) => runView(run, language)),
    ),
    shown.length < runs.length &&
      workButton('fixity-all', texts.showAll(runs.length), false, showAll, { class: 'no-print' }),
  );
}
