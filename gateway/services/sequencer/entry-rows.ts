// The rows of accepted entries: the entry itself and everything that follows from it. One batch at
// a time; heads of chains are those of the batch, then those that the caller finds.
import { Buffer } from 'node:buffer';
import { uint64, ZERO_HASH } from '../../../chaincode/core/bytes.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { formatLeaf, leafHash } from '../../../chaincode/core/leaf.js';
import { ACTS } from '../../../chaincode/core/lifecycle.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { applyLeaf } from '../../../chaincode/core/subject.js';
import type { RowBatch } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { formatHead, formatKnownRow, formatStoredEntry, type Head } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { EntryBody } from './build-entry.js';
import type { FindHead } from './heads.js';
import type { IdempotencyDigests } from './idempotency.js';

export interface AcceptedLeaf {
  readonly leaf: Uint8Array;
  readonly hash: Uint8Array;
}

export interface NewEntry {
  readonly label: Uint8Array;
  readonly labelHex: string;
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

export interface EntryRowsOptions {
  readonly store: Store;
  /** Ordinal of the first entry to come. */
  readonly first: number;
  readonly logLabel: Uint8Array;
  /** Heads of chains that no entry of this batch went on with. */
  readonly findHead: FindHead;
}

export class EntryRows {
  readonly leaves: AcceptedLeaf[] = [];
  readonly batch: RowBatch;
  /** Heads that changed in this batch, by label in hex. */
  readonly heads = new Map<string, Head>();
  readonly #options: EntryRowsOptions;

  constructor(options: EntryRowsOptions) {
    this.#options = options;
    this.batch = options.store.db.batch();
  }

  /** Ordinal of the next entry. */
  get next(): number {
    return this.#options.first + this.leaves.length;
  }

  findHead(labelHex: string): Head | undefined {
    return this.heads.get(labelHex) ?? this.#options.findHead(labelHex);
  }

  /** Puts an entry at the end of its chain; throws ACT_REFUSED, and then nothing was added. */
  add({ label, labelHex, body, digests, entry, openings }: NewEntry): AcceptedLeaf {
    const head = this.findHead(labelHex);
    const leaf = {
      act: ACTS[body.act],
      subject: label,
      sequence: head?.state.count ?? 0,
      previous: head?.state.head ?? ZERO_HASH,
      entry: sha256(entry),
    };
    const bytes = formatLeaf(leaf);
    const hash = leafHash(bytes);
    const state = applyLeaf(head?.state, leaf, hash, this.#options.logLabel);
    const ordinal = this.next;
    const place = uint64(ordinal);
    const after = headAfter(body, state, ordinal);
    this.batch
      .put(keys.entryKey(ordinal), formatStoredEntry({ leaf: bytes, entry, openings }))
      .put(keys.headKey(labelHex), formatHead(after))
      .put(keys.chainKey(labelHex, leaf.sequence), place)
      .put(keys.leafHashKey(hash), place)
      .put(
        keys.idempotencyKey(digests.key),
        formatKnownRow({ content: digests.content, ordinal, leafHash: hash }),
      );
    this.heads.set(labelHex, after);
    const accepted = { leaf: bytes, hash };
    this.leaves.push(accepted);
    return accepted;
  }
}
