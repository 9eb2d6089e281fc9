// Every bound of the feed, with its unit in the name.

/** Sources that are counted one by one; the rest is counted together. */
export const MAX_SOURCES = 1024;
/** Events kept aside. */
export const MAX_LETTERS = 10_000;
/** Their bytes, all together. */
export const MAX_LETTERS_BYTES = 256 * 1024 * 1024;
/** One of them. */
export const MAX_LETTER_BYTES = 8 * 1024 * 1024;
/** Part of both bounds that one source may fill, so that none takes the room of the others. */
export const SOURCE_SHARE = 0.5;
/** Of a message or an expression that says why. */
export const MAX_CAUSE_CHARACTERS = 2000;
/** Arrivals that wait for a feed that cannot be written. */
export const MAX_WAITING_ARRIVALS = 65_536;
/** How long a feed that failed is left alone. */
export const RETRY_MS = 10_000;
/** Counts are forced to the disk this often while events come. */
export const SYNC_MS = 1_000;
/** Events kept aside in one page of a list. */
export const MAX_PAGE_LETTERS = 1000;

/** Records that were refused, and files that were not anchored; each kind of them. */
export const MAX_FAILED = 10_000;
/** In one page of a list. */
export const MAX_PAGE_FAILED = 500;
/** What is kept of them to try them again, all together. */
export const MAX_FAILED_BYTES = 64 * 1024 * 1024;
/** Of one of them: whatever one line can be. */
export const MAX_FAILED_CONTENT_BYTES = 64 * 1024;

/** The bounds that an installation may choose. */
export interface FeedBounds {
  readonly sources: number;
  readonly letters: number;
  readonly lettersBytes: number;
  readonly failed: number;
  readonly failedBytes: number;
}

export const FEED_BOUNDS: FeedBounds = {
  sources: MAX_SOURCES,
  letters: MAX_LETTERS,
  lettersBytes: MAX_LETTERS_BYTES,
  failed: MAX_FAILED,
  failedBytes: MAX_FAILED_BYTES,
};
/** One event, or one Bundle of which all or nothing is accepted, in a file that is imported. */
export const MAX_ITEM_BYTES = 2 * 1024 * 1024;
