// Patients whom staff resolved: from then on a pseudonym stands for the identifier, so that no
// identifier stands in a URL. Kept in memory alone; who is forgotten is resolved anew.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { pseudonym } from '../../chaincode/core/labels.js';
import { checkPatientIdentifier, type PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { BoundedMap } from '../services/bounded-map.js';
import type { LogContext } from '../services/log-context.js';

const KNOWN_PATIENTS = 16_384;

export class Patients {
  readonly #context: LogContext;
  readonly #known = new BoundedMap<string, PatientIdentifier>(KNOWN_PATIENTS);

  constructor(context: LogContext) {
    this.#context = context;
  }

  /** The pseudonym that stands in entries of records too, hex. Throws PATIENT_NOT_NORMAL. */
  pseudonymOf({ system, value }: PatientIdentifier): string {
    const { registration, secrets } = this.#context;
    checkPatientIdentifier({ system, value }, registration.patientSystems);
    return encodeHex(pseudonym(secrets.pseudonymKey, system, value));
  }

  /** As {@link pseudonymOf}, and keeps whom it stands for; says nothing about who is a patient. */
  resolve(patient: PatientIdentifier): string {
    const name = this.pseudonymOf(patient);
    this.#known.set(name, { system: patient.system, value: patient.value });
    return name;
  }

  /** Throws NOT_FOUND. */
  find(name: string): PatientIdentifier {
    const patient = this.#known.get(name);
    if (patient !== undefined) return patient;
    const text = 'this pseudonym was not resolved since the gateway began; resolve the identifier';
    throw new ChartsealError('NOT_FOUND', text);
  }
}
