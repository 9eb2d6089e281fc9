// The rows of accepted entries: the entry itself and everything that follows from it. One batch at
// a time; heads of chains are those of the batch, then those that the caller finds.
import { Buffer } from 'node:buffer';
import { uint64, ZERO_HASH } from '../../../chaincode/core/bytes.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { formatLeaf, leafHash } from '../../../chaincode/core/leaf.js';
import { ACTS } from '../../../chaincode/core/lifecycle.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { applyLeaf } from '../../../chaincode/core/subject.js';
import type { Batch } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { formatHead, formatKnownRow, formatStoredEntry, type Head } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { EntryBody } from './build-entry.js';
import type { FindHead } from './heads.js';
import type { IdempotencyDigests } from './idempotency.js';
import { searchRows } from './search-rows.js';

export interface AcceptedLeaf {
  readonly leaf: Uint8Array;
  readonly hash: Uint8Array;
}

export interface NewEntry {
  readonly label: Uint8Array;
  readonly labelHex: string;
  readonly body: EntryBody;
  /** Undefined where an entry that came before is found by them. */
  readonly digests: IdempotencyDigests | undefined;
  /** Canonical bytes. */
  readonly entry: Uint8Array;
  readonly openings: Uint8Array;
}

interface StagedEntry {
  readonly entry: NewEntry;
  readonly accepted: AcceptedLeaf;
  readonly sequence: number;
  readonly ordinal: number;
  /** Of its chain, once it stands there. */
  readonly after: Head;
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
  readonly batch: Batch;
  /** Heads that changed in this batch, by label in hex. */
  readonly heads = new Map<string, Head>();
  readonly #options: EntryRowsOptions;
  readonly #staged: StagedEntry[] = [];
  readonly #stagedHeads = new Map<string, Head>();

  constructor(options: EntryRowsOptions) {
    this.#options = options;
    this.batch = options.store.db.batch();
  }

  /** Ordinal of the next entry. */
  get next(): number {
    return this.#options.first + this.leaves.length + this.#staged.length;
  }

  findHead(labelHex: string): Head | undefined {
    return (
      this.#stagedHeads.get(labelHex) ??
      this.heads.get(labelHex) ??
      this.#options.findHead(labelHex)
    );
  }

  /** Puts an entry at the end of its chain; throws ACT_REFUSED, and then nothing was added. */
  add(entry: NewEntry): AcceptedLeaf {
    const accepted = this.stage(entry);
    this.keep();
    return accepted;
  }

  /** As {@link add}, but it is part of the batch only once it is kept with all staged before it. */
  stage(entry: NewEntry): AcceptedLeaf {
    const { label, labelHex, body } = entry;
    const head = this.findHead(labelHex);
    const leaf = {
      act: ACTS[body.act],
      subject: label,
      sequence: head?.state.count ?? 0,
      previous: head?.state.head ?? ZERO_HASH,
      entry: sha256(entry.entry),
    };
    const bytes = formatLeaf(leaf);
    const hash = leafHash(bytes);
    const state = applyLeaf(head?.state, leaf, hash, this.#options.logLabel);
    const ordinal = this.next;
    const after = headAfter(body, state, ordinal);
    const accepted = { leaf: bytes, hash };
    this.#staged.push({ entry, accepted, sequence: leaf.sequence, ordinal, after });
    this.#stagedHeads.set(labelHex, after);
    return accepted;
  }

  keep(): void {
    for (const one of this.#staged) this.#put(one);
    this.drop();
  }

  drop(): void {
    this.#staged.length = 0;
    this.#stagedHeads.clear();
  }

  #put({ entry: one, accepted, sequence, ordinal, after }: StagedEntry): void {
    const { label, labelHex, body, digests, entry, openings } = one;
    const { leaf, hash } = accepted;
    const place = uint64(ordinal);
    this.batch
      .put(keys.entryKey(ordinal), formatStoredEntry({ leaf, entry, openings }))
      .put(keys.headKey(labelHex), formatHead(after))
      .put(keys.chainKey(labelHex, sequence), place)
      .put(keys.leafHashKey(hash), place);
    if (digests !== undefined) {
      const known = formatKnownRow({ content: digests.content, ordinal });
      this.batch.put(keys.idempotencyKey(digests.key), known);
    }
    for (const { key, value } of searchRows(body, label, ordinal)) this.batch.put(key, value);
    this.heads.set(labelHex, after);
    this.leaves.push(accepted);
  }
}
