// What the routes work with.

import type { FhirSources } from '../fhir/sources.js';
import type { Health } from '../operation/health.js';
import type { ArchiveCounter } from '../services/archive/counter.js';
import type { Hospital } from '../services/hospital.js';
import type { Display } from './display.js';
import type { Patients } from './patients.js';
import type { Login } from './session/login.js';
import type { WebFiles } from './web-files.js';

export interface GatewayServices {
  readonly hospital: Hospital;
  /** What the gateway knows of its own state: readiness, metrics, findings. */
  readonly health: Health;
  /** What the archive holds, counted beside everything else. */
  readonly archive: ArchiveCounter;
  /** What the configuration says of those who send FHIR. */
  readonly fhir: FhirSources;
  /** Patients that staff resolved, by pseudonym. */
  readonly patients: Patients;
  /** Name of the hospital in access events that the gateway itself records. */
  readonly organisation: string;
  /** Of those who opened a file, to the patient whose it is. */
  readonly display: Display;
  /** Days within which patients are answered, as they are told when they ask. */
  readonly answerWithinDays: number;
  /** Sessions of people on the pages. */
  readonly login: Login;
  /** The pages. */
  readonly web: WebFiles;
}
