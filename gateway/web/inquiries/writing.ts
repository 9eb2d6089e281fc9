// A text to write and to send: counted, kept while it is written, sent once however often the
// button is pressed, and not lost when the server is away or the session has ended.
import { codeOf } from '../session/api.js';
import { type Drafts, newKey } from '../session/draft.js';
import { keepsDrafts } from '../session/kept.js';
import { INQUIRY_WORDS } from '../text/inquiry-words.js';
import type { Language } from '../text/language.js';
import { problemText, SESSION } from '../text/session.js';
import { type Child, element, replaceChildren } from '../view/dom.js';
import { mark } from '../view/mark.js';

/** UTF-16 units; each takes at most three of the bytes that an entry has for a text. */
const MAX_CHARACTERS = 2000;

export interface Writing {
  /** Of the text among those that are kept; and of the elements. */
  readonly name: string;
  readonly id: string;
  readonly drafts: Drafts;
  readonly label: string;
  /** May be empty. */
  readonly isOptional?: boolean;
  /** Lines that are seen at once. */
  readonly rows?: number;
  readonly before?: readonly Child[];
  readonly after?: readonly Child[];
  readonly sendLabel: string;
  readonly buttons?: readonly Child[];
  /** What else is wrong with the form, in words. */
  readonly findFault?: () => string | undefined;
  /** Throws ProblemError. */
  readonly send: (text: string, key: string) => Promise<void>;
  /** It was sent and is not kept any more. */
  readonly sent: () => void;
  /** It was not, and this is why. */
  readonly refused?: (code: string) => void;
}

export function inquiryProblem(code: string, language: Language): string {
  const { problems } = INQUIRY_WORDS[language];
  return Object.hasOwn(problems, code)
    ? (problems[code] as string)
    : problemText(SESSION[language], code);
}

/** Sends no lone halves of characters: nobody could write them down. */
const sentText = (text: string) => text.trim().replace(/\p{Cs}/gu, '\ufffd');

class Form {
  readonly element: HTMLFormElement;
  readonly #writing: Writing;
  readonly #language: Language;
  readonly #area: HTMLTextAreaElement;
  readonly #counter = element('p', { class: 'hint' });
  readonly #problem: HTMLElement;
  readonly #button: HTMLButtonElement;
  #key: string;
  #isSending = false;

  constructor(writing: Writing, language: Language) {
    const { id, name, drafts, label, before = [], after = [], buttons = [] } = writing;
    const words = INQUIRY_WORDS[language];
    const draft = drafts.find(name);
    this.#writing = writing;
    this.#language = language;
    this.#key = draft?.key ?? newKey();
    this.#counter.id = `${id}-counter`;
    this.#area = element('textarea', {
      id: `${id}-text`,
      rows: writing.rows ?? 6,
      required: writing.isOptional !== true,
      'aria-describedby': `${id}-counter ${id}-kept ${id}-problem`,
      on: { input: () => this.#typed() },
    });
    this.#area.value = draft?.text ?? '';
    this.#problem = element('div', { id: `${id}-problem`, role: 'alert' });
    this.#button = element(
      'button',
      { type: 'submit', id: `${id}-send`, class: 'main' },
      writing.sendLabel,
    );
    this.element = element(
      'form',
      {
        id: `${id}-form`,
        class: 'writing',
        // What is wrong is said in the page's language, not in the browser's.
        novalidate: true,
        on: {
          submit: (event) => this.#submit(event),
          // Another choice was made: what was wrong with the one before is over.
          change: ({ target }) => target !== this.#area && this.#tell(undefined),
        },
      },
      ...before,
      element('label', { for: `${id}-text` }, label),
      this.#area,
      this.#counter,
      element('p', { class: 'hint', id: `${id}-kept` }, keepsDrafts() ? words.kept : words.notKept),
      ...after,
      this.#problem,
      element('div', { class: 'actions' }, this.#button, ...buttons),
    );
    this.#count();
  }

  #typed(): void {
    const { drafts, name } = this.#writing;
    drafts.keep(name, { text: this.#area.value, key: this.#key });
    this.#count();
    this.#tell(undefined);
  }

  #count(): void {
    const words = INQUIRY_WORDS[this.#language];
    const over = this.#area.value.length - MAX_CHARACTERS;
    const count = words.characters(this.#area.value.length, MAX_CHARACTERS);
    replaceChildren(this.#counter, over > 0 ? mark('bad', words.tooLong(over)) : count);
    if (over <= 0) this.#area.removeAttribute('aria-invalid');
  }

  #tell(problem: string | undefined): void {
    replaceChildren(this.#problem, problem !== undefined && element('p', {}, mark('bad', problem)));
  }

  #fault(text: string): string | undefined {
    const words = INQUIRY_WORDS[this.#language];
    if (text === '' && this.#writing.isOptional !== true) return words.empty;
    if (text.length > MAX_CHARACTERS) return words.tooLong(text.length - MAX_CHARACTERS);
    return undefined;
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.#isSending) return;
    const text = sentText(this.#area.value);
    const fault = this.#fault(text);
    if (fault !== undefined) {
      this.#area.setAttribute('aria-invalid', 'true');
      this.#area.focus();
    }
    const found = fault ?? this.#writing.findFault?.();
    this.#tell(found);
    if (found === undefined) void this.#send(text);
  }

  async #send(text: string): Promise<void> {
    const { drafts, name, send, sent, sendLabel, refused } = this.#writing;
    this.#setSending(true, INQUIRY_WORDS[this.#language].sending);
    drafts.keep(name, { text: this.#area.value, key: this.#key });
    try {
      await send(text, this.#key);
      drafts.drop(name);
      sent();
    } catch (error) {
      const code = codeOf(error);
      // What arrived under this key is another text: this one is a new request.
      if (code === 'IDEMPOTENCY_CONFLICT') this.#key = newKey();
      drafts.keep(name, { text: this.#area.value, key: this.#key });
      this.#setSending(false, sendLabel);
      this.#tell(inquiryProblem(code, this.#language));
      refused?.(code);
    }
  }

  /** The text cannot change while it is on its way; a button that is disabled loses the focus. */
  #setSending(isSending: boolean, label: string): void {
    this.#isSending = isSending;
    this.#area.readOnly = isSending;
    replaceChildren(this.#button, label);
    if (isSending) this.#button.setAttribute('aria-disabled', 'true');
    else this.#button.removeAttribute('aria-disabled');
  }
}

export const writingForm = (writing: Writing, language: Language): HTMLFormElement =>
  new Form(writing, language).element;
