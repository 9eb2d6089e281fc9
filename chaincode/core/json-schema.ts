// JSON Schema 2020-12 of a shape: what documents and API descriptions show of the tables that
// check. Bounds in bytes become bounds in characters, which are never narrower.
import type { JsonObject, JsonValue } from './json.js';
import type { ObjectShape, Shape, TextShape } from './shape.js';

const TIME = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$';
const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

function textSchema(shape: TextShape): JsonObject {
  return {
    type: 'string',
    // One character takes at most four bytes of UTF-8.
    minLength: Math.ceil(shape.min / 4),
    maxLength: shape.max,
    ...(shape.pattern === undefined ? {} : { pattern: shape.pattern.source }),
    description: `${shape.min} to ${shape.max} bytes of UTF-8`,
  };
}

function objectSchema(shape: ObjectShape): JsonObject {
  const members = [...shape.members];
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, { shape }]) => [name, jsonSchema(shape)])),
    required: members.filter(([, { optional }]) => !optional).map(([name]) => name),
    additionalProperties: false,
  };
}

function blobSchema(bytes: number | undefined): JsonObject {
  const schema = { type: 'string', contentEncoding: 'base64', pattern: BASE64 };
  if (bytes === undefined) return schema;
  const length = Math.ceil(bytes / 3) * 4;
  return { ...schema, minLength: length, maxLength: length };
}

function nullableSchema(shape: Shape): JsonObject {
  return { anyOf: [jsonSchema(shape), { type: 'null' }] };
}

/** JSON Schema 2020-12 (without `$schema`) that every value of the shape fits. */
export function jsonSchema(shape: Shape): JsonObject {
  switch (shape.kind) {
    case 'text':
      return textSchema(shape);
    case 'integer':
      return { type: 'integer', minimum: shape.min, maximum: shape.max };
    case 'hex':
      return { type: 'string', pattern: `^[0-9a-f]{${shape.bytes * 2}}$` };
    case 'blob':
      return blobSchema(shape.bytes);
    case 'object':
      return objectSchema(shape);
    case 'list':
      return { type: 'array', items: jsonSchema(shape.item), maxItems: shape.max };
    case 'map':
      return {
        type: 'object',
        propertyNames: jsonSchema(shape.name),
        additionalProperties: jsonSchema(shape.value),
        maxProperties: shape.max,
      };
    case 'flag':
      return { type: 'boolean' };
    case 'time':
      return { type: 'string', format: 'date-time', pattern: TIME };
    case 'oneOf':
      return { enum: [...shape.values] };
    case 'nullable':
      return nullableSchema(shape.shape);
    case 'tagged':
      return {
        oneOf: Object.values(shape.variants).map((variant): JsonValue => jsonSchema(variant)),
      };
    case 'anything':
      return {};
  }
}
