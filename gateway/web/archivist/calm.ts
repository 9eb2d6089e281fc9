// Drawing a page anew while somebody types in it: the caret stays where it was, and a word that is
// being composed from several keys, as Chinese is, is not torn apart.

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

function keepingCaret(draw: () => void): void {
  const before = document.activeElement;
  const caret = before instanceof HTMLInputElement ? before.selectionStart : null;
  draw();
  const after = document.activeElement;
  if (caret === null || !(after instanceof HTMLInputElement) || after.id !== before?.id) return;
  after.setSelectionRange(caret, caret);
}
