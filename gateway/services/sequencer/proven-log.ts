// The proven part of the log, and what is committed beyond it: gets the newest checkpoint attested,
// signs it, and writes marker, attestation and tiles of that size in one synced batch.
import { encodeBase64, equalBytes } from '../../../chaincode/core/bytes.js';
import { formatCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { logLabel } from '../../../chaincode/core/labels.js';
import { signNote } from '../../../chaincode/core/signed-note.js';
import type { MapNode } from '../../../chaincode/core/subject-map.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import type { Batch } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import type { MapPages } from '../../store/map-pages.js';
import { forNextStart } from '../../store/next-start.js';
import { formatJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { LogContext } from '../log-context.js';
import { FLUSH_ENTRIES, putAppends, putMap } from './log-rows.js';
import { type CommittedAppend, type LogState, markerOf } from './log-state.js';
import { type MapState, mapOnDisk, stateAtMarker } from './recovery.js';

export interface ProvenLogOptions {
  readonly store: Store;
  readonly ledger: LogLedger;
  readonly context: LogContext;
  /** Entries between two flushes of the map: each flush rewrites whole pages. */
  readonly flushEntries?: number;
}

/** The log's own signature over a checkpoint that we derived ourselves. */
export function signCheckpoint(context: LogContext, state: LogState): string {
  const { origin } = context.registration;
  const text = formatCheckpoint({ origin, size: state.frontier.size, root: state.root });
  const { notePublicKey, signNote: sign } = context.secrets;
  return signNote(text, origin, notePublicKey, sign);
}

/** The newest attested state of the log. */
export interface ProvenView {
  readonly size: number;
  /** The map with the path of this label shown. */
  expand(label: Uint8Array): MapNode;
}

export class ProvenLog {
  readonly #options: ProvenLogOptions;
  readonly #pages: MapPages;
  #onDisk: MapState;
  #state: LogState;
  #attested: boolean;
  /** Appends committed and not proven. */
  #overlay: CommittedAppend[] = [];
  /** The write that makes a state proven, while it runs. */
  #writing: Promise<void> | undefined;

  private constructor(
    options: ProvenLogOptions,
    pages: MapPages,
    onDisk: MapState,
    state: LogState,
  ) {
    this.#options = options;
    this.#pages = pages;
    this.#onDisk = onDisk;
    this.#state = state;
    this.#attested = options.store.findMarker() !== undefined;
  }

  /** What the store says was proven. Throws STORE_CORRUPT. */
  static async open(options: ProvenLogOptions, pages: MapPages): Promise<ProvenLog> {
    const onDisk = mapOnDisk(options.store, pages);
    const label = logLabel(options.context.registration.origin);
    const state = await stateAtMarker(options.store, pages, onDisk, label);
    return new ProvenLog(options, pages, onDisk, state);
  }

  get state(): LogState {
    return this.#state;
  }

  /** Whether everything committed is proven; the checkpoint of size 0 counts too. */
  get isCurrent(): boolean {
    return this.#attested && this.#overlay.length === 0;
  }

  /** Whether this many accepted entries are proven. */
  covers(entries: number): boolean {
    return this.#attested && this.#state.entries >= entries;
  }

  /** One more append that the ledger took. */
  add(append: CommittedAppend): void {
    this.#overlay.push(append);
  }

  /** The map without what lies on disk as well, so that memory stays bounded. */
  trim(map: MapNode): MapNode {
    return this.#pages.trim(map, this.#onDisk.map);
  }

  /** Proves what is committed by now. Rejects with the ledger's code; nothing was written then. */
  async advance(): Promise<void> {
    const appends = [...this.#overlay];
    const state = appends.at(-1)?.after ?? this.#state;
    const batch = await this.#prove(appends, state);
    const { flushEntries = FLUSH_ENTRIES } = this.#options;
    const flush = state.entries - this.#onDisk.entries >= flushEntries;
    if (flush) putMap(batch, this.#onDisk.map, state);
    await this.#write(batch, () => {
      this.#overlay = this.#overlay.slice(appends.length);
      this.#state = state;
      this.#attested = true;
      if (flush) this.#keepOnDisk();
    });
  }

  /** At the end: writes the proven map to its pages, so that the next process starts at once. */
  async flush(): Promise<void> {
    if (this.#state.entries === this.#onDisk.entries) return;
    await forNextStart(async () => {
      const batch = this.#options.store.db.batch();
      putMap(batch, this.#onDisk.map, this.#state);
      await this.#write(batch, () => this.#keepOnDisk());
    });
  }

  /**
   * Reads at the proven state, while nothing is being written.
   * @param use works synchronously: what it reads is one moment
   */
  async read<T>(use: (proven: ProvenView) => T): Promise<T> {
    while (this.#writing !== undefined) await this.#writing;
    if (!this.#attested) {
      throw new ChartsealError('NOT_PROVEN_YET', 'no checkpoint of this log is attested yet');
    }
    const { frontier, map } = this.#state;
    return use({ size: frontier.size, expand: (label) => this.#pages.expand(map, [label]) });
  }

  /** The batch that makes `state` proven; `appends` lead to it. */
  async #prove(appends: readonly CommittedAppend[], state: LogState): Promise<Batch> {
    const { store, ledger, context } = this.#options;
    const { size } = state.frontier;
    const { answer, attestation } = await ledger.attestCheckpoint(size);
    if (!equalBytes(answer.root, state.root) || answer.size !== size) {
      throw new ChartsealError('LOG_FORKED', 'the attested checkpoint is not the one we derived');
    }
    const batch = store.db.batch();
    putAppends(store.db, batch, this.#state.frontier.size, appends);
    const closingLeaf = state.closingLeaf === undefined ? null : encodeBase64(state.closingLeaf);
    const checkpoint = signCheckpoint(context, state);
    const row = { attestation: attestation as unknown as JsonValue, checkpoint, closingLeaf };
    return batch
      .put(keys.attestationKey(size), formatJsonRow(row))
      .put(keys.MARKER_KEY, formatJsonRow(markerOf(state)));
  }

  /** Readers wait until `adopt` has run: pages on disk and state in memory change as one. */
  async #write(batch: Batch, adopt: () => void): Promise<void> {
    const write = async () => {
      try {
        await batch.write();
        adopt();
      } finally {
        this.#writing = undefined;
      }
    };
    this.#writing = write();
    await this.#writing;
  }

  #keepOnDisk(): void {
    const { entries, map } = this.#state;
    this.#onDisk = { entries, map: this.#pages.trimFlushed(map, this.#onDisk.map) };
  }
}
