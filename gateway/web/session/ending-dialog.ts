// The warning before a session ends: how long there is still, and what can be done. It stands above
// every other dialog, and gives the focus back to where it was.
import { ENDING } from '../text/ending.js';
import type { Language } from '../text/language.js';
import { problemText, SESSION } from '../text/session.js';
import { type Child, element, focusAgain, replaceChildren } from '../view/dom.js';
import { mark } from '../view/mark.js';

export interface EndingChoices {
  /** Nothing puts the end off. */
  readonly isFinal: boolean;
  readonly hasUnsent: boolean;
  /** Names of the providers at which people sign in. */
  readonly providers: readonly string[];
  readonly language: Language;
  readonly stay: () => void;
  readonly signOut: () => void;
  /** The reader closed it. */
  readonly closed: () => void;
}

/** When the time that is left is said aloud again: each second would be noise. */
const SAID_AT_SECONDS = [60, 20];

/** To the same page; each leads to a session of its own, before this one has ended. */
function signInLinks(providers: readonly string[], language: Language): Child[] {
  const texts = SESSION[language];
  const then = encodeURIComponent(window.location.pathname);
  if (providers.length === 0) {
    return [element('a', { class: 'button main', id: 'ending-sign-in', href: '/' }, texts.signIn)];
  }
  return providers.map((name, at) => {
    const href = `/login?with=${at}&then=${then}`;
    return element('a', { class: 'button main', href }, texts.signInWith(name));
  });
}

export class EndingDialog {
  readonly isFinal: boolean;
  readonly #choices: EndingChoices;
  readonly #focused = document.activeElement;
  readonly #dialog: HTMLDialogElement;
  readonly #clock = element('span', { role: 'timer' });
  readonly #said = element('p', { role: 'status', class: 'unseen' });
  readonly #problem = element('div', { id: 'ending-problem', role: 'alert' });
  #sayBelow = Number.POSITIVE_INFINITY;

  /** @param seconds that are left */
  constructor(choices: EndingChoices, seconds: number) {
    this.#choices = choices;
    this.isFinal = choices.isFinal;
    this.#dialog = element(
      'dialog',
      {
        id: 'ending',
        class: 'asking',
        role: 'alertdialog',
        'aria-labelledby': 'ending-title',
        'aria-describedby': 'ending-text ending-left',
        on: { cancel: (event) => this.#cancel(event), close: () => this.#closed() },
      },
      ...this.#content(),
    );
    this.tell(seconds);
    document.body.append(this.#dialog);
    this.#dialog.showModal();
  }

  #content(): Child[] {
    const { language, isFinal, hasUnsent, providers, stay, signOut } = this.#choices;
    const texts = ENDING[language];
    const unsent = isFinal ? texts.unsentFinal : texts.unsent;
    const button = (id: string, text: string, click: () => void, more = {}) =>
      element('button', { type: 'button', id, ...more, on: { click } }, text);
    // Keys that were meant for a text shall lead nobody away.
    return [
      element('h2', { id: 'ending-title', tabindex: -1, autofocus: isFinal }, texts.title),
      element(
        'div',
        { id: 'ending-text' },
        element('p', {}, isFinal ? texts.final : texts.idle),
        hasUnsent && element('p', { id: 'ending-unsent' }, mark('open', unsent)),
      ),
      element('p', { id: 'ending-left' }, texts.timeLeft, ' ', this.#clock),
      this.#said,
      this.#problem,
      element(
        'div',
        { class: 'actions' },
        ...(isFinal
          ? [
              ...signInLinks(providers, language),
              button('ending-close', texts.close, () => this.#dialog.close()),
            ]
          : [button('ending-stay', texts.stay, stay, { class: 'main', autofocus: true })]),
        button('ending-sign-out', SESSION[language].signOut, signOut),
      ),
    ];
  }

  /** @param seconds that are left */
  tell(seconds: number): void {
    const texts = ENDING[this.#choices.language];
    replaceChildren(this.#clock, texts.duration(seconds));
    const step = SAID_AT_SECONDS.filter((at) => seconds <= at).at(-1);
    // What is left when it opens is read out with it.
    if (step !== undefined && step < this.#sayBelow && this.#dialog.open) {
      replaceChildren(this.#said, texts.soon(texts.duration(seconds)));
    }
    this.#sayBelow = Math.min(this.#sayBelow, step ?? Number.POSITIVE_INFINITY);
  }

  /** @param code of what kept the session from going on */
  fail(code: string): void {
    const words = problemText(SESSION[this.#choices.language], code);
    replaceChildren(this.#problem, element('p', {}, mark('bad', words)));
  }

  /** Takes it away without asking the reader. */
  remove(): void {
    this.#dialog.remove();
    focusAgain(this.#focused);
  }

  /** Escape is a sign of life: where that is enough, the session goes on. */
  #cancel(event: Event): void {
    if (this.isFinal) return;
    event.preventDefault();
    this.#choices.stay();
  }

  #closed(): void {
    this.remove();
    this.#choices.closed();
  }
}
