// What a checked token says about its bearer, by the configuration of its issuer.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import {
  checkPatientIdentifier,
  type PatientIdentifier,
} from '../../../chaincode/core/patient-id.js';
import type { Caller, Role } from '../caller.js';
import type { IssuerConfig, PatientClaims } from './auth-config.js';
import { type Claims, claimValues, findClaim, isFitName } from './claims.js';
import { OPERATOR_PREFIX, refuse, standing } from './identity.js';

function rolesOf(claims: Claims, { rolesClaims, roles }: IssuerConfig): Role[] {
  return rolesClaims
    .flatMap((path) => claimValues(claims, path))
    .flatMap((value) => (Object.hasOwn(roles, value) ? [roles[value] as Role] : []));
}

/** Undefined when the token names none. */
function findPatient(claims: Claims, where: PatientClaims): PatientIdentifier | undefined {
  const system = 'system' in where ? where.system : findClaim(claims, where.systemClaim);
  const value = findClaim(claims, 'system' in where ? where.claim : where.valueClaim);
  if (system === undefined || value === undefined) return undefined;
  if (typeof system !== 'string' || typeof value !== 'string') {
    refuse("the token's patient identifier is not a text");
  }
  const patient = { system, value };
  try {
    checkPatientIdentifier(patient, []);
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    refuse("the token's patient identifier is not in its normal form", cause);
  }
  return patient;
}

function isSystem(claims: Claims, { system }: IssuerConfig): boolean {
  if (system === undefined) return false;
  const value = findClaim(claims, system.claim);
  return typeof value === 'string' && value === (system.value ?? claims['sub']);
}

/** All when nothing binds the bearers of this issuer's tokens; none when something does not. */
function sourcesOf(claims: Claims, subject: string, config: IssuerConfig) {
  const { sources, sourcesClaim } = config;
  if (sources !== undefined && Object.hasOwn(sources, subject)) return sources[subject];
  if (sourcesClaim !== undefined) return claimValues(claims, sourcesClaim);
  return sources === undefined ? undefined : [];
}

/** @throws UNAUTHENTICATED when the token names its bearer or a patient in no fit way */
export function callerOfToken(
  claims: Claims,
  config: IssuerConfig,
  ownOrganisation: string,
): Caller {
  const subject = claims['sub'];
  if (!isFitName(subject)) refuse("the token's subject is not 1 to 256 bytes of plain text");
  const id = (config.subjectPrefix ?? '') + subject;
  if (!isFitName(id)) refuse("the token's subject is too long behind its prefix");
  if (id.startsWith(OPERATOR_PREFIX)) refuse("the token's subject is a name of operators");
  const { roles, ...place } = standing(
    config.organisation,
    ownOrganisation,
    rolesOf(claims, config),
  );
  const isPatient = roles.includes('patient') && config.patient !== undefined;
  const patient = isPatient ? findPatient(claims, config.patient as PatientClaims) : undefined;
  const name = config.nameClaim === undefined ? undefined : findClaim(claims, config.nameClaim);
  const sources = sourcesOf(claims, subject, config);
  return {
    kind: isSystem(claims, config) ? 'system' : 'person',
    id,
    ...place,
    // Nobody is a patient without a file that is theirs.
    roles: patient === undefined ? roles.filter((role) => role !== 'patient') : roles,
    ...(isFitName(name) ? { name } : {}),
    ...(patient === undefined ? {} : { patient }),
    ...(sources === undefined ? {} : { sources }),
  };
}
