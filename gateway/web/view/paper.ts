// What is folded on the screen is open on paper, and as it was before when that is done.

/**
 * @param folds selects what is opened; each hears of it at once, for it may be empty until then
 * @param tell told when printing begins and when it ends
 */
export function openOnPaper(
  folds: string,
  tell: (isOnPaper: boolean) => void = () => undefined,
): void {
  const all = (more: string) =>
    document.querySelectorAll<HTMLDetailsElement>(`:is(${folds})${more}`);
  window.addEventListener('beforeprint', () => {
    tell(true);
    for (const one of all(':not([open])')) {
      one.dataset['onPaper'] = '';
      one.open = true;
      one.dispatchEvent(new Event('toggle'));
    }
  });
  window.addEventListener('afterprint', () => {
    tell(false);
    for (const one of all('[data-on-paper]')) {
      one.open = false;
      delete one.dataset['onPaper'];
    }
  });
}
