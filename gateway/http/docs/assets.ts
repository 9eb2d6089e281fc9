// Style and script of the page that shows the API: readable on a phone, in the dark and on paper.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const DOCS_STYLE = `
:root { color-scheme: light dark; --line: #767676; --soft: #f2f4f7; --mark: #0b57a4; --text: #1b1d21; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --line: #8a8f98; --soft: #23272e; --mark: #8fc1ff; --text: #e8eaed; --page: #15181c; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
main, header, footer { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
a { color: var(--mark); }
a:focus-visible, summary:focus-visible, input:focus-visible, select:focus-visible, textarea:focus-visible, button:focus-visible, pre:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem; background: var(--page); }
h1, h2, h3, h4 { line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
code, pre, textarea, input { font: .875rem/1.45 ui-monospace, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { margin: .5rem 0; padding: .75rem; overflow: auto; max-height: 24rem; background: var(--soft); }
.operation { margin: 1rem 0; border: 1px solid var(--line); border-radius: .25rem; }
.operation > summary { padding: .75rem; cursor: pointer; background: var(--soft); }
.operation > summary code { font-weight: 600; }
.operation > div { padding: 0 .75rem .75rem; }
.members { list-style: none; margin: 0; padding: 0 0 0 .75rem; border-left: 2px solid var(--line); }
.members li { margin: .25rem 0; }
.kind { font-style: italic; }
label { display: block; margin: .5rem 0; }
input:not([type=file]), select, textarea { display: block; width: 100%; padding: .5rem; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: .25rem; }
textarea { min-height: 10rem; }
button { min-height: 2.75rem; padding: .5rem 1.5rem; font: inherit; font-weight: 600; color: var(--page); background: var(--mark); border: 0; border-radius: .25rem; cursor: pointer; }
@media print { .try, .skip, .token { display: none; } pre { max-height: none; white-space: pre-wrap; } }
`;

/** The compiled script as browsers take it: a module of Node would find its `exports` there. */
export function docsScript(): string {
  const text = readFileSync(join(__dirname, 'script.js'), 'utf8');
  const own = text.replace(/^\/\/# sourceMappingURL=.*$/m, '');
  return `((exports) => {\n${own}\n})({});\n`;
}
