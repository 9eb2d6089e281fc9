// A verdict at a glance: icon, words and colour together, never colour alone.
import { type Child, drawing, element } from './dom.js';

export type Tone = 'good' | 'bad' | 'open';

const SHAPES: Readonly<Record<Tone, string>> = {
  good: 'M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM3.6 8.3 6.9 11.6 12.6 5.2 11.2 4 6.8 8.9 5 7z',
  bad: 'M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7zM4.4 5.8 6.6 8 4.4 10.2 5.8 11.6 8 9.4 10.2 11.6 11.6 10.2 9.4 8 11.6 5.8 10.2 4.4 8 6.6 5.8 4.4z',
  open: 'M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM7 3v6.5h2V3zM7 11v2h2v-2z',
};

function icon(tone: Tone): SVGElement {
  return drawing(
    'svg',
    { viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
    drawing('path', { d: SHAPES[tone], fill: 'currentColor', 'fill-rule': 'evenodd' }),
  );
}

export function mark(tone: Tone, ...text: readonly Child[]): HTMLElement {
  return element('span', { class: `mark is-${tone}` }, icon(tone), element('span', {}, ...text));
}
