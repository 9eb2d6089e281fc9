// The panel that draws a sample: seed, population, how many.
import type { Language } from '../text/language.js';
import { SAMPLE } from '../text/sample.js';
import type { VerifyApp } from '../verify/app.js';
import type { Item } from '../verify/desk.js';
import { type Child, element } from '../view/dom.js';
import { drawSample, MAX_SAMPLE, populationOf } from './draw.js';
import { newestCheckpoint, type Paper, paperView } from './paper.js';

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
      this.#paper !== undefined && paperView(this.#paper, this.#items, language),
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
