// Who did it, from where, on whose behalf, and for which organisation: agents told apart by their
// codes, which change places with the verb (IHE BALP).
import type { Actor, Client, Person } from '../../chaincode/core/entry.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import type { Assumed } from './assumptions.js';
import {
  type Action,
  APPLICATION,
  BYSTANDERS,
  CLIENT_SERVER,
  CUSTODIAN,
  DCM,
  DESTINATION,
  DISCLOSURE_ROLES,
  IMPORT,
  ORGANISATION_TYPE,
  PARTICIPATION,
  PROVENANCE,
  ROLE_CLASS,
  SECURITY_ROLE,
  SNOMED,
  SOURCE_ROLE,
  TOKEN_AGENT,
  TOKEN_AGENTS,
  USER_TYPES,
} from './codes.js';
import {
  bounded,
  nameOf,
  objectAt,
  objectsAt,
  referenceText,
  textAt,
  tokenOf,
  withoutToken,
} from './elements.js';
import { refuse } from './fhir-issue.js';

const MAX_NAME = 256;
const PARTS: ReadonlySet<string> = new Set([DESTINATION, SOURCE_ROLE, APPLICATION, '110151']);
/** Whose codes say what part an agent has. */
const PART_SYSTEMS: ReadonlySet<string> = new Set([
  DCM,
  PARTICIPATION,
  PROVENANCE,
  ROLE_CLASS,
  SECURITY_ROLE,
  SNOMED,
  TOKEN_AGENT,
]);

export interface Agent {
  readonly at: string;
  readonly json: JsonObject;
  /** Codes that say what part it has. */
  readonly codes: ReadonlySet<string>;
  readonly isRequestor: boolean;
}

export interface Participants {
  readonly actorAgent: Agent;
  readonly actor: Actor;
  readonly client?: Client;
  /** Undefined when no agent is one. */
  readonly organisation?: string;
  readonly unit?: string;
}

/** What tells the server from the client. */
export interface Surroundings {
  readonly action: Action;
  /** Code of a disclosure, export or import. */
  readonly disclosure?: string;
  /** Texts by which the observer is known. */
  readonly observers: readonly string[];
  /** Absolute references of the entities. */
  readonly references: readonly string[];
}

function codesOf(agent: JsonObject, at: string, assumed: Assumed): Set<string> {
  const codes = new Set<string>();
  const add = (concept: JsonObject | undefined, where: string) => {
    objectsAt(concept, 'coding').forEach((coding, index) => {
      const isDicom = PARTS.has(textAt(coding, 'code') ?? '');
      const place = `${where}.coding[${index}]`;
      const token = isDicom
        ? tokenOf(coding, place, assumed, DCM)
        : tokenOf(coding, place, assumed);
      const [system = '', code = ''] = token?.split('|') ?? [];
      if (PART_SYSTEMS.has(system)) codes.add(code);
    });
  };
  add(objectAt(agent, 'type'), `${at}.type`);
  objectsAt(agent, 'role').forEach((role, index) => {
    add(role, `${at}.role[${index}]`);
  });
  return codes;
}

export function readAgents(event: JsonObject, assumed: Assumed): Agent[] {
  return objectsAt(event, 'agent').map((json, index) => {
    const at = `AuditEvent.agent[${index}]`;
    const network = objectAt(json, 'network');
    if (network?.['address'] !== undefined && network['type'] === undefined) {
      assumed.add('network-type-missing', `${at}.network.type`);
    }
    const codes = codesOf(json, at, assumed);
    return { at, json, codes, isRequestor: json['requestor'] === true };
  });
}

/** Whether it is the one that recorded the event, or the one that the resources are on. */
function isServer({ json }: Agent, { observers, references }: Surroundings): boolean {
  const who = objectAt(json, 'who');
  const names = [nameOf(who), textAt(who, 'display'), referenceText(who)];
  if (names.some((name) => name !== undefined && observers.includes(name))) return true;
  const address = textAt(objectAt(json, 'network'), 'address');
  if (address === undefined || !/^https?:\/\//.test(address)) return false;
  const base = address.endsWith('/') ? address : `${address}/`;
  return references.some((reference) => reference.startsWith(base));
}

/** The client, when one agent is it beyond doubt. */
function findClient(
  agents: readonly Agent[],
  around: Surroundings,
  assumed: Assumed,
): Agent | undefined {
  const { action, disclosure } = around;
  const [clientCode, serverCode] =
    disclosure === undefined ? CLIENT_SERVER[action] : DISCLOSURE_ROLES;
  const having = (code: string) => agents.filter(({ codes }) => codes.has(code));
  let clients = having(clientCode);
  let servers = having(serverCode);
  if (action === 'D' && disclosure === undefined && clients.length === 0) {
    clients = having(SOURCE_ROLE);
    servers = having(DESTINATION);
  }
  // An application that acts with an access token (IHE BALP).
  if (clients.length === 0 && disclosure === undefined) clients = having(APPLICATION);
  const [client] = clients;
  const [server] = servers;
  if (clients.length > 1) {
    assumed.add('client-unclear', 'AuditEvent.agent');
    return undefined;
  }
  if (client === undefined || disclosure !== undefined) return client;
  const looksSwapped =
    isServer(client, around) && (server === undefined || !isServer(server, around));
  if (!looksSwapped || servers.length > 1) return client;
  assumed.add('roles-swapped', `${client.at}.type`);
  return server;
}

const isMachine = ({ codes }: Agent) => [...PARTS, CUSTODIAN].some((code) => codes.has(code));
const has = ({ codes }: Agent, some: ReadonlySet<string>) =>
  [...codes].some((code) => some.has(code));
const isTokenAgent = (agent: Agent) => has(agent, TOKEN_AGENTS);

/** Whether anybody is meant. */
function namesSomebody({ json }: Agent): boolean {
  const who = objectAt(json, 'who');
  return [nameOf(who), textAt(who, 'display'), textAt(json, 'altId'), textAt(json, 'name')].some(
    (name) => name !== undefined,
  );
}

/** Those who asked for it: people before machines, and before agents that only hold a token. */
function requestorsOf(agents: readonly Agent[]): readonly Agent[] {
  const requestors = agents.filter(({ isRequestor }) => isRequestor);
  const people = requestors.filter((agent) => !isMachine(agent));
  const known = people.filter((agent) => !isTokenAgent(agent));
  if (known.length > 0) return known;
  return people.length > 0 ? people : requestors;
}

const isUser = (agent: Agent) => !isMachine(agent) && has(agent, USER_TYPES);

function findActor(
  agents: readonly Agent[],
  client: Agent | undefined,
  disclosure: string | undefined,
  assumed: Assumed,
): Agent {
  const requestors = requestorsOf(agents);
  const [first] = requestors;
  if (requestors.length > 1) {
    refuse('invariant', 'AuditEvent.agent', 'more than one is the requestor');
  }
  // The token of an unknown user says who the client is at best.
  const isUnknown = first !== undefined && isTokenAgent(first) && !namesSomebody(first);
  if (first !== undefined && !(isUnknown && client !== undefined)) return first;
  const users = agents.filter(isUser);
  const only = users.length === 1 ? users[0] : agents.length === 1 ? agents[0] : undefined;
  if (only !== undefined) {
    assumed.add('requestor-missing', `${only.at}.requestor`);
    return only;
  }
  const code = disclosure === IMPORT ? DESTINATION : SOURCE_ROLE;
  const side = disclosure && agents.filter(({ codes }) => codes.has(code));
  const acting = side && side.length === 1 ? side[0] : client;
  if (acting === undefined) refuse('required', 'AuditEvent.agent', 'none is the requestor');
  assumed.add('actor-from-client', `${acting.at}.requestor`);
  return acting;
}

function personOf({ json, at }: Agent, assumed: Assumed): Person {
  const who = objectAt(json, 'who');
  const display = textAt(who, 'display');
  const name = textAt(json, 'name');
  let id = nameOf(who);
  if (id === undefined) {
    id = textAt(json, 'altId') ?? display ?? name;
    if (id === undefined) refuse('required', `${at}.who`, 'names nobody');
    assumed.add('actor-from-text', `${at}.who`);
  }
  const cut = withoutToken(id, `${at}.who`, assumed);
  const shown = name ?? display;
  return {
    id: bounded(cut, MAX_NAME, `${at}.who`),
    ...(shown === undefined || shown === id
      ? {}
      : { name: bounded(withoutToken(shown, `${at}.name`, assumed), MAX_NAME, `${at}.name`) }),
  };
}

function clientOf({ json, at }: Agent, assumed: Assumed): Client {
  const who = objectAt(json, 'who');
  const parts = {
    id: nameOf(who),
    name: textAt(json, 'name') ?? textAt(who, 'display'),
    address: textAt(objectAt(json, 'network'), 'address'),
  };
  const known = Object.entries(parts).flatMap(([part, text]) => {
    if (text === undefined) return [];
    const where = part === 'address' ? `${at}.network.address` : `${at}.who`;
    return [[part, bounded(withoutToken(text, where, assumed), MAX_NAME, where)]];
  });
  return Object.fromEntries(known);
}

function organisationOf(agents: readonly Agent[], assumed: Assumed): string | undefined {
  const [agent] = agents;
  if (agent === undefined) return undefined;
  const who = objectAt(agent.json, 'who');
  const text = textAt(agent.json, 'name') ?? textAt(who, 'display') ?? nameOf(who);
  return text && bounded(withoutToken(text, agent.at, assumed), MAX_NAME, `${agent.at}.who`);
}

/** Throws FhirIssue when nobody, or more than one, may have done it. */
export function readParticipants(
  agents: readonly Agent[],
  around: Surroundings,
  assumed: Assumed,
): Participants {
  const client = findClient(agents, around, assumed);
  const actorAgent = findActor(agents, client, around.disclosure, assumed);
  const organisations = agents.filter(
    (agent) => agent.codes.has(ORGANISATION_TYPE) && agent !== actorAgent,
  );
  const others = agents.filter(
    (agent) =>
      ![client, actorAgent].includes(agent) &&
      !isMachine(agent) &&
      !isTokenAgent(agent) &&
      !organisations.includes(agent),
  );
  const [behalf] = others;
  const bystanders = others.filter((agent) => has(agent, BYSTANDERS));
  if (others.length > 1 || bystanders.length > 0)
    assumed.add('other-agents-left-out', 'AuditEvent.agent');
  const onBehalfOf =
    others.length === 1 && behalf !== undefined && bystanders.length === 0
      ? personOf(behalf, assumed)
      : undefined;
  const organisation = organisationOf(organisations, assumed);
  const location = objectAt(actorAgent.json, 'location');
  const unit = textAt(location, 'display') ?? nameOf(location);
  return {
    actorAgent,
    actor: {
      ...personOf(actorAgent, assumed),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    },
    ...(client === undefined ? {} : { client: clientOf(client, assumed) }),
    ...(organisation === undefined ? {} : { organisation }),
    ...(unit === undefined ? {} : { unit: bounded(unit, MAX_NAME, `${actorAgent.at}.location`) }),
  };
}
