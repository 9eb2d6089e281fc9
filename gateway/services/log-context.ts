// Who we are: the log, its registration and the secrets that stay with the hospital.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import {
  labelFromBeta,
  logLabel,
  patientAlpha,
  recordAlpha,
  recordLabel,
} from '../../chaincode/core/labels.js';
import { checkPatientIdentifier, type PatientIdentifier } from '../../chaincode/core/patient-id.js';
import type { Registration } from '../../chaincode/core/registration.js';
import { vrfBeta } from '../../chaincode/core/vrf.js';
import { BoundedMap } from './bounded-map.js';
import { findMultiplier } from './point-multiplier.js';

/** Secret keys of a log, 32 bytes each, and the note key as a function. */
export interface LogSecrets {
  readonly vrfKey: Uint8Array;
  readonly recordKey: Uint8Array;
  readonly pseudonymKey: Uint8Array;
  /** Raw Ed25519 public key of the note key. */
  readonly notePublicKey: Uint8Array;
  /** Ed25519 signature by the note key. */
  signNote(message: Uint8Array): Uint8Array;
}

export interface LogContext {
  /** 64 hex digits. */
  readonly logId: string;
  readonly registration: Registration;
  readonly secrets: LogSecrets;
}

const KNOWN_RECORDS = 2048;

/**
 * Labels of a log's subjects. VRF labels cost 1.2 ms, so callers keep them; 0.4 ms where
 * {@link loadMultiplier} was called.
 */
export class Labels {
  readonly log: Uint8Array;
  readonly #context: LogContext;
  /** Of records in work: ingest and sequencer both ask. */
  readonly #records = new BoundedMap<string, Uint8Array>(KNOWN_RECORDS);

  constructor(context: LogContext) {
    this.#context = context;
    this.log = logLabel(context.registration.origin);
  }

  /** Checks the identifier's normal form and gives what the label is derived from. */
  patientInput(patient: PatientIdentifier): { alpha: Uint8Array; digest: Uint8Array } {
    checkPatientIdentifier(patient, this.#context.registration.patientSystems);
    const alpha = patientAlpha(patient.system, patient.value);
    return { alpha, digest: sha256(alpha) };
  }

  fromAlpha(alpha: Uint8Array): Uint8Array {
    return labelFromBeta(vrfBeta(this.#context.secrets.vrfKey, alpha, findMultiplier()));
  }

  record(id: string): Uint8Array {
    const known = this.#records.get(id);
    if (known !== undefined) return known;
    if (id.includes('\0')) throw new ChartsealError('BAD_INPUT', 'a record id has no NUL');
    const label =
      this.#context.registration.recordLabels === 'vrf'
        ? this.fromAlpha(recordAlpha(id))
        : recordLabel(this.#context.secrets.recordKey, id);
    this.#records.set(id, label);
    return label;
  }
}
