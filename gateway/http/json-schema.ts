// Shapes as JSON Schema 2020-12, for the OpenAPI document. What a schema cannot say (lengths in
// bytes of UTF-8) it says in words and as `x-max-bytes`; there it allows more than the shape.
import type { JsonValue } from '../../chaincode/core/json.js';
import type {
  BlobShape,
  IntegerShape,
  ListShape,
  MapShape,
  ObjectShape,
  Shape,
  TextShape,
} from '../../chaincode/core/shape.js';

export type JsonSchema = { readonly [keyword: string]: JsonValue };

/** A member that is an object; an empty one where there is none. */
export const asObject = (value: JsonValue | undefined): JsonSchema => (value ?? {}) as JsonSchema;

/** Names a shape that stands elsewhere, as `{ $ref }`; undefined writes it out in place. */
export type Refer = (shape: Shape) => JsonSchema | undefined;

/** A code point takes at most so many bytes of UTF-8. */
const MAX_POINT_BYTES = 4;

/** The days that there are, of the years 1900 to 9999. */
const DAY_SOURCE = (() => {
  const year = '(?:19|[2-9][0-9])[0-9]{2}';
  const days31 = '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])';
  const days30 = '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)';
  const days28 = '02-(?:0[1-9]|1[0-9]|2[0-8])';
  const leapYear =
    '(?:(?:19|[2-9][0-9])(?:0[48]|[2468][048]|[13579][26])|(?:2[048]|[3579][26]|[468][048])00)';
  return `(?:${year}-(?:${days31}|${days30}|${days28})|${leapYear}-02-29)`;
})();
/** No leap seconds. */
const CLOCK_SOURCE = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z';
const TIME_PATTERN = `^${DAY_SOURCE}T${CLOCK_SOURCE}$`;

/** A day, such as 2026-11-01, or a time. */
export const DAY_OR_TIME = new RegExp(`^${DAY_SOURCE}(?:T${CLOCK_SOURCE})?$`);

const QUARTET = '[A-Za-z0-9+/]{4}';
// The bits of the last character that hold no data are zero.
const ONE_LEFT = '[A-Za-z0-9+/][AQgw]==';
const TWO_LEFT = '[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=';

/** As ECMA-262 writes it, with the one escape replaced that other engines do not know. */
function patternSource(pattern: RegExp): string {
  if (pattern.flags.replace('u', '') !== '') {
    throw new TypeError(`JSON Schema knows no flags of patterns: ${pattern}`);
  }
  return pattern.source.replace(/(?<!\\)((?:\\\\)*)\\0(?![0-9])/g, '$1\\u0000');
}

function textSchema(shape: TextShape): JsonSchema {
  const least = Math.ceil(shape.min / MAX_POINT_BYTES);
  return {
    type: 'string',
    ...(least > 0 ? { minLength: least } : {}),
    maxLength: shape.max,
    ...(shape.pattern === undefined ? {} : { pattern: patternSource(shape.pattern) }),
    description: `${shape.min} to ${shape.max} bytes of UTF-8.`,
    ...(shape.min > 1 ? { 'x-min-bytes': shape.min } : {}),
    'x-max-bytes': shape.max,
  };
}

function integerSchema({ min, max }: IntegerShape): JsonSchema {
  return min === max
    ? { type: 'integer', const: min }
    : { type: 'integer', minimum: min, maximum: max };
}

function hexSchema(bytes: number): JsonSchema {
  return {
    type: 'string',
    minLength: bytes * 2,
    maxLength: bytes * 2,
    pattern: `^[0-9a-f]{${bytes * 2}}$`,
    description: `${bytes} bytes, as lower-case hexadecimal.`,
  };
}

function blobSchema({ bytes }: BlobShape): JsonSchema {
  const base = { type: 'string', contentEncoding: 'base64' };
  if (bytes === undefined) {
    const pattern = `^(?:${QUARTET})*(?:${ONE_LEFT}|${TWO_LEFT})?$`;
    return { ...base, pattern, description: 'Bytes, as canonical base64.' };
  }
  const length = Math.ceil(bytes / 3) * 4;
  return {
    ...base,
    minLength: length,
    maxLength: length,
    pattern: `^(?:${QUARTET}){${Math.floor(bytes / 3)}}${['', ONE_LEFT, TWO_LEFT][bytes % 3]}$`,
    description: `${bytes} bytes, as canonical base64.`,
  };
}

function listSchema(shape: ListShape, refer: Refer): JsonSchema {
  return { type: 'array', items: jsonSchema(shape.item, refer), maxItems: shape.max };
}

function mapSchema(shape: MapShape, refer: Refer): JsonSchema {
  return {
    type: 'object',
    propertyNames: textSchema(shape.name),
    additionalProperties: jsonSchema(shape.value, refer),
    maxProperties: shape.max,
  };
}

function objectSchema(shape: ObjectShape, refer: Refer): JsonSchema {
  const members = [...shape.members];
  const required = members.filter(([, member]) => !member.optional).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      members.map(([name, member]) => [name, jsonSchema(member.shape, refer)]),
    ),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function valuesSchema(values: readonly JsonValue[]): JsonSchema {
  const areTexts = values.every((value) => typeof value === 'string');
  const type: JsonSchema = areTexts ? { type: 'string' } : {};
  return values.length === 1
    ? { ...type, const: values[0] ?? null }
    : { ...type, enum: [...values] };
}

/** The schema of exactly the values that the shape allows, but for lengths in bytes. */
export function jsonSchema(shape: Shape, refer: Refer = () => undefined): JsonSchema {
  const named = refer(shape);
  if (named !== undefined) return named;
  switch (shape.kind) {
    case 'text':
      return textSchema(shape);
    case 'integer':
      return integerSchema(shape);
    case 'hex':
      return hexSchema(shape.bytes);
    case 'blob':
      return blobSchema(shape);
    case 'object':
      return objectSchema(shape, refer);
    case 'list':
      return listSchema(shape, refer);
    case 'map':
      return mapSchema(shape, refer);
    case 'flag':
      return { type: 'boolean' };
    case 'time':
      return {
        type: 'string',
        pattern: TIME_PATTERN,
        description: 'RFC 3339 in UTC with milliseconds, such as 2026-11-01T08:00:00.000Z.',
      };
    case 'oneOf':
      return valuesSchema(shape.values);
    case 'nullable':
      return { anyOf: [jsonSchema(shape.shape, refer), { type: 'null' }] };
    case 'tagged':
      // OpenAPI's discriminator names schemas, and these stand in place: each has its own tag.
      return { oneOf: Object.values(shape.variants).map((variant) => jsonSchema(variant, refer)) };
    case 'anything':
      return {};
  }
}
