// Long lists are drawn in pieces, as asked for. What a reader opened and how far they went stays
// when the page is drawn again.
import type { Language } from '../text/language.js';
import { PIECES } from '../text/pieces.js';
import { type Child, element, replaceChildren } from '../view/dom.js';

/** Items that are there without being asked for. */
export const FIRST_ITEMS = 50;
const MORE_ITEMS = 200;

const shown = new Map<string, number>();
const open = new Map<string, boolean>();

/** @param key of the list, the same each time it is drawn */
export function inPieces<Item>(
  key: string,
  items: readonly Item[],
  draw: (item: Item) => HTMLElement,
  language: Language,
): Child[] {
  const texts = PIECES[language];
  const list = element('ul', { class: 'entries' });
  const rest = element('div', { class: 'actions' });
  let count = 0;
  const add = (upTo: number): void => {
    list.append(...items.slice(count, upTo).map(draw));
    count = Math.min(upTo, items.length);
    const left = items.length - count;
    if (left === 0) {
      replaceChildren(rest);
      return;
    }
    replaceChildren(
      rest,
      element(
        'span',
        {},
        texts.shown(count.toLocaleString(language), items.length.toLocaleString(language)),
      ),
      element(
        'button',
        { type: 'button', class: 'no-print', id: `more-of-${key}`, on: { click: more } },
        texts.more(Math.min(MORE_ITEMS, left)),
      ),
    );
  };
  const more = () => {
    const first = list.children.length;
    add(count + MORE_ITEMS);
    shown.set(key, count);
    // The first that came is where a reader goes on.
    list.children[first]?.querySelector<HTMLElement>('summary')?.focus();
  };
  add(Math.max(FIRST_ITEMS, Math.min(shown.get(key) ?? 0, items.length)));
  return items.length === 0 ? [] : [list, rest];
}

export interface Fold {
  /** The same each time it is drawn. */
  readonly key: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly summary: readonly Child[];
  /** Unless the reader said otherwise. */
  readonly isOpen?: boolean;
  /** Nothing is drawn before it is opened. */
  readonly isLazy?: boolean;
  readonly content: () => readonly Child[];
}

/** What can be opened and closed. */
export function fold({
  key,
  attributes = {},
  summary,
  isOpen,
  isLazy,
  content,
}: Fold): HTMLElement {
  const isOpenNow = open.get(key) ?? isOpen ?? false;
  const head = element('summary', { id: `head-of-${key}` }, ...summary);
  const made = element('details', { ...attributes, open: isOpenNow }, head);
  let isFilled = false;
  const fill = () => {
    if (isFilled) return;
    isFilled = true;
    for (const child of content()) if (child !== undefined && child !== false) made.append(child);
  };
  if (isOpenNow || isLazy !== true) fill();
  let isOpenToReader = isOpenNow;
  made.addEventListener('toggle', () => {
    if (made.open) fill();
    if (made.open === isOpenToReader || 'onPaper' in made.dataset) return;
    isOpenToReader = made.open;
    open.set(key, made.open);
  });
  return made;
}
