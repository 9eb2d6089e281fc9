// The rows of stores that are open in this process, past every check: what a disk may do to them
// while a gateway runs.
import { Level } from 'level';
import { dataLayout } from '../../gateway/data/layout.js';
import type { Hospital } from '../../gateway/services/hospital.js';
import { type RawStore, rawStore } from './raw-store.js';
import type { Change } from './store-damages.js';

type Raw = Level<string, Buffer>;
type Open = (this: Raw, ...given: unknown[]) => Promise<void>;

const opened = new Map<string, Raw>();

/** From now on, what is opened can be damaged; gives how to end that. */
export function watchStores(): () => void {
  opened.clear();
  const holder = Level.prototype as unknown as { open: Open };
  const original = holder.open;
  const isOwn = Object.hasOwn(holder, 'open');
  holder.open = function (this: Raw, ...given) {
    opened.set(this.location, this);
    return original.apply(this, given);
  };
  return () => {
    if (isOwn) holder.open = original;
    else delete (holder as Partial<typeof holder>).open;
  };
}

/** A database that was opened while it was watched. */
export function openedAt(folder: string): Raw {
  const db = opened.get(folder);
  if (db === undefined) throw new Error(`${folder} was not opened while it was watched`);
  return db;
}

export function rowsOf({ folder }: Hospital): RawStore {
  return rawStore(dataLayout(folder).store, opened);
}

/** Does this to the rows of a store that is open. */
export async function damageRows(hospital: Hospital, change: Change): Promise<void> {
  const damaged = await change(rowsOf(hospital));
  const batch = hospital.store.db.batch();
  for (const [key, value] of damaged) batch.put(key, value);
  await batch.write();
}
