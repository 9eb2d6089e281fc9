// What the routes work with.

import type { Health } from '../operation/health.js';
import type { Hospital } from '../services/hospital.js';
import type { Patients } from './patients.js';

export interface GatewayServices {
  readonly hospital: Hospital;
  /** What the gateway knows of its own state: readiness, metrics, findings. */
  readonly health: Health;
  /** Patients that staff resolved, by pseudonym. */
  readonly patients: Patients;
  /** Name of the hospital in access events that the gateway itself records. */
  readonly organisation: string;
}
