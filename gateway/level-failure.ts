// What a failure of LevelDB means. It tells by code when a database is opened, and in its words
// alone when a row is read.

export type LevelFailure = 'locked' | 'damaged' | 'other';

interface Told {
  readonly code?: string;
  readonly message?: string;
  readonly cause?: Told;
}

/** A file that is cut gives "Invalid argument" when a row beyond its end is read. */
const DAMAGE = /^(?:Corruption: |IO error: .*: (?:Invalid argument|No such file or directory)$)/s;

export function levelFailure(failure: unknown): LevelFailure {
  for (let one = failure as Told | undefined; one !== undefined; one = one.cause) {
    if (one.code === 'LEVEL_LOCKED') return 'locked';
    if (one.code === 'LEVEL_CORRUPTION' || DAMAGE.test(one.message ?? '')) return 'damaged';
  }
  return 'other';
}

/** The system's words in a failure of LevelDB, which names the file before them. */
export function systemWords(failure: unknown): string | undefined {
  for (let one = failure as Told | undefined; one !== undefined; one = one.cause) {
    const words = /^IO error: .*: ([A-Z][a-z/ -]+)$/s.exec(one.message ?? '')?.[1];
    if (words !== undefined) return words.toLowerCase();
  }
  return undefined;
}
