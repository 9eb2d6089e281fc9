// JSON Schema judged by somebody else's validator (zod's), so that ours cannot agree with itself.

import { z } from 'zod';
import type { JsonValue } from '../../chaincode/core/json.js';
import type { JsonSchema } from '../../gateway/http/json-schema.js';

/** What is wrong with a value, with paths and kinds of faults; undefined when it is valid. */
export type Judge = (value: unknown) => string | undefined;

const COMPONENTS = '#/components/schemas/';

/** Components become `$defs`, which is where the validator looks. */
function withDefs(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withDefs);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === '$ref' && typeof inner === 'string'
        ? inner.replace(COMPONENTS, '#/$defs/')
        : withDefs(inner),
    ]),
  );
}

/** @param components the named schemas that `$ref` may point to */
export function judgeOf(schema: JsonSchema, components: JsonSchema = {}): Judge {
  const whole = withDefs({ ...schema, $defs: components }) as Parameters<
    typeof z.fromJSONSchema
  >[0];
  const judge = z.fromJSONSchema(whole, { defaultTarget: 'draft-2020-12', registry: z.registry() });
  return (value) => {
    const { error } = judge.safeParse(value);
    return error?.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join('; ');
  };
}
