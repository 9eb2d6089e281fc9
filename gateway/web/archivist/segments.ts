// The bar of a check: how wide each kind of what it found is drawn.
import type { FixityCounts } from './answers.js';

export const FIXITY_KINDS = [
  'unchanged',
  'altered',
  'missing',
  'unreadable',
  'notChecked',
] as const;
export const BAR_WIDTH = 1000;
/** One altered file of a million is seen too. */
const LEAST = 14;

/** Widths of what there is of each kind, together the whole width. */
export function segments(counts: FixityCounts): readonly (readonly [keyof FixityCounts, number])[] {
  const present = FIXITY_KINDS.filter((kind) => counts[kind] > 0);
  const total = present.reduce((sum, kind) => sum + counts[kind], 0);
  const widths = present.map((kind) => Math.max(LEAST, (BAR_WIDTH * counts[kind]) / total));
  const scale = BAR_WIDTH / widths.reduce((sum, width) => sum + width, 0);
  return present.map((kind, at) => [kind, (widths[at] as number) * scale] as const);
}
