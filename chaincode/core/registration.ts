// The registration of a log: what the ledger keeps about it for ever, and the log id made of it.
import { canonicalBytes } from './canonical-json.js';
import { checkOrigin } from './checkpoint.js';
import { ChartsealError } from './errors.js';
import { sha256 } from './hash.js';
import type { JsonValue } from './json.js';
import { HASH_BYTES, MAX_ORIGIN_BYTES, MAX_PATIENT_SYSTEMS } from './limits.js';
import { blob, checkShape, hex, integer, list, object, oneOf, text } from './shape.js';

/** Normal form of the patient identifiers of one system; see core/patient-id. */
export interface PatientSystem {
  readonly system: string;
  readonly form: 'text' | 'upper' | 'digits';
  /** Exact length of a value, in code points. */
  readonly length?: number;
}

/** What the owner of a log asks for. */
export interface RegistrationRequest {
  readonly origin: string;
  /** Ed25519 public key that signs the log's checkpoints: base64 of 32 bytes. */
  readonly noteKey: string;
  /** ECVRF public key that makes the log's labels: base64 of 32 bytes. */
  readonly vrfKey: string;
  /** SHA-256 of the 32-byte record key, in hex. */
  readonly recordKeyDigest: string;
  readonly recordLabels: 'hmac' | 'vrf';
  readonly patientSystems: readonly PatientSystem[];
  readonly description: string;
  /** Log id of the log that this one continues, in hex. */
  readonly predecessor?: string;
}

/** The request with the owner and the transaction that registered it. */
export interface Registration extends RegistrationRequest {
  readonly mspId: string;
  readonly txId: string;
}

const REQUEST = {
  origin: text({ min: 1, max: MAX_ORIGIN_BYTES }),
  noteKey: blob(32),
  vrfKey: blob(32),
  recordKeyDigest: hex(HASH_BYTES),
  recordLabels: oneOf(['hmac', 'vrf']),
  patientSystems: list(
    object({
      system: text({ min: 1, max: 256 }),
      form: oneOf(['text', 'upper', 'digits']),
      'length?': integer({ min: 1, max: 256 }),
    }),
    { max: MAX_PATIENT_SYSTEMS },
  ),
  description: text({ min: 0, max: 1000 }),
  'predecessor?': hex(HASH_BYTES),
} as const;

const REGISTRATION_REQUEST_SHAPE = object(REQUEST);
export const REGISTRATION_SHAPE = object({
  ...REQUEST,
  mspId: text({ min: 1, max: 128 }),
  txId: text({ min: 1, max: 128 }),
});

function checkMeaning(request: RegistrationRequest): void {
  checkOrigin(request.origin);
  const systems = new Set(request.patientSystems.map(({ system }) => system));
  if (systems.size !== request.patientSystems.length) {
    throw new ChartsealError('BAD_INPUT', 'registration: patientSystems names a system twice');
  }
}

/** Throws BAD_INPUT. Whether the two keys are valid points is the contract's to check. */
export function parseRegistrationRequest(value: JsonValue): RegistrationRequest {
  checkShape(REGISTRATION_REQUEST_SHAPE, value, 'registration');
  const request = value as unknown as RegistrationRequest;
  checkMeaning(request);
  return request;
}

/** As {@link parseRegistrationRequest}, with `mspId` and `txId`. */
export function parseRegistration(value: JsonValue): Registration {
  checkShape(REGISTRATION_SHAPE, value, 'registration');
  const registration = value as unknown as Registration;
  checkMeaning(registration);
  return registration;
}

/** SHA-256 of the canonical JSON of the whole registration: 32 bytes. */
export function logIdOf(registration: Registration): Uint8Array {
  return sha256(canonicalBytes(registration));
}
