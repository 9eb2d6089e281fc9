// Values made from a JSON Schema by fast-check: such as it allows, and such with one fault.
import fc from 'fast-check';
import { utf8 } from '../../chaincode/core/bytes.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import type { JsonSchema } from '../../gateway/http/json-schema.js';
import { jsonValue } from './json-arbitrary.js';

type Values = fc.Arbitrary<JsonValue>;
/** Writes out what a `$ref` names. */
export type Resolve = (schema: JsonSchema) => JsonSchema;

const LONGEST = 40;
const asSchema = (value: JsonValue | undefined): JsonSchema => (value ?? {}) as JsonSchema;
const asSchemas = (value: JsonValue | undefined) => (value ?? []) as JsonSchema[];
const numberOf = (value: JsonValue | undefined, otherwise: number) =>
  typeof value === 'number' ? value : otherwise;
const isWellFormed = (value: string) => !/\p{Surrogate}/u.test(value);

function isText(schema: JsonSchema, value: string): boolean {
  const points = [...value].length;
  const { pattern } = schema;
  return (
    points >= numberOf(schema['minLength'], 0) &&
    points <= numberOf(schema['maxLength'], Number.POSITIVE_INFINITY) &&
    utf8(value).length >= numberOf(schema['x-min-bytes'], 0) &&
    utf8(value).length <= numberOf(schema['x-max-bytes'], Number.POSITIVE_INFINITY) &&
    (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(value))
  );
}

/** Of any characters where their bytes have room, of one byte each where they have not. */
function freeText(min: number, max: number): fc.Arbitrary<string> {
  const ascii = fc.string({ minLength: min, maxLength: Math.min(max, min + LONGEST) });
  const points = Math.min(Math.floor(max / 4), min + LONGEST);
  if (points < min) return ascii;
  return fc.oneof(ascii, fc.string({ unit: 'binary', minLength: min, maxLength: points }));
}

const MATCHING = new Map<string, fc.Arbitrary<string>>();

/** Kept: to make one takes longer than to draw a hundred texts from it. */
function matching(pattern: string): fc.Arbitrary<string> {
  const kept = MATCHING.get(pattern) ?? fc.stringMatching(new RegExp(pattern, 'u'));
  MATCHING.set(pattern, kept);
  return kept;
}

function textValues(schema: JsonSchema): Values {
  const min = Math.max(numberOf(schema['minLength'], 0), numberOf(schema['x-min-bytes'], 0));
  const max = numberOf(schema['maxLength'], LONGEST);
  const { pattern } = schema;
  const bounds = fc.constantFrom('a'.repeat(Math.min(max, 5000)), 'a'.repeat(min));
  if (typeof pattern !== 'string') {
    const drawn = fc.oneof({ weight: 9, arbitrary: freeText(min, max) }, bounds);
    return drawn.filter(isWellFormed);
  }
  const drawn = matching(pattern);
  const all = isText(schema, 'a'.repeat(min))
    ? fc.oneof({ weight: 9, arbitrary: drawn }, bounds)
    : drawn;
  return all.filter((value) => isWellFormed(value) && isText(schema, value));
}

function integerValues(schema: JsonSchema): Values {
  const min = numberOf(schema['minimum'], Number.MIN_SAFE_INTEGER);
  const max = numberOf(schema['maximum'], Number.MAX_SAFE_INTEGER);
  const near = fc.integer({ min, max: Math.min(max, min + 1000) });
  return fc.oneof(near, fc.constantFrom(min, max), fc.integer({ min, max }));
}

function objectValues(schema: JsonSchema, resolve: Resolve): Values {
  const properties = asSchema(schema['properties']);
  const required = (schema['required'] ?? []) as string[];
  const arbitraries: Record<string, Values> = {};
  for (const [name, member] of Object.entries(properties)) {
    arbitraries[name] = valuesOf(asSchema(member), resolve);
  }
  const known = fc.record(arbitraries, { requiredKeys: required, noNullPrototype: true }) as Values;
  const others = schema['additionalProperties'];
  if (typeof others !== 'object' || others === null) return known;
  const names = valuesOf(asSchema(schema['propertyNames'] ?? { type: 'string' }), resolve);
  const maxKeys = Math.min(3, numberOf(schema['maxProperties'], 3));
  return fc.dictionary(names as fc.Arbitrary<string>, valuesOf(asSchema(others), resolve), {
    maxKeys,
    noNullPrototype: true,
  }) as Values;
}

/** Values that the schema allows, lengths in bytes (`x-max-bytes`) included. */
export function valuesOf(given: JsonSchema, resolve: Resolve = (schema) => schema): Values {
  const schema = resolve(given);
  // What stands in it is defined elsewhere: the examples are all that is known of it here.
  if (schema['x-defined-at'] !== undefined) {
    return fc.constantFrom(...(schema['examples'] as JsonValue[]));
  }
  if (schema['const'] !== undefined) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  const choices = [...asSchemas(schema['anyOf']), ...asSchemas(schema['oneOf'])];
  if (choices.length > 0) return fc.oneof(...choices.map((choice) => valuesOf(choice, resolve)));
  switch (schema['type']) {
    case 'string':
      return textValues(schema);
    case 'integer':
      return integerValues(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const maxLength = Math.min(4, numberOf(schema['maxItems'], 4));
      return fc.array(valuesOf(asSchema(schema['items']), resolve), { maxLength });
    }
    case 'object':
      return objectValues(schema, resolve);
    default:
      return jsonValue;
  }
}

const ALL_TYPES: Readonly<Record<string, JsonValue>> = {
  string: '\u0000',
  integer: -0.5,
  boolean: true,
  null: null,
  array: [[]],
  object: { 'not a member': 1 },
};

/** Values of every type but this schema's. */
function wrongTypes(schema: JsonSchema): Values | undefined {
  const choices = [schema, ...asSchemas(schema['anyOf']), ...asSchemas(schema['oneOf'])];
  const types = new Set(choices.map((choice) => choice['type']));
  if ([...types].every((type) => type === undefined)) return undefined;
  const wrong = Object.keys(ALL_TYPES).filter((type) => !types.has(type));
  return fc.constantFrom(...wrong.map((type) => ALL_TYPES[type] as JsonValue));
}

function brokenText(schema: JsonSchema): Values[] {
  const max = schema['maxLength'];
  const tooLong = typeof max === 'number' && max < 100_000 ? ['a'.repeat(max + 1)] : [];
  // Lengths in bytes are the shape's alone: a schema cannot see that they are wrong.
  const { 'x-min-bytes': _min, 'x-max-bytes': _max, ...known } = schema;
  const faults = ['', '\u0000', '-', ...tooLong].filter((value) => !isText(known, value));
  return faults.length === 0 ? [] : [fc.constantFrom(...faults)];
}

function brokenInteger(schema: JsonSchema): Values[] {
  const min = numberOf(schema['minimum'], Number.MIN_SAFE_INTEGER);
  const max = numberOf(schema['maximum'], Number.MAX_SAFE_INTEGER);
  return [fc.constantFrom(min - 1, max + 1, min + 0.5)];
}

function brokenArray(schema: JsonSchema, resolve: Resolve): Values[] {
  const items = asSchema(schema['items']);
  const found: Values[] = [];
  const broken = brokenOf(items, resolve);
  if (broken !== undefined) {
    const around = fc.array(valuesOf(items, resolve), { maxLength: 2 });
    found.push(fc.tuple(around, broken).map(([good, bad]) => [...good, bad]));
  }
  const max = schema['maxItems'];
  if (typeof max === 'number' && max < 1000) {
    found.push(valuesOf(items, resolve).map((item) => Array(max + 1).fill(item)));
  }
  return found;
}

type Members = { readonly [name: string]: JsonValue };

function brokenObject(schema: JsonSchema, resolve: Resolve): Values[] {
  const good = objectValues(schema, resolve) as fc.Arbitrary<Members>;
  const found: Values[] = [];
  for (const name of (schema['required'] ?? []) as string[]) {
    found.push(good.map(({ [name]: _gone, ...rest }) => rest));
  }
  for (const [name, member] of Object.entries(asSchema(schema['properties']))) {
    const broken = brokenOf(asSchema(member), resolve);
    if (broken === undefined) continue;
    found.push(fc.tuple(good, broken).map(([value, bad]) => ({ ...value, [name]: bad })));
  }
  const others = schema['additionalProperties'];
  if (others === false) {
    const unknown = fc.constantFrom('unknown', 'Id', 'toString', 'x'.repeat(300));
    found.push(fc.tuple(good, unknown).map(([value, name]) => ({ ...value, [name]: 1 })));
  }
  if (typeof others !== 'object' || others === null) return found;
  const broken = brokenOf(asSchema(others), resolve);
  const names = valuesOf(asSchema(schema['propertyNames']), resolve) as fc.Arbitrary<string>;
  if (broken === undefined) return found;
  return [...found, fc.tuple(names, broken).map(([name, bad]) => ({ [name]: bad }))];
}

/** Values with one fault somewhere; undefined when the schema allows everything. */
export function brokenOf(
  given: JsonSchema,
  resolve: Resolve = (schema) => schema,
): Values | undefined {
  const schema = resolve(given);
  const types = wrongTypes(schema);
  const found: Values[] = types === undefined ? [] : [types];
  const isFixed = schema['const'] !== undefined || Array.isArray(schema['enum']);
  if (isFixed) found.push(fc.constantFrom('no such value', 424_242));
  else if (schema['type'] === 'string') found.push(...brokenText(schema));
  else if (schema['type'] === 'integer') found.push(...brokenInteger(schema));
  else if (schema['type'] === 'array') found.push(...brokenArray(schema, resolve));
  else if (schema['type'] === 'object') found.push(...brokenObject(schema, resolve));
  return found.length === 0 ? undefined : fc.oneof(...found);
}
