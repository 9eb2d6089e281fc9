// What was accepted since the ledger last answered was not sent, however often the process was
// started meanwhile: where it does not explain what the ledger holds, an older store was put back,
// and nobody forked the log.
import { AWAY_KEY } from '../../store/keys.js';
import { formatJsonRow, parseAwayRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';

const write = ({ db }: Store, entries: number | null) =>
  db.batch().put(AWAY_KEY, formatJsonRow({ entries })).write();

/** Ordinal from which on no entry was ever sent; infinite when any may have been. */
export function readUnsent({ db }: Store): number {
  const row = db.find(AWAY_KEY);
  return (row === undefined ? null : parseAwayRow(row).entries) ?? Infinity;
}

/** As {@link readUnsent}. @param isAway whether this process begins without the ledger */
export async function findUnsent(store: Store, isAway: boolean): Promise<number> {
  const known = readUnsent(store);
  if (!isAway || known < Infinity) return known;
  await write(store, store.entriesAtOpen);
  return store.entriesAtOpen;
}

/** Before the first of them is sent. */
export function forgetUnsent(store: Store): Promise<void> {
  return write(store, null);
}
