// Shapes that stand under a name of their own in the OpenAPI document, and what is said of them
// there beyond the shape: rules that are checked after it, as far as a schema can tell them.
import type { JsonValue } from '../../chaincode/core/json.js';
import type { Shape } from '../../chaincode/core/shape.js';
import { EVIDENCE_SHAPE } from '../services/evidence-check.js';
import { ACCESS_SUBMISSION_SHAPE, IDENTIFIER_SHAPE } from '../services/submission.js';
import { FHIR_SHAPES } from './fhir/shapes.js';
import { asObject, type JsonSchema } from './json-schema.js';
import { RECORD_BODY_SHAPE } from './record-input.js';

export interface NamedShape {
  readonly name: string;
  /** The schema as it is published, from that of the shape. */
  readonly publish?: (schema: JsonSchema) => JsonSchema;
  /** Where one made from the shape alone would break such a rule. */
  readonly example?: JsonValue;
}

const MAX_UNIT = 0xffff;

/**
 * A class of characters as every engine reads it: ranges of UTF-16 units, no properties. What it
 * names beyond them is left to the check itself.
 */
function classOf(property: RegExp): string {
  const escaped = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;
  const ranges: string[] = [];
  let start = -1;
  for (let unit = 0; unit <= MAX_UNIT + 1; unit++) {
    const isIn = unit <= MAX_UNIT && property.test(String.fromCharCode(unit));
    if (isIn && start < 0) start = unit;
    if (isIn || start < 0) continue;
    ranges.push(start === unit - 1 ? escaped(start) : `${escaped(start)}-${escaped(unit - 1)}`);
    start = -1;
  }
  return ranges.join('');
}

/** The general rule of checkPatientIdentifier, but for the normal form C. */
function identifierSchema(schema: JsonSchema): JsonSchema {
  const inside = `[^${classOf(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)}]`;
  const atEnd = `[^${classOf(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{White_Space}]/u)}]`;
  const pattern = `^${atEnd}(?:${inside}*${atEnd})?$`;
  const properties = Object.entries(asObject(schema['properties'])).map(
    ([name, member]): [string, JsonValue] => [name, { ...asObject(member), pattern }],
  );
  return {
    ...schema,
    description:
      'In normal form: NFC, no control or format characters, no white space at either end; and the form that the log registers for the system.',
    properties: Object.fromEntries(properties),
  };
}

/** Members that go together, as variants of which one fits. */
function evidenceSchema(schema: JsonSchema): JsonSchema {
  const all = asObject(schema['properties']);
  const variant = (required: readonly string[], optional: readonly string[] = []) => ({
    type: 'object',
    properties: Object.fromEntries(
      [...required, ...optional].map((name): [string, JsonValue] => [name, all[name] ?? {}]),
    ),
    required: [...required],
    additionalProperties: false,
  });
  return {
    oneOf: [
      variant(['receipt']),
      variant(['receipt', 'digests'], ['size']),
      variant(['history'], ['asOf']),
    ],
  };
}

export const NAMED_SHAPES: ReadonlyMap<Shape, NamedShape> = new Map<Shape, NamedShape>([
  ...FHIR_SHAPES,
  [IDENTIFIER_SHAPE, { name: 'PatientIdentifier', publish: identifierSchema }],
  [ACCESS_SUBMISSION_SHAPE, { name: 'AccessEvent' }],
  [RECORD_BODY_SHAPE, { name: 'RecordSubmission' }],
  [
    EVIDENCE_SHAPE,
    {
      name: 'Evidence',
      publish: evidenceSchema,
      example: { receipt: { format: 'chartseal-receipt/1' } },
    },
  ],
]);
