// What the store knows of records: their versions, newest first. A record may have very many: the
// thread is others' too while they are gone through.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { type Entry, parseEntry } from '../../chaincode/core/entry.js';
import { leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import type { Store, StoredLog } from '../store/store.js';
import { Turns } from '../turns.js';
import type { Labels } from './log-context.js';
import { parseOpenings } from './receipts.js';
import { findVersion } from './version-place.js';

type RecordEntry = Extract<Entry, { act: 'archive' | 'amend' }>;

/** One version of a record. */
export interface RecordVersion {
  readonly entry: RecordEntry;
  /** What people call it. */
  readonly name: string | undefined;
  readonly ordinal: number;
  /** Place in the record's chain. */
  readonly sequence: number;
  /** Hex. */
  readonly leafHash: string;
}

/** Whose versions are looked at; others are as if they were not there. */
export type IsVisible = (entry: Entry) => boolean;

/** The version that an entry is; undefined for what is none. */
export function versionAt(store: StoredLog, ordinal: number): RecordVersion | undefined {
  const { leaf, entry: bytes, openings } = store.readEntry(ordinal);
  const { act, sequence } = parseLeaf(leaf);
  if (act !== ACTS.archive && act !== ACTS.amend) return undefined;
  const entry = parseEntry(bytes);
  if (entry.act !== 'archive' && entry.act !== 'amend') return undefined;
  const name = parseOpenings(openings)?.['name']?.value as string | undefined;
  return { entry, name, ordinal, sequence, leafHash: encodeHex(leafHash(leaf)) };
}

export class RecordReading {
  readonly #store: Store;
  readonly #labels: Labels;

  constructor(services: { store: Store; labels: Labels }) {
    this.#store = services.store;
    this.#labels = services.labels;
  }

  /** Count of versions; 0 for a record that is not there. */
  countVersions(id: string): number {
    return this.#store.findHead(this.#labels.record(id))?.version ?? 0;
  }

  /** The newest first. @param before sequence below which to begin; the newest when left out */
  async *versions(
    id: string,
    isVisible: IsVisible,
    before?: number,
  ): AsyncGenerator<RecordVersion> {
    const label = this.#labels.record(id);
    const count = this.#store.findHead(label)?.state.count ?? 0;
    const turns = new Turns();
    for (let sequence = Math.min(before ?? count, count) - 1; sequence >= 0; sequence--) {
      await turns.next();
      const version = versionAt(this.#store, this.#store.readChain(label, sequence));
      if (version !== undefined && isVisible(version.entry)) yield version;
    }
  }

  /** The newest version that is visible, or the one that is named. */
  async find(
    id: string,
    isVisible: IsVisible,
    version?: number,
  ): Promise<RecordVersion | undefined> {
    if (version === undefined) {
      for await (const newest of this.versions(id, isVisible)) return newest;
      return undefined;
    }
    const ordinal = await findVersion(this.#store, this.#labels.record(id), version);
    const found = ordinal === undefined ? undefined : versionAt(this.#store, ordinal);
    return found !== undefined && isVisible(found.entry) ? found : undefined;
  }

  /** Whether there is a record, and nothing in its chain that is not visible. */
  async isAllVisible(id: string, isVisible: IsVisible): Promise<boolean> {
    const label = this.#labels.record(id);
    const count = this.#store.findHead(label)?.state.count ?? 0;
    const turns = new Turns();
    for (let sequence = 0; sequence < count; sequence++) {
      await turns.next();
      const { entry } = this.#store.readChainEntry(label, sequence);
      if (!isVisible(parseEntry(entry))) return false;
    }
    return count > 0;
  }
}
