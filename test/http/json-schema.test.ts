import { expect } from 'chai';
import fc from 'fast-check';
import { ENTRY_SHAPES } from '../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import {
  anything,
  blob,
  checkShape,
  flag,
  hex,
  integer,
  list,
  map,
  nullable,
  object,
  oneOf,
  type Shape,
  tagged,
  text,
  time,
} from '../../chaincode/core/shape.js';
import { findTime } from '../../chaincode/core/time.js';
import { jsonSchema } from '../../gateway/http/json-schema.js';
import { exampleOf } from '../../gateway/http/openapi-examples.js';
import { ACCESS_SUBMISSION_SHAPE } from '../../gateway/services/submission.js';
import { judgeOf } from '../support/schema-check.js';
import { brokenOf, valuesOf } from '../support/schema-values.js';
import { SEED } from '../support/seeded.js';

function isAllowed(shape: Shape, value: JsonValue): boolean {
  try {
    checkShape(shape, value, 'value');
    return true;
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'BAD_INPUT') return false;
    throw error;
  }
}

const leaf: fc.Arbitrary<Shape> = fc.oneof(
  fc.tuple(fc.nat(8), fc.nat(40)).map(([min, more]) => text({ min, max: min + more })),
  fc.constantFrom<Shape>(
    text({ min: 1, max: 32, pattern: /^[A-Za-z0-9_-]+$/ }),
    text({ min: 1, max: 40, pattern: /^[^\0]+$/ }),
    integer(),
    integer({ min: -3, max: 9 }),
    integer({ min: 4, max: 4 }),
    flag(),
    time(),
    oneOf(['only']),
    oneOf(['a', 'b', 3, null]),
    blob(),
  ),
  fc.integer({ min: 1, max: 40 }).map(hex),
  fc.integer({ min: 1, max: 40 }).map(blob),
);

const member = fc.stringMatching(/^[a-z]{1,6}\??$/);
const shapes: fc.Arbitrary<Shape> = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('shape'), fc.nat(5)).map(([item, max]) => list(item, { max })),
    tie('shape').map((value) => map(text({ min: 1, max: 9 }), value, { max: 3 })),
    tie('shape').map(nullable),
    fc
      .uniqueArray(fc.tuple(member, tie('shape')), {
        maxLength: 4,
        selector: ([name]) => name.replace('?', ''),
      })
      .map((members) => object(Object.fromEntries(members))),
    fc.tuple(tie('shape'), tie('shape')).map(([one, two]) =>
      tagged('t', {
        one: object({ t: oneOf(['one']), one }),
        two: object({ t: oneOf(['two']), 'two?': two }),
      }),
    ),
  ),
})).shape;

const REAL: readonly (readonly [string, Shape])[] = [
  ['an access submission', ACCESS_SUBMISSION_SHAPE],
  ...Object.entries(ENTRY_SHAPES),
];

describe(`the JSON Schema of a shape (seed ${SEED})`, () => {
  const runs = (numRuns: number) => ({ seed: SEED, numRuns });

  it('allows what the shape allows, and both refuse what is broken in one place', () => {
    const cases = shapes.chain((shape) => {
      const schema = jsonSchema(shape);
      const broken = brokenOf(schema) ?? fc.constant(undefined);
      return fc.record({ shape: fc.constant(shape), good: valuesOf(schema), bad: broken });
    });
    fc.assert(
      fc.property(cases, ({ shape, good, bad }) => {
        const judge = judgeOf(jsonSchema(shape));
        expect(judge(good), 'a value made from the schema').to.equal(undefined);
        expect(isAllowed(shape, good), 'the shape about it').to.equal(true);
        if (bad === undefined) return;
        expect(judge(bad), 'a broken value').to.be.a('string');
        expect(isAllowed(shape, bad), 'the shape about it').to.equal(false);
      }),
      runs(200),
    );
  });

  for (const [name, shape] of REAL) {
    it(`judges as the shape of ${name} does`, () => {
      const schema = jsonSchema(shape);
      const judge = judgeOf(schema);
      const any = fc.oneof(valuesOf(schema), brokenOf(schema) as fc.Arbitrary<JsonValue>);
      fc.assert(
        fc.property(any, (value) => {
          expect(judge(value) === undefined).to.equal(isAllowed(shape, value));
        }),
        runs(300),
      );
    });
  }

  it('knows the days that there are', () => {
    const judge = judgeOf(jsonSchema(time()));
    const two = (value: number) => String(value).padStart(2, '0');
    const part = (max: number) => fc.integer({ min: 0, max }).map(two);
    const years = fc.integer({ min: 1890, max: 2110 }).map(String);
    const anyTime = fc
      .tuple(years, part(13), part(32), part(24), part(60), part(61))
      .map(([year, month, day, h, m, s]) => `${year}-${month}-${day}T${h}:${m}:${s}.000Z`);
    const leapDays = fc
      .integer({ min: 1880, max: 10_000 })
      .map((year) => `${year}-02-29T00:00:00.000Z`);
    fc.assert(
      fc.property(fc.oneof(anyTime, leapDays), (value) => {
        expect(judge(value) === undefined, value).to.equal(findTime(value) !== undefined);
      }),
      runs(3000),
    );
  });

  it('counts characters where the shape counts bytes, and says so', () => {
    const shape = text({ min: 2, max: 8 });
    const schema = jsonSchema(shape);
    expect(schema).to.include({ maxLength: 8, 'x-max-bytes': 8, 'x-min-bytes': 2 });
    expect(schema['description']).to.equal('2 to 8 bytes of UTF-8.');
    expect(judgeOf(schema)('\u4e2d\u6587\u4e2d')).to.equal(undefined);
    expect(isAllowed(shape, '\u4e2d\u6587\u4e2d')).to.equal(false);
  });

  it('writes patterns without escapes that other engines lack, and refuses flags', () => {
    const source = (pattern: RegExp) => jsonSchema(text({ min: 0, max: 9, pattern }))['pattern'];
    expect(source(/^[^\0]+$/)).to.equal('^[^\\u0000]+$');
    expect(source(/^\\0$/)).to.equal('^\\\\0$');
    expect(() => source(/^a$/i)).to.throw(TypeError);
  });

  it('leaves anything open', () => {
    expect(jsonSchema(anything())).to.deep.equal({});
  });

  it('allows the example that is made for the shape', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        if (shape.kind === 'text' && shape.pattern !== undefined) return;
        expect(judgeOf(jsonSchema(shape))(exampleOf(shape))).to.equal(undefined);
      }),
      runs(200),
    );
  });
});
