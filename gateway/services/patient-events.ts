// Pages of one patient's chain, newest first. The first begins at the head that the attested map
// states, and each leaf names the one before: what a page shows is what the log has, in its order.
import { encodeBase64, encodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { type Entry, parseEntry } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { findSubject } from '../../chaincode/core/subject-map.js';
import { checkCheckpoint, type VerifierCache } from '../evidence/checkpoint-check.js';
import type { Trust } from '../evidence/trust.js';
import type { AttestationRow, StoredEntry } from '../store/rows.js';
import type { Store } from '../store/store.js';
import type { Labels } from './log-context.js';
import { closingLeafOf, parseOpenings, storedAttestation } from './receipts.js';
import type { Sequencer } from './sequencer/sequencer.js';

/** From where a page goes down the chain. */
export interface ChainPlace {
  /** Sequence of the next leaf, plus one; 0 when none is left. */
  readonly before: number;
  /** Hash of that leaf. */
  readonly head: Uint8Array;
}

/** The chain at the newest attested checkpoint. */
export interface ChainTop extends ChainPlace {
  /** Size of the checkpoint. */
  readonly size: number;
  /** Of the attested answer, in ms since 1970. */
  readonly asOfMs: number;
}

export interface PatientEvent {
  readonly sequence: number;
  /** Hex. */
  readonly leafHash: string;
  readonly entry: Entry;
  /** Values of the private members. */
  readonly opened: Readonly<Record<string, JsonValue>>;
}

export interface PatientEventsServices {
  readonly store: Store;
  readonly sequencer: Sequencer;
  readonly labels: Labels;
  readonly trust: Trust;
  readonly cache: VerifierCache;
}

function corrupt(what: string): never {
  throw new ChartsealError('STORE_CORRUPT', what);
}

/** An entry of a chain with what lies beside it. */
export function patientEventOf({ leaf, entry, openings }: StoredEntry): PatientEvent {
  const opened = Object.entries(parseOpenings(openings) ?? {});
  return {
    sequence: parseLeaf(leaf).sequence,
    leafHash: encodeHex(leafHash(leaf)),
    entry: parseEntry(entry),
    opened: Object.fromEntries(opened.map(([member, { value }]) => [member, value])),
  };
}

export class PatientEvents {
  readonly #services: PatientEventsServices;

  constructor(services: PatientEventsServices) {
    this.#services = services;
  }

  /** The patient's label. Throws PATIENT_NOT_NORMAL. */
  label(patient: PatientIdentifier): Uint8Array {
    const { labels } = this.#services;
    return labels.fromAlpha(labels.patientInput(patient).alpha);
  }

  /** Throws NOT_PROVEN_YET, STORE_CORRUPT. */
  async top(label: Uint8Array): Promise<ChainTop> {
    const { sequencer, store } = this.#services;
    return sequencer.readProven(({ size, expand }) => {
      const state = findSubject(expand(label), label);
      const asOfMs = this.#asOf(store.readAttestation(size));
      const head = state?.head ?? new Uint8Array();
      return { size, asOfMs, before: state?.count ?? 0, head };
    });
  }

  /** At most `limit` events, and where the next page begins. Throws STORE_CORRUPT. */
  page(
    label: Uint8Array,
    { before, head }: ChainPlace,
    limit: number,
  ): { readonly events: PatientEvent[]; readonly next: ChainPlace } {
    const { store } = this.#services;
    const events: PatientEvent[] = [];
    let expected = head;
    let sequence = before;
    while (sequence > 0 && events.length < limit) {
      sequence--;
      const stored = store.readEntry(store.readChain(label, sequence));
      const hash = leafHash(stored.leaf);
      const leaf = parseLeaf(stored.leaf);
      const isNext = leaf.sequence === sequence && equalBytes(leaf.subject, label);
      if (!equalBytes(hash, expected) || !isNext) corrupt("a chain in the store is not the log's");
      events.push(patientEventOf(stored));
      expected = leaf.previous;
    }
    return { events, next: { before: sequence, head: expected } };
  }

  #asOf(row: AttestationRow): number {
    const { trust, cache } = this.#services;
    const closingLeaf = closingLeafOf(row);
    const claim = {
      note: row.checkpoint,
      attestation: storedAttestation(row),
      closingLeaf: closingLeaf === undefined ? null : encodeBase64(closingLeaf),
    };
    const { answer } = checkCheckpoint(claim, { trust, cache });
    return answer?.asOf ?? corrupt('the attestation of the newest checkpoint does not hold');
  }
}
