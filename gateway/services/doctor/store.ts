// The store: whether its newest part is whole. What lies deeper, `audit` reads.
import { decodeBase64, encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { type Leaf, leafHash, parseClosingLeaf, parseLeaf } from '../../../chaincode/core/leaf.js';
import type { Registration } from '../../../chaincode/core/registration.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { readRow } from '../../store/database.js';
import { AUDIT_KEY, leafHashKey } from '../../store/keys.js';
import { parseJsonRow, parseOrdinal } from '../../store/rows.js';
import { markerHash, type StoredLog } from '../../store/store.js';
import { tileNodeReader } from '../../store/tiles.js';
import { Turns } from '../../turns.js';
import { isFinding } from '../audit/checks.js';
import { findPassRow } from '../audit/pass-row.js';
import { readSignedCheckpoint } from '../log-reading.js';
import { closingLeafOf } from '../receipts.js';
import type { SeenTimes } from './clock.js';
import { type Finding, fault, notChecked, ok, quoted } from './finding.js';

const NEWEST_ENTRIES = 1000;

interface Newest {
  readonly ordinal: number;
  readonly leaf: Leaf;
  readonly hash: Uint8Array;
  /** Of a record. */
  readonly version: number;
}

function corrupt(what: string): never {
  throw new ChartsealError('STORE_CORRUPT', what);
}

/** An entry with all rows that name it. Throws STORE_CORRUPT. */
function readWhole(store: StoredLog, ordinal: number): Newest {
  const { leaf: bytes, entry } = store.readEntry(ordinal);
  const [leaf, hash] = [parseLeaf(bytes), leafHash(bytes)];
  const byHash = parseOrdinal(readRow(store.db, leafHashKey(hash)));
  if (byHash !== ordinal || store.readChain(leaf.subject, leaf.sequence) !== ordinal) {
    corrupt(`the indexes do not lead to entry ${ordinal}`);
  }
  const { record } = parseJsonRow<{ record?: { version?: number } }>(entry);
  return { ordinal, leaf, hash, version: record?.version ?? 0 };
}

function checkHead(store: StoredLog, { ordinal, leaf, hash, version }: Newest): void {
  const head = store.findHead(leaf.subject);
  const fits =
    head?.ordinal === ordinal &&
    head.version === version &&
    head.state.count === leaf.sequence + 1 &&
    equalBytes(head.state.head, hash);
  if (!fits) corrupt(`the head of a chain is not entry ${ordinal}, its newest`);
}

/** The newest entries, none missing among them, with their leaves, indexes and heads. */
export async function checkEntries(store: StoredLog): Promise<Finding> {
  const count = store.entriesAtOpen;
  const marked = store.findMarker()?.entries ?? 0;
  if (marked > count)
    corrupt(`the newest entries are gone: ${marked} were proven, ${count} are there`);
  const first = Math.max(0, count - NEWEST_ENTRIES);
  const newest = new Map<string, Newest>();
  const turns = new Turns();
  for (let ordinal = first; ordinal < count; ordinal++) {
    const whole = readWhole(store, ordinal);
    newest.set(encodeHex(whole.leaf.subject), whole);
    await turns.next();
  }
  for (const one of newest.values()) checkHead(store, one);
  return ok('entries', `The newest ${count - first} of ${count} entries are whole.`);
}

/** Marker, tree and signed checkpoint say the same. */
export function checkProofs(store: StoredLog): Finding {
  const marker = store.findMarker();
  if (marker === undefined) return ok('proofs', 'Nothing is proven yet: nothing was anchored.');
  const { root } = readSignedCheckpoint(store, marker.size, tileNodeReader(store.db));
  if (!equalBytes(root, markerHash(marker.root))) {
    corrupt('the signed checkpoint is not the one that the marker names');
  }
  return ok('proofs', `Tree and signed checkpoint agree at size ${marker.size}.`);
}

/**
 * The pass of an audit that is kept.
 * @param registered undefined when the ledger could not be asked
 * @param folder DATA
 */
export function checkPass(
  store: StoredLog,
  registered: Registration | undefined,
  folder: string,
): Finding {
  try {
    if (store.db.find(AUDIT_KEY) === undefined) return ok('audit', 'No pass of an audit is kept.');
    if (registered === undefined) {
      return notChecked('audit', 'The ledger, which holds the key that signs it, is not at hand.');
    }
    const notePublicKey = decodeBase64(registered.noteKey, 'note key');
    const row = findPassRow(store.db, { notePublicKey });
    const state = row?.isDone ? 'is finished' : 'is not finished: the next run goes on with it';
    return ok('audit', `The pass over the archive begun ${row?.startedAt} ${state}.`);
  } catch (error) {
    if (!isFinding(error)) throw error;
    const sentence =
      'What was kept of the last pass over the archive is damaged: no audit goes on.';
    return fault('audit', sentence, `chartseal audit --restart --data ${quoted(folder)}`);
  }
}

/** Newest times in the store. Throws STORE_CORRUPT. */
export function seenTimes(store: StoredLog): SeenTimes {
  const count = store.entriesAtOpen;
  const marker = store.findMarker();
  const closing = marker && closingLeafOf(store.readAttestation(marker.size));
  const { at } =
    count === 0
      ? { at: undefined }
      : parseJsonRow<{ at: string }>(store.readEntry(count - 1).entry);
  return {
    entryAt: at === undefined ? 0 : parseTime(at, 'at'),
    endorsedAt: closing === undefined ? 0 : parseClosingLeaf(closing).endorsedAt,
  };
}
