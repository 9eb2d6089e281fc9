// The rows by which people find an entry: a record by its id and by its digest, an inquiry among
// all others. They follow from the entry alone.
import { uint64 } from '../../../chaincode/core/bytes.js';
import type { TABLES } from '../../store/keys.js';
import * as keys from '../../store/keys.js';
import type { EntryBody } from './build-entry.js';

export interface SearchRow {
  readonly table: keyof Pick<typeof TABLES, 'record' | 'digest' | 'inquiry'>;
  readonly key: string;
  readonly value: Uint8Array;
}

/** @param label of the entry's subject */
export function searchRows(
  { act, members }: EntryBody,
  label: Uint8Array,
  ordinal: number,
): SearchRow[] {
  if ('record' in members) {
    const { id, digests } = members.record;
    const value = uint64(ordinal);
    return [
      { table: 'record', key: keys.recordKey(id), value },
      { table: 'digest', key: keys.digestKey(digests['sha-256'], ordinal), value },
    ];
  }
  if (act !== 'inquiry' && act !== 'answer') return [];
  return [{ table: 'inquiry', key: keys.inquiryKey(ordinal), value: label }];
}
