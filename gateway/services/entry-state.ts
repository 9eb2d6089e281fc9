// How far an accepted entry has come: accepted → committed → proven.
import type { Sequencer } from './sequencer/sequencer.js';

export const ENTRY_STATES = ['accepted', 'committed', 'proven'] as const;
export type EntryState = (typeof ENTRY_STATES)[number];

export function stateOf({ counts }: Pick<Sequencer, 'counts'>, ordinal: number): EntryState {
  if (ordinal < counts.proven) return 'proven';
  return ordinal < counts.committed ? 'committed' : 'accepted';
}
