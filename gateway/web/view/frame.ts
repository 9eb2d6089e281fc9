// What stands around the content of every page: skip link, name, language switch, live region.
import { COMMON, LANGUAGE_NAMES } from '../text/common.js';
import { keepLanguage, LANGUAGES, type Language, readLanguage } from '../text/language.js';
import { calmly } from './calm.js';
import { type Child, element, replaceChildren } from './dom.js';

/** A link of the head; only pages that are there are linked. */
export interface PageLink {
  readonly href: string;
  readonly text: string;
  readonly isHere: boolean;
}

export interface PageParts {
  /** Name of the document; the page's one `h1` stands in `content`. */
  readonly title: string;
  readonly links?: readonly PageLink[];
  /** Beside the language switch, such as who is signed in. */
  readonly aside?: readonly Child[];
  readonly content: readonly Child[];
}

export interface Frame {
  readonly language: Language;
  /** Draws the page again, after its state changed. */
  readonly draw: () => void;
  /** Says a sentence to those who do not see the page. */
  readonly announce: (sentence: string) => void;
  /**
   * Shows these parts from now on and nothing of the page before, dialogs neither, whatever is
   * still drawn or announced there.
   */
  readonly end: (parts: Parts) => void;
}

/** The page's content, in the language of the frame. */
export type Parts = (frame: Frame) => PageParts;

function switchButtons(language: Language, choose: (language: Language) => void): HTMLElement {
  const buttons = LANGUAGES.map((one) =>
    element(
      'button',
      {
        type: 'button',
        class: 'plain',
        lang: one,
        'aria-pressed': one === language ? 'true' : 'false',
        'data-language': one,
        on: { click: () => choose(one) },
      },
      LANGUAGE_NAMES[one],
    ),
  );
  const { languages } = COMMON[language];
  return element('div', { class: 'languages', role: 'group', 'aria-label': languages }, ...buttons);
}

function linkList(links: readonly PageLink[], label: string): Child {
  if (links.length === 0) return undefined;
  const items = links.map(({ href, text, isHere }) =>
    element('li', {}, element('a', { href, 'aria-current': isHere ? 'page' : undefined }, text)),
  );
  return element('nav', { 'aria-label': label }, element('ul', { class: 'links' }, ...items));
}

/** Longer than a click takes: not everything that is pressed is told of when it is let go of. */
const PRESSED_MS = 2000;

/**
 * Draws now, or when what is pressed was let go of: a click whose element is replaced between its
 * two halves is lost.
 */
function whenReleased(draw: () => void): () => void {
  let isPressed = false;
  let isWanted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const release = () => {
    isPressed = false;
    if (isWanted) drawSoon();
  };
  const drawSoon = () => {
    isWanted = isPressed;
    if (!isPressed) draw();
  };
  const options = { capture: true };
  document.addEventListener(
    'pointerdown',
    ({ button }) => {
      isPressed = button === 0;
      clearTimeout(timer);
      timer = setTimeout(release, PRESSED_MS);
    },
    options,
  );
  // What a click does is drawn at once, and a choice from a list, which may end without a click.
  for (const done of ['click', 'change']) {
    document.addEventListener(
      done,
      () => {
        isPressed = false;
      },
      options,
    );
  }
  // After the click, where one follows.
  for (const end of ['pointerup', 'pointercancel']) {
    document.addEventListener(end, () => void setTimeout(release), options);
  }
  return drawSoon;
}

/**
 * Opens a page: `parts` is asked for its content now, at each `draw` and in each language. State
 * belongs to the page, not to its elements. The element with the focus keeps it by its `id`.
 */
export function openPage(parts: Parts): Frame {
  let shown = parts;
  let language = readLanguage();
  const live = element('div', { role: 'status', 'aria-live': 'polite', class: 'unseen' });
  const header = element('header', {});
  const main = element('main', { id: 'content', tabindex: -1 });
  const footer = element('footer', {});
  // The address stays: it may name what is open.
  const toContent = (event: Event) => {
    event.preventDefault();
    main.focus();
  };
  const skip = element('a', { href: '#content', class: 'skip', on: { click: toContent } });
  const choose = (chosen: Language) => {
    language = chosen;
    keepLanguage(chosen);
    draw();
    document.querySelector<HTMLElement>(`[data-language="${chosen}"]`)?.focus();
  };
  const frame: Frame = {
    get language() {
      return language;
    },
    draw: whenReleased(calmly(() => draw())),
    announce: (sentence) => {
      if (shown === parts) replaceChildren(live, sentence);
    },
    end: (last) => {
      shown = last;
      replaceChildren(live);
      document.body.replaceChildren(skip, header, main, footer, live);
      draw();
    },
  };
  function draw(): void {
    const focused = document.activeElement?.id ?? '';
    const { title, links = [], aside = [], content } = shown(frame);
    const texts = COMMON[language];
    document.documentElement.lang = language;
    document.title = title;
    replaceChildren(skip, texts.skip);
    replaceChildren(
      header,
      element('span', { class: 'name', translate: 'no' }, 'Chartseal'),
      linkList(links, texts.pages),
      element('div', { class: 'aside' }, ...aside, switchButtons(language, choose)),
    );
    replaceChildren(main, ...content);
    replaceChildren(footer, element('p', {}, texts.footer));
    if (focused !== '') document.getElementById(focused)?.focus();
  }
  document.body.append(skip, header, main, footer, live);
  draw();
  return frame;
}
