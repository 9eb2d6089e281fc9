// From an access entry to a FHIR R4 AuditEvent in the shape of IHE BALP, with links to its proof.
// No profile is claimed: entries do not know the network address of the server.
import type { AuditEvent, AuditEventAgent, AuditEventEntity, Coding } from 'fhir/r4';
import type { AccessEntry, Actor, Client } from '../../chaincode/core/entry.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import {
  ACT_REASON,
  type Action,
  BALP_ENTITY,
  BREAK_GLASS,
  CLIENT_SERVER,
  CUSTODIAN,
  DCM,
  DISCLOSURE_ROLES,
  DISPLAYS,
  ENTITY_TYPE,
  EVENT_TYPE,
  EXPORT,
  IMPORT,
  INTERACTION,
  INTERACTION_OF,
  LABEL_SYSTEM,
  LEAF_SYSTEM,
  NO_PURPOSE,
  NOT_GIVEN,
  OBJECT_ROLE,
  ON_BEHALF_TYPE,
  ORGANISATION_TYPE,
  OUTCOMES,
  OWN_DETAIL,
  PARTICIPATION,
  PROVENANCE,
  PURPOSE_SYSTEM,
  PURPOSES_OF_USE,
  REQUEST_ID,
  ROLE_CLASS,
  ROLE_PATIENT,
  TYPE_OTHER,
  TYPE_PERSON,
  TYPE_SYSTEM_OBJECT,
  USER_TYPE,
} from './codes.js';
import { referenceOf } from './elements.js';

/** An entry of a chain, with the members that may be shown. */
export interface ReadEvent {
  /** Hex; becomes the id of the resource. */
  readonly leafHash: string;
  readonly entry: AccessEntry;
  /** Values of the private members that are not withheld. */
  readonly opened: Readonly<Record<string, JsonValue>>;
  /** The patient, or the label (hex) under which the entry is chained when nobody is named. */
  readonly patient: PatientIdentifier | { readonly label: string };
}

/** Addresses of what proves the event. */
export interface EventLinks {
  readonly receipt: string;
  readonly history?: string;
}

const WITHHELD = { display: 'withheld' } as const;

const codesOfOutcome = Object.fromEntries(
  Object.entries(OUTCOMES).map(([code, outcome]) => [outcome, code]),
) as Readonly<Record<AccessEntry['outcome'], AuditEvent['outcome'] & string>>;

function codingOf(token: string): Coding {
  const at = token.indexOf('|');
  const system = token.slice(0, at);
  const code = token.slice(at + 1);
  const display = system === DCM ? DISPLAYS[code] : undefined;
  return {
    ...(system === '' ? {} : { system }),
    code,
    ...(display === undefined ? {} : { display }),
  };
}

const concept = (system: string, code: string) => ({
  coding: [{ system, code, ...(DISPLAYS[code] === undefined ? {} : { display: DISPLAYS[code] }) }],
});

function partType(code: string) {
  return concept(code === CUSTODIAN ? PROVENANCE : DCM, code);
}

function purposesOf(entry: AccessEntry, justification: string | undefined) {
  const { purpose, breakGlass } = entry;
  const codes = purpose === NO_PURPOSE ? [] : [purpose];
  if (breakGlass && purpose !== BREAK_GLASS) codes.push(BREAK_GLASS);
  const concepts = codes.map((code) =>
    concept(PURPOSES_OF_USE.has(code) ? ACT_REASON : PURPOSE_SYSTEM, code),
  );
  if (justification === undefined) return concepts;
  const [first, ...rest] = concepts;
  return [{ ...first, text: justification }, ...rest];
}

function actorAgent({ entry, opened }: ReadEvent): AuditEventAgent {
  const { action, role, unit } = entry;
  const actor = opened['actor'] as unknown as Actor | undefined;
  const purposes = purposesOf(entry, opened['justification'] as string | undefined);
  return {
    type: concept(PARTICIPATION, USER_TYPE[action]),
    ...(role === NOT_GIVEN ? {} : { role: [{ text: role }] }),
    who: actor === undefined ? WITHHELD : referenceOf(actor.id),
    ...(actor?.name === undefined ? {} : { name: actor.name }),
    requestor: true,
    ...(unit === undefined ? {} : { location: { display: unit } }),
    ...(purposes.length === 0 ? {} : { purposeOfUse: purposes }),
  };
}

/** Kinds of addresses (network-type): machine name 1, IP address 2, URI 5. */
function networkType(address: string): '1' | '2' | '5' {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return '5';
  return /^[\d.]+$|^[0-9a-f]*:[0-9a-f:.]+$/i.test(address) ? '2' : '1';
}

function clientAgent({ id, name, address }: Client, code: string): AuditEventAgent {
  return {
    type: partType(code),
    ...(id === undefined ? {} : { who: referenceOf(id) }),
    ...(name === undefined ? {} : { name }),
    requestor: false,
    ...(address === undefined ? {} : { network: { address, type: networkType(address) } }),
  };
}

function agentsOf(event: ReadEvent, isDisclosure: boolean): AuditEventAgent[] {
  const { entry, opened } = event;
  const actor = opened['actor'] as unknown as Actor | undefined;
  const client = opened['client'] as unknown as Client | undefined;
  const behalf = actor?.onBehalfOf;
  const [clientCode, serverCode] = isDisclosure ? DISCLOSURE_ROLES : CLIENT_SERVER[entry.action];
  const agents = [actorAgent(event)];
  if (client !== undefined) agents.push(clientAgent(client, clientCode));
  agents.push({
    type: partType(serverCode),
    who: referenceOf(entry.source.system),
    requestor: false,
  });
  if (behalf !== undefined) {
    agents.push({
      type: concept(PARTICIPATION, ON_BEHALF_TYPE),
      who: referenceOf(behalf.id),
      ...(behalf.name === undefined ? {} : { name: behalf.name }),
      requestor: false,
    });
  }
  agents.push({
    type: concept(ROLE_CLASS, ORGANISATION_TYPE),
    who: { display: entry.organisation },
    requestor: false,
  });
  return agents;
}

const entityType = (code: string) => ({ system: ENTITY_TYPE, code });
const objectRole = (code: string) => ({ system: OBJECT_ROLE, code });

function ownEntity({ entry, leafHash }: ReadEvent, links: EventLinks): AuditEventEntity {
  const { assumed = [], category, source } = entry;
  const details: [type: string, value: string | undefined][] = [
    [OWN_DETAIL.receipt, links.receipt],
    [OWN_DETAIL.history, links.history],
    [OWN_DETAIL.evidenceDigest, source.evidenceDigest],
    [OWN_DETAIL.category, category === NOT_GIVEN ? undefined : category],
    ...assumed.map((word): [string, string] => [OWN_DETAIL.assumed, word]),
  ];
  return {
    what: { identifier: { system: LEAF_SYSTEM, value: leafHash } },
    type: entityType(TYPE_OTHER),
    detail: details.flatMap(([type, valueString]) =>
      valueString === undefined ? [] : [{ type, valueString }],
    ),
  };
}

function entitiesOf(event: ReadEvent, links: EventLinks): AuditEventEntity[] {
  const { entry, patient } = event;
  const identifier =
    'label' in patient
      ? { system: LABEL_SYSTEM, value: patient.label }
      : { system: patient.system, value: patient.value };
  const records = entry.records.map((id) => ({
    what: referenceOf(id),
    type: entityType(TYPE_SYSTEM_OBJECT),
    role: objectRole(entry.kind === undefined ? '3' : '4'),
  }));
  const { requestId } = entry.source;
  const request =
    requestId === undefined
      ? []
      : [
          {
            what: { identifier: { value: requestId } },
            type: { system: BALP_ENTITY, code: REQUEST_ID },
          },
        ];
  const person = {
    what: { identifier, type: 'Patient' },
    type: entityType(TYPE_PERSON),
    role: objectRole(ROLE_PATIENT),
  };
  return [person, ...records, ...request, ownEntity(event, links)];
}

function kindOf({ action, kind }: { action: Action; kind?: AccessEntry['kind'] }) {
  return (
    kind ?? {
      type: `${EVENT_TYPE}|rest`,
      subtypes: [`${INTERACTION}|${INTERACTION_OF[action]}`],
    }
  );
}

/** A valid R4 resource. What was mapped reads back as it was; the id is the leaf hash. */
export function writeAuditEvent(event: ReadEvent, links: EventLinks): AuditEvent {
  const { entry, leafHash } = event;
  const { type, subtypes = [] } = kindOf(entry);
  const isDisclosure = [`${DCM}|${EXPORT}`, `${DCM}|${IMPORT}`].includes(type);
  return {
    resourceType: 'AuditEvent',
    id: leafHash,
    meta: { versionId: '1', lastUpdated: entry.at },
    type: codingOf(type),
    ...(subtypes.length === 0 ? {} : { subtype: subtypes.map(codingOf) }),
    action: entry.action,
    period: { start: entry.occurredAt },
    recorded: entry.at,
    outcome: codesOfOutcome[entry.outcome],
    agent: agentsOf(event, isDisclosure),
    source: { observer: referenceOf(entry.source.system) },
    entity: entitiesOf(event, links),
  } as AuditEvent;
}
