// Fills an empty store: first with entries and the rows that follow from them, then with what
// follows from the ledger's appends. Every step is checked; nothing is taken on trust.
import { equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import * as keys from '../../store/keys.js';
import { type AttestationRow, formatJsonRow, type StoredEntry } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { Labels, type LogContext } from '../log-context.js';
import { EntryRows } from '../sequencer/entry-rows.js';
import { headsOf } from '../sequencer/heads.js';
import { putAppends } from '../sequencer/log-rows.js';
import { type CommittedAppend, type LogState, markerOf } from '../sequencer/log-state.js';
import type { PreparedAppend } from '../sequencer/prepare-append.js';
import { deriveEntry } from './derived-entry.js';
import { type AppendResult, Replay } from './replay.js';

const BATCH_ENTRIES = 1024;

export class StoreBuilder {
  readonly #store: Store;
  readonly #origin: string;
  readonly #labels: Labels;
  readonly #replay: Replay;
  #rows: EntryRows;
  /** By which entries of the batch are known as ones that came before. */
  readonly #newKeys = new Set<string>();
  /** Appends that are not written yet, and the size of the tree before them. */
  #pending: CommittedAppend[] = [];
  #written = 0;

  /** @param store holds nothing but its meta row */
  constructor(store: Store, context: LogContext) {
    this.#store = store;
    this.#origin = context.registration.origin;
    this.#labels = new Labels(context);
    this.#replay = new Replay(store.db, this.#labels.log);
    this.#rows = this.#newRows(0);
  }

  #newRows(first: number): EntryRows {
    const store = this.#store;
    return new EntryRows({ store, first, logLabel: this.#labels.log, findHead: headsOf(store.db) });
  }

  /** State of the log after the appends so far. */
  get state(): LogState {
    return this.#replay.state;
  }

  /** The next entry in local order. Throws STORE_CORRUPT when it cannot follow the others. */
  async addEntry(stored: StoredEntry): Promise<void> {
    const ordinal = this.#rows.next;
    try {
      this.#add(stored);
    } catch (cause) {
      if (!(cause instanceof ChartsealError)) throw cause;
      const text = `entry ${ordinal} cannot stand there: ${cause.message}`;
      throw new ChartsealError('STORE_CORRUPT', text, { cause });
    }
    if (this.#rows.leaves.length >= BATCH_ENTRIES) await this.endEntries();
  }

  #add(stored: StoredEntry): void {
    const { leaf, labelHex, body, digests } = deriveEntry(stored, this.#origin, this.#labels);
    const { entry, openings } = stored;
    const added = this.#rows.add({
      label: leaf.subject,
      labelHex,
      body,
      digests: this.#isNewKey(keys.idempotencyKey(digests.key)) ? digests : undefined,
      entry,
      openings,
    });
    if (!equalBytes(added.leaf, stored.leaf)) {
      throw new ChartsealError('CHAIN_BROKEN', 'its leaf is not the next of its chain');
    }
  }

  /** A damaged store may have taken the same twice: whoever sends it again hears of the first. */
  #isNewKey(key: string): boolean {
    if (this.#newKeys.has(key) || this.#store.db.find(key) !== undefined) return false;
    this.#newKeys.add(key);
    return true;
  }

  /** Writes the entries added so far; appends can be added for them from now on. */
  async endEntries(): Promise<void> {
    const rows = this.#rows;
    this.#rows = this.#newRows(rows.next);
    await rows.batch.write();
    this.#newKeys.clear();
  }

  /** The next `count` entries as one append; throws STORE_BEHIND when there are fewer. */
  async prepare(count: number): Promise<PreparedAppend> {
    const leaves = [];
    const first = this.state.entries;
    for await (const leaf of this.#store.leavesFrom(first)) {
      leaves.push(leaf);
      if (leaves.length === count) return this.#replay.prepare(leaves);
    }
    throw new ChartsealError(
      'STORE_BEHIND',
      `an append of the ledger holds ${count} entries from ${first} on, here are ${leaves.length}`,
    );
  }

  /** Takes a prepared append over; throws LOG_FORKED when the ledger says otherwise. */
  async commit(prepared: PreparedAppend, result: AppendResult): Promise<void> {
    this.#pending.push(this.#replay.commit(prepared, result));
    if (this.#replay.isDue) await this.#flush();
  }

  /** @param attestation of the newest append committed here; undefined when there is none yet */
  async finish(attestation: AttestationRow | undefined): Promise<void> {
    await this.#flush();
    if (attestation === undefined) return;
    const { state } = this;
    await this.#store.db
      .batch()
      .put(keys.attestationKey(state.frontier.size), formatJsonRow(attestation))
      .put(keys.MARKER_KEY, formatJsonRow(markerOf(state)))
      .write();
  }

  async #flush(): Promise<void> {
    const appends = this.#pending;
    if (appends.length === 0) return;
    const { db } = this.#store;
    await this.#replay.flush((batch) => putAppends(db, batch, this.#written, appends));
    this.#pending = [];
    this.#written = this.state.frontier.size;
  }
}
