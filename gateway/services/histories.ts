// Histories on demand: every leaf of one subject with the proof that there are no others, at the
// newest attested checkpoint.
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { labelFromBeta, patientAlpha, recordAlpha } from '../../chaincode/core/labels.js';
import { MAX_JSON_BYTES } from '../../chaincode/core/limits.js';
import { proveSubject } from '../../chaincode/core/map-proof.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { findSubject } from '../../chaincode/core/subject-map.js';
import { vrfProve } from '../../chaincode/core/vrf.js';
import { buildHistory, type History, type HistorySubject } from '../evidence/history.js';
import type { Openings } from '../evidence/receipt.js';
import type { Store } from '../store/store.js';
import { Turns } from '../turns.js';
import { Labels, type LogContext } from './log-context.js';
import {
  checkedProof,
  closingLeafOf,
  openTree,
  parseOpenings,
  storedAttestation,
} from './receipts.js';
import type { ProvenView } from './sequencer/proven-log.js';
import type { Sequencer } from './sequencer/sequencer.js';

/** Whose history is asked for. */
export type HistoryQuery =
  | { readonly patient: PatientIdentifier }
  | { readonly record: string }
  | { readonly log: true };

interface Named {
  readonly subject: HistorySubject;
  readonly label: Uint8Array;
}

export class Histories {
  readonly #store: Store;
  readonly #sequencer: Sequencer;
  readonly #context: LogContext;
  readonly #labels: Labels;

  constructor(services: { store: Store; context: LogContext; sequencer: Sequencer }) {
    this.#store = services.store;
    this.#sequencer = services.sequencer;
    this.#context = services.context;
    this.#labels = new Labels(services.context);
  }

  /**
   * Everything shown; evidence/withhold shows less.
   * @param isBare leaves alone, without what the entries say: for a chain too long for one file
   * Throws PATIENT_NOT_NORMAL, NOT_PROVEN_YET, TOO_LARGE.
   */
  async make(query: HistoryQuery, isBare = false): Promise<History> {
    const named = this.#name(query);
    const { count, ...place } = await this.#sequencer.readProven((proven) =>
      this.#place(named, proven),
    );
    // What is proven stays as it is: the chain is read when others have had their turn.
    const { openings, ...chain } = await this.#chain(named.label, count, isBare);
    return {
      ...buildHistory({ ...place, leaves: [], entries: [] }),
      ...chain,
      ...(openings.some((one) => one !== null) ? { openings } : {}),
    };
  }

  #name(query: HistoryQuery): Named {
    if ('patient' in query) {
      const { system, value } = query.patient;
      this.#labels.patientInput(query.patient);
      const { label, vrfProof } = this.#prove(patientAlpha(system, value));
      return { label, subject: { kind: 'patient', system, value, vrfProof } };
    }
    if ('log' in query) return { label: this.#labels.log, subject: { kind: 'log' } };
    const id = query.record;
    const label = this.#labels.record(id);
    const subject = { kind: 'record' as const, id, label: encodeHex(label) };
    if (this.#context.registration.recordLabels === 'hmac') return { label, subject };
    return { label, subject: { ...subject, vrfProof: this.#prove(recordAlpha(id)).vrfProof } };
  }

  #prove(alpha: Uint8Array): { label: Uint8Array; vrfProof: string } {
    const { beta, proof } = vrfProve(this.#context.secrets.vrfKey, alpha);
    return { label: labelFromBeta(beta), vrfProof: encodeBase64(proof) };
  }

  /** All but the chain, and how long that is. */
  #place({ subject, label }: Named, { size, expand }: ProvenView) {
    const map = expand(label);
    const state = findSubject(map, label);
    const row = this.#store.readAttestation(size);
    const closingLeaf = closingLeafOf(row);
    return {
      subject,
      count: state?.count ?? 0,
      mapProof: proveSubject(map, label),
      closing:
        closingLeaf === undefined
          ? null
          : {
              leaf: closingLeaf,
              ...checkedProof(closingLeaf, size - 1, openTree(row, this.#store.db)),
            },
      checkpoint: row.checkpoint,
      attestation: storedAttestation(row),
    };
  }

  /** The first `count` leaves of a chain with their entries and openings, as the file has them. */
  async #chain(label: Uint8Array, count: number, isBare: boolean) {
    const turns = new Turns();
    const leaves: string[] = [];
    const entries: (string | null)[] = [];
    const openings: (Openings | null)[] = [];
    let bytes = 0;
    for (let sequence = 0; sequence < count; sequence++) {
      const stored = this.#store.readChainEntry(label, sequence);
      const leaf = encodeBase64(stored.leaf);
      const entry = isBare ? null : encodeBase64(stored.entry);
      bytes += leaf.length + (entry === null ? 0 : entry.length + stored.openings.length);
      if (bytes > MAX_JSON_BYTES) {
        throw new ChartsealError(
          'TOO_LARGE',
          `a history of ${count} events has more bytes than a verifier reads (${MAX_JSON_BYTES})`,
        );
      }
      leaves.push(leaf);
      entries.push(entry);
      openings.push(isBare ? null : (parseOpenings(stored.openings) ?? null));
      await turns.next();
    }
    return { leaves, entries, openings };
  }
}
