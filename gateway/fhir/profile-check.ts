// The rules of the IHE BALP profiles that the mapping itself does not need: looked at only where
// a feed is to be held to them.
import type { EventKind } from '../../chaincode/core/entry.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import type { Agent } from './agents.js';
import {
  ACTIONS_OF_INTERACTION,
  type Action,
  CLIENT_SERVER,
  DCM,
  DISCLOSURE_ROLES,
  EVENT_TYPE,
  EXPORT,
  IMPORT,
  INTERACTION,
  LIFECYCLE,
} from './codes.js';
import type { Entity, Part } from './entities.js';
import { refuse } from './fhir-issue.js';

export interface Profiled {
  readonly kind: EventKind | undefined;
  readonly action: Action;
  readonly agents: readonly Agent[];
  readonly entities: readonly Entity[];
}

const DISCLOSURES: readonly string[] = [`${DCM}|${EXPORT}`, `${DCM}|${IMPORT}`];
const DISCLOSED: readonly string[] = [`${LIFECYCLE}|disclose`, `${LIFECYCLE}|receive`];

function checkAgent({ agents }: Profiled, code: string, hasNetwork: boolean): void {
  const found = agents.filter(({ codes }) => codes.has(code));
  const [agent] = found;
  if (agent === undefined || found.length > 1) {
    refuse('invariant', 'AuditEvent.agent', `the profile has exactly one of type ${code}`);
  }
  if (agent.json['who'] === undefined) refuse('required', `${agent.at}.who`, 'is missing');
  if (hasNetwork && agent.json['network'] === undefined) {
    refuse('required', `${agent.at}.network`, 'is missing');
  }
}

function checkEntity({ entities }: Profiled, part: Part): void {
  const found = entities.filter((entity) => entity.part === part);
  if (found.length === 1) return;
  refuse('invariant', 'AuditEvent.entity', `the profile has exactly one that is the ${part}`);
}

function checkRest(profiled: Profiled): void {
  const { action, kind } = profiled;
  const isKnown = kind?.subtypes?.some((token) => {
    const code = token.startsWith(`${INTERACTION}|`) ? token.slice(INTERACTION.length + 1) : '';
    return Object.hasOwn(ACTIONS_OF_INTERACTION, code);
  });
  if (isKnown !== true) refuse('required', 'AuditEvent.subtype', 'is no RESTful interaction');
  for (const code of CLIENT_SERVER[action]) checkAgent(profiled, code, true);
  checkEntity(profiled, action === 'E' ? 'query' : 'data');
}

function checkDisclosure(profiled: Profiled): void {
  if (profiled.kind?.subtypes?.some((token) => DISCLOSED.includes(token)) !== true) {
    refuse('required', 'AuditEvent.subtype', 'is no disclosure');
  }
  for (const code of DISCLOSURE_ROLES) checkAgent(profiled, code, false);
}

/** Throws FhirIssue for the first rule of its BALP profile that the event does not keep. */
export function checkProfile(event: JsonObject, profiled: Profiled): void {
  const type = profiled.kind?.type ?? '';
  if (event['outcome'] !== '0') refuse('invariant', 'AuditEvent.outcome', 'the profile has 0');
  if (type === `${EVENT_TYPE}|rest`) checkRest(profiled);
  else if (DISCLOSURES.includes(type)) checkDisclosure(profiled);
  else refuse('not-supported', 'AuditEvent.type', 'is of no BALP profile');
  checkEntity(profiled, 'patient');
}
