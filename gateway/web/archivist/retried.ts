// What came of trying again what failed.
import type { Failed, RetryAnswer } from './answers.js';

/** What trying again came to; a code alone when the gateway did not answer. */
export type Retried = 'trying' | RetryAnswer | { readonly problem: string };

export const keyOf = ({ id }: Failed): string => String(id);

export const isAccepted = (result: Retried | undefined): boolean =>
  typeof result === 'object' && 'state' in result && result.state === 'accepted';

/** Rows that were not accepted meanwhile. */
export const openRows = (
  rows: readonly Failed[],
  retried: ReadonlyMap<string, Retried>,
): Failed[] => rows.filter((row) => !isAccepted(retried.get(keyOf(row))));
