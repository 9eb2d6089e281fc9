// Where things lie below DATA. Folders are 0700, files with secrets 0600.
import { join } from 'node:path';

/** Folders in which init and keys restore make what they put in its place at the end. */
export const STAGING = '.chartseal-init-';
/** The same of import. */
export const IMPORT_STAGING = '.chartseal-import-';
/** What a new file system brings along. */
export const LOST_AND_FOUND = 'lost+found';

export interface DataLayout {
  readonly folder: string;
  readonly config: string;
  readonly keys: string;
  readonly store: string;
  readonly ledger: string;
  /** Newest block of the ledger, outside its database. */
  readonly checkpoint: string;
  readonly run: string;
  /** Counts of what sources sent, and refused events kept aside; made when it is first needed. */
  readonly feed: string;
  /** Reports of audits; made when one is first written. */
  readonly audits: string;
}

export function dataLayout(folder: string): DataLayout {
  return {
    folder,
    config: join(folder, 'config.json'),
    keys: join(folder, 'keys'),
    store: join(folder, 'store'),
    ledger: join(folder, 'ledger'),
    checkpoint: join(folder, 'checkpoint'),
    run: join(folder, 'run'),
    feed: join(folder, 'feed'),
    audits: join(folder, 'audits'),
  };
}
