// HTML as text with every value escaped; what is HTML already says so by its type.

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | undefined | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function textOf(value: Value): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value).replace(/[&<>"']/g, (found) => ESCAPES[found] as string);
}

/** Template tag: what is put in is escaped, unless it is Html. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, at) => part + textOf(values[at])).join(''));
}

/** Text with its `code` and its paragraphs marked, as the OpenAPI document writes them. */
export function prose(text: string): Html[] {
  const inline = (part: string) =>
    part
      .split('`')
      .map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`));
  return text.split('\n\n').map((part) => html`<p>${inline(part)}</p>`);
}
