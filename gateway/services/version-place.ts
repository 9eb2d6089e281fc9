// Where a version of a record stands in its chain, found without those before and after it.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseJsonRow } from '../store/rows.js';
import type { StoredLog } from '../store/store.js';
import { Turns } from '../turns.js';

/** Version that an entry makes of its record; undefined for other acts. */
function versionOf(entry: Uint8Array): number | undefined {
  const value = parseJsonRow<{ act: string; record?: { version: number } }>(entry);
  return value.act === 'archive' || value.act === 'amend' ? value.record?.version : undefined;
}

/**
 * Ordinal of a version, the newest when none is named; undefined when there is none. Throws
 * STORE_CORRUPT.
 * @param label of the record
 */
export async function findVersion(
  store: StoredLog,
  label: Uint8Array,
  version?: number,
): Promise<number | undefined> {
  const head = store.findHead(label);
  const wanted = version ?? head?.version ?? 0;
  if (head === undefined || wanted < 1 || wanted > head.version) return undefined;
  const turns = new Turns();
  // An entry makes one version at most, so as many as are missing stand between at least.
  for (let sequence = wanted - 1; sequence < head.state.count; ) {
    await turns.next();
    const ordinal = store.readChain(label, sequence);
    const found = versionOf(store.readEntry(ordinal).entry);
    if (found === wanted) return ordinal;
    if (found !== undefined && found > wanted) break;
    sequence += found === undefined ? 1 : wanted - found;
  }
  throw new ChartsealError('STORE_CORRUPT', 'the versions of a record do not follow one another');
}
