// A field to search in what the page shows. It searches when the reader is done with a text, and
// keeps what is typed until then, for the page may be drawn anew meanwhile.
import { element } from './dom.js';

/** What is typed and not searched for yet, by id of the field. */
const typed = new Map<string, string>();

/** As texts are compared: letters of any size, and as wide as Chinese keyboards write them. */
export const searchable = (text: string): string => text.normalize('NFKC').toLowerCase();

export interface SearchField {
  readonly id: string;
  /** What is searched for now. */
  readonly text: string;
  /** Id of the hint. */
  readonly hint: string;
  readonly search: (text: string) => void;
}

export function searchField({ id, text, hint, search }: SearchField): HTMLInputElement {
  const done = () => {
    const wanted = typed.get(id) ?? text;
    typed.delete(id);
    if (wanted !== text) search(wanted);
  };
  const field = element('input', {
    id,
    type: 'search',
    autocomplete: 'off',
    'aria-describedby': hint,
    on: {
      input: () => typed.set(id, field.value),
      keydown: (event) => {
        const { key, isComposing } = event as KeyboardEvent;
        if (key === 'Enter' && !isComposing) done();
      },
      // What is drawn anew gives the focus to the field that comes in the place of this one.
      blur: () => queueMicrotask(() => document.activeElement?.id !== id && done()),
    },
  });
  field.value = typed.get(id) ?? text;
  return field;
}
