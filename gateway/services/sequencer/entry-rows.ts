// The rows of accepted entries: the entry itself and everything that follows from it. One batch at
// a time; heads of chains are those of the store and of the batch.
import { concat, encodeHex, uint64, ZERO_HASH } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { formatLeaf, leafHash } from '../../../chaincode/core/leaf.js';
import { ACTS } from '../../../chaincode/core/lifecycle.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { applyLeaf } from '../../../chaincode/core/subject.js';
import type { RowBatch } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { formatHead, formatStoredEntry, type Head } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { EntryBody } from './build-entry.js';
import type { IdempotencyDigests } from './idempotency.js';

export interface AcceptedLeaf {
  readonly leaf: Uint8Array;
  readonly hash: Uint8Array;
}

export interface NewEntry {
  readonly label: Uint8Array;
  readonly body: EntryBody;
  readonly digests: IdempotencyDigests;
  /** Canonical bytes. */
  readonly entry: Uint8Array;
  readonly openings: Uint8Array;
}

const NO_DIGEST = new Uint8Array(HASH_BYTES);

/** The head of a subject after one more leaf. */
function headAfter({ members }: EntryBody, state: Head['state'], ordinal: number): Head {
  if (!('record' in members)) return { state, ordinal, version: 0, digest: NO_DIGEST };
  const { version, digests } = members.record;
  return { state, ordinal, version, digest: Buffer.from(digests['sha-256'], 'hex') };
}

export class EntryRows {
  readonly leaves: AcceptedLeaf[] = [];
  readonly batch: RowBatch;
  readonly #store: Store;
  readonly #first: number;
  readonly #logLabel: Uint8Array;
  readonly #heads = new Map<string, Head>();

  /** @param first ordinal of the first entry to come */
  constructor(store: Store, first: number, logLabel: Uint8Array) {
    this.#store = store;
    this.#first = first;
    this.#logLabel = logLabel;
    this.batch = store.db.batch();
  }

  /** Ordinal of the next entry. */
  get next(): number {
    return this.#first + this.leaves.length;
  }

  /**
   * The newest head of a chain. LevelDB can lose a row to a flipped bit, or show an older one,
   * without a word: a chain that goes on beyond its head is damage.
   */
  findHead(label: Uint8Array): Head | undefined {
    const known = this.#heads.get(encodeHex(label));
    if (known !== undefined) return known;
    const head = this.#store.findHead(label);
    if (this.#store.db.find(keys.chainKey(label, head?.state.count ?? 0)) !== undefined) {
      throw new ChartsealError('STORE_CORRUPT', 'a chain goes on beyond its head');
    }
    return head;
  }

  /** Puts an entry at the end of its chain; throws ACT_REFUSED, and then nothing was added. */
  add({ label, body, digests, entry, openings }: NewEntry): AcceptedLeaf {
    const head = this.findHead(label);
    const leaf = {
      act: ACTS[body.act],
      subject: label,
      sequence: head?.state.count ?? 0,
      previous: head?.state.head ?? ZERO_HASH,
      entry: sha256(entry),
    };
    const bytes = formatLeaf(leaf);
    const hash = leafHash(bytes);
    const state = applyLeaf(head?.state, leaf, hash, this.#logLabel);
    const ordinal = this.next;
    const after = headAfter(body, state, ordinal);
    this.batch
      .put(keys.entryKey(ordinal), formatStoredEntry({ leaf: bytes, entry, openings }))
      .put(keys.headKey(label), formatHead(after))
      .put(keys.chainKey(label, leaf.sequence), uint64(ordinal))
      .put(keys.leafHashKey(hash), uint64(ordinal))
      .put(keys.idempotencyKey(digests.key), concat(digests.content, uint64(ordinal), hash));
    this.#heads.set(encodeHex(label), after);
    const accepted = { leaf: bytes, hash };
    this.leaves.push(accepted);
    return accepted;
  }
}
