// Whether a JSON value is an AuditEvent as FHIR R4 has it. The first fault is told by its
// element; what stands there is never told.
import {
  isObject,
  isWellFormed,
  type JsonObject,
  type JsonValue,
} from '../../chaincode/core/json.js';
import { refuse } from './fhir-issue.js';
import { R4_BOUND, R4_TEXTS, R4_TYPES } from './r4-elements.js';

const MAX_DEPTH = 32;
const MAX_LIST = 10_000;

/** Names that look like an element's are told; others may be somebody's identifier. */
const isTellable = (name: string) => /^_?[A-Za-z]{1,32}$/.test(name);

const DATED: ReadonlySet<string> = new Set(['instant', 'dateTime']);

/** Whether the calendar has the day; true for a month or a year alone. */
function hasDay(text: string): boolean {
  if (text.length < 10) return true;
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

function checkText(type: string, value: JsonValue, at: string): void {
  if (typeof value !== 'string') refuse('value', at, 'must be a text');
  if (value === '') refuse('value', at, 'must not be empty');
  if (!isWellFormed(value)) refuse('value', at, 'must be well-formed Unicode');
  if (R4_TEXTS[type]?.test(value)) {
    if (DATED.has(type) && !hasDay(value)) refuse('value', at, 'is of a day that is none');
    return;
  }
  if (R4_BOUND.has(type)) refuse('code-invalid', at, 'is no code of the value set that R4 binds');
  refuse('value', at, type === 'text' ? 'must not be blank' : `is no ${type} as R4 writes it`);
}

function checkExtension(value: JsonValue, at: string, depth: number): void {
  if (!isObject(value)) refuse('structure', at, 'must be an object');
  if (depth > MAX_DEPTH) refuse('structure', at, 'is nested too deep');
  let values = 0;
  for (const [name, member] of Object.entries(value)) {
    if (name === 'extension') checkExtensions(member, `${at}.extension`, depth);
    else if (/^_?value[A-Z][A-Za-z0-9]*$/.test(name)) values += name.startsWith('_') ? 0 : 1;
    else if (name !== 'url' && name !== 'id')
      refuse('structure', at, 'has an element unknown to R4');
  }
  if (values > 1) refuse('structure', at, 'must have one value');
  if (value['url'] === undefined) refuse('required', `${at}.url`, 'is missing');
  checkText('uri', value['url'], `${at}.url`);
}

function checkExtensions(value: JsonValue, at: string, depth: number): void {
  if (!Array.isArray(value)) refuse('structure', at, 'must be a list');
  value.forEach((item, index) => {
    checkExtension(item, `${at}[${index}]`, depth + 1);
  });
}

/** What stands beside a primitive, under its name with `_` before it. */
function checkBeside(value: JsonValue, at: string, isList: boolean): void {
  if (isList !== Array.isArray(value)) refuse('structure', at, 'must be as its element');
  for (const one of Array.isArray(value) ? value : [value]) {
    if (one === null && isList) continue;
    if (!isObject(one)) refuse('structure', at, 'must be an object');
    for (const [name, member] of Object.entries(one)) {
      if (name === 'extension') checkExtensions(member, `${at}.extension`, 0);
      else if (name !== 'id') refuse('structure', at, 'has an element unknown to R4');
    }
  }
}

function checkOne(type: string, value: JsonValue, at: string, depth: number): void {
  if (type === 'boolean') {
    if (typeof value !== 'boolean') refuse('value', at, 'must be true or false');
  } else if (type in R4_TEXTS) {
    checkText(type, value, at);
  } else if (type === 'Extension') {
    checkExtension(value, at, depth);
  } else if (type === 'Resource') {
    if (!isObject(value)) refuse('structure', at, 'must be an object');
    const name = value['resourceType'];
    if (typeof name !== 'string') refuse('required', `${at}.resourceType`, 'is missing');
  } else {
    checkElements(type, value, at, depth + 1);
  }
}

function checkList(type: string, value: JsonValue, at: string, depth: number): void {
  if (!Array.isArray(value)) refuse('structure', at, 'must be a list');
  if (value.length === 0) refuse('structure', at, 'must not be empty');
  if (value.length > MAX_LIST) refuse('too-costly', at, `has more than ${MAX_LIST} items`);
  value.forEach((item, index) => {
    // A primitive without a value stands as null beside its extension.
    if (item === null && type in R4_TEXTS) return;
    checkOne(type, item, `${at}[${index}]`, depth);
  });
}

interface Kind {
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isPrimitive: boolean;
}

function kindOf(written: string): Kind {
  const type = written.replace(/[!*]/g, '');
  return {
    type,
    isList: written.endsWith('*'),
    isRequired: written.includes('!'),
    isPrimitive: type in R4_TEXTS || type === 'boolean',
  };
}

/** The tables, ready to be looked up. */
const KINDS: ReadonlyMap<string, ReadonlyMap<string, Kind>> = new Map(
  Object.entries(R4_TYPES).map(([type, elements]) => [
    type,
    new Map(Object.entries(elements).map(([name, written]) => [name, kindOf(written)])),
  ]),
);

function checkElements(type: string, value: JsonValue, at: string, depth: number): void {
  if (!isObject(value)) refuse('structure', at, 'must be an object');
  if (depth > MAX_DEPTH) refuse('structure', at, 'is nested too deep');
  const elements = KINDS.get(type) as ReadonlyMap<string, Kind>;
  const names = Object.keys(value);
  if (names.length === 0) refuse('structure', at, 'must not be empty');
  for (const name of names) {
    const own = name.startsWith('_') ? name.slice(1) : name;
    const kind = elements.get(own);
    const isBeside = own !== name;
    if (kind === undefined || (isBeside && !kind.isPrimitive)) {
      const where = isTellable(name) ? `${at}.${name}` : at;
      refuse(
        'structure',
        where,
        where === at ? 'has an element unknown to R4' : 'is unknown to R4',
      );
    }
    const member = value[name] as JsonValue;
    if (isBeside) checkBeside(member, `${at}.${own}`, kind.isList);
    else if (kind.isList) checkList(kind.type, member, `${at}.${name}`, depth);
    else checkOne(kind.type, member, `${at}.${name}`, depth);
  }
  for (const [name, { isRequired }] of elements) {
    if (!isRequired || value[name] !== undefined) continue;
    refuse('required', `${at}.${name}`, 'is missing');
  }
}

/** Extensions that change what the event means cannot be passed over (R4, 2.4.0.1). */
function checkModifiers(value: JsonValue, at: string): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      checkModifiers(item, `${at}[${index}]`);
    });
    return;
  }
  if (!isObject(value)) return;
  if (value['modifierExtension'] !== undefined) {
    refuse('not-supported', `${at}.modifierExtension`, 'changes the meaning in a way unknown here');
  }
  for (const name of ['agent', 'source', 'entity', 'network', 'detail']) {
    const inner = value[name];
    if (inner !== undefined) checkModifiers(inner, `${at}.${name}`);
  }
}

/** Throws FhirIssue for the first element that is not as R4 has it. */
export function checkAuditEvent(value: JsonValue): asserts value is JsonObject {
  if (!isObject(value)) refuse('structure', 'AuditEvent', 'must be an object');
  if (value['resourceType'] !== 'AuditEvent') {
    refuse('not-supported', 'AuditEvent.resourceType', 'must be AuditEvent');
  }
  checkElements('AuditEvent', value, 'AuditEvent', 0);
  checkModifiers(value, 'AuditEvent');
  if (value['implicitRules'] !== undefined) {
    refuse('not-supported', 'AuditEvent.implicitRules', 'are rules unknown here');
  }
}
