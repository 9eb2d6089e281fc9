// Derives the log anew from its leaves, append by append, each result compared with what the
// ledger says. Memory holds the top of the map and what was not flushed.
import { EMPTY_MAP, type MapNode, mapRoot } from '../../../chaincode/core/subject-map.js';
import type { Batch, RowStore } from '../../store/database.js';
import { pageKey } from '../../store/keys.js';
import { MapPages } from '../../store/map-pages.js';
import type { AcceptedLeaf } from '../sequencer/entry-rows.js';
import { FLUSH_ENTRIES, putMap } from '../sequencer/log-rows.js';
import {
  type CommittedAppend,
  commitAppend,
  EMPTY_LOG,
  type LogState,
} from '../sequencer/log-state.js';
import { type PreparedAppend, prepareAppend } from '../sequencer/prepare-append.js';
import type { MapState } from '../sequencer/recovery.js';

/** What the ledger says of an append. */
export interface AppendResult {
  readonly closingLeaf: Uint8Array;
  /** Of the tree after it. */
  readonly root: Uint8Array;
}

export class Replay {
  readonly #db: RowStore;
  readonly #pages: MapPages;
  readonly #logLabel: Uint8Array;
  #state = EMPTY_LOG;
  #onDisk: MapState = { entries: 0, map: EMPTY_MAP };

  /** @param db takes the pages of the map; holds none yet */
  constructor(db: RowStore, logLabel: Uint8Array) {
    this.#db = db;
    this.#pages = new MapPages((prefix) => db.find(pageKey(prefix)));
    this.#logLabel = logLabel;
  }

  get state(): LogState {
    return this.#state;
  }

  /**
   * Throws CHAIN_BROKEN or ACT_REFUSED when these leaves cannot be the next.
   * @param after the map that they follow; that of the state when it is left out
   */
  prepare(leaves: readonly AcceptedLeaf[], after: MapNode = this.#state.map): PreparedAppend {
    const map = this.#pages.trim(after, this.#onDisk.map);
    return prepareAppend(this.#pages, map, leaves, this.#logLabel);
  }

  /** Throws LOG_FORKED when the ledger's words are not what these leaves lead to. */
  commit(
    { hashes, map }: Pick<PreparedAppend, 'hashes' | 'map'>,
    { closingLeaf, root }: AppendResult,
  ): CommittedAppend {
    const append = commitAppend(this.#state, hashes, map, closingLeaf, root);
    this.#state = append.after;
    return append;
  }

  /** Whether enough was applied for a flush. */
  get isDue(): boolean {
    return this.#state.entries - this.#onDisk.entries >= FLUSH_ENTRIES;
  }

  /** Writes the map to its pages, and with them what `extra` adds. */
  async flush(extra: (batch: Batch) => void = () => {}): Promise<void> {
    const batch = this.#db.batch();
    mapRoot(this.#state.map);
    putMap(batch, this.#onDisk.map, this.#state);
    extra(batch);
    await batch.write();
    const { entries, map } = this.#state;
    this.#onDisk = { entries, map: this.#pages.trimFlushed(map, this.#onDisk.map) };
  }
}
