// The attested checkpoints of the store: each signed by the log, vouched for by an attestation that
// verifies, and about the very state that the leaves lead to.
import { encodeBase64 } from '../../../chaincode/core/bytes.js';
import { formatCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { verifyNote } from '../../../chaincode/core/signed-note.js';
import { parseAttestation } from '../../evidence/attestation.js';
import { checkAttestation } from '../../evidence/attestation-check.js';
import { checkPolicy } from '../../evidence/policy-check.js';
import { isOk } from '../../evidence/steps.js';
import type { Trust } from '../../evidence/trust.js';
import { attestationKey, TABLES } from '../../store/keys.js';
import { type AttestationRow, type Marker, parseAttestationRow } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import type { LogContext } from '../log-context.js';
import type { LogState } from '../sequencer/log-state.js';
import { Check, type CheckResult, isFinding, mustBe } from './checks.js';

/** One size of the log, as it was derived or as the ledger has it. */
export interface StateAtSize {
  readonly size: number;
  readonly root: Uint8Array;
  readonly closingLeaf: Uint8Array | undefined;
}

/** Throws what is wrong with the row: signature of the log, attestation, or what they are about. */
export function checkAttestationRow(
  row: AttestationRow,
  state: StateAtSize,
  context: LogContext,
  trust: Trust,
): void {
  const { origin } = context.registration;
  const { notePublicKey } = context.secrets;
  const { size, root } = state;
  const closingLeaf = state.closingLeaf === undefined ? null : encodeBase64(state.closingLeaf);
  const text = verifyNote(row.checkpoint, origin, notePublicKey);
  mustBe(text === formatCheckpoint({ origin, size, root }), 'it is not what the leaves lead to');
  mustBe(row.closingLeaf === closingLeaf, 'its closing leaf is another');
  const claim = { attestation: parseAttestation(row.attestation), closingLeaf };
  const log = trust.logsByOrigin.get(origin);
  mustBe(log?.logId === context.logId, 'it is of another log than the channel has');
  const { finding, attested } = checkAttestation(claim, { origin, size, root }, log, trust);
  mustBe(attested !== undefined, `its attestation does not hold: ${finding.sentence}`);
  const policy = checkPolicy(attested.endorsers, log, trust);
  mustBe(isOk(policy), `its attestation does not hold: ${policy.sentence}`);
}

export class AttestationAudit {
  readonly #store: StoredLog;
  readonly #context: LogContext;
  readonly #trust: Trust;
  readonly #check = new Check('attestations');
  #count = 0;

  constructor(store: StoredLog, context: LogContext, trust: Trust) {
    this.#store = store;
    this.#context = context;
    this.#trust = trust;
  }

  /** Looks at the attestation of a state that was derived, if there is one. */
  compare(state: LogState): void {
    const { size } = state.frontier;
    try {
      const row = this.#store.db.find(attestationKey(size));
      if (row === undefined) return;
      this.#count++;
      const found = parseAttestationRow(row);
      checkAttestationRow(found, { ...state, size }, this.#context, this.#trust);
    } catch (error) {
      if (!isFinding(error)) throw error;
      const sentence = `the attested checkpoint of size ${size}: ${error.message}`;
      this.#check.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
  }

  /** Receipts for the newest entries, and every run that writes, need the one of the marker. */
  async #checkNewest(marker: Marker | undefined): Promise<void> {
    const { db } = this.#store;
    if (marker !== undefined) {
      if (marker.size === 0 || this.#isThere(marker.size)) return;
      const sentence = `the attested checkpoint of size ${marker.size}, the newest, is gone`;
      this.#check.fail('STORE_CORRUPT', sentence, 'rebuild');
    } else if ((await db.findLastKey(TABLES.append)) !== undefined) {
      // Without rows of appends, the store was only never opened since the ledger took the first.
      const sentence = 'nothing says which attested checkpoint is the newest';
      this.#check.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
  }

  /** A row that is damaged is there; it was told of where its state was derived. */
  #isThere(size: number): boolean {
    try {
      return this.#store.db.find(attestationKey(size)) !== undefined;
    } catch (error) {
      if (!isFinding(error)) throw error;
      return true;
    }
  }

  /**
   * @param isWhole whether all states were derived
   * @param marker undefined where there is none that can be read
   */
  async end(isWhole: boolean, marker: Marker | undefined): Promise<CheckResult> {
    await this.#checkNewest(marker);
    const found = await this.#store.db.count(TABLES.attestation);
    if (!isWhole) this.#check.leaveOpen('not all sizes of the tree could be derived');
    else if (found > this.#count) {
      const sentence = `${found - this.#count} attested checkpoints are of sizes at which no append ends`;
      this.#check.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
    return this.#check.result(`${this.#count} attested checkpoints, each signed and as derived`);
  }
}
