// What a history says, laid out for people: one row a leaf, and how things stand at the end.
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { Entry, RecordFacts } from '../../chaincode/core/entry.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { actName, flagNames } from '../../chaincode/core/lifecycle.js';
import type { SubjectState } from '../../chaincode/core/subject.js';
import { countVersions } from './entries-check.js';
import { readLeaf, type ShownMembers, shownMembers } from './entry-check.js';
import type { History } from './history.js';

export interface HistoryEvent extends ShownMembers {
  /** Place in the chain, from 0. */
  readonly sequence: number;
  /** Name of the act; null when this version does not know it. */
  readonly act: string | null;
  /** Hex. */
  readonly leafHash: string;
  /** null when it is not shown, or not the leaf's. */
  readonly entry: Entry | null;
}

/** How a record stands after the last leaf. */
export interface RecordStanding {
  /** null when the entries and acts shown do not tell. */
  readonly latestVersion: number | null;
  /** Digests of the latest version; null when its entry is not shown. */
  readonly digests: RecordFacts['digests'] | null;
  /** Of: held, sealed, lent, destroyed, held by another organisation. */
  readonly flags: readonly string[];
}

function nameOf(leaf: Uint8Array): string | null {
  const read = readLeaf(leaf);
  return 'value' in read ? (actName(read.value.act) ?? null) : null;
}

export function historyEvents(
  history: History,
  leaves: readonly Uint8Array[],
  entries: readonly (Entry | undefined)[],
): HistoryEvent[] {
  return leaves.map((leaf, sequence) => {
    const entry = entries[sequence];
    const openings = history.openings?.[sequence] ?? {};
    const shown =
      entry === undefined ? { opened: {}, withheld: [] } : shownMembers(entry, openings);
    return {
      sequence,
      act: nameOf(leaf),
      leafHash: encodeHex(leafHash(leaf)),
      entry: entry ?? null,
      ...shown,
    };
  });
}

/** @param state of the record, from a chain that is OK */
export function recordStanding(
  state: SubjectState,
  leaves: readonly Uint8Array[],
  entries: readonly (Entry | undefined)[],
): RecordStanding {
  const latestVersion = countVersions(leaves).at(-1) ?? null;
  const shown = entries.flatMap((entry) =>
    entry === undefined || entry.act === 'access' ? [] : [entry.record],
  );
  const latest = shown.find(({ version }) => version === latestVersion);
  return { latestVersion, digests: latest?.digests ?? null, flags: flagNames(state.flags) };
}
