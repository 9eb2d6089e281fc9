// The store of one log: accepted entries and what can be derived from them. It knows tables and
// rows; who may write when is the sequencer's business.
import { Buffer } from 'node:buffer';
import { decodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { type Rows, readRow } from './database.js';
import {
  attestationKey,
  baselineKey,
  chainKey,
  digestTable,
  entryKey,
  FLUSHED_MAP_KEY,
  headKey,
  keyNumber,
  leafHashKey,
  MARKER_KEY,
  META_KEY,
  parseKeyNumber,
  patientKey,
  recordKey,
  TABLES,
} from './keys.js';
import {
  type AppendRow,
  type AttestationRow,
  type BaselineRow,
  type FlushedMapRow,
  formatJsonRow,
  type Head,
  type Marker,
  parseAppendRow,
  parseAttestationRow,
  parseBaselineRow,
  parseFlushedMapRow,
  parseHead,
  parseLabelRow,
  parseMarker,
  parseMetaRow,
  parseOrdinal,
  parsePatientRow,
  parseStoredEntry,
  type StoredEntry,
} from './rows.js';
import { isOneDatabase, StoreDatabase, type StoreMomentRows } from './store-database.js';

const STORE_FORMAT = 'chartseal-store/3';

/** Creates the store of a log in a folder that is not there yet. */
export async function createStore(folder: string, logId: string): Promise<void> {
  const db = await StoreDatabase.open(folder, { create: true });
  const batch = db.batch();
  batch.put(META_KEY, formatJsonRow({ format: STORE_FORMAT, logId }));
  await batch.write();
  await db.close();
}

/**
 * Opens the store for this process alone; throws STORE_LOCKED, STORE_FAILED, STORE_CORRUPT,
 * STORE_OUTDATED.
 */
export async function openStore(folder: string, logId: string): Promise<Store> {
  if (isOneDatabase(folder)) {
    throw new ChartsealError('STORE_OUTDATED', 'the store was made by an earlier version');
  }
  const db = await StoreDatabase.open(folder, { create: false });
  try {
    const meta = parseMetaRow(readRow(db, META_KEY));
    if (meta.format !== STORE_FORMAT) {
      throw new ChartsealError('NEWER_VERSION', 'the store has a format that is not known here');
    }
    if (meta.logId !== logId) {
      throw new ChartsealError('STORE_CORRUPT', 'the store belongs to another log');
    }
    return new Store(db, await nextOrdinal(db));
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function nextOrdinal(rows: Rows): Promise<number> {
  const last = await rows.findLast(TABLES.entry);
  return last === undefined ? 0 : parseKeyNumber(last[0]) + 1;
}

/** Where an entry stands in the tree. */
export interface TreePlace {
  readonly index: number;
  readonly append: AppendRow;
}

/** What can be read, of a store or of one moment of it. */
export class StoredLog {
  readonly db: Rows;
  /** Accepted entries that were durable when this was opened. */
  readonly entriesAtOpen: number;

  constructor(db: Rows, entriesAtOpen: number) {
    this.db = db;
    this.entriesAtOpen = entriesAtOpen;
  }

  /** An accepted entry; throws STORE_CORRUPT when leaf and entry do not belong together. */
  readEntry(ordinal: number): StoredEntry {
    const stored = parseStoredEntry(readRow(this.db, entryKey(ordinal)));
    if (!equalBytes(parseLeaf(stored.leaf).entry, sha256(stored.entry))) {
      throw new ChartsealError('STORE_CORRUPT', `entry ${ordinal} does not fit its leaf`);
    }
    return stored;
  }

  findHead(label: Uint8Array): Head | undefined {
    const row = this.db.find(headKey(label));
    return row === undefined ? undefined : parseHead(row);
  }

  findMarker(): Marker | undefined {
    const row = this.db.find(MARKER_KEY);
    return row === undefined ? undefined : parseMarker(row);
  }

  findFlushedMap(): FlushedMapRow | undefined {
    const row = this.db.find(FLUSHED_MAP_KEY);
    return row === undefined ? undefined : parseFlushedMapRow(row);
  }

  /** Ordinal of one leaf of a chain. */
  readChain(label: Uint8Array, sequence: number): number {
    return parseOrdinal(readRow(this.db, chainKey(label, sequence)));
  }

  /** One leaf of a chain with its entry; throws STORE_CORRUPT when it is one of another chain. */
  readChainEntry(label: Uint8Array, sequence: number): StoredEntry {
    const stored = this.readEntry(this.readChain(label, sequence));
    const leaf = parseLeaf(stored.leaf);
    if (leaf.sequence !== sequence || !equalBytes(leaf.subject, label)) {
      throw new ChartsealError(
        'STORE_CORRUPT',
        'a chain of the store leads to an entry of another',
      );
    }
    return stored;
  }

  /** Ordinals of the newest versions of records whose ids begin so, in the order of the ids. */
  async *recordsNamed(
    prefix: string,
    after?: string,
  ): AsyncGenerator<{ readonly id: string; readonly ordinal: number }> {
    const beginning = recordKey(prefix);
    // No key between: ids hold no U+0000.
    const from = after === undefined ? '' : recordKey(`${after}\0`).slice(beginning.length);
    for await (const [key, row] of this.db.rows(beginning, from)) {
      // The row is sealed with its key.
      const id = Buffer.from(key.slice(TABLES.record.length), 'hex').toString('utf8');
      yield { id, ordinal: parseOrdinal(row) };
    }
  }

  /**
   * Ordinals of versions, oldest first: all that have this digest, and any that has the same first
   * half. @param digest SHA-256, hex
   */
  async *versionsWithDigest(digest: string, from = 0): AsyncGenerator<number> {
    const rows = this.db.rows(digestTable(digest), keyNumber(from));
    for await (const [, row] of rows) yield parseOrdinal(row);
  }

  /** Inquiries and answers from an ordinal on, in the order in which they were accepted. */
  async *inquiriesFrom(
    ordinal: number,
  ): AsyncGenerator<{ readonly ordinal: number; readonly label: Uint8Array }> {
    for await (const [key, row] of this.db.rows(TABLES.inquiry, keyNumber(ordinal))) {
      yield { ordinal: parseKeyNumber(key), label: parseLabelRow(row) };
    }
  }

  findByLeafHash(hash: Uint8Array): number | undefined {
    const row = this.db.find(leafHashKey(hash));
    if (row === undefined) return undefined;
    const ordinal = parseOrdinal(row);
    // Another hash can have the same first half.
    return equalBytes(leafHash(this.readEntry(ordinal).leaf), hash) ? ordinal : undefined;
  }

  findBaseline(label: Uint8Array): BaselineRow | undefined {
    const row = this.db.find(baselineKey(label));
    return row === undefined ? undefined : parseBaselineRow(row);
  }

  /** Patient of a label, as first accepted. */
  findPatient(label: Uint8Array): PatientIdentifier | undefined {
    const row = this.db.find(patientKey(label));
    return row === undefined ? undefined : parsePatientRow(row);
  }

  /** Tree index of an entry that the marker covers. */
  async findPlace(ordinal: number): Promise<TreePlace | undefined> {
    const found = await this.db.findLast(TABLES.append, keyNumber(ordinal));
    if (found === undefined) return undefined;
    const append = parseAppendRow(found[1]);
    const offset = ordinal - append.firstOrdinal;
    return offset < append.leaves ? { index: append.firstIndex + offset, append } : undefined;
  }

  /** Ordinal of the entry at a tree index; undefined for closing leaves and beyond the marker. */
  async findOrdinal(index: number): Promise<number | undefined> {
    const found = await this.db.findLast(TABLES.appendIndex, keyNumber(index));
    if (found === undefined) return undefined;
    const ordinal = parseOrdinal(found[1]) + index - parseKeyNumber(found[0]);
    const place = await this.findPlace(ordinal);
    return place?.index === index ? ordinal : undefined;
  }

  /** The first attested checkpoint whose size is above `index`: always the same one. */
  async findAttestationAbove(
    index: number,
  ): Promise<{ size: number; row: AttestationRow } | undefined> {
    const found = await this.db.findFirst(TABLES.attestation, keyNumber(index + 1));
    if (found === undefined) return undefined;
    return { size: parseKeyNumber(found[0]), row: parseAttestationRow(found[1]) };
  }

  readAttestation(size: number): AttestationRow {
    return parseAttestationRow(readRow(this.db, attestationKey(size)));
  }

  /** Leaves from an ordinal on, with their hashes, as they lie in the store. */
  async *leavesFrom(ordinal: number): AsyncGenerator<{ leaf: Uint8Array; hash: Uint8Array }> {
    let expected = ordinal;
    for await (const [key, row] of this.db.rows(TABLES.entry, keyNumber(ordinal))) {
      if (parseKeyNumber(key) !== expected) {
        throw new ChartsealError('STORE_CORRUPT', `entry ${expected} is gone`);
      }
      expected++;
      const leaf = Uint8Array.from(parseStoredEntry(row).leaf);
      yield { leaf, hash: leafHash(leaf) };
    }
  }
}

/** A store as it was at one moment, while it goes on being written. */
class StoreMoment extends StoredLog {
  declare readonly db: StoreMomentRows;

  close(): Promise<void> {
    return this.db.close();
  }
}

export class Store extends StoredLog {
  declare readonly db: StoreDatabase;

  /** Holds rows on disk until it is closed. Throws STORE_CORRUPT, STORE_FAILED. */
  async moment(): Promise<StoreMoment> {
    const rows = await this.db.moment();
    try {
      return new StoreMoment(rows, await nextOrdinal(rows));
    } catch (error) {
      await rows.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.db.close();
  }
}

/** A hash of the marker row, 32 bytes. */
export function markerHash(hex: string): Uint8Array {
  return decodeHex(hex, 'marker', HASH_BYTES);
}
