// The rows of stores that are open in this process, past every check: what a disk may do to them
// while a gateway runs.
import { Level } from 'level';
import { dataLayout } from '../../gateway/data/layout.js';
import type { Hospital } from '../../gateway/services/hospital.js';
import type { RawStore } from './audit-sample.js';
import type { Change } from './store-damages.js';

const opened = new Map<string, RawStore>();

type Open = (this: RawStore, ...given: unknown[]) => Promise<void>;

/** From now on, what is opened can be damaged; gives how to end that. */
export function watchStores(): () => void {
  const holder = Level.prototype as unknown as { open: Open };
  const original = holder.open;
  const isOwn = Object.hasOwn(holder, 'open');
  holder.open = function (this: RawStore, ...given) {
    opened.set(this.location, this);
    return original.apply(this, given);
  };
  return () => {
    if (isOwn) holder.open = original;
    else delete (holder as Partial<typeof holder>).open;
    opened.clear();
  };
}

export function rowsOf({ folder }: Hospital): RawStore {
  const rows = opened.get(dataLayout(folder).store);
  if (rows === undefined) throw new Error('the store was not opened while it was watched');
  return rows;
}

/** Does this to the rows of a store that is open. */
export async function damageRows(hospital: Hospital, change: Change): Promise<void> {
  const damaged = await change(rowsOf(hospital));
  const batch = hospital.store.db.batch();
  for (const [key, value] of damaged) batch.put(key, value);
  await batch.write();
}
