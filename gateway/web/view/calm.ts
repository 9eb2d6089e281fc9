// Drawing a page anew while somebody works on it: focus and caret stay where they were, and a word
// that is being composed from several keys, as Chinese is, is not torn apart.

type Written = HTMLInputElement | HTMLTextAreaElement;

const isWritten = (one: Element | null): one is Written =>
  one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement;

/** Draws now, or when the word is done. */
export function calmly(draw: () => void): () => void {
  let isComposing = false;
  let isWanted = false;
  const calm = () => {
    isWanted = isComposing;
    if (!isComposing) keepingCaret(draw);
  };
  document.addEventListener('compositionstart', () => {
    isComposing = true;
  });
  document.addEventListener('compositionend', () => {
    isComposing = false;
    if (isWanted) calm();
  });
  return calm;
}

/** What tells an element without an id from others, as far as a reader sees it. */
const looksOf = (one: Element): string =>
  [one.tagName, one.getAttribute('href'), one.getAttribute('aria-label'), one.textContent].join(
    '\n',
  );

/** The frame gives the focus back by id; links and what stands in the head have none. */
function keepingFocus(draw: () => void): void {
  const before = document.activeElement;
  const isTold = before === null || before === document.body || before.id !== '';
  const looks = isTold ? undefined : looksOf(before);
  draw();
  if (looks === undefined || document.activeElement !== document.body) return;
  const all = [...document.querySelectorAll<HTMLElement>('a[href], button, summary')];
  all.find((one) => looksOf(one) === looks)?.focus();
}

function keepingCaret(draw: () => void): void {
  const before = document.activeElement;
  const [from, to] = isWritten(before) ? [before.selectionStart, before.selectionEnd] : [null];
  keepingFocus(draw);
  const after = document.activeElement;
  // A field for a date has no caret.
  if (from === null || to === null || !isWritten(after) || after.id !== before?.id) return;
  after.setSelectionRange(from, to);
}
