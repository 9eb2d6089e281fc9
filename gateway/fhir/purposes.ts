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

/** The code of v3-ActReason; undefined for a text without a code. */
function codeOf({ at, json }: Concept, { source, member }: Row, assumed: Assumed) {
  const codings = objectsAt(json, 'coding');
  const own: Readonly<Record<string, string>> = source?.purposes ?? {};
  const text = textAt(json, 'text');
  for (const [index, coding] of codings.entries()) {
    const token = tokenOf(coding, `${at}.coding[${index}]`, assumed);
    const code = codeIn(token, ACT_REASON);
    if (code === undefined) continue;
    if (!PURPOSE.test(code)) refuse('code-invalid', `${at}.coding[${index}].code`, 'is no purpose');
    return code;
  }
  const written = codings.map(writtenToken);
  for (const token of written) {
    if (Object.hasOwn(own, token)) return own[token];
    if (source?.breakGlass.includes(token)) return BREAK_GLASS;
  }
  if (written.length === 0 && text !== undefined) {
    if (Object.hasOwn(own, text)) return own[text];
    return source?.breakGlass.includes(text) ? BREAK_GLASS : undefined;
  }
  if (written.length === 0) return undefined;
  const missing = `its code is not of v3-ActReason; say in purposes or breakGlass of ${member} what it means`;
  throw new FhirIssue('EVENT_NOT_MAPPED', 'code-invalid', at, missing);
}

function isOverride({ json }: Concept, { source }: Row): boolean {
  const tokens = objectsAt(json, 'coding').map(writtenToken);
  const text = tokens.length === 0 ? textAt(json, 'text') : undefined;
  const local: readonly string[] = source?.breakGlass ?? [];
  return [...tokens, ...(text === undefined ? [] : [text])].some((token) => local.includes(token));
}

/** Throws FhirIssue for a local code that is not configured: it may be an override. */
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
  const codes = all.flatMap((concept) => codeOf(concept, row, assumed) ?? []);
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
const PART_SYSTEMS: readonly string[] = [DCM, PARTICIPATION, PROVENANCE];

/** What people read as the role of the actor. */
export function readRole(actor: Agent, { source }: Row, assumed: Assumed): string {
  const own: Readonly<Record<string, string>> = source?.roles ?? {};
  const roles = concepts(actor.json, 'role', actor.at).flatMap(({ json, at }) => {
    const codings = objectsAt(json, 'coding').filter(
      (coding) => !PART_SYSTEMS.includes(textAt(coding, 'system') ?? ''),
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
