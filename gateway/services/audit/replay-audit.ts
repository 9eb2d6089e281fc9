// Tree and map derived anew from the leaves, append by append, each compared with what the ledger
// says of it; and the rows of the store that follow from them.
import { createHash } from 'node:crypto';
import { equalBytes, uint64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Trust } from '../../evidence/trust.js';
import type { ListedCheckpoint } from '../../ledger/log-answers.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import { Database } from '../../store/database.js';
import { appendIndexKey, appendKey, MARKER_KEY, parseKeyNumber, TABLES } from '../../store/keys.js';
import { formatJsonRow, type Marker } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import { Labels, type LogContext } from '../log-context.js';
import { Replay } from '../rebuild/replay.js';
import type { AcceptedLeaf } from '../sequencer/entry-rows.js';
import { type CommittedAppend, type LogState, markerOf } from '../sequencer/log-state.js';
import { AttestationAudit } from './attestation-audit.js';
import { Check, type CheckResult, heedBehind, isFinding, STOPPED, type Stop } from './checks.js';
import { Follower, OTHER_MAP, takeLeaves } from './follower.js';
import { auditHead } from './head-audit.js';
import { MapAudit } from './map-audit.js';
import { TileAudit } from './tile-audit.js';

export interface ReplayAuditOptions {
  /** One moment of a store that may go on being written. */
  readonly store: StoredLog;
  /** The same store as it goes on. */
  readonly live: StoredLog;
  /** Appends that were there before that moment: the store has their entries. */
  readonly appendsBefore: number;
  /** Of how many appends the digest of closing leaves is wanted. */
  readonly digestAppends: number;
  readonly ledger: LogLedger;
  readonly context: LogContext;
  readonly trust: Trust;
  /** Path of a folder that is not there yet, for the pages of the derived map. */
  readonly scratch: string;
  readonly stop: Stop;
}

/** What the leaves lead to. */
export interface DerivedLog {
  readonly state: LogState;
  /** SHA-256 over the closing leaves of `digestAppends`, hex; undefined when there are fewer. */
  readonly closingLeaves: string | undefined;
  /** False when not all appends of the ledger could be followed. */
  readonly isWhole: boolean;
}

export class ReplayAudit {
  readonly #options: ReplayAuditOptions;
  readonly #tree = new Check('tree');
  readonly #marker: Marker | undefined;
  readonly #tiles: TileAudit;
  readonly #map: MapAudit;
  readonly #attestations: AttestationAudit;
  readonly #replay: Replay;
  readonly #closingLeaves = createHash('sha256');
  #closingDigest: string | undefined;
  readonly #follower: Follower;
  #isMarkerMet = false;
  /** Rows of the tree are there up to this size: that of the marker, where it can be read. */
  #provenSize: number;
  #proven = 0;

  private constructor(options: ReplayAuditOptions, scratch: Database) {
    const { store, context, trust } = options;
    this.#options = options;
    this.#marker = this.#findMarker();
    this.#provenSize = this.#marker?.size ?? 0;
    this.#tiles = new TileAudit(store.db, this.#tree);
    this.#map = new MapAudit(store, scratch);
    this.#attestations = new AttestationAudit(store, context, trust);
    this.#replay = new Replay(scratch, new Labels(context).log);
    this.#follower = new Follower(this.#replay, options.ledger);
  }

  /** @param subjects chains of the store, when they are known */
  static async run(
    options: ReplayAuditOptions,
    subjects: number | undefined,
  ): Promise<{ results: CheckResult[]; derived: DerivedLog }> {
    const scratch = await Database.open(options.scratch, { create: true });
    try {
      return await new ReplayAudit(options, scratch).#run(subjects);
    } finally {
      await scratch.close();
    }
  }

  #findMarker(): Marker | undefined {
    try {
      return this.#options.store.findMarker();
    } catch (error) {
      if (!isFinding(error)) throw error;
      this.#tree.fail('STORE_CORRUPT', 'the marker of what is proven is damaged', 'rebuild');
      return undefined;
    }
  }

  async #run(subjects: number | undefined) {
    const isWhole = await this.#followAll();
    if (isWhole) await this.#compareRows();
    else if (this.#options.stop.aborted) this.#tree.leaveOpen(STOPPED);
    const { state } = this.#replay;
    const { size } = state.frontier;
    const held = `${state.appends} appends, ${size} leaves, each root the ledger's`;
    const attestations = await this.#attestations.end(isWhole, this.#marker);
    const map = await this.#map.end(isWhole, subjects);
    const results = [this.#tree.result(held), map, attestations];
    // The ledger may have gone on since that moment: its head is met by going on too.
    const head = await auditHead(this.#follower, this.#options, isWhole);
    results.push(head.result('its head is what the leaves lead to'));
    const derived = { state, closingLeaves: this.#closingDigest, isWhole };
    return { results: heedBehind(results), derived };
  }

  /** Whether every append of the ledger, and every entry after them, could be followed. */
  async #followAll(): Promise<boolean> {
    const { store, stop } = this.#options;
    const leaves = store.leavesFrom(0);
    try {
      if (this.#marker === undefined) {
        const newest = await store.db.findLastKey(TABLES.attestation);
        if (newest !== undefined) this.#provenSize = parseKeyNumber(newest);
      }
      await this.#afterAppend();
      for await (const row of this.#follower.appends()) {
        if (stop.aborted) return false;
        if (this.#isLater(row)) break;
        await this.#follow(row, await takeLeaves(leaves, row));
      }
      await this.#follower.tryRest(leaves);
      return true;
    } catch (error) {
      if (!isFinding(error)) throw error;
      const mend = MENDS[error.code] ?? 'restore store';
      if (error !== OTHER_MAP) this.#tree.fail(error.code, error.message, mend);
      else this.#tree.leaveOpen('the map of an append is another, so it cannot be followed');
      return false;
    } finally {
      await leaves.return(undefined);
    }
  }

  /** Whether an append holds entries that came after the moment that is looked at. */
  #isLater({ appendNumber, leaves }: ListedCheckpoint): boolean {
    const { store, appendsBefore } = this.#options;
    const entries = this.#replay.state.entries + leaves;
    return entries > store.entriesAtOpen && appendNumber >= appendsBefore;
  }

  async #follow(row: ListedCheckpoint, leaves: readonly AcceptedLeaf[]): Promise<void> {
    const append = await this.#follower.follow(row, leaves).catch((error: unknown) => {
      if (error === OTHER_MAP) this.#map.disagree(row.appendNumber);
      throw error;
    });
    this.#closingLeaves.update(row.closingLeaf);
    if (append.after.frontier.size <= this.#provenSize) this.#compareAppend(append);
    await this.#afterAppend();
  }

  #compareAppend({ row, hashes }: CommittedAppend): void {
    this.#proven++;
    const { appendNumber, firstOrdinal, firstIndex } = row;
    this.#compareRow(appendKey(firstOrdinal), formatJsonRow(row), `of append ${appendNumber}`);
    const index = uint64(firstOrdinal);
    this.#compareRow(appendIndexKey(firstIndex), index, `of the place of append ${appendNumber}`);
    this.#tiles.add(hashes);
  }

  #compareRow(key: string, wanted: Uint8Array, what: string): void {
    let fault: string | undefined;
    try {
      const found = this.#options.store.db.find(key);
      if (found === undefined) fault = 'is gone';
      else if (!equalBytes(found, wanted)) fault = 'is not what follows from leaves and ledger';
    } catch (error) {
      if (!(error instanceof ChartsealError) || error.code !== 'STORE_CORRUPT') throw error;
      fault = 'is damaged';
    }
    if (fault !== undefined) {
      this.#tree.fail('STORE_CORRUPT', `the row ${what} ${fault}`, 'rebuild');
    }
  }

  async #afterAppend(): Promise<void> {
    const { state } = this.#replay;
    if (state.appends === this.#options.digestAppends) {
      this.#closingDigest = this.#closingLeaves.copy().digest('hex');
    }
    this.#attestations.compare(state);
    await this.#map.compare(this.#replay);
    if (this.#marker?.size === state.frontier.size) {
      this.#isMarkerMet = true;
      this.#compareRow(MARKER_KEY, formatJsonRow(markerOf(state)), 'of what is proven');
    }
    if (this.#replay.isDue) await this.#replay.flush();
  }

  async #compareRows(): Promise<void> {
    const { db } = this.#options.store;
    await this.#tiles.end();
    for (const table of [TABLES.append, TABLES.appendIndex]) {
      const found = await db.count(table);
      if (found === this.#proven) continue;
      const sentence = `${found} rows of ${table} stand for ${this.#proven} proven appends`;
      this.#tree.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
    if (this.#marker === undefined) {
      if ((await db.count(TABLES.attestation)) === 0) return;
      this.#tree.fail('STORE_CORRUPT', 'the marker of what is proven is gone', 'rebuild');
    } else if (!this.#isMarkerMet) {
      const { size } = this.#marker;
      const isBeyond = size > this.#replay.state.frontier.size;
      const code = isBeyond ? 'LEDGER_BEHIND' : 'STORE_CORRUPT';
      const sentence = `the tree was proven up to size ${size}, where no append of the ledger ends`;
      this.#tree.fail(code, sentence, isBeyond ? 'restore ledger' : 'rebuild');
    }
  }
}

const MENDS: Partial<Record<string, 'evidence' | 'restore ledger'>> = {
  LOG_FORKED: 'evidence',
  LEDGER_CORRUPT: 'restore ledger',
};
