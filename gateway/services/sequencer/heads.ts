// Where the newest heads of chains are looked up.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Reader } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { type Head, parseHead } from '../../store/rows.js';

/** Finds the newest head of a chain, undefined when the chain has not begun. */
export type FindHead = (labelHex: string) => Head | undefined;

/**
 * Heads as the store has them. LevelDB can lose a row to a flipped bit, or show an older one,
 * without a word: a chain that goes on beyond its head is damage (STORE_CORRUPT).
 */
export function headsOf(reader: Reader): FindHead {
  return (labelHex) => {
    const row = reader.find(keys.headKey(labelHex));
    const head = row === undefined ? undefined : parseHead(row);
    if (reader.find(keys.chainKey(labelHex, head?.state.count ?? 0)) !== undefined) {
      throw new ChartsealError('STORE_CORRUPT', 'a chain goes on beyond its head');
    }
    return head;
  };
}

/** Keys of the links beyond the heads of chains that have begun, which {@link headsOf} looks up. */
export function nextLinks(reader: Reader, labels: readonly string[]): string[] {
  return labels.flatMap((labelHex) => {
    try {
      const row = reader.find(keys.headKey(labelHex));
      return row === undefined ? [] : [keys.chainKey(labelHex, parseHead(row).state.count)];
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      // The one submission that needs this head meets the damage again.
      return [];
    }
  });
}
