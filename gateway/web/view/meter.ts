// How far something is that takes its time: shown when it takes longer than a moment, with a way to
// stop it. It stands apart from the page's drawing, so that its progress draws nothing else anew.

import type { Language } from '../text/language.js';
import { METER } from '../text/meter.js';
import { element, replaceChildren } from './dom.js';

/** Code of what the reader stopped. */
export const STOPPED = 'STOPPED';

const SLOW_MS = 1000;

export class Meter {
  readonly #place = element('div', { class: 'meter' });
  readonly #stopId: string;
  readonly #bar = element('progress', {});
  #timer: ReturnType<typeof setTimeout> | undefined;
  #say: (() => string) | undefined;
  #language: Language = 'en';
  #stop: (() => void) | undefined;
  #shown = '';

  /** @param name told apart from other meters of the page */
  constructor(name: string) {
    this.#stopId = `stop-${name}`;
  }

  get isRunning(): boolean {
    return this.#say !== undefined;
  }

  /** To be put where it shall stand; empty while there is nothing to say. */
  view(language: Language): HTMLElement {
    const isOther = language !== this.#language;
    this.#language = language;
    if (isOther && this.#shown !== '') this.#show();
    return this.#place;
  }

  /** @param say what goes on, in the language of the page; `stop` ends it */
  begin(say: () => string, stop: () => void): void {
    this.end();
    this.#say = say;
    this.#stop = stop;
    this.#bar.removeAttribute('value');
    this.#timer = setTimeout(() => this.#show(), SLOW_MS);
  }

  /** Without `of` nobody knows how much it will be. */
  tell(done: number, of?: number): void {
    if (of === undefined || of === 0) {
      this.#bar.removeAttribute('value');
    } else {
      this.#bar.max = of;
      this.#bar.value = done;
    }
    if (this.#shown !== '' && this.#say?.() !== this.#shown) this.#show();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#say = undefined;
    this.#stop = undefined;
    this.#shown = '';
    replaceChildren(this.#place);
  }

  #show(): void {
    const text = this.#say?.();
    if (text === undefined || this.#stop === undefined) return;
    const isFocused = document.activeElement?.id === this.#stopId;
    this.#shown = text;
    this.#bar.setAttribute('aria-label', text);
    replaceChildren(
      this.#place,
      element('p', { role: 'status', class: 'meter-text' }, text),
      this.#bar,
      element(
        'button',
        { type: 'button', id: this.#stopId, class: 'no-print', on: { click: this.#stop } },
        METER[this.#language].stop,
      ),
    );
    if (isFocused) document.getElementById(this.#stopId)?.focus();
  }
}
