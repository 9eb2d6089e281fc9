// From a FHIR R4 AuditEvent to access events as Chartseal has them: one for each patient.
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { EventKind } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { formatTime } from '../../chaincode/core/time.js';
import { type AccessSubmission, parseAccessSubmission } from '../services/submission.js';
import { readAgents, readParticipants } from './agents.js';
import { Assumed } from './assumptions.js';
import {
  ACTION_OF_EVENT,
  ACTIONS_OF_INTERACTION,
  type Action,
  DCM,
  EVENT_TYPE,
  EXPORT,
  IMPORT,
  INTERACTION,
  INTERACTIONS,
  NOT_GIVEN,
  OUTCOMES,
  type Outcome,
  OWN_DETAIL,
  SEARCHES,
} from './codes.js';
import {
  bounded,
  codeIn,
  nameOf,
  objectAt,
  objectsAt,
  referenceText,
  textAt,
  tokenOf,
  withoutToken,
} from './elements.js';
import { type Entity, ownDetails, readEntities, readRecords, readRequestId } from './entities.js';
import { asFhirIssue, FhirIssue, refuse } from './fhir-issue.js';
import { readPatients } from './patients.js';
import { checkProfile } from './profile-check.js';
import { type Row, readPurpose, readRole } from './purposes.js';
import { readQuery } from './query.js';
import { checkAuditEvent } from './r4-check.js';
import { type FhirSources, findSource } from './sources.js';

const MAX_TEXT = 256;
const MAX_CATEGORY = 64;
const MAX_SUBTYPES = 16;
const MAX_TOKEN = 256;
const TOKEN = /^[^\s|]*\|[^\s|]+( [^\s|]+)*$/;

export interface ReadOptions {
  /** Held to the IHE BALP profiles: what bends them is refused. */
  readonly strict?: boolean;
}

type WithoutPatient = Omit<AccessSubmission, 'patient' | 'source'>;

function kindToken(coding: JsonObject, at: string, assumed: Assumed, expected?: string) {
  const token = tokenOf(coding, at, assumed, expected);
  if (token === undefined) return undefined;
  const interaction = codeIn(token, INTERACTION);
  const isNone = interaction !== undefined && !INTERACTIONS.has(interaction);
  if (!TOKEN.test(token) || isNone) refuse('code-invalid', at, 'is no code of a code system');
  return bounded(token, MAX_TOKEN, at);
}

function readKind(event: JsonObject, assumed: Assumed): EventKind | undefined {
  const type = objectAt(event, 'type') as JsonObject;
  const isRest = textAt(type, 'code') === 'rest';
  const token = kindToken(type, 'AuditEvent.type', assumed, isRest ? EVENT_TYPE : undefined);
  const subtypes = objectsAt(event, 'subtype').flatMap((coding, index) => {
    const isKnown = Object.hasOwn(ACTIONS_OF_INTERACTION, textAt(coding, 'code') ?? '');
    const system = isRest && isKnown ? INTERACTION : undefined;
    return kindToken(coding, `AuditEvent.subtype[${index}]`, assumed, system) ?? [];
  });
  if (subtypes.length > MAX_SUBTYPES) {
    refuse('too-costly', 'AuditEvent.subtype', `has more than ${MAX_SUBTYPES} items`);
  }
  if (token === undefined) assumed.add('kind-missing', 'AuditEvent.type.code');
  if (token === undefined) return undefined;
  return { type: token, ...(subtypes.length === 0 ? {} : { subtypes }) };
}

function readAction(event: JsonObject, kind: EventKind | undefined, assumed: Assumed): Action {
  const said = textAt(event, 'action') as Action | undefined;
  const interaction = kind?.subtypes
    ?.flatMap((token) => codeIn(token, INTERACTION) ?? [])
    .find((code) => Object.hasOwn(ACTIONS_OF_INTERACTION, code));
  const fitting =
    interaction === undefined ? undefined : (ACTIONS_OF_INTERACTION[interaction] as Action[]);
  const isSearch = interaction !== undefined && SEARCHES.has(interaction);
  if (said === undefined) {
    const action = fitting?.[0] ?? ACTION_OF_EVENT[codeIn(kind?.type, DCM) ?? ''];
    if (action === undefined) refuse('required', 'AuditEvent.action', 'is missing');
    assumed.add('action-from-subtype', 'AuditEvent.action');
    return action;
  }
  if (fitting === undefined || fitting.includes(said)) return said;
  if (!isSearch || said !== 'R') {
    refuse('business-rule', 'AuditEvent.action', 'contradicts the subtype');
  }
  assumed.add('action-from-subtype', 'AuditEvent.action');
  return 'E';
}

/** Milliseconds, undefined for what is no moment (a day, a leap second). */
function momentOf(text: string | undefined): number | undefined {
  if (text === undefined || !text.includes('T')) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function timeAt(ms: number, at: string): string {
  if (ms < Date.UTC(1900, 0, 1) || ms > Date.UTC(9999, 11, 31)) {
    refuse('value', at, 'is outside the years 1900 to 9999');
  }
  return formatTime(ms);
}

function readTimes(event: JsonObject, assumed: Assumed) {
  const recorded = momentOf(textAt(event, 'recorded'));
  if (recorded === undefined) refuse('value', 'AuditEvent.recorded', 'is no moment');
  const started = momentOf(textAt(objectAt(event, 'period'), 'start'));
  if (started === undefined) assumed.add('occurred-at-from-recorded', 'AuditEvent.period.start');
  const occurredAt =
    started === undefined
      ? timeAt(recorded, 'AuditEvent.recorded')
      : timeAt(started, 'AuditEvent.period.start');
  return { recorded: timeAt(recorded, 'AuditEvent.recorded'), occurredAt };
}

function readOutcome(event: JsonObject, assumed: Assumed): Outcome {
  const code = textAt(event, 'outcome');
  if (code === undefined) assumed.add('outcome-missing', 'AuditEvent.outcome');
  return OUTCOMES[code ?? '0'] as Outcome;
}

function observersOf(event: JsonObject): readonly string[] {
  const observer = objectAt(objectAt(event, 'source'), 'observer');
  const identifier = objectAt(observer, 'identifier');
  const value = textAt(identifier, 'value');
  const bare = value !== undefined && textAt(identifier, 'system') === undefined;
  const names = [nameOf(observer), referenceText(observer), textAt(observer, 'display')];
  return [...names, bare ? `|${value}` : undefined].filter((name) => name !== undefined);
}

const NEW_ROW = 'a row of fhir.sources for its sender';

/** The row of the configuration, and under what name the sender stands in entries. */
function readSource(event: JsonObject, sources: FhirSources, assumed: Assumed) {
  const site = textAt(objectAt(event, 'source'), 'site');
  const observers = observersOf(event);
  const found = findSource(sources, observers, site);
  const at = 'AuditEvent.source.observer';
  const own = observers[0] ?? site;
  const system = found?.source.system ?? own;
  if (system === undefined) refuse('required', at, 'names nobody');
  const name = bounded(withoutToken(system, at, assumed), MAX_TEXT, at);
  const row: Row = { source: found?.source, member: found?.member ?? NEW_ROW };
  return { observers, row, system: name };
}

function readCategory(
  entities: readonly Entity[],
  targets: readonly string[],
  { source }: Row,
  assumed: Assumed,
): string {
  const [said] = ownDetails(entities, OWN_DETAIL.category);
  const data = entities.filter(({ part }) => part === 'data');
  const [named] = data.flatMap(({ target }) => target ?? []);
  const category = said ?? named ?? targets[0];
  if (category !== undefined) return bounded(category, MAX_CATEGORY, 'AuditEvent.entity');
  assumed.add(
    source?.category === undefined ? 'category-missing' : 'category-from-configuration',
    'AuditEvent.entity',
  );
  return source?.category ?? NOT_GIVEN;
}

function organisationOf(
  said: string | undefined,
  sources: FhirSources,
  { source, member }: Row,
  assumed: Assumed,
): string {
  if (said !== undefined) return said;
  const configured = source?.organisation ?? sources.organisation;
  if (configured === undefined) {
    const reason = `none is the organisation; set organisation of ${member}`;
    throw new FhirIssue('EVENT_NOT_MAPPED', 'required', 'AuditEvent.agent', reason);
  }
  assumed.add('organisation-from-configuration', 'AuditEvent.agent');
  return configured;
}

/** Id of the request, unique for each event and patient of it; the same for the same event. */
function requestIdOf(
  said: string | undefined,
  submission: object,
  recorded: string,
  written: boolean,
): string {
  const digest = encodeHex(sha256(canonicalBytes(submission)));
  if (said !== undefined) {
    // An event that was read from here keeps the id that it has here.
    const isOwn = said.endsWith(`#${digest.slice(0, 16)}`);
    const id = isOwn || written ? said : `${said}#${digest.slice(0, 16)}`;
    return bounded(id, MAX_TEXT, 'AuditEvent.entity');
  }
  return `sha-256:${encodeHex(sha256(utf8(`${digest} ${recorded}`)))}`;
}

function readEvent(
  event: JsonObject,
  sources: FhirSources,
  evidenceDigest: string,
  strict: boolean,
): readonly AccessSubmission[] {
  const assumed = new Assumed(strict);
  const entities = readEntities(event, assumed);
  const { observers, row, system } = readSource(event, sources, assumed);
  const before = ownDetails(entities, OWN_DETAIL.assumed);
  // R4 has no event without type: one that was read from here got it when it was written.
  const kind = before.includes('kind-missing') ? undefined : readKind(event, assumed);
  const action = readAction(event, kind, assumed);
  const { recorded, occurredAt } = readTimes(event, assumed);
  const agents = readAgents(event, assumed);
  const code = codeIn(kind?.type, DCM);
  const references = entities.flatMap(({ what }) => textAt(what, 'reference') ?? []);
  const around = { action, observers, references };
  const isDisclosure = code === EXPORT || code === IMPORT;
  const surroundings = isDisclosure ? { ...around, disclosure: code } : around;
  const { actorAgent, actor, client, ...found } = readParticipants(agents, surroundings, assumed);
  const searches = entities.flatMap(({ part, json, at }) => {
    const query = part === 'query' ? textAt(json, 'query') : undefined;
    return query === undefined ? [] : [{ at: `${at}.query`, ...readQuery(query) }];
  });
  const patients = readPatients(event, entities, searches, row, assumed);
  if (patients.length === 0) return [];
  const targets = searches.flatMap(({ target }) => target ?? []);
  const unit = found.unit ?? row.source?.unit;
  const submission: WithoutPatient = {
    occurredAt,
    action,
    outcome: readOutcome(event, assumed),
    ...readPurpose(event, agents, actorAgent, row, assumed),
    actor,
    role: readRole(actorAgent, row, assumed),
    organisation: organisationOf(found.organisation, sources, row, assumed),
    ...(unit === undefined ? {} : { unit }),
    ...(client === undefined || Object.keys(client).length === 0 ? {} : { client }),
    records: readRecords(entities, assumed),
    category: readCategory(entities, targets, row, assumed),
    ...(kind === undefined ? {} : { kind }),
  };
  const said = readRequestId(entities, assumed);
  if (said === undefined) assumed.add('request-id-missing', 'AuditEvent.entity');
  assumed.restore(before);
  if (strict) checkProfile(event, { kind, action, agents, entities });
  const written = said !== undefined && assumed.has('request-id-missing');
  const words = assumed.words();
  return patients.map((patient) => {
    // What was assumed may grow with a later version; the id of an event must not.
    const requestId = requestIdOf(said, { ...submission, patient }, recorded, written);
    const source = { system, requestId, evidenceDigest };
    const whole = { ...submission, patient, source };
    return parseAccessSubmission(
      (words.length === 0 ? whole : { ...whole, assumed: words }) as unknown as JsonValue,
    );
  });
}

/**
 * One submission for each patient, in the order in which the event names them.
 * Throws FhirIssue, and nothing else, whatever the resource is.
 * @param evidenceDigest hex SHA-256 of the bytes received
 */
export function readAuditEvent(
  resource: JsonValue,
  sources: FhirSources,
  evidenceDigest: string,
  options: ReadOptions = {},
): readonly AccessSubmission[] {
  try {
    checkAuditEvent(resource);
    return readEvent(resource, sources, evidenceDigest, options.strict ?? false);
  } catch (error) {
    if (error instanceof ChartsealError) throw asFhirIssue(error);
    throw error;
  }
}
