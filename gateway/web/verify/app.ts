// The page that verifies: takes files, shows what they are, what was found and what it is worth.
import type { Language } from '../text/language.js';
import { METER } from '../text/meter.js';
import { SIGNS } from '../text/signs.js';
import { type Child, cleanText, element, foreign } from '../view/dom.js';
import { type Frame, openPage, type PageParts } from '../view/frame.js';
import { Meter } from '../view/meter.js';
import { openOnPaper } from '../view/paper.js';
import { asOfPanel } from './as-of.js';
import { type AsOfFields, momentOf, NO_AS_OF } from './as-of-moment.js';
import { Desk, type Progress } from './desk.js';
import { dropZone } from './drop-zone.js';
import { MAX_FILES, type TakenFile } from './intake.js';
import { relianceView, renewComparison } from './reliance.js';
import { reportHead, reportPanel } from './report.js';
import { resultView, type ViewState } from './result-view.js';
import { verifyTexts } from './texts.js';
import { trustPanel } from './trust-panel.js';
import { verdictOf } from './verdict.js';
import { Verifier } from './verifier.js';

const DRAW_EVERY_MS = 200;

/** What pages differ in. */
export interface AppOptions {
  readonly title: (language: Language) => string;
  readonly head?: (language: Language) => Pick<PageParts, 'links' | 'aside'>;
  /** Further panels, such as drawing a sample. */
  readonly more?: (app: VerifyApp, language: Language) => readonly Child[];
}

export class VerifyApp {
  readonly #options: AppOptions;
  readonly #frame: Frame;
  readonly desk: Desk;
  readonly #view: ViewState;
  readonly #meter = new Meter('verifying');
  #advancing: Progress | undefined;
  #typed = '';
  #asOf: AsOfFields = NO_AS_OF;
  #isAsOfWrong = false;
  #isDrawing = false;
  #announced = '';
  /** What the browser says of files that it could not give. */
  #problem = '';

  constructor(options: AppOptions) {
    this.#options = options;
    this.desk = new Desk(
      new Verifier(),
      () => this.#changed(),
      (progress) => this.#advance(progress),
    );
    this.#view = {
      open: new Set(),
      isOnPaper: false,
      rows: new Map(),
      searches: new Map(),
      cards: 0,
      draw: () => this.draw(),
    };
    openOnPaper('.results details', (isOnPaper) => {
      this.#view.isOnPaper = isOnPaper;
    });
    // Firefox and Chromium open a dropped file in the place of the page unless they are stopped.
    window.addEventListener('dragover', (event) => event.preventDefault());
    window.addEventListener('drop', (event) => event.preventDefault());
    this.#frame = openPage((frame) => this.#parts(frame.language));
  }

  get language(): Language {
    return this.#frame.language;
  }

  draw(): void {
    this.#frame.draw();
  }

  /** Many changes come in one moment; the last one of them is drawn at once. */
  #changed(): void {
    const { desk } = this;
    if (!desk.isWorking) this.#meter.end();
    else if (!this.#meter.isRunning) {
      this.#meter.begin(
        () => this.#progressText(),
        () => this.desk.stop(),
      );
    }
    if (desk.isDone) {
      this.draw();
      this.#announce();
      return;
    }
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    setTimeout(() => {
      this.#isDrawing = false;
      this.draw();
    }, DRAW_EVERY_MS);
  }

  #announce(): void {
    const texts = verifyTexts(this.language);
    const { colon, stop } = SIGNS[this.language];
    const said = this.desk.items.flatMap(({ outcome, name }) => {
      if (outcome === undefined) return [];
      const verdict = verdictOf(outcome, texts);
      return [`${name}${colon}${texts.verdicts[verdict.name]}${stop}${verdict.sentence}`];
    });
    const text = said.length > 3 ? texts.progress(said.length, said.length) : said.join(' ');
    if (text === '' || text === this.#announced) return;
    this.#announced = text;
    this.#frame.announce(text);
  }

  #advance(progress: Progress): void {
    this.#advancing = progress;
    this.#meter.tell(progress.done, progress.size);
  }

  #progressText(): string {
    const texts = verifyTexts(this.language);
    const { finished, items } = this.desk;
    const { kind, name = '' } = this.#advancing ?? {};
    const now = items.find(({ outcome }) => outcome === undefined)?.name ?? name;
    const clean = cleanText(now);
    const doing =
      kind === 'document' && now === name
        ? texts.hashing(clean)
        : METER[this.language].verifying(clean);
    return items.length < 2
      ? doing
      : `${texts.progress(finished, items.length)}${SIGNS[this.language].stop}${doing}`;
  }

  #take(taken: Promise<readonly TakenFile[]> | readonly TakenFile[]): void {
    const add = async () => {
      this.#problem = '';
      await this.desk.add(await taken);
    };
    add().catch((error: Error) => this.#fail(error));
  }

  #clear(): void {
    this.#typed = '';
    this.#asOf = NO_AS_OF;
    this.#isAsOfWrong = false;
    this.#problem = '';
    this.#view.open.clear();
    this.#view.rows.clear();
    this.#view.searches.clear();
    this.#announced = '';
    this.desk.clear();
  }

  #ask(fields: AsOfFields): void {
    const asked = momentOf(fields);
    this.#isAsOfWrong = asked === undefined && fields !== NO_AS_OF;
    this.#asOf = fields;
    if (this.#isAsOfWrong) this.draw();
    else this.desk.askFor(asked).catch((error: Error) => this.#fail(error));
  }

  #fail({ message }: Error): void {
    this.#problem = message;
    this.draw();
  }

  #asOfPanel(language: Language): HTMLElement {
    return asOfPanel(
      {
        fields: this.#asOf,
        asked: this.desk.asOf,
        isWrong: this.#isAsOfWrong,
        type: (fields) => {
          this.#asOf = fields;
        },
        ask: () => this.#ask(this.#asOf),
        drop: () => this.#ask(NO_AS_OF),
      },
      language,
    );
  }

  #standing(language: Language): Child[] {
    const texts = verifyTexts(language);
    const { desk } = this;
    const { reading } = desk;
    if (this.#problem !== '') {
      const said = foreign(this.#problem, { lang: 'en' });
      return [element('p', { role: 'alert' }, texts.sentences.unreadable, ' ', said)];
    }
    if (reading !== undefined) return [element('p', {}, texts.reading(reading.done, reading.of))];
    const documents = desk.count('document');
    const receipts = desk.count('receipt');
    const histories = desk.count('history');
    const isEmpty = documents + receipts + histories === 0;
    if (isEmpty && desk.trust === undefined) return [];
    const needed =
      desk.trust?.facts === undefined
        ? texts.needTrust
        : receipts + histories === 0
          ? texts.needEvidence
          : undefined;
    return [
      !isEmpty && element('p', {}, texts.held(documents, receipts, histories)),
      desk.overflow && element('p', {}, texts.tooMany(MAX_FILES)),
      needed !== undefined && element('p', { class: 'needed' }, needed),
      element(
        'button',
        { type: 'button', id: 'clear', class: 'no-print', on: { click: () => this.#clear() } },
        texts.clear,
      ),
    ];
  }

  #results(language: Language): Child[] {
    const texts = verifyTexts(language);
    const { desk } = this;
    const { length } = desk.items;
    if (desk.finished === 0 && desk.trust?.facts === undefined) return [];
    const goOn = () => void desk.goOn().catch((error: Error) => this.#fail(error));
    const progress =
      desk.isDone || length < 2
        ? undefined
        : element('p', { class: 'soft' }, texts.progress(desk.finished, length));
    return [
      element(
        'section',
        { id: 'result', 'aria-labelledby': 'result-title' },
        element('h2', { id: 'result-title' }, texts.resultTitle),
        relianceView(desk, this.#typed, language),
        progress,
        this.#meter.view(language),
        desk.isStopped &&
          element('button', { type: 'button', id: 'go-on', on: { click: goOn } }, texts.long.goOn),
        desk.finished === 0
          ? element('p', { class: 'soft' }, texts.nothingYet)
          : resultView(desk.items, this.#view, language),
      ),
      desk.finished > 0 && desk.isDone && reportPanel(desk, () => this.#typed, language),
    ];
  }

  #compare(typed: string): void {
    this.#typed = typed;
    renewComparison(this.desk, typed, this.language);
  }

  #origin(language: Language): HTMLElement {
    const texts = verifyTexts(language);
    const { protocol, host } = window.location;
    if (protocol === 'file:') return element('p', { class: 'soft' }, texts.fromFile);
    const link = element('a', { href: './verify.html', download: 'verify.html' }, texts.download);
    return element(
      'div',
      { class: 'no-print' },
      element('p', { class: 'soft' }, texts.fromServer(host)),
      element('p', {}, link),
    );
  }

  #parts(language: Language): PageParts {
    const texts = verifyTexts(language);
    const { desk } = this;
    const title = this.#options.title(language);
    const compare = { typed: this.#typed, type: (typed: string) => this.#compare(typed) };
    return {
      title: `${title} - Chartseal`,
      ...this.#options.head?.(language),
      content: [
        element('h1', {}, title),
        element('p', { class: 'lead no-print' }, texts.lead),
        this.#origin(language),
        reportHead(desk, this.#typed, language),
        element(
          'section',
          { 'aria-labelledby': 'files-title' },
          element('h2', { id: 'files-title' }, texts.filesTitle),
          dropZone((taken) => this.#take(taken), language),
          this.#asOfPanel(language),
          ...this.#standing(language),
        ),
        ...this.#results(language),
        desk.trust !== undefined && trustPanel(desk.trust, compare, language),
        ...(this.#options.more?.(this, language) ?? []),
      ],
    };
  }
}
