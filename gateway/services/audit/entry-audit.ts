// Every entry of the store, derived anew, with the rows that stand for it in the other tables; and
// that those tables hold nothing else: a row that LevelDB hides is missing in one of the counts.
import { concat, equalBytes, uint64 } from '../../../chaincode/core/bytes.js';
import type { Entry } from '../../../chaincode/core/entry.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { leafHash } from '../../../chaincode/core/leaf.js';
import {
  KIND_LOG,
  KIND_PATIENT,
  KIND_RECORD,
  type Kind,
} from '../../../chaincode/core/lifecycle.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import * as keys from '../../store/keys.js';
import { formatHead, parseHead, parseKnownRow, parseStoredEntry } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import { Turns } from '../../turns.js';
import type { Labels } from '../log-context.js';
import { type DerivedEntry, deriveEntry } from '../rebuild/derived-entry.js';
import { searchRows } from '../sequencer/search-rows.js';
import { Check, type CheckResult, isFinding, STOPPED, type Stop } from './checks.js';

/** What the other checks compare with. */
export interface EntryCounts {
  /** Entries that are there and can be read. */
  entries: number;
  /** Chains that begin. */
  subjects: number;
  patients: number;
  records: number;
  versions: number;
  inquiries: number;
}

export interface EntryAuditOptions {
  readonly store: StoredLog;
  readonly origin: string;
  /** Undefined where the log's registration or keys are not at hand. */
  readonly labels: Labels | undefined;
  readonly stop: Stop;
}

/** What an act is about. */
const KINDS: Readonly<Record<Entry['act'], Kind>> = {
  access: KIND_PATIENT,
  inquiry: KIND_PATIENT,
  answer: KIND_PATIENT,
  archive: KIND_RECORD,
  amend: KIND_RECORD,
  fixity: KIND_LOG,
};
const NO_DIGEST = new Uint8Array(HASH_BYTES);
/** A row, undefined when it is gone. */
type Found = Uint8Array | undefined | 'damaged';
/** Beside the entries themselves. */
const LOOKUPS = ['chain', 'leafHash', 'idempotency'] as const;

export class EntryAudit {
  readonly counts: EntryCounts = {
    ...{ entries: 0, subjects: 0, patients: 0 },
    ...{ records: 0, versions: 0, inquiries: 0 },
  };
  readonly #options: EntryAuditOptions;
  readonly #entries = new Check('entries');
  readonly #chains = new Check('chains');
  readonly #lookups = new Check('lookups');
  /** Entries that came before: the store had lost the row by which the first one is known. */
  #repeated = 0;
  /** Chains whose head row is that of their newest leaf. */
  #heads = 0;
  #next = 0;

  constructor(options: EntryAuditOptions) {
    this.#options = options;
  }

  /** Whether every entry is there and whole: then all else can be derived from them. */
  get isWhole(): boolean {
    return !this.#entries.hasFailed;
  }

  async run(): Promise<CheckResult[]> {
    const { store, stop } = this.#options;
    const turns = new Turns();
    for await (const [key, row] of store.db.rowsAsFound(keys.TABLES.entry)) {
      if (stop.aborted) break;
      this.#take(key, row);
      await turns.next();
    }
    if (stop.aborted) {
      for (const check of [this.#entries, this.#chains, this.#lookups]) check.leaveOpen(STOPPED);
    } else if (this.isWhole) {
      await this.#compareCounts();
    } else {
      const reason = 'the rows were not counted, since entries are damaged';
      for (const check of [this.#chains, this.#lookups]) check.leaveOpen(reason);
    }
    const { entries, subjects } = this.counts;
    const repeated = this.#repeated === 0 ? '' : `; ${this.#repeated} came a second time`;
    if (this.#options.labels === undefined) {
      this.#entries.leaveOpen('labels of records were not derived: the ledger is not at hand');
    }
    return [
      this.#entries.result(`${entries} entries, each fits its leaf, its place and its label`),
      this.#chains.result(`${subjects} chains, each ends where its newest entry stands`),
      this.#lookups.result(
        `each entry is found by its leaf hash and by its content, nothing else${repeated}`,
      ),
    ];
  }

  #take(key: string, row: Uint8Array | undefined): void {
    const ordinal = keys.parseKeyNumber(key);
    if (key !== keys.entryKey(ordinal)) {
      this.#entries.fail('STORE_CORRUPT', 'a row among the entries is none', 'restore store');
      return;
    }
    if (ordinal > this.#next) {
      const many = ordinal - this.#next > 1;
      const which = many ? `entries ${this.#next} to ${ordinal - 1} are` : `entry ${this.#next} is`;
      this.#entries.fail('STORE_CORRUPT', `${which} gone`, 'restore store');
    }
    this.#next = ordinal + 1;
    const derived = this.#derive(ordinal, row);
    if (derived === undefined) return;
    this.counts.entries++;
    const { leaf, entry } = derived;
    if ('record' in entry) this.counts.versions++;
    if (entry.act === 'inquiry' || entry.act === 'answer') this.counts.inquiries++;
    if (leaf.sequence === 0) {
      this.counts.subjects++;
      if (entry.act === 'access') this.counts.patients++;
      if ('record' in entry) this.counts.records++;
    }
  }

  #derive(ordinal: number, row: Uint8Array | undefined): DerivedEntry | undefined {
    const { origin, labels } = this.#options;
    if (row === undefined) {
      this.#entries.fail('STORE_CORRUPT', `entry ${ordinal} is damaged`, 'restore store');
      return undefined;
    }
    try {
      const stored = parseStoredEntry(row);
      const derived = deriveEntry(stored, origin, labels);
      this.#compareRows(ordinal, derived, leafHash(stored.leaf));
      return derived;
    } catch (error) {
      if (!isFinding(error)) throw error;
      const sentence = `entry ${ordinal}: ${error.message}`;
      this.#entries.fail('STORE_CORRUPT', sentence, 'restore store');
      return undefined;
    }
  }

  #compareRows(ordinal: number, derived: DerivedEntry, hash: Uint8Array): void {
    const { leaf } = derived;
    const place = uint64(ordinal);
    const { subject, sequence } = leaf;
    this.#compare(
      this.#chains,
      ordinal,
      keys.chainKey(subject, sequence),
      place,
      'place in its chain',
    );
    this.#compare(this.#lookups, ordinal, keys.leafHashKey(hash), place, 'leaf hash');
    this.#compareContent(ordinal, derived);
    for (const { table, key, value } of searchRows(derived.body, subject, ordinal)) {
      // One row stands for all versions of a record: it is compared with the newest.
      if (table === 'record') continue;
      this.#compare(this.#lookups, ordinal, key, value, table);
    }
    this.#compareHead(ordinal, derived, hash);
  }

  #compare(check: Check, ordinal: number, key: string, wanted: Uint8Array, by: string): void {
    this.#compareFound(check, ordinal, this.#find(check, ordinal, key, by), wanted, by);
  }

  #compareFound(check: Check, ordinal: number, found: Found, wanted: Uint8Array, by: string): void {
    if (found === 'damaged') return;
    if (found === undefined) {
      check.fail('STORE_CORRUPT', `entry ${ordinal} is not found by its ${by}`, 'rebuild');
    } else if (!equalBytes(found, wanted)) {
      const sentence = `the row by which entry ${ordinal} is found, by its ${by}, is another`;
      check.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
  }

  /** Of entries that came twice the first is found, whose row was compared with it before. */
  #compareContent(ordinal: number, { digests }: DerivedEntry): void {
    const check = this.#lookups;
    const key = keys.idempotencyKey(digests.key);
    const found = this.#find(check, ordinal, key, 'content');
    if (found instanceof Uint8Array && this.#isEarlier(found, ordinal, digests.key)) {
      this.#repeated++;
      return;
    }
    const wanted = concat(digests.content, uint64(ordinal));
    this.#compareFound(check, ordinal, found, wanted, 'content');
  }

  /** Whether a row leads to an entry before this one that is known by the same key. */
  #isEarlier(row: Uint8Array, ordinal: number, key: Uint8Array): boolean {
    const { store, origin } = this.#options;
    try {
      const first = parseKnownRow(row).ordinal;
      if (first >= ordinal) return false;
      const { digests } = deriveEntry(store.readEntry(first), origin, undefined);
      return equalBytes(digests.key, key);
    } catch (error) {
      // The row is another then, and the entry that it leads to is told of where it stands.
      if (!isFinding(error)) throw error;
      return false;
    }
  }

  #find(check: Check, ordinal: number, key: string, by: string): Found {
    try {
      return this.#options.store.db.find(key);
    } catch (error) {
      if (!(error instanceof ChartsealError) || error.code !== 'STORE_CORRUPT') throw error;
      check.fail('STORE_CORRUPT', `the row of entry ${ordinal} by its ${by} is damaged`, 'rebuild');
      return 'damaged';
    }
  }

  /** The head of a chain is compared at the entry that it names: the newest one. */
  #compareHead(ordinal: number, { leaf, entry, body }: DerivedEntry, hash: Uint8Array): void {
    const check = this.#chains;
    const row = this.#find(check, ordinal, keys.headKey(leaf.subject), 'chain');
    if (row === 'damaged') return;
    const named = row === undefined ? undefined : readOrdinal(row);
    if (named === undefined || named < ordinal) {
      const sentence = `the head of a chain does not know entry ${ordinal}`;
      check.fail('STORE_CORRUPT', sentence, 'rebuild');
    } else if (named === ordinal) {
      this.#heads++;
      const { members } = body;
      const [version, digest] =
        'record' in members
          ? [members.record.version, Buffer.from(members.record.digests['sha-256'], 'hex')]
          : [0, NO_DIGEST];
      // None of these acts sets a flag, so the state follows from the newest leaf alone.
      const state = { kind: KINDS[entry.act], flags: 0, count: leaf.sequence + 1, head: hash };
      const wanted = formatHead({ state, ordinal, version, digest });
      if (!equalBytes(row as Uint8Array, wanted)) {
        const sentence = `the head of the chain of entry ${ordinal} is not what follows from it`;
        check.fail('STORE_CORRUPT', sentence, 'rebuild');
      }
      if (!('record' in members)) return;
      const key = keys.recordKey(members.record.id);
      this.#compare(this.#lookups, ordinal, key, uint64(ordinal), 'record id');
    }
  }

  async #compareCounts(): Promise<void> {
    const { store } = this.#options;
    const { entries, subjects } = this.counts;
    for (const table of LOOKUPS) {
      const count = await store.db.count(keys.TABLES[table]);
      const wanted = table === 'idempotency' ? entries - this.#repeated : entries;
      if (count === wanted) continue;
      const check = table === 'chain' ? this.#chains : this.#lookups;
      const sentence = `${count} rows of ${keys.TABLES[table]} stand for ${wanted} entries`;
      check.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
    const { records, versions, inquiries } = this.counts;
    const wanted = { record: records, digest: versions, inquiry: inquiries };
    for (const [table, count] of Object.entries(wanted)) {
      const name = keys.TABLES[table as keyof typeof wanted];
      const found = await store.db.count(name);
      if (found === count) continue;
      const sentence = `${found} rows of ${name} stand for ${count} of their entries`;
      this.#lookups.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
    const heads = await store.db.count(keys.TABLES.head);
    if (heads !== subjects || this.#heads !== subjects) {
      const sentence = `${heads} heads stand for ${subjects} chains, ${this.#heads} of them right`;
      this.#chains.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
  }
}

/** Undefined when the row is no head. */
function readOrdinal(row: Uint8Array): number | undefined {
  try {
    return parseHead(row).ordinal;
  } catch (error) {
    if (error instanceof ChartsealError || error instanceof RangeError) return undefined;
    throw error;
  }
}
