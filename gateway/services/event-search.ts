// Access events as the store has them, newest first: those of one patient by the chain, or all by
// the log. The work of one page has a bound, whatever the log's size.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { type AccessEntry, parseEntry } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import type { StoredEntry } from '../store/rows.js';
import type { Store } from '../store/store.js';
import type { Labels } from './log-context.js';
import { parseOpenings } from './receipts.js';

/** Entries that one page reads at most. */
export const MAX_READ_PER_PAGE = 2048;
/** Entries that are read before others have their turn. */
const READ_AT_ONCE = 64;

/** An accepted access event with what lies beside it. */
export interface FoundEvent {
  /** Hex. */
  readonly leafHash: string;
  readonly entry: AccessEntry;
  /** Values of the private members. */
  readonly opened: Readonly<Record<string, JsonValue>>;
  readonly patient: PatientIdentifier;
}

/** From where a page goes on, and which one of all patients it is about. */
export interface SearchPlace {
  /** Label of the patient, hex; all patients when it is left out. */
  readonly label?: string;
  /** Sequence in the chain, or ordinal in the log, of the next entry plus one. */
  readonly before: number;
}

export interface SearchPage<T> {
  readonly found: readonly T[];
  /** Undefined when nothing is left. */
  readonly next?: SearchPlace;
}

export class EventSearch {
  readonly #store: Store;
  readonly #labels: Labels;
  readonly #accepted: () => number;

  /** @param accepted how many entries there are */
  constructor(services: { store: Store; labels: Labels; accepted: () => number }) {
    this.#store = services.store;
    this.#labels = services.labels;
    this.#accepted = services.accepted;
  }

  /** Where the newest event of a patient is, or of all. Throws PATIENT_NOT_NORMAL. */
  begin(patient?: PatientIdentifier): SearchPlace {
    if (patient === undefined) return { before: this.#accepted() };
    const label = this.#labels.fromAlpha(this.#labels.patientInput(patient).alpha);
    const before = this.#store.findHead(label)?.state.count ?? 0;
    return { label: encodeHex(label), before };
  }

  /** The event with this leaf hash, when there is one. */
  find(hash: Uint8Array): FoundEvent | undefined {
    const ordinal = this.#store.findByLeafHash(hash);
    return ordinal === undefined ? undefined : this.#event(this.#store.readEntry(ordinal));
  }

  /**
   * At most `limit` events for which `select` has something.
   * @param signal ends the work: the page then goes on where it came to
   */
  async page<T>(
    place: SearchPlace,
    limit: number,
    select: (event: FoundEvent) => T | undefined,
    signal: AbortSignal,
  ): Promise<SearchPage<T>> {
    const found: T[] = [];
    let { before } = place;
    const last = Math.max(0, before - MAX_READ_PER_PAGE);
    while (before > last && found.length < limit && !signal.aborted) {
      if ((place.before - before) % READ_AT_ONCE === READ_AT_ONCE - 1) await nextTurn();
      before--;
      const event = this.#event(this.#stored(place, before));
      const selected = event && select(event);
      if (selected !== undefined) found.push(selected);
    }
    return before === 0 ? { found } : { found, next: { ...place, before } };
  }

  #stored({ label }: SearchPlace, at: number): StoredEntry {
    if (label === undefined) return this.#store.readEntry(at);
    return this.#store.readChainEntry(Buffer.from(label, 'hex'), at);
  }

  /** Undefined for what is no access event. */
  #event({ leaf, entry: bytes, openings }: StoredEntry): FoundEvent | undefined {
    const entry = parseEntry(bytes);
    if (entry.act !== 'access') return undefined;
    const patient = this.#store.findPatient(parseLeaf(leaf).subject);
    if (patient === undefined) {
      throw new ChartsealError('STORE_CORRUPT', 'the patient of an event is gone');
    }
    const opened = Object.entries(parseOpenings(openings) ?? {});
    return {
      leafHash: encodeHex(leafHash(leaf)),
      entry,
      opened: Object.fromEntries(opened.map(([member, { value }]) => [member, value])),
      patient,
    };
  }
}
