// Small readers of elements that were checked to be R4: texts, codes, and who is meant.
import { isObject, type JsonObject, type JsonValue } from '../../chaincode/core/json.js';
import { utf8Size } from '../../chaincode/core/shape.js';
import type { Assumed } from './assumptions.js';
import { systemOf } from './codes.js';
import { refuse } from './fhir-issue.js';
import { findLiteral } from './sources.js';

export function textAt(of: JsonObject | undefined, name: string): string | undefined {
  const value = of?.[name];
  return typeof value === 'string' ? value : undefined;
}

export function objectAt(of: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = of?.[name];
  return isObject(value) ? value : undefined;
}

export function objectsAt(of: JsonObject | undefined, name: string): readonly JsonObject[] {
  const value: JsonValue | undefined = of?.[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text of at most so many bytes, or a refusal that names its element. */
export function bounded(text: string, maxBytes: number, at: string): string {
  if (utf8Size(text) > maxBytes) refuse('too-long', at, `has more than ${maxBytes} bytes`);
  return text;
}

const KEPT_OF_TOKEN = 32;
const JWT = /^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/;
const BEARER = /^(?:Bearer|DPoP)\s+\S/i;

/** What looks like an access token is cut to its last 32 characters (IHE BALP). */
export function withoutToken(text: string, at: string, assumed: Assumed): string {
  if (!JWT.test(text) && !BEARER.test(text)) return text;
  assumed.add('token-cut', at);
  return [...text].slice(-KEPT_OF_TOKEN).join('');
}

/** `system|code`, with the system as R4 names it; undefined without a code. */
export function tokenOf(
  coding: JsonObject,
  at: string,
  assumed: Assumed,
  expected?: string,
): string | undefined {
  const code = textAt(coding, 'code');
  if (code === undefined) return undefined;
  const { system = '', spelling } = systemOf(textAt(coding, 'system'), expected);
  if (spelling !== 'r4') assumed.add(spelling === 'old' ? 'old-codes' : 'rfc3881-codes', at);
  return `${system}|${code}`;
}

/** The code of a token of this system; undefined for one of another. */
export function codeIn(token: string | undefined, system: string): string | undefined {
  return token?.startsWith(`${system}|`) ? token.slice(system.length + 1) : undefined;
}

/** Tokens of a coding as it was written, for look-ups in the configuration. */
export function writtenToken(coding: JsonObject): string {
  return `${textAt(coding, 'system') ?? ''}|${textAt(coding, 'code') ?? ''}`;
}

const VERSION = /\/_history\/[^/]*$/;

/** The reference without its version; undefined for contained resources and searches. */
export function referenceText(reference: JsonObject | undefined): string | undefined {
  const text = textAt(reference, 'reference');
  if (text === undefined || text.startsWith('#') || text.includes('?')) return undefined;
  return text.replace(VERSION, '');
}

/** `system|value` of the identifier, its value without a system, or the reference. */
export function nameOf(reference: JsonObject | undefined): string | undefined {
  const identifier = objectAt(reference, 'identifier');
  const value = textAt(identifier, 'value');
  const system = textAt(identifier, 'system');
  if (value !== undefined) return system === undefined ? value : `${system}|${value}`;
  return referenceText(reference);
}

/** Inverse of {@link nameOf}. */
export function referenceOf(name: string): JsonObject {
  // Systems are absolute in R4; whatever is none stays a part of the value.
  const token = /^([a-z][a-z0-9+.-]*:[^\s|]+)\|(.*\S.*)$/is.exec(name);
  if (token !== null) {
    const [, system, value] = token as unknown as [string, string, string];
    return { identifier: { system, value } };
  }
  const isReference = findLiteral(name) !== undefined && !VERSION.test(name);
  return isReference ? { reference: name } : { identifier: { value: name } };
}

/** Type of the resource that a reference is to, as far as it says so. */
export function targetType(reference: JsonObject | undefined): string | undefined {
  const literal = findLiteral(textAt(reference, 'reference') ?? '');
  return literal?.type ?? textAt(reference, 'type')?.replace(/^.*\//, '');
}
