// A store built anew from its entries and the ledger: everything that can be derived is derived,
// the rest is taken over. The old store stays as it is until the new one is whole, and then aside.
import { chmod } from 'node:fs/promises';
import { encodeBase64, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { type DataConfig, readConfig } from '../../data/config.js';
import { readKeysFor } from '../../data/keys.js';
import { type DataLayout, dataLayout } from '../../data/layout.js';
import { requireOwner } from '../../data/owner.js';
import { parseTrustFile, type Trust } from '../../evidence/trust.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import type { Rows } from '../../store/database.js';
import {
  AUDIT_KEY,
  attestationKey,
  FLUSHED_MAP_KEY,
  headKey,
  MARKER_KEY,
  TABLES,
} from '../../store/keys.js';
import {
  type AttestationRow,
  formatJsonRow,
  parseAttestationRow,
  parseHead,
  parseStoredEntry,
} from '../../store/rows.js';
import { createStore, openStore, type Store } from '../../store/store.js';
import { isOneDatabase } from '../../store/store-database.js';
import { checkAttestationRow } from '../audit/attestation-audit.js';
import { isFinding } from '../audit/checks.js';
import { confirmedAt } from '../clock-confirmed.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { Labels } from '../log-context.js';
import { type OwnLedger, openOwnLedger } from '../own-ledger.js';
import { quietFault } from '../sequencer/clock-guard.js';
import { signCheckpoint } from '../sequencer/proven-log.js';
import { countDifferences, isSameRow, isThere, keepRows, lossOf } from './kept-rows.js';
import { newestAttested } from './newest-attested.js';
import { clearRebuild, finishRebuild, rebuildPlaces, swapStores } from './settle.js';
import { openSource } from './source.js';
import { StoreBuilder } from './store-builder.js';

/** A kind of rows, and how many of them were mended: missing, wrong, damaged or too many. */
export interface MendedRows {
  readonly rows: string;
  /** Undefined where all were written anew, since nothing says what the old ones covered. */
  readonly mended: number | undefined;
  /** Gone or of no use, and they follow from nothing else: they are lost but for a backup. */
  readonly dropped: number;
}

/** Records, and of how many of them it is known where their files were read. */
export interface KnownPlaces {
  readonly records: number;
  readonly known: number;
}

export interface RebuildResult {
  readonly entries: number;
  readonly mended: readonly MendedRows[];
  readonly places: KnownPlaces;
  /** Where the old store lies now. */
  readonly aside: string;
}

const KINDS = {
  heads: [TABLES.head],
  chains: [TABLES.chain],
  lookups: [TABLES.leafHash, TABLES.idempotency, TABLES.record, TABLES.digest, TABLES.inquiry],
  patients: [TABLES.patient, TABLES.patientLabel],
  baselines: [TABLES.baseline],
  attestations: [TABLES.attestation],
} as const;
/** Kinds that are taken over: what cannot be used of them is lost. */
const KEPT: ReadonlySet<string> = new Set(['patients', 'baselines']);
/** Kinds whose keys were longer in earlier formats. */
const WITH_SHORT_KEYS: ReadonlySet<string> = new Set(['heads', 'chains', 'lookups']);

class Rebuild {
  readonly #source: Rows;
  readonly #store: Store;
  readonly #ledger: OwnLedger;
  readonly #trust: Trust;
  readonly #builder: StoreBuilder;
  readonly #confirmedAtMs: number;

  /** @param run DATA/run */
  constructor(source: Rows, store: Store, ledger: OwnLedger, run: string) {
    this.#source = source;
    this.#confirmedAtMs = confirmedAt(run);
    this.#store = store;
    this.#ledger = ledger;
    this.#trust = parseTrustFile(ledger.network.trustFile(ledger.context));
    this.#builder = new StoreBuilder(store, ledger.context);
  }

  /** Number of entries. */
  async run(): Promise<number> {
    const attested = await newestAttested(this.#source, this.#ledger, this.#trust);
    let entries = 0;
    for await (const [, row] of this.#source.rows(TABLES.entry)) {
      await this.#builder.addEntry(parseStoredEntry(row));
      entries++;
    }
    await this.#builder.endEntries();
    const { context } = this.#ledger;
    await keepRows(this.#source, this.#store.db, context, new Labels(context));
    await this.#keepAttestation();
    await this.#addAppends(attested);
    const newest = this.#findAttestation();
    await this.#builder.finish(newest ?? (await this.#attest()));
    return entries;
  }

  /** Appends of the ledger up to this size, or all. */
  async #addAppends(until: number | undefined): Promise<void> {
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: Awaited<ReturnType<LogLedger['listCheckpoints']>> =
        await this.#ledger.log.listCheckpoints(after);
      for (const row of page.checkpoints) {
        if (until !== undefined && row.size > until) return;
        await this.#builder.commit(await this.#builder.prepare(row.leaves), row);
        await this.#keepAttestation();
      }
      after = page.next;
    }
  }

  /** The old store's attestation of the state that was derived just now, when it verifies. */
  #findAttestation(): AttestationRow | undefined {
    const { state } = this.#builder;
    const { size } = state.frontier;
    try {
      const found = this.#source.find(attestationKey(size));
      if (found === undefined) return undefined;
      const row = parseAttestationRow(found);
      checkAttestationRow(row, { ...state, size }, this.#ledger.context, this.#trust);
      return row;
    } catch (error) {
      if (isFinding(error)) return undefined;
      throw error;
    }
  }

  async #keepAttestation(): Promise<void> {
    const row = this.#findAttestation();
    if (row === undefined) return;
    const key = attestationKey(this.#builder.state.frontier.size);
    await this.#store.db.batch().put(key, formatJsonRow(row)).write();
  }

  /** A new attestation of the derived state, where none is left: it says up to when it holds. */
  async #attest(): Promise<AttestationRow> {
    const { log, context } = this.#ledger;
    const { state } = this.#builder;
    const { head } = await log.readLog();
    const fault = quietFault(Date.now(), head.endorsedAt, this.#confirmedAtMs);
    if (fault !== undefined) throw fault;
    const { size } = state.frontier;
    const { answer, attestation } = await log.attestCheckpoint(size);
    if (!equalBytes(answer.root, state.root)) {
      throw new ChartsealError('LOG_FORKED', 'the attested checkpoint is not the one we derived');
    }
    const closingLeaf = state.closingLeaf === undefined ? null : encodeBase64(state.closingLeaf);
    const checkpoint = signCheckpoint(context, state);
    return { attestation: attestation as unknown as JsonValue, checkpoint, closingLeaf };
  }

  /**
   * @param isOutdated whether the source has an earlier format
   * @param unnamed chains of patients that nothing says any more whose they are
   */
  async countMended(isOutdated: boolean, unnamed: number): Promise<MendedRows[]> {
    const [before, after] = [this.#source, this.#store.db];
    const mended: MendedRows[] = [];
    for (const [rows, tables] of Object.entries(KINDS)) {
      if (isOutdated && WITH_SHORT_KEYS.has(rows)) {
        mended.push({ rows, mended: undefined, dropped: 0 });
        continue;
      }
      const findLoss = KEPT.has(rows) ? lossOf(before, after) : undefined;
      const sum = { rows, mended: 0, dropped: 0 };
      for (const table of tables) {
        const count = await countDifferences(before, after, table, findLoss);
        sum.mended += count.mended;
        sum.dropped += count.dropped;
      }
      if (rows === 'patients') sum.dropped = Math.max(sum.dropped, unnamed);
      mended.push(sum);
    }
    // Of use to the next audit alone, which begins anew without it.
    if (isThere(before, AUDIT_KEY) && !isThere(after, AUDIT_KEY)) {
      mended.push({ rows: 'audit pass', mended: 1, dropped: 0 });
    }
    const tree = [TABLES.append, TABLES.appendIndex, TABLES.tile];
    for (const [rows, key, tables] of [
      ['tree', MARKER_KEY, tree],
      ['map', FLUSHED_MAP_KEY, [TABLES.page]],
    ] as const) {
      mended.push({ rows, mended: await this.#countUnder(key, tables), dropped: 0 });
    }
    return mended;
  }

  /** What is known beside the entries; see {@link countMended} for `unnamed`. */
  async countKnown(): Promise<KnownPlaces & { readonly unnamed: number }> {
    const { db } = this.#store;
    const logHead = headKey(new Labels(this.#ledger.context).log);
    let [records, patients] = [0, 0];
    for await (const [key, row] of db.rows(TABLES.head)) {
      // Only records have versions.
      if (parseHead(row).version > 0) records++;
      else if (key !== logHead) patients++;
    }
    const unnamed = patients - (await db.count(TABLES.patient));
    return { records, known: await db.count(TABLES.baseline), unnamed };
  }

  /** Rows can be compared when the row that says what they cover is the same in both. */
  async #countUnder(key: string, tables: readonly string[]): Promise<number | undefined> {
    if (!isSameRow(this.#source, this.#store.db, key)) return undefined;
    let count = 0;
    for (const table of tables) {
      count += (await countDifferences(this.#source, this.#store.db, table)).mended;
    }
    return count;
  }
}

/** The new store, whole and closed, still beside the old one. */
async function fill(
  source: Rows,
  layout: DataLayout,
  { logId }: DataConfig,
  ledger: OwnLedger,
): Promise<Omit<RebuildResult, 'aside'>> {
  const { filling } = rebuildPlaces(layout);
  await createStore(filling, logId);
  await chmod(filling, 0o700);
  const store = await openStore(filling, logId);
  try {
    const rebuild = new Rebuild(source, store, ledger, layout.run);
    const entries = await rebuild.run();
    const { records, known, unnamed } = await rebuild.countKnown();
    const mended = await rebuild.countMended(isOneDatabase(layout.store), unnamed);
    return { entries, mended, places: { records, known } };
  } finally {
    await store.close();
  }
}

/**
 * Throws STORE_CORRUPT naming an entry that is lost or cannot stand where it stands, LOG_FORKED
 * when ledger and entries disagree, LEDGER_BEHIND when the ledger lacks what the store has
 * attested, CLOCK_AHEAD where it would have to be attested by a clock that is not believed,
 * OTHER_OWNER, STORE_FAILED, and the codes of the ledger: nothing was changed then.
 */
export async function rebuildStore(folder: string): Promise<RebuildResult> {
  try {
    return await rebuildFolder(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const text = `the store could not be rebuilt: ${systemErrorText(error)}`;
    throw new ChartsealError('STORE_FAILED', text, { cause: error });
  }
}

async function rebuildFolder(folder: string): Promise<RebuildResult> {
  const layout = dataLayout(folder);
  const config = await readConfig(layout.config);
  await requireOwner(layout.folder);
  const keys = await readKeysFor(config.ledger, layout.keys);
  // The ledger first: its lock says that no other process works here, whatever the store is like.
  const ledger = await openOwnLedger(layout, config, keys);
  try {
    await finishRebuild(layout);
    await clearRebuild(layout);
    const { head } = await ledger.log.readLog();
    const committed = head.size - head.appends;
    const source = await openSource(layout.store, rebuildPlaces(layout).copy, committed);
    try {
      const filled = await fill(source, layout, config, ledger);
      const time = new Date().toISOString().replaceAll(':', '-');
      const aside = `${layout.store}.before-rebuild-${time}`;
      await swapStores(layout, aside);
      return { ...filled, aside };
    } finally {
      await source.close();
      await clearRebuild(layout);
    }
  } finally {
    await ledger.network.close();
  }
}
