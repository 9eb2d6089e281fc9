// Opens what an audit looks at, part by part: a part that is damaged is told of and left out, so
// that the others can still be looked at.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { type DataConfig, readConfig } from '../../data/config.js';
import { type LogKeys, readKeysFor } from '../../data/keys.js';
import { type DataLayout, dataLayout } from '../../data/layout.js';
import type { Store } from '../../store/store.js';
import { type OwnLedger, openOwnLedger } from '../own-ledger.js';
import { openOwnStore } from '../own-store.js';
import { isDamage } from './checks.js';
import { type Anchor, anchorAlone } from './fixity.js';

export interface AuditedFolder {
  readonly layout: DataLayout;
  readonly config: DataConfig;
  readonly keys: LogKeys;
  /** Or why it could not be opened. */
  readonly store: Store | ChartsealError;
  readonly ledger: OwnLedger | ChartsealError;
  /** Undefined where store or ledger could not be opened. */
  readonly anchor: Anchor | undefined;
  close(): Promise<void>;
}

/** What `open` gives, or the damage that it found; other faults are thrown. */
async function orDamage<T>(open: () => Promise<T>): Promise<T | ChartsealError> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof ChartsealError && isDamage(error)) return error;
    throw error;
  }
}

export const isThere = <T>(part: T | ChartsealError): part is T =>
  !(part instanceof ChartsealError);

/** Throws NO_DATA, STORE_LOCKED and every other code that is not about damage. */
export async function openAuditedFolder(folder: string): Promise<AuditedFolder> {
  const layout = dataLayout(folder);
  const config = await readConfig(layout.config);
  const keys = await readKeysFor(config.ledger, layout.keys);
  const store = await orDamage(() => openOwnStore(layout, config.logId));
  try {
    const ledger = await orDamage(() => openOwnLedger(layout, config, keys));
    const close = async () => {
      if (isThere(store)) await store.close();
      if (isThere(ledger)) await ledger.network.close();
    };
    const anchor = isThere(store) && isThere(ledger) ? anchorAlone({ store, ledger }) : undefined;
    return { layout, config, keys, store, ledger, anchor, close };
  } catch (error) {
    if (isThere(store)) await store.close();
    throw error;
  }
}
