// Why: purposes of use, emergency overrides, and the role in which somebody acted.
import type { JsonObject } from '../../chaincode/core/json.js';
import type { Agent } from './agents.js';
import type { Assumed } from './assumptions.js';
import {
  ACT_REASON,
  BREAK_GLASS,
  DCM,
  NO_PURPOSE,
  NOT_GIVEN,
  PARTICIPATION,
  PROVENANCE,
  PURPOSE_SYSTEM,
  PURPOSES_OF_USE,
} from './codes.js';
import {
  bounded,
  codeIn,
  objectsAt,
  textAt,
  tokenOf,
  withoutToken,
  writtenToken,
} from './elements.js';
import { FhirIssue, refuse } from './fhir-issue.js';
import type { FhirSource } from './sources.js';

const PURPOSE = /^[A-Za-z0-9_-]{1,32}$/;
const MAX_JUSTIFICATION = 2000;
const MAX_ROLE = 128;

export interface Purpose {
  readonly purpose: string;
  readonly breakGlass: boolean;
  readonly justification?: string;
}

/** A row of the configuration, as far as there is one, and its member there. */
export interface Row {
  readonly source: FhirSource | undefined;
  readonly member: string;
}

interface Concept {
  readonly at: string;
  readonly json: JsonObject;
}

const concepts = (of: JsonObject, name: string, at: string): Concept[] =>
  objectsAt(of, name).map((json, index) => ({ at: `${at}.${name}[${index}]`, json }));

/** What the configuration says of a token or text. */
function configured(key: string, { source }: Row): string | undefined {
  const own: Readonly<Record<string, string>> = source?.purposes ?? {};
  if (Object.hasOwn(own, key)) return own[key];
  return source?.breakGlass.includes(key) ? BREAK_GLASS : undefined;
}

function notMapped(at: string, why: string, { member }: Row): FhirIssue {
  const text = `${why}; say in purposes or breakGlass of ${member} what it means`;
  return new FhirIssue('EVENT_NOT_MAPPED', 'code-invalid', at, text);
}

/** Codes of v3-ActReason that a concept has, and of our own for what is none of its. */
function standardCodes({ at, json }: Concept, row: Row, assumed: Assumed): string[] {
  return objectsAt(json, 'coding').flatMap((coding, index) => {
    const place = `${at}.coding[${index}]`;
    const token = tokenOf(coding, place, assumed);
    const standard = codeIn(token, ACT_REASON);
    const code = standard ?? codeIn(token, PURPOSE_SYSTEM);
    if (code === undefined) return [];
    if (!PURPOSE.test(code)) refuse('code-invalid', `${place}.code`, 'is no purpose');
    if (standard === undefined || PURPOSES_OF_USE.has(code)) return [code];
    // It may be a mistyped override, or one of a vendor's own: btg, EMERGENCY.
    const meant = configured(writtenToken(coding), row);
    if (meant !== undefined) return [meant];
    throw notMapped(`${place}.code`, 'v3-ActReason has no such purpose of use', row);
  });
}

/** Purposes of a concept, none for a text that means none. */
function codesOf(concept: Concept, row: Row, assumed: Assumed): readonly string[] {
  const standard = standardCodes(concept, row, assumed);
  if (standard.length > 0) return standard;
  const { at, json } = concept;
  const tokens = objectsAt(json, 'coding').map(writtenToken);
  const text = textAt(json, 'text');
  const keys = tokens.length === 0 && text !== undefined ? [text] : tokens;
  for (const key of keys) {
    const meant = configured(key, row);
    if (meant !== undefined) return [meant];
  }
  if (tokens.length === 0) return [];
  throw notMapped(at, 'its code is not of v3-ActReason', row);
}

function isOverride({ json }: Concept, { source }: Row): boolean {
  const tokens = objectsAt(json, 'coding').map(writtenToken);
  const text = tokens.length === 0 ? textAt(json, 'text') : undefined;
  const local: readonly string[] = source?.breakGlass ?? [];
  return [...tokens, ...(text === undefined ? [] : [text])].some((token) => local.includes(token));
}

/** Throws FhirIssue for a code that is neither known nor configured: it may be an override. */
export function readPurpose(
  event: JsonObject,
  agents: readonly Agent[],
  actor: Agent,
  row: Row,
  assumed: Assumed,
): Purpose {
  const others = agents.filter((agent) => agent !== actor);
  const all = [
    ...concepts(actor.json, 'purposeOfUse', actor.at),
    ...concepts(event, 'purposeOfEvent', 'AuditEvent'),
    ...others.flatMap(({ json, at }) => concepts(json, 'purposeOfUse', at)),
  ];
  const codes = all.flatMap((concept) => codesOf(concept, row, assumed));
  const breakGlass = codes.includes(BREAK_GLASS) || all.some((one) => isOverride(one, row));
  const plain = [...new Set(codes.filter((code) => code !== BREAK_GLASS))];
  if (plain.length > 1) assumed.add('purposes-several', 'AuditEvent.purposeOfEvent');
  const [purpose = breakGlass ? BREAK_GLASS : undefined] = plain;
  if (purpose === undefined) assumed.add('purpose-missing', 'AuditEvent.purposeOfEvent');
  const said = all.find(({ json }) => isReason(json));
  const text = said && withoutToken(textAt(said.json, 'text') as string, said.at, assumed);
  return {
    purpose: purpose ?? NO_PURPOSE,
    breakGlass,
    ...(text === undefined || said === undefined
      ? {}
      : { justification: bounded(text, MAX_JUSTIFICATION, `${said.at}.text`) }),
  };
}

/** Whether its text says more than its code does. */
function isReason(concept: JsonObject): boolean {
  const text = textAt(concept, 'text');
  if (text === undefined) return false;
  return !objectsAt(concept, 'coding').some(
    (coding) => textAt(coding, 'display') === text || textAt(coding, 'code') === text,
  );
}

/** Codes of the part that an agent has, which say nothing of the person's role. */
const NO_ROLE_SYSTEMS: ReadonlySet<string> = new Set([DCM, PARTICIPATION, PROVENANCE]);

/** What people read as the role of the actor. */
export function readRole(actor: Agent, { source }: Row, assumed: Assumed): string {
  const own: Readonly<Record<string, string>> = source?.roles ?? {};
  const roles = concepts(actor.json, 'role', actor.at).flatMap(({ json, at }) => {
    const codings = objectsAt(json, 'coding').filter(
      (coding) => !NO_ROLE_SYSTEMS.has(textAt(coding, 'system') ?? ''),
    );
    const [coding] = codings;
    const text = textAt(json, 'text') ?? textAt(coding, 'display') ?? textAt(coding, 'code');
    const key = [...codings.map(writtenToken), text ?? ''].find((name) => Object.hasOwn(own, name));
    const shown = key === undefined ? text : own[key];
    return shown === undefined ? [] : [bounded(withoutToken(shown, at, assumed), MAX_ROLE, at)];
  });
  const [role] = roles;
  if (roles.length > 1) assumed.add('roles-several', `${actor.at}.role`);
  if (role === undefined) assumed.add('role-missing', `${actor.at}.role`);
  return role ?? NOT_GIVEN;
}
