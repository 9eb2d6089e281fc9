// What all ways of authentication share: the one refusal, and whose roles count.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Caller, Role } from '../caller.js';

/** Ids of operators begin with it, and nobody else's. */
export const OPERATOR_PREFIX = 'cli:';

/** @param reason which check failed, in general words; never anything that the caller sent */
export function refuse(reason: string, cause?: unknown): never {
  throw new ChartsealError('UNAUTHENTICATED', reason, { cause });
}

/** Organisation, isOwn and roles: another organisation vouches for auditors alone. */
export function standing(
  organisation: string,
  ownOrganisation: string,
  roles: Iterable<Role>,
): Pick<Caller, 'organisation' | 'isOwn' | 'roles'> {
  const isOwn = organisation === ownOrganisation;
  const kept = [...new Set(roles)].filter((role) => isOwn || role === 'auditor');
  return { organisation, isOwn, roles: kept };
}
