// Who calls: what every way of authentication comes to, and all that routes know of a caller.
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';

export const ROLES = [
  'archivist',
  'source-system',
  'auditor',
  'patient',
  'privacy-officer',
  'admin',
] as const;
export type Role = (typeof ROLES)[number];

export interface Caller {
  /** An operator is a command beside the gateway, which shows the token of DATA/run. */
  readonly kind: 'person' | 'system' | 'operator';
  /** Subject of the token or name of the system; stands in entries as who submitted them. */
  readonly id: string;
  readonly name?: string;
  /** MSP id of the organisation that vouches for this caller, by configuration. */
  readonly organisation: string;
  /** Whether that is the organisation of this gateway's log. */
  readonly isOwn: boolean;
  readonly roles: readonly Role[];
  /** Whose file a caller with the role `patient` may see. */
  readonly patient?: PatientIdentifier;
  /** Values of `source.system` that a system may speak for; all when it is left out. */
  readonly sources?: readonly string[];
  /** In ms since 1970, of a session of a browser: when it ends at the latest. */
  readonly sessionEndsAt?: number;
}
