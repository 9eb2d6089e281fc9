// Who may do what: the role from the caller's certificate, ownership by MSP id.
import { ChartsealError } from '../core/errors.js';
import { IDENTITY_ROLES, type IdentityRole, ROLE_ATTRIBUTE } from '../core/identity-roles.js';
import type { LogRow } from './rows.js';
import { logKey } from './state-keys.js';
import type { TransactionContext } from './transaction-context.js';

export const ANY_ROLE: readonly IdentityRole[] = IDENTITY_ROLES;

/** Throws ACCESS_DENIED unless the caller's certificate carries one of these roles. */
export function requireRole(context: TransactionContext, allowed: readonly IdentityRole[]): void {
  const role = context.clientIdentity.getAttributeValue(ROLE_ATTRIBUTE);
  if (allowed.some((one) => one === role)) return;
  throw new ChartsealError('ACCESS_DENIED', `this needs the role ${allowed.join(' or ')}`);
}

/** The registration of a log; throws LOG_UNKNOWN. */
export async function readLogRow(context: TransactionContext, logId: string): Promise<LogRow> {
  const row = await context.state.find(logKey(logId));
  if (row === undefined) throw new ChartsealError('LOG_UNKNOWN', 'no log has this id');
  return row;
}

/** As {@link readLogRow}; throws ACCESS_DENIED unless the caller's organisation owns the log. */
export async function readOwnLogRow(context: TransactionContext, logId: string): Promise<LogRow> {
  const row = await readLogRow(context, logId);
  if (row.registration.mspId !== context.callerMspId) {
    throw new ChartsealError('ACCESS_DENIED', 'the log belongs to another organisation');
  }
  return row;
}
