// Values of our JSON: strings of any code point, safe integers, booleans, null, lists, objects.
import fc from 'fast-check';
import type { JsonValue } from '../../chaincode/core/json.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '__proto__', 'constructor', '10', '9', '\\ud800', '"', '\u2028', '\u{1f600}'),
);

export const jsonValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.oneof(text, fc.maxSafeInteger(), fc.nat(20), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(text, tie('value')), { maxLength: 6 })
      .map((members) => Object.fromEntries(members)),
  ),
})).value;
