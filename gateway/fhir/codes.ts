// Look-up tables between codes of FHIR, DICOM and IHE and the words of an entry, used both ways.
import type { AccessFacts } from '../../chaincode/core/entry.js';

export type Action = AccessFacts['action'];
export type Outcome = AccessFacts['outcome'];

export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
export const EVENT_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-event-type';
export const INTERACTION = 'http://hl7.org/fhir/restful-interaction';
export const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
export const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
export const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle';
export const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
export const PROVENANCE = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';
export const ROLE_CLASS = 'http://terminology.hl7.org/CodeSystem/v3-RoleClass';
export const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
export const SNOMED = 'http://snomed.info/sct';
export const SECURITY_ROLE = 'http://terminology.hl7.org/CodeSystem/extra-security-role-type';
/** Agents known by an access token alone (IHE BALP). */
export const TOKEN_AGENT = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes';
export const BALP_ENTITY = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType';

/** System of leaf hashes: names the entity that says where the proof of an event is. */
export const LEAF_SYSTEM = 'urn:chartseal:leaf-hash';
/** System of the labels of patients who are not named. */
export const LABEL_SYSTEM = 'urn:chartseal:label';
/** System of purposes that v3-ActReason does not have, as they stand in an entry. */
export const PURPOSE_SYSTEM = 'urn:chartseal:purpose';
/** `entity.detail.type` of what AuditEvent has no element for. */
export const OWN_DETAIL = {
  assumed: 'urn:chartseal:assumed',
  category: 'urn:chartseal:category',
  evidenceDigest: 'urn:chartseal:evidence-digest',
  history: 'urn:chartseal:history',
  receipt: 'urn:chartseal:receipt',
} as const;

/** Systems as older or other writers name them. RFC 3881 has the numbers that DICOM kept. */
const ALIASES: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/audit-event-type': EVENT_TYPE,
  'http://hl7.org/fhir/audit-entity-type': ENTITY_TYPE,
  'http://hl7.org/fhir/object-type': ENTITY_TYPE,
  'http://hl7.org/fhir/object-role': OBJECT_ROLE,
  'http://hl7.org/fhir/v3/ActReason': ACT_REASON,
  'http://hl7.org/fhir/v3/ParticipationType': PARTICIPATION,
  'http://hl7.org/fhir/v3/RoleClass': ROLE_CLASS,
  'http://hl7.org/fhir/provenance-participant-type': PROVENANCE,
  'http://hl7.org/fhir/provenance-participant-role': PROVENANCE,
  'http://hl7.org/fhir/iso-21089-lifecycle': LIFECYCLE,
  'http://nema.org/dicom/dicm': DCM,
  'urn:oid:1.2.840.10008.2.16.4': DCM,
  'urn:oid:2.16.840.1.113883.5.8': ACT_REASON,
  'urn:oid:2.16.840.1.113883.5.90': PARTICIPATION,
  'urn:oid:2.16.840.1.113883.5.110': ROLE_CLASS,
};

const RFC3881 =
  /^(?:urn:ietf:rfc:3881|RFC-?3881|https?:\/\/(?:www\.)?(?:rfc-editor\.org|tools\.ietf\.org|ietf\.org)\/\S*rfc3881\S*)$/i;

/** How a system was written. */
export type Spelling = 'r4' | 'old' | 'rfc3881';

/**
 * A code system as R4 names it.
 * @param expected the system where the place allows no other; stands for one that is left out
 */
export function systemOf(
  system: string | undefined,
  expected?: string,
): { readonly system: string | undefined; readonly spelling: Spelling } {
  if (system === undefined) {
    return { system: expected, spelling: expected === undefined ? 'r4' : 'old' };
  }
  if (RFC3881.test(system)) return { system: expected ?? system, spelling: 'rfc3881' };
  const known = Object.hasOwn(ALIASES, system) ? ALIASES[system] : undefined;
  return known === undefined ? { system, spelling: 'r4' } : { system: known, spelling: 'old' };
}

export const OUTCOMES: Readonly<Record<string, Outcome>> = {
  '0': 'success',
  '4': 'minor',
  '8': 'serious',
  '12': 'major',
};

/** Actions that go with an interaction; the first is the one it stands for. */
export const ACTIONS_OF_INTERACTION: Readonly<Record<string, readonly Action[]>> = {
  read: ['R'],
  vread: ['R'],
  'history-instance': ['R', 'E'],
  'history-type': ['E', 'R'],
  'history-system': ['E', 'R'],
  search: ['E'],
  'search-type': ['E'],
  'search-system': ['E'],
  create: ['C'],
  update: ['U', 'C'],
  patch: ['U'],
  delete: ['D'],
};

/** Every code of R4's restful-interaction. */
export const INTERACTIONS: ReadonlySet<string> = new Set([
  ...Object.keys(ACTIONS_OF_INTERACTION),
  'history',
  'capabilities',
  'transaction',
  'batch',
  'operation',
]);

/** Searches that some senders mark as reading. */
export const SEARCHES: ReadonlySet<string> = new Set(['search', 'search-type', 'search-system']);

/** Event ids of DICOM whose action needs not be said. */
export const ACTION_OF_EVENT: Readonly<Record<string, Action>> = {
  '110106': 'R',
  '110107': 'C',
  '110112': 'E',
};

export const EXPORT = '110106';
export const IMPORT = '110107';

export const DESTINATION = '110152';
export const SOURCE_ROLE = '110153';
export const APPLICATION = '110150';
export const CUSTODIAN = 'custodian';

/** Codes of client and server by what is done (IHE BALP): they change places with the verb. */
export const CLIENT_SERVER: Readonly<Record<Action, readonly [client: string, server: string]>> = {
  R: [DESTINATION, SOURCE_ROLE],
  E: [SOURCE_ROLE, DESTINATION],
  C: [SOURCE_ROLE, DESTINATION],
  U: [SOURCE_ROLE, DESTINATION],
  D: [APPLICATION, CUSTODIAN],
};

/** What a disclosure goes to, and from: whoever of both writes it down. */
export const DISCLOSURE_ROLES = [DESTINATION, SOURCE_ROLE] as const;

export const DISPLAYS: Readonly<Record<string, string>> = {
  [DESTINATION]: 'Destination Role ID',
  [SOURCE_ROLE]: 'Source Role ID',
  [APPLICATION]: 'Application',
  [CUSTODIAN]: 'Custodian',
  [EXPORT]: 'Export',
  [IMPORT]: 'Import',
};

/** Type of the user by what is done (IHE BALP). */
export const USER_TYPE: Readonly<Record<Action, string>> = {
  R: 'IRCP',
  E: 'IRCP',
  C: 'AUT',
  U: 'AUT',
  D: 'CST',
};
export const USER_TYPES: ReadonlySet<string> = new Set([
  'IRCP',
  'AUT',
  'INF',
  'CST',
  'AGNT',
  'PAT',
]);
export const TOKEN_AGENTS: ReadonlySet<string> = new Set(['UserOauthAgent', 'UserSamlAgent']);
/** Custodian and authorizer of a disclosure (SNOMED CT), server of authorizations. */
export const BYSTANDERS: ReadonlySet<string> = new Set(['159541003', '429577009', 'authserver']);
export const ON_BEHALF_TYPE = 'RESP';
export const ORGANISATION_TYPE = 'PROV';

/** Kind of an entry that has none, by action. */
export const INTERACTION_OF: Readonly<Record<Action, string>> = {
  R: 'read',
  E: 'search',
  C: 'create',
  U: 'update',
  D: 'delete',
};

/** The value set PurposeOfUse of v3-ActReason, as R4 binds it; codes are in capitals or none. */
export const PURPOSES_OF_USE: ReadonlySet<string> = new Set(
  [
    'PurposeOfUse HMARKT HOPERAT CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL',
    'HOUTCOMS HPRGRP HQUALIMP HSYSADMIN LABELING METAMGT MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR',
    'RECORDMGT SYSDEV HTEST TRAIN HPAYMT CLMATTCH COVAUTH COVERAGE ELIGDTRM ELIGVER ENROLLM MILDCRG',
    'REMITADV HRESCH BIORCH CLINTRCH CLINTRCHNPC CLINTRCHPC PRECLINTRCH DSRCH POARCH TRANSRCH PATRQT',
    'FAMRQT PWATRNY SUPNWK PUBHLTH DISASTER THREAT TREAT CLINTRL COC ETREAT BTG ERTREAT POPHLTH',
  ].flatMap((line) => line.split(' ')),
);
/** Purpose of an event that has none; v3-ActReason has no such code. */
export const NO_PURPOSE = 'NONE';
export const BREAK_GLASS = 'BTG';
/** Role and category of an event that has none. */
export const NOT_GIVEN = 'not-given';

export const TYPE_PERSON = '1';
export const TYPE_SYSTEM_OBJECT = '2';
export const TYPE_OTHER = '4';
export const ROLE_PATIENT = '1';
export const ROLE_QUERY = '24';
export const REQUEST_ID = 'XrequestId';
