// The records that a pass is about, each once, in the order in which they were anchored: an entry
// stands for its record when no later version was accepted before the pass began.
import type { RecordEntry } from '../../../chaincode/core/entry.js';
import { type Leaf, parseLeaf } from '../../../chaincode/core/leaf.js';
import { ACTS } from '../../../chaincode/core/lifecycle.js';
import { chainKey, keyNumber, parseKeyNumber, TABLES } from '../../store/keys.js';
import { parseJsonRow, parseOrdinal, parseStoredEntry } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import { Turns } from '../../turns.js';
import { usable } from './checks.js';
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

function isNewest(store: StoredLog, { subject, sequence }: Leaf, until: number): boolean {
  const later = usable(() => {
    const row = store.db.find(chainKey(subject, sequence + 1));
    return row && parseOrdinal(row);
  });
  return later === undefined || later >= until;
}

/** The record's newest version, by its head; that of the entry itself where this is damaged. */
function readRecord(
  store: StoredLog,
  { subject }: Leaf,
  entry: Uint8Array,
): RecordEntry | undefined {
  const newest = usable(() => {
    const head = store.findHead(subject);
    return head && parseJsonRow<RecordEntry>(store.readEntry(head.ordinal).entry);
  });
  return newest ?? usable(() => parseJsonRow<RecordEntry>(entry));
}

/** Where its file was read, latin1 text; undefined when that is not known. */
function findPath(store: StoredLog, { subject }: Leaf): string | undefined {
  return usable(() => {
    const baseline = store.findBaseline(subject);
    return baseline && baselinePath(baseline);
  });
}

/** The record as it is anchored by now; `record` where that cannot be read. */
export function readAgain(store: StoredLog, record: AnchoredRecord): AnchoredRecord {
  const found = usable(() => {
    const { leaf: bytes, entry } = store.readEntry(record.ordinal);
    const leaf = parseLeaf(bytes);
    const newest = readRecord(store, leaf, entry);
    return newest && recordOf(newest, record.ordinal, findPath(store, leaf));
  });
  return found ?? record;
}

function recordOf(
  { record, at: anchored }: RecordEntry,
  ordinal: number,
  path: string | undefined,
): AnchoredRecord {
  const { id, version, digests } = record;
  return { ordinal, id, version, digest: digests['sha-256'], anchored, path };
}

/** Undefined when the entry stands for no record of this pass. */
function findRecord(
  store: StoredLog,
  scope: Scope,
  ordinal: number,
  row: Uint8Array,
  until: number,
): AnchoredRecord | undefined {
  const { leaf: bytes, entry } = parseStoredEntry(row);
  const leaf = parseLeaf(bytes);
  if (!isNewest(store, leaf, until)) return undefined;
  const path = findPath(store, leaf);
  if (!scope.holds(path)) return undefined;
  const found = readRecord(store, leaf, entry);
  return found && recordOf(found, ordinal, path);
}

/** Entries that are damaged are left out: the checks of the log tell of them. */
export async function* recordsOf(
  store: StoredLog,
  scope: Scope,
  { from, until }: RecordRange,
): AsyncGenerator<AnchoredRecord> {
  const turns = new Turns();
  for await (const [key, row] of store.db.rowsAsFound(TABLES.entry, keyNumber(from))) {
    const ordinal = parseKeyNumber(key);
    if (ordinal >= until) return;
    await turns.next();
    if (row === undefined || !isRecordAct(row[1] as number)) continue;
    const record = usable(() => findRecord(store, scope, ordinal, row, until));
    if (record !== undefined) yield record;
  }
}

/** How many there are, without reading any file. */
export async function countRecords(
  store: StoredLog,
  scope: Scope,
  range: RecordRange,
): Promise<number> {
  let count = 0;
  for await (const _ of recordsOf(store, scope, range)) count++;
  return count;
}
