// Takes in what was entered since a list was loaded, without loading all of it again.
import type { AccessPage, ShownEntry } from './access.js';

const MOST_TRIES = 20;
const PAUSE_MS = 500;

/** As much of a list as was loaded. */
export interface ListSoFar {
  readonly entries: readonly ShownEntry[];
  /** Where the next page begins. */
  readonly next?: string | undefined;
}

/** The list with the newest page; that page alone where there is a gap between the two. */
export function withNewer({ entries, next }: ListSoFar, page: AccessPage): ListSoFar {
  const newest = entries[0]?.sequence ?? -1;
  const newer = page.events.filter(({ sequence }) => sequence > newest);
  const hasGap = newer.length === page.events.length && newer.at(-1)?.sequence !== newest + 1;
  if (newer.length > 0 && hasGap) return { entries: page.events, next: page.next };
  return { entries: [...newer, ...entries], next };
}

/** An entry stands in the list when it is proven, which takes a moment; gives up after a while. */
export async function untilEntered(
  sequence: number,
  readCount: () => Promise<number>,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if ((await readCount()) > sequence) return;
  }
}
