// Resources of FHIR in the OpenAPI document. What stands in them is defined by FHIR R4, and checked
// by what reads them: a schema here says which resource it is, and shows one.
import type { JsonObject, JsonValue } from '../../../chaincode/core/json.js';
import { anything, type Shape } from '../../../chaincode/core/shape.js';
import { AUDIT_EVENT_EXAMPLE, BATCH_EXAMPLE, TRANSACTION_EXAMPLE } from './examples.js';

const R4 = 'http://hl7.org/fhir/R4';

/** What is taken. */
export const EVENT_OR_BUNDLE_SHAPE = anything();
export const BATCH_SHAPE = anything();
/** What is answered. */
export const AUDIT_EVENT_SHAPE = anything();
export const CAPABILITY_SHAPE = anything();
export const SEARCHSET_SHAPE = anything();
export const RESPONSE_SHAPE = anything();

interface FhirShape {
  readonly name: string;
  readonly publish: () => JsonObject;
  readonly example: JsonValue;
}

function resources(
  types: readonly string[],
  definition: string,
  examples: JsonValue[],
): JsonObject {
  return {
    type: 'object',
    properties: { resourceType: { type: 'string', enum: [...types] } },
    required: ['resourceType'],
    description: `As FHIR R4 defines it: ${R4}/${definition}.html.`,
    'x-defined-at': `${R4}/${definition}.html`,
    examples,
  };
}

function row(
  name: string,
  types: readonly string[],
  definition: string,
  ...examples: [JsonValue, ...JsonValue[]]
): FhirShape {
  const publish = () => resources(types, definition, examples);
  return { name, publish, example: examples[0] };
}

const answered = (resourceType: string, more: JsonObject): JsonObject => ({
  resourceType,
  ...more,
});

export const FHIR_SHAPES: ReadonlyMap<Shape, FhirShape> = new Map([
  [
    EVENT_OR_BUNDLE_SHAPE,
    row(
      'FhirEvents',
      ['AuditEvent', 'Bundle'],
      'auditevent',
      AUDIT_EVENT_EXAMPLE,
      BATCH_EXAMPLE,
      TRANSACTION_EXAMPLE,
    ),
  ],
  [BATCH_SHAPE, row('FhirBatch', ['Bundle'], 'bundle', BATCH_EXAMPLE, TRANSACTION_EXAMPLE)],
  [AUDIT_EVENT_SHAPE, row('FhirAuditEvent', ['AuditEvent'], 'auditevent', AUDIT_EVENT_EXAMPLE)],
  [
    CAPABILITY_SHAPE,
    row(
      'FhirCapabilityStatement',
      ['CapabilityStatement'],
      'capabilitystatement',
      answered('CapabilityStatement', { status: 'active', kind: 'instance' }),
    ),
  ],
  [
    SEARCHSET_SHAPE,
    row('FhirSearchset', ['Bundle'], 'bundle', answered('Bundle', { type: 'searchset' })),
  ],
  [
    RESPONSE_SHAPE,
    row(
      'FhirResponse',
      ['AuditEvent', 'Bundle', 'OperationOutcome'],
      'http',
      AUDIT_EVENT_EXAMPLE,
      answered('Bundle', { type: 'transaction-response' }),
    ),
  ],
]);
