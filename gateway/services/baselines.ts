// Where the newest version of a record was read: what an audit hashes again.
import type { Batch } from '../store/database.js';
import { baselineKey } from '../store/keys.js';
import { type BaselineRow, formatJsonRow } from '../store/rows.js';

/** A record's file as it was read. */
export interface Baseline {
  readonly path: Uint8Array;
  readonly size: number;
  readonly modifiedAtMs: number;
}

const encodedPath = (path: Uint8Array) => Buffer.from(path).toString('base64');

export function isReadFrom(row: BaselineRow, path: Uint8Array): boolean {
  return row.path === encodedPath(path);
}

export function putBaseline(
  batch: Batch,
  label: Uint8Array,
  { path, size, modifiedAtMs }: Baseline,
): void {
  const row = { modifiedAtMs: Math.trunc(modifiedAtMs), path: encodedPath(path), size };
  batch.put(baselineKey(label), formatJsonRow(row));
}
