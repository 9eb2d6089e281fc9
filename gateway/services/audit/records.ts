// The records that a pass is about, each once, in the order in which they were anchored: an entry
// stands for its record when no later version was accepted before the pass began.
import { encodeHex, readUint64 } from '../../../chaincode/core/bytes.js';
import type { RecordEntry } from '../../../chaincode/core/entry.js';
import { parseLeaf } from '../../../chaincode/core/leaf.js';
import { ACTS } from '../../../chaincode/core/lifecycle.js';
import { chainKey, keyNumber, parseKeyNumber, TABLES } from '../../store/keys.js';
import { parseJsonRow, parseStoredEntry } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { baselinePath, type Scope } from './scope.js';

export interface AnchoredRecord {
  /** Of the entry that stands for it. */
  readonly ordinal: number;
  readonly id: string;
  /** Its newest version, the digest and when that was anchored. */
  readonly version: number;
  readonly digest: string;
  readonly anchored: string;
  /** Where it was read, latin1 text; undefined when it was anchored without a file. */
  readonly path: string | undefined;
}

export interface RecordRange {
  /** First ordinal. */
  readonly from: number;
  /** First ordinal that is not in the pass. */
  readonly until: number;
}

const isRecordAct = (act: number) => act === ACTS.archive || act === ACTS.amend;

function isNewest(store: Store, subject: Uint8Array, sequence: number, until: number): boolean {
  const later = store.db.find(chainKey(subject, sequence + 1));
  return later === undefined || readUint64(later, 0, 'ordinal') >= until;
}

/** Entries that are damaged are left out: the checks of the log tell of them. */
export async function* recordsOf(
  store: Store,
  scope: Scope,
  { from, until }: RecordRange,
): AsyncGenerator<AnchoredRecord> {
  for await (const [key, row] of store.db.rowsAsFound(TABLES.entry, keyNumber(from))) {
    const ordinal = parseKeyNumber(key);
    if (ordinal >= until) return;
    if (row === undefined || !isRecordAct(row[1] as number)) continue;
    const { subject, sequence } = parseLeaf(parseStoredEntry(row).leaf);
    if (!isNewest(store, subject, sequence, until)) continue;
    const baseline = store.findBaseline(subject);
    const path = baseline === undefined ? undefined : baselinePath(baseline);
    if (!scope.holds(path)) continue;
    const head = store.findHead(subject);
    if (head === undefined) continue;
    const { entry } = store.readEntry(head.ordinal);
    const { record, at: anchored } = parseJsonRow<RecordEntry>(entry);
    const { id, version } = record;
    yield { ordinal, id, version, digest: encodeHex(head.digest), anchored, path };
  }
}

/** How many there are, without reading any file. */
export async function countRecords(
  store: Store,
  scope: Scope,
  range: RecordRange,
): Promise<number> {
  let count = 0;
  for await (const _ of recordsOf(store, scope, range)) count++;
  return count;
}
