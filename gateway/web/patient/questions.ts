// What a patient asked and what became of it: loads it, sends questions and objections, and gives
// the page what it shows of them.
import { isOpen, type Thread } from '../inquiries/thread.js';
import { dueText, stateMarks, stepsView } from '../inquiries/thread-view.js';
import { inquiryProblem } from '../inquiries/writing.js';
import { type Caller, codeOf, getJson, postOnce } from '../session/api.js';
import { Drafts } from '../session/draft.js';
import type { Language } from '../text/language.js';
import { QUESTIONS } from '../text/questions.js';
import { SESSION } from '../text/session.js';
import { type Child, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import type { ShownEntry } from './access.js';
import { ASK_EVENT } from './ask-button.js';
import { openAskDialog } from './ask-dialog.js';
import type { ShownQuestions } from './check.js';
import { entryLine } from './entries.js';

const PATH = '/v1/patients/me/inquiries';
const PAGE_THREADS = 100;
const WHOLE_FILE = 'ask:';

interface ThreadPage {
  readonly inquiries: readonly Thread[];
  readonly next?: string;
  readonly answerWithinDays: number;
}

function sentText({ dueAt, state }: Thread, language: Language): string {
  return QUESTIONS[language].sent(formatMoment(dueAt, language), state === 'appealed');
}

export interface QuestionsHooks {
  readonly language: () => Language;
  readonly draw: () => void;
  readonly announce: (sentence: string) => void;
  readonly find: (leafHash: string) => ShownEntry | undefined;
  /** Entries of the chain, as the list has them. */
  readonly count: () => number;
  /** Something new stands at this place of the chain: the list takes it in. */
  readonly entered: (sequence: number) => Promise<void>;
}

export class Questions {
  readonly #hooks: QuestionsHooks;
  #drafts: Drafts | undefined;
  #threads: readonly Thread[] | undefined;
  #days: number | undefined;
  #known = 0;
  #isLoading = false;
  #problem: string | undefined;
  #sent: Thread | undefined;

  constructor(hooks: QuestionsHooks) {
    this.#hooks = hooks;
    document.addEventListener(ASK_EVENT, (event) =>
      this.#ask((event as CustomEvent<ShownEntry>).detail),
    );
  }

  get shown(): ShownQuestions {
    return { threads: this.#threads, count: this.#known };
  }

  /** Shows these from now on: they are taken from a proof of so many entries. */
  show(threads: readonly Thread[], count: number): void {
    this.#threads = threads;
    this.#known = count;
    this.#problem = undefined;
  }

  begin(caller: Caller): void {
    this.#drafts = new Drafts(caller);
  }

  async load(): Promise<void> {
    const { draw, count } = this.#hooks;
    this.#isLoading = true;
    this.#problem = undefined;
    draw();
    try {
      const known = count();
      let cursor = '';
      const loaded: Thread[] = [];
      do {
        const page = await getJson<ThreadPage>(`${PATH}?limit=${PAGE_THREADS}${cursor}`);
        loaded.push(...page.inquiries);
        this.#days = page.answerWithinDays;
        cursor = page.next === undefined ? '' : `&cursor=${encodeURIComponent(page.next)}`;
      } while (cursor !== '');
      this.#threads = loaded;
      this.#known = known;
    } catch (error) {
      this.#problem = codeOf(error);
    }
    this.#isLoading = false;
    draw();
  }

  /** How many are open, or that all are answered, with the way to them. */
  summaryLine(language: Language): Child {
    const texts = QUESTIONS[language];
    const threads = this.#threads ?? [];
    const open = threads.filter(isOpen);
    const link = element('a', { class: 'no-print', href: '#questions' }, texts.toQuestions);
    if (threads.length === 0) return undefined;
    if (open.length === 0) {
      const told = mark('good', texts.allAnswered(threads.length));
      return element('p', { id: 'answered-questions' }, told, ' ', link);
    }
    const overdue = open.filter((thread) => thread.overdue).length;
    return element(
      'p',
      { id: 'open-questions' },
      mark(overdue > 0 ? 'bad' : 'open', texts.openOnes(open.length, overdue)),
      ' ',
      link,
    );
  }

  section(language: Language): Child {
    const texts = QUESTIONS[language];
    const threads = this.#threads ?? [];
    if (this.#drafts === undefined) return undefined;
    return element(
      'section',
      { id: 'questions', tabindex: -1, 'aria-labelledby': 'questions-title' },
      element('h2', { id: 'questions-title' }, texts.title),
      element('p', { class: 'no-print' }, texts.lead),
      this.#sent !== undefined &&
        element('p', { id: 'question-sent' }, mark('good', sentText(this.#sent, language))),
      this.#problemView(language),
      this.#isLoading && element('p', {}, texts.loading),
      ...this.#draftViews(this.#drafts, language),
      ...threads.map((thread) => this.#threadView(thread, language)),
      threads.length === 0 &&
        this.#threads !== undefined &&
        element('p', { class: 'soft' }, texts.none),
      element(
        'div',
        { class: 'actions no-print' },
        element(
          'button',
          { type: 'button', id: 'ask-file', on: { click: () => this.#open(WHOLE_FILE) } },
          texts.askAtAll,
        ),
      ),
    );
  }

  #problemView(language: Language): Child {
    if (this.#problem === undefined) return undefined;
    const problem = inquiryProblem(this.#problem, language);
    const again = () => void this.#again();
    return element(
      'div',
      { id: 'questions-problem' },
      element('p', {}, mark('open', `${QUESTIONS[language].notLoaded} ${problem}`)),
      element(
        'button',
        { type: 'button', id: 'questions-again', class: 'no-print', on: { click: again } },
        SESSION[language].again,
      ),
    );
  }

  async #again(): Promise<void> {
    await this.load();
    document.getElementById('questions')?.focus();
  }

  #draftViews(drafts: Drafts, language: Language): Child[] {
    const texts = QUESTIONS[language];
    return drafts.names
      .sort()
      .map((name) =>
        element(
          'div',
          { class: 'panel is-open no-print', 'data-draft': name },
          element('p', {}, texts.draft),
          element('p', { class: 'soft' }, foreign((drafts.find(name)?.text ?? '').slice(0, 80))),
          element(
            'div',
            { class: 'actions' },
            element(
              'button',
              { type: 'button', id: `go-on-${name}`, on: { click: () => this.#open(name) } },
              texts.goOn,
            ),
          ),
        ),
      );
  }

  #aboutText(about: string | undefined, language: Language): Child[] {
    const texts = QUESTIONS[language];
    if (about === undefined) return [texts.aboutAll];
    const entry = this.#hooks.find(about);
    return entry === undefined ? [texts.aboutUnloaded] : entryLine(entry, language);
  }

  #threadView(thread: Thread, language: Language): HTMLElement {
    const texts = QUESTIONS[language];
    const appeal = () => this.#open(`appeal:${thread.id}`);
    return element(
      'article',
      { class: 'panel question', id: `question-${thread.id.slice(0, 16)}`, tabindex: -1 },
      element('h3', {}, ...stateMarks(thread, language)),
      dueText(thread, language),
      element('p', { class: 'soft' }, texts.about, ...this.#aboutText(thread.about, language)),
      stepsView(thread, language, { from: this.#hooks.count(), text: texts.notYetProven }),
      !isOpen(thread) &&
        element(
          'div',
          { class: 'actions no-print' },
          element(
            'button',
            { type: 'button', id: `appeal-${thread.id}`, 'data-appeal': '', on: { click: appeal } },
            texts.appeal,
          ),
        ),
    );
  }

  #ask(entry: ShownEntry): void {
    this.#open(`ask:${entry.leafHash}`);
  }

  /** @param name of the text: `ask:LEAFHASH`, `ask:` for the whole file, `appeal:ID` */
  #open(name: string): void {
    const language = this.#hooks.language();
    const [what, of = ''] = name.split(':', 2);
    const isAppeal = what === 'appeal';
    const thread = this.#threads?.find(({ id }) => id === of);
    const about = isAppeal ? thread?.about : of === '' ? undefined : of;
    const path = isAppeal ? `${PATH}/${of}/appeals` : PATH;
    const body = (question: string) =>
      isAppeal || about === undefined ? { question } : { question, about };
    if (this.#drafts === undefined) return;
    let isSent = false;
    openAskDialog(
      {
        kind: isAppeal ? 'appeal' : of === '' ? 'file' : 'entry',
        name,
        about: this.#aboutText(about, language),
        drafts: this.#drafts,
        days: this.#days,
        send: async (text, key) => {
          this.#take(await postOnce<Thread>(path, body(text), key));
          isSent = true;
        },
        refused: (code) => {
          if (['INQUIRY_STATE', 'IDEMPOTENCY_CONFLICT'].includes(code)) void this.load();
        },
        closed: () => (isSent ? this.#showSent() : this.#showUnsent()),
      },
      language,
    );
  }

  #take(thread: Thread): void {
    const others = (this.#threads ?? []).filter(({ id }) => id !== thread.id);
    this.#threads = [thread, ...others];
    this.#sent = thread;
    const sequence = thread.steps.at(-1)?.sequence;
    if (sequence !== undefined) void this.#follow(sequence);
  }

  /** The list first: what the threads say beyond it is told to be new. */
  async #follow(sequence: number): Promise<void> {
    await this.#hooks.entered(sequence);
    await this.load();
  }

  /** The focus goes back to where it was, or to the questions when that is gone. */
  #showUnsent(): void {
    this.#hooks.draw();
    if (document.activeElement === document.body) document.getElementById('questions')?.focus();
  }

  #showSent(): void {
    const { draw, announce, language } = this.#hooks;
    draw();
    document.getElementById('questions')?.focus();
    if (this.#sent !== undefined) announce(sentText(this.#sent, language()));
  }
}
