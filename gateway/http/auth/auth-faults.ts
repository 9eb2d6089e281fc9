// What may be wrong with the configuration of issuers and systems beyond the types of its members.
// All of it is found at once.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import {
  type AuthConfig,
  DEFAULT_ALGORITHMS,
  type IssuerConfig,
  type SystemConfig,
} from './auth-config.js';
import { MAX_CLOCK_TOLERANCE_SECONDS } from './auth-limits.js';
import { systemKey } from './certificate-match.js';
import { isFitName } from './claims.js';
import { OPERATOR_PREFIX } from './identity.js';
import { isLoopback } from './loopback.js';

/** Why the address must not be asked for keys; undefined when it may. */
export function addressFault(address: string): string | undefined {
  if (!URL.canParse(address)) return 'must be a URL';
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username !== '' || password !== '') return 'must not hold credentials';
  if (hash !== '') return 'must not have a fragment';
  if (protocol === 'https:') return undefined;
  if (protocol === 'http:' && isLoopback(hostname)) return undefined;
  return 'must be https, or http on loopback';
}

function audienceFaults({ audience }: IssuerConfig): string[] {
  const list = typeof audience === 'string' ? [audience] : audience;
  return list.length > 0 && list.every((item) => item !== '') ? [] : ['audience must not be empty'];
}

function algorithmFaults({ algorithms }: IssuerConfig): string[] {
  if (algorithms === undefined) return [];
  if (algorithms.length === 0) return ['algorithms must not be empty'];
  if (algorithms.every((name) => DEFAULT_ALGORITHMS.includes(name))) return [];
  return [`algorithms must be of ${DEFAULT_ALGORITHMS.join(', ')}`];
}

function timeFaults({ clockToleranceSeconds, maxTokenAgeSeconds }: IssuerConfig): string[] {
  const faults: string[] = [];
  const tolerance = clockToleranceSeconds ?? 0;
  if (!(tolerance >= 0 && tolerance <= MAX_CLOCK_TOLERANCE_SECONDS)) {
    faults.push(`clockToleranceSeconds must be 0 to ${MAX_CLOCK_TOLERANCE_SECONDS}`);
  }
  if (!((maxTokenAgeSeconds ?? 1) >= 1)) faults.push('maxTokenAgeSeconds must be at least 1');
  return faults;
}

function roleFaults({ rolesClaims, roles, patient }: IssuerConfig): string[] {
  const faults: string[] = [];
  if (rolesClaims.length === 0) faults.push('rolesClaims must name a claim');
  const given = Object.values(roles);
  if (given.length === 0) faults.push('roles must give a role');
  if (given.includes('patient') && patient === undefined) {
    faults.push('patient must say which claims name the patient, because roles gives that role');
  }
  return faults;
}

function issuerFaults(issuer: IssuerConfig): string[] {
  const faults = [
    ...audienceFaults(issuer),
    ...algorithmFaults(issuer),
    ...timeFaults(issuer),
    ...roleFaults(issuer),
  ];
  const fault = addressFault(issuer.issuer);
  if (fault !== undefined) faults.unshift(`issuer ${fault}`);
  const keysFault = issuer.jwksUri === undefined ? undefined : addressFault(issuer.jwksUri);
  if (keysFault !== undefined) faults.push(`jwksUri ${keysFault}`);
  const { subjectPrefix = '' } = issuer;
  if (subjectPrefix !== '' && !isFitName(subjectPrefix)) {
    faults.push('subjectPrefix must be at most 256 bytes without control characters');
  }
  if (subjectPrefix.startsWith(OPERATOR_PREFIX)) {
    faults.push(`subjectPrefix must not begin with ${OPERATOR_PREFIX}`);
  }
  return faults;
}

function systemFaults({ id, roles, certificate }: SystemConfig): string[] {
  const faults: string[] = [];
  if (!isFitName(id) || id.startsWith(OPERATOR_PREFIX)) {
    faults.push(`id must be 1 to 256 bytes, no control characters, not of ${OPERATOR_PREFIX}…`);
  }
  if (roles.length === 0) faults.push('roles must not be empty');
  if (roles.includes('patient')) faults.push('roles must not hold patient');
  if (systemKey(certificate) === undefined) {
    faults.push('certificate must be 64 digits of hex, a common name, or a host name as it is');
  }
  return faults;
}

/** One line for each value that stands before in the list. */
function repeats(values: readonly (string | undefined)[], say: (at: number) => string): string[] {
  return values.flatMap((value, at) =>
    value !== undefined && values.indexOf(value) < at ? [say(at)] : [],
  );
}

/** One line for each fault, beginning with the path of the member; none when all is well. */
export function authFaults({ ownOrganisation, issuers, systems }: AuthConfig): string[] {
  return [
    ...(ownOrganisation === '' ? ['ownOrganisation must not be empty'] : []),
    ...issuers.flatMap((issuer, at) =>
      issuerFaults(issuer).map((fault) => `issuers[${at}].${fault}`),
    ),
    ...repeats(
      issuers.map(({ issuer }) => issuer),
      (at) => `issuers[${at}].issuer stands before`,
    ),
    ...repeats(
      issuers.map(({ organisation, subjectPrefix }) => `${organisation}\n${subjectPrefix ?? ''}`),
      (at) =>
        `issuers[${at}].subjectPrefix must differ from those of the same organisation before it`,
    ),
    ...systems.flatMap((system, at) =>
      systemFaults(system).map((fault) => `systems[${at}].${fault}`),
    ),
    ...repeats(
      systems.map(({ id }) => id),
      (at) => `systems[${at}].id stands before`,
    ),
    ...repeats(
      systems.map(({ certificate }) => systemKey(certificate)),
      (at) => `systems[${at}].certificate stands before`,
    ),
  ];
}

/** Throws CONFIG_INVALID with every fault, one on a line. */
export function checkAuthConfig(config: AuthConfig): void {
  const faults = authFaults(config);
  if (faults.length > 0) throw new ChartsealError('CONFIG_INVALID', faults.join('\n'));
}
