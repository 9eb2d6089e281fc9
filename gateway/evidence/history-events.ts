// What a history says, laid out for people: one row a leaf, and how things stand at the end.
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { Entry, RecordFacts } from '../../chaincode/core/entry.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { actName, flagNames } from '../../chaincode/core/lifecycle.js';
import type { SubjectState } from '../../chaincode/core/subject.js';
import { countVersions } from './entries-check.js';
import { type CheckedEntry, readLeaf, type ShownMembers } from './entry-check.js';

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

/** Whether it is an emergency override, as far as its entry is shown. */
export const isOverride = ({ entry }: HistoryEvent): boolean =>
  entry?.act === 'access' && entry.breakGlass;

function nameOf(leaf: Uint8Array): string | null {
  const read = readLeaf(leaf);
  return 'value' in read ? (actName(read.value.act) ?? null) : null;
}

export function historyEvents(
  leaves: readonly Uint8Array[],
  checked: readonly (CheckedEntry | undefined)[],
): HistoryEvent[] {
  return leaves.map((leaf, sequence) => {
    const { entry = null, shown = { opened: {}, withheld: [] } } = checked[sequence] ?? {};
    return {
      sequence,
      act: nameOf(leaf),
      leafHash: encodeHex(leafHash(leaf)),
      entry,
      ...shown,
    };
  });
}

/** @param state of the record, from a chain that is OK */
export function recordStanding(
  state: SubjectState,
  leaves: readonly Uint8Array[],
  checked: readonly (CheckedEntry | undefined)[],
): RecordStanding {
  const latestVersion = countVersions(leaves).at(-1) ?? null;
  const shown = checked.flatMap((one) =>
    one?.entry !== undefined && 'record' in one.entry ? [one.entry.record] : [],
  );
  const latest = shown.find(({ version }) => version === latestVersion);
  return { latestVersion, digests: latest?.digests ?? null, flags: flagNames(state.flags) };
}
