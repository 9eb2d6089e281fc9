// Showing less of a history or a receipt: openings and entries may be left out, leaves never.
import type { History } from './history.js';
import type { Openings, Receipt } from './receipt.js';

export interface Withheld {
  /** Private members that stay closed in every entry, such as `actor`. */
  readonly members?: readonly string[];
  /** Sequences of the entries that are not shown at all. */
  readonly sequences?: readonly number[];
}

function withoutMembers(openings: Openings, members: readonly string[]): Openings | null {
  const kept = Object.entries(openings).filter(([member]) => !members.includes(member));
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

/** The same receipt with less shown; it verifies as before. */
export function withholdInReceipt(receipt: Receipt, members: readonly string[]): Receipt {
  const { openings, ...rest } = receipt;
  const kept = openings === undefined ? null : withoutMembers(openings, members);
  return kept === null ? rest : { ...rest, openings: kept };
}

/** The same history with less shown; it verifies as before. */
export function withhold(history: History, { members = [], sequences = [] }: Withheld): History {
  const hidden = new Set(sequences);
  const { openings, ...rest } = history;
  const kept = openings?.map((one, sequence) =>
    one === null || hidden.has(sequence) ? null : withoutMembers(one, members),
  );
  return {
    ...rest,
    entries: history.entries.map((entry, sequence) => (hidden.has(sequence) ? null : entry)),
    ...(kept?.some((one) => one !== null) ? { openings: kept } : {}),
  };
}
