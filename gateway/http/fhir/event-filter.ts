// Whether an AuditEvent is what a search asks for: held against the resource as it is answered.
import type { AuditEvent, AuditEventAgent, Coding, Identifier } from 'fhir/r4';
import type { DateRange, EventFilter, Token } from './search-query.js';

/** An empty system is none; a token without `|` is of any. */
function isSystem(wanted: string | undefined, system: string | undefined): boolean {
  return wanted === undefined || wanted === (system ?? '');
}

function isIdentifier(wanted: Token, identifier: Identifier | undefined): boolean {
  return identifier?.value === wanted.value && isSystem(wanted.system, identifier.system);
}

function isCoding(wanted: Token, coding: Coding | undefined): boolean {
  return coding?.code === wanted.value && isSystem(wanted.system, coding.system);
}

function isWithin({ from, until }: DateRange, at: number): boolean {
  return (from === undefined || at >= from) && (until === undefined || at < until);
}

/** By the person's name or a name of the reference. */
function hasName({ name, who }: AuditEventAgent, start: string): boolean {
  return [name, who?.display].some((one) => one?.toLowerCase().startsWith(start) === true);
}

/** A reference is compared as text; an id alone is that of any type. */
function isReference(wanted: string, reference: string | undefined): boolean {
  if (reference === undefined) return false;
  return reference === wanted || (!wanted.includes('/') && reference.split('/').at(-1) === wanted);
}

/** @param occurredAt of the event, in ms since 1970 */
export function isWanted(event: AuditEvent, filter: EventFilter, occurredAt: number): boolean {
  const { action, outcome, type, subtype, agent, agentIdentifier, agentName, entity } = filter;
  const agents = event.agent;
  return (
    filter.dates.every((range) => isWithin(range, occurredAt)) &&
    (action === undefined || event.action === action) &&
    (outcome === undefined || event.outcome === outcome) &&
    (type === undefined || isCoding(type, event.type)) &&
    (subtype === undefined || (event.subtype ?? []).some((one) => isCoding(subtype, one))) &&
    (agent === undefined || agents.some(({ who }) => isReference(agent, who?.reference))) &&
    (agentIdentifier === undefined ||
      agents.some(({ who }) => isIdentifier(agentIdentifier, who?.identifier))) &&
    (agentName === undefined || agents.some((one) => hasName(one, agentName))) &&
    (entity === undefined ||
      (event.entity ?? []).some(({ what }) => isReference(entity, what?.reference)))
  );
}
