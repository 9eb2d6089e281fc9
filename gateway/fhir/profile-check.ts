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
import { codeIn, textAt } from './elements.js';
import type { Entity, Part } from './entities.js';
import { refuse } from './fhir-issue.js';

export interface Profiled {
  readonly kind: EventKind | undefined;
  readonly action: Action;
  readonly agents: readonly Agent[];
  readonly entities: readonly Entity[];
}

const DISCLOSURES: readonly string[] = [`${DCM}|${EXPORT}`, `${DCM}|${IMPORT}`];
const DISCLOSED = `${LIFECYCLE}|disclose`;

function checkAgent({ agents }: Profiled, code: string): void {
  const found = agents.filter(({ codes }) => codes.has(code));
  const [agent] = found;
  if (agent === undefined || found.length > 1) {
    refuse('invariant', 'AuditEvent.agent', `the profile has exactly one of type ${code}`);
  }
  if (agent.json['who'] === undefined) refuse('required', `${agent.at}.who`, 'is missing');
  if (agent.json['network'] === undefined) {
    refuse('required', `${agent.at}.network`, 'is missing');
  }
}

function checkEntity({ entities }: Profiled, part: Part): void {
  const found = entities.filter((entity) => entity.part === part);
  if (found.length === 1) return;
  refuse('invariant', 'AuditEvent.entity', `the profile has exactly one that is the ${part}`);
}

function checkRest(profiled: Profiled, outcome: string | undefined): void {
  const { action, kind } = profiled;
  const isKnown = kind?.subtypes?.some((token) => {
    const code = codeIn(token, INTERACTION) ?? '';
    const actions = Object.hasOwn(ACTIONS_OF_INTERACTION, code) && ACTIONS_OF_INTERACTION[code];
    return actions && actions[0] === action;
  });
  if (isKnown !== true)
    refuse('required', 'AuditEvent.subtype', 'has no interaction of its action');
  for (const code of CLIENT_SERVER[action]) checkAgent(profiled, code);
  checkEntity(profiled, action === 'E' ? 'query' : 'data');
  for (const { part, json, at } of profiled.entities) {
    if (part === 'query' && textAt(json, 'query') === undefined) {
      refuse('required', `${at}.query`, 'is missing');
    }
  }
  if (outcome !== '0') refuse('invariant', 'AuditEvent.outcome', 'the profile has 0');
}

function checkDisclosure(profiled: Profiled): void {
  if (profiled.kind?.subtypes?.includes(DISCLOSED) !== true) {
    refuse('required', 'AuditEvent.subtype', 'is no disclosure');
  }
  for (const code of DISCLOSURE_ROLES) checkAgent(profiled, code);
}

/** Throws FhirIssue for the first rule of its BALP profile that the event does not keep. */
export function checkProfile(event: JsonObject, profiled: Profiled): void {
  const type = profiled.kind?.type ?? '';
  if (type === `${EVENT_TYPE}|rest`) checkRest(profiled, textAt(event, 'outcome'));
  else if (DISCLOSURES.includes(type)) checkDisclosure(profiled);
  else refuse('not-supported', 'AuditEvent.type', 'is of no BALP profile');
  checkEntity(profiled, 'patient');
}
