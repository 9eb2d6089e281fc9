// The panel that draws a sample, and its work paper: what is to be asked for and what was found.
import type { CheckpointFacts } from '../../evidence/checkpoint-facts.js';
import type { Language } from '../text/language.js';
import { SAMPLE } from '../text/sample.js';
import type { VerifyApp } from '../verify/app.js';
import type { Item } from '../verify/desk.js';
import { momentText } from '../verify/moments.js';
import { saveFile, TOOL } from '../verify/report.js';
import { verifyTexts } from '../verify/texts.js';
import { verdictOf } from '../verify/verdict.js';
import { type Child, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { drawSample, listDigest, MAX_SAMPLE, populationOf } from './draw.js';

interface Paper {
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
function newestCheckpoint(items: readonly Item[]): CheckpointFacts | undefined {
  const facts = items.flatMap(({ outcome }) => {
    const result = outcome !== undefined && 'result' in outcome ? outcome.result : undefined;
    const holds = result !== undefined && result.verdict !== 'not proven';
    return holds && result.checkpoint?.asOf !== undefined ? [result.checkpoint] : [];
  });
  return facts.sort((a, b) => b.size - a.size)[0];
}

/** What was given for one item drawn, if anything was. */
function findGiven(paper: Paper, number: number, items: readonly Item[]): Item | undefined {
  const line = paper.lines[number];
  return items.find(({ outcome, name }) => {
    const result = outcome !== undefined && 'result' in outcome ? outcome.result : undefined;
    if (result === undefined) return false;
    if (paper.kind === 'log') {
      const isSameLog = result.checkpoint?.origin === paper.checkpoint?.origin;
      return 'index' in result && result.index === number && isSameLog;
    }
    const entry = 'entry' in result ? result.entry : undefined;
    return name === line || (entry !== undefined && 'record' in entry && entry.record.id === line);
  });
}

export class SamplePanel {
  #app: VerifyApp | undefined;
  #seed = '';
  #kind: Paper['kind'] = 'log';
  #size = '';
  #list = '';
  #count = '20';
  #paper: Paper | undefined;
  #isLacking = false;
  #isOpen = false;

  get #items(): readonly Item[] {
    return this.#app?.desk.items ?? [];
  }

  #draw(): void {
    const items = this.#items;
    const checkpoint = newestCheckpoint(items);
    const isLog = this.#kind === 'log';
    const { lines, repeated } = isLog ? { lines: [], repeated: 0 } : populationOf(this.#list);
    const typed = this.#size.trim() === '' ? checkpoint?.size : Number(this.#size);
    const size = isLog ? (typed ?? 0) : lines.length;
    const numbers = drawSample(this.#seed, size, Math.trunc(Number(this.#count)));
    this.#isLacking = this.#seed.trim() === '' || numbers.length === 0;
    const isVerified = isLog && checkpoint?.size === size;
    this.#paper = this.#isLacking
      ? undefined
      : {
          seed: this.#seed,
          kind: this.#kind,
          size,
          numbers,
          lines,
          repeated,
          checkpoint: isVerified ? checkpoint : undefined,
        };
    this.#app?.draw();
  }

  #field(id: string, label: string, hint: string, value: string, set: (value: string) => void) {
    const input = element('input', {
      id,
      type: 'text',
      autocomplete: 'off',
      'aria-describedby': `${id}-hint`,
      inputmode: id === 'sample-seed' ? undefined : 'numeric',
      on: { input: () => set(input.value) },
    });
    input.value = value;
    return element(
      'div',
      { class: 'field' },
      element('label', { for: id }, label),
      input,
      element('p', { class: 'hint', id: `${id}-hint` }, hint),
    );
  }

  #choice(kind: Paper['kind'], text: string): HTMLElement {
    const choose = () => {
      this.#kind = kind;
      this.#app?.draw();
    };
    const id = `sample-${kind}`;
    const input = element('input', {
      type: 'radio',
      name: 'population',
      id,
      on: { change: choose },
    });
    input.checked = this.#kind === kind;
    return element('label', { class: 'choice', for: id }, input, ' ', text);
  }

  #population(language: Language): Child {
    const texts = SAMPLE[language];
    if (this.#kind === 'log') {
      const known = newestCheckpoint(this.#items)?.size;
      const value = this.#size === '' ? String(known ?? '') : this.#size;
      return this.#field('sample-size', texts.size, texts.sizeHint, value, (typed) => {
        this.#size = typed;
      });
    }
    const area = element('textarea', {
      id: 'sample-list-text',
      rows: 6,
      'aria-describedby': 'sample-list-hint',
      on: {
        input: () => {
          this.#list = area.value;
        },
      },
    });
    area.value = this.#list;
    return element(
      'div',
      { class: 'field' },
      element('label', { for: 'sample-list-text' }, texts.list),
      area,
      element('p', { class: 'hint', id: 'sample-list-hint' }, texts.listHint),
    );
  }

  #form(language: Language): HTMLElement {
    const texts = SAMPLE[language];
    return element(
      'form',
      {
        class: 'no-print',
        on: {
          submit: (event) => {
            event.preventDefault();
            this.#draw();
          },
        },
      },
      this.#field('sample-seed', texts.seed, texts.seedHint, this.#seed, (typed) => {
        this.#seed = typed;
      }),
      element(
        'fieldset',
        {},
        element('legend', {}, texts.population),
        this.#choice('log', texts.ofLog),
        this.#choice('list', texts.ofList),
      ),
      this.#population(language),
      this.#field('sample-count', texts.count, `1 - ${MAX_SAMPLE}`, this.#count, (typed) => {
        this.#count = typed;
      }),
      this.#isLacking && element('p', { class: 'needed', role: 'alert' }, texts.need),
      element(
        'div',
        { class: 'actions' },
        element('button', { type: 'submit', class: 'main', id: 'draw' }, texts.draw),
      ),
    );
  }

  #itemName(paper: Paper, number: number): string {
    return paper.kind === 'log' ? `#${number}` : (paper.lines[number] ?? '');
  }

  #row(paper: Paper, number: number, order: number, language: Language): HTMLElement {
    const texts = SAMPLE[language];
    const words = verifyTexts(language);
    const given = findGiven(paper, number, this.#items);
    const verdict = given?.outcome && verdictOf(given.outcome, words);
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, String(order + 1)),
      element('td', {}, foreign(this.#itemName(paper, number))),
      element(
        'td',
        {},
        verdict === undefined
          ? element('span', { class: 'soft' }, texts.notGiven)
          : mark(verdict.tone, words.verdicts[verdict.name]),
      ),
      element('td', { class: 'remarks' }, ''),
    );
  }

  #data(paper: Paper, drawnAt: string): string {
    const words = verifyTexts('en');
    const { seed, kind, size, numbers, checkpoint, lines } = paper;
    const items = numbers.map((number, order) => {
      const given = findGiven(paper, number, this.#items);
      const verdict = given?.outcome && verdictOf(given.outcome, words).name;
      return { order: order + 1, item: this.#itemName(paper, number), verdict: verdict ?? null };
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

  #paperView(paper: Paper, language: Language): HTMLElement {
    const texts = SAMPLE[language];
    const { checkpoint, kind, repeated, numbers, size, seed, lines } = paper;
    const origin = checkpoint?.origin ?? '';
    const whence =
      kind === 'list'
        ? `${texts.listDigest}: ${listDigest(lines)}`
        : checkpoint === undefined
          ? texts.sizeTyped
          : texts.sizeFrom(origin, momentText(checkpoint.asOf ?? ''));
    const head = [texts.order, texts.item, texts.verdict].map((text) =>
      element('th', { scope: 'col' }, text),
    );
    head.push(element('th', { scope: 'col', class: 'remarks' }, texts.remarks));
    const save = () => {
      const now = new Date().toISOString();
      saveFile(`work-paper-${now.slice(0, 10)}.json`, this.#data(paper, now));
    };
    return element(
      'div',
      { id: 'paper' },
      element('h3', {}, texts.paper),
      element('p', {}, `${texts.seed}: `, foreign(seed, { class: 'mono' })),
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
          ...numbers.map((number, order) => this.#row(paper, number, order, language)),
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

  /** @param app whose results stand in the work paper */
  view(app: VerifyApp, language: Language): HTMLElement {
    this.#app = app;
    const texts = SAMPLE[language];
    return element(
      'section',
      { class: 'panel', id: 'sample' },
      element('h2', {}, texts.title),
      element('p', { class: 'no-print' }, texts.intro),
      this.#form(language),
      this.#paper !== undefined && this.#paperView(this.#paper, language),
    );
  }

  /** The same, folded away until somebody wants it. */
  folded(app: VerifyApp, language: Language): HTMLElement {
    const folded = element(
      'details',
      { open: this.#isOpen, class: 'folded' },
      element('summary', {}, SAMPLE[language].title),
      this.view(app, language),
    );
    folded.addEventListener('toggle', () => {
      this.#isOpen = folded.open;
    });
    return folded;
  }
}
