// Whether a caller may call a route: the row says who may, this compares.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Caller, Role } from '../caller.js';
import type { ListenerKind } from '../observer.js';
import type { Access, Route } from '../route.js';
import { refuse } from './identity.js';

function deny(message: string): never {
  throw new ChartsealError('ACCESS_DENIED', message);
}

const listed = (roles: readonly Role[]) => roles.join(', ');

function describe({ own, others = [] }: Access): string {
  const ours = `this needs one of the roles ${listed(own)} in the organisation of this log`;
  return others.length === 0 ? ours : `${ours}, or ${listed(others)} in another`;
}

/** Whether this caller may, where a row, or a part of an answer, is for some roles. */
export function suffices(
  { own, others = [], openLocally = false }: Access,
  caller: Caller | undefined,
  listener: ListenerKind,
): boolean {
  if (openLocally && listener === 'local') return true;
  const sufficient = caller?.isOwn === true ? own : others;
  return caller?.roles.some((role) => sufficient.includes(role)) ?? false;
}

/**
 * @throws UNAUTHENTICATED without a caller, ACCESS_DENIED for one whose roles do not suffice; the
 * message names the roles that do
 */
export function authorize(
  access: Route['access'],
  caller: Caller | undefined,
  listener: ListenerKind,
): void {
  if (access === 'open') return;
  if (access !== 'operator' && suffices(access, caller, listener)) return;
  if (caller === undefined) refuse('this needs credentials');
  if (access === 'operator') {
    const isOperator = listener === 'local' && caller.kind === 'operator';
    if (!isOperator) deny('this is for commands beside the gateway');
    return;
  }
  deny(describe(access));
}
