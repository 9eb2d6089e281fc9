import { expect } from 'chai';
import fc from 'fast-check';
import { encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
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
  utf8Size,
} from '../../chaincode/core/shape.js';
import { expectCode } from '../support/expect-code.js';

const inner = object({ id: text({ min: 1, max: 4 }), 'size?': integer({ min: 1, max: 9 }) });

describe('a shape', () => {
  const table: [string, Shape, JsonValue[], JsonValue[]][] = [
    [
      'text',
      text({ min: 1, max: 4 }),
      ['a', 'abcd', '中', '\u{1f600}'],
      ['', 'abcde', '中文', 1, null],
    ],
    [
      'text with a pattern',
      text({ min: 0, max: 9, pattern: /^[a-z]*$/ }),
      ['', 'abc'],
      ['A', 'a\n'],
    ],
    ['integer', integer({ min: -1, max: 5 }), [-1, 0, 5], [-2, 6, '1', null, true]],
    ['any integer', integer(), [0, Number.MAX_SAFE_INTEGER], [-1, 0.5]],
    ['flag', flag(), [true, false], [0, 'true', null]],
    ['one of', oneOf(['a', 1]), ['a', 1], ['b', '1', null, ['a']]],
    ['time', time(), ['2026-11-01T08:00:00.000Z'], ['2026-11-01', 0, null]],
    ['hex', hex(2), ['00ff'], ['00FF', '00f', '00fff', '0x00', 'zzzz', 1]],
    [
      'blob',
      blob(),
      ['', 'AA==', 'AAA=', 'AAAA'],
      ['A', 'AA', 'AB==', 'AAB=', '====', 'A===', 'AA=A', 1],
    ],
    ['blob of a size', blob(2), ['AAA='], ['', 'AA==', 'AAAA', 'AAAAAA==']],
    [
      'list',
      list(flag(), { max: 2 }),
      [[], [true], [true, false]],
      [[1], [true, true, true], {}, null],
    ],
    ['nullable', nullable(flag()), [null, true], [0]],
    ['anything', anything(), [null, 1, 'x', [], {}], []],
    [
      'object',
      inner,
      [{ id: 'a' }, { id: 'a', size: 1 }],
      [{}, { size: 1 }, { id: 'a', x: 1 }, { id: 'a', size: null }, [], null, 'a'],
    ],
    [
      'map',
      map(text({ min: 1, max: 2 }), flag(), { max: 2 }),
      [{}, { a: true }],
      [{ '': true }, { abc: true }, { a: 1 }, { a: true, b: true, c: true }, []],
    ],
    [
      'tagged',
      tagged('t', { a: object({ t: oneOf(['a']), x: flag() }), b: object({ t: oneOf(['b']) }) }),
      [{ t: 'a', x: true }, { t: 'b' }],
      [{ t: 'a' }, { t: 'b', x: true }, { t: 'c' }, { t: 'toString' }, {}, [], null],
    ],
  ];
  for (const [name, shape, good, bad] of table) {
    it(`of ${name} accepts what fits and refuses the rest`, () => {
      for (const value of good) checkShape(shape, value, 'value');
      for (const value of bad) expectCode(() => checkShape(shape, value, 'value'), 'BAD_INPUT');
    });
  }

  it('names the path of the fault, and no value', () => {
    const shape = object({
      list: list(object({ inner }), { max: 9 }),
      'map?': map(text({ min: 1, max: 99 }), flag(), { max: 9 }),
    });
    const message = (value: JsonValue): string => {
      try {
        checkShape(shape, value, 'request');
      } catch (error) {
        if (error instanceof ChartsealError) return error.message;
        throw error;
      }
      throw new Error('accepted');
    };
    expect(message({ list: [{ inner: { id: 'a' } }, { inner: { id: 'ZQX-7731' } }] })).to.equal(
      'request: list.1.inner.id does not have 1 to 4 bytes',
    );
    expect(message({ list: [{ inner: {} }] })).to.equal('request: list.0.inner.id is missing');
    expect(message({ list: [], extra: 'ZQX' })).to.equal('request: extra is not a known member');
    expect(message({ list: [], P10017: 1 })).to.equal('request has a member that is not known');
    expect(message({ list: [], 'a\nb': 1 })).to.equal('request has a member that is not known');
    expect(message({ list: [], map: { k: 'ZQX' } })).to.equal(
      'request: map.k is not true or false',
    );
    expect(message('ZQX')).to.equal('request is not an object');
  });

  it('takes a member that is undefined for one that is not there', () => {
    checkShape(inner, { id: 'a', size: undefined } as unknown as JsonValue, 'value');
    const missing = { id: undefined } as unknown as JsonValue;
    expectCode(() => checkShape(inner, missing, 'value'), 'BAD_INPUT');
  });

  it('counts the bytes of UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (value) => {
        expect(utf8Size(value)).to.equal(utf8(value).length);
        const size = utf8Size(value);
        checkShape(text({ min: size, max: size }), value, 'value');
        expectCode(
          () => checkShape(text({ min: size + 1, max: 999 }), value, 'value'),
          'BAD_INPUT',
        );
        if (size > 0) {
          expectCode(
            () => checkShape(text({ min: 0, max: size - 1 }), value, 'value'),
            'BAD_INPUT',
          );
        }
      }),
    );
  });

  it('takes for base64 what the encoder writes, and of all other texts none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const value = encodeBase64(bytes);
        checkShape(blob(), value, 'value');
        checkShape(blob(bytes.length), value, 'value');
        expectCode(() => checkShape(blob(bytes.length + 1), value, 'value'), 'BAD_INPUT');
      }),
    );
    const texts = fc.stringMatching(/^[A-Za-z0-9+/=]{0,8}$/);
    fc.assert(
      fc.property(texts, (value) => {
        const canonical = Buffer.from(value, 'base64').toString('base64') === value;
        if (canonical) checkShape(blob(), value, 'value');
        else expectCode(() => checkShape(blob(), value, 'value'), 'BAD_INPUT');
      }),
      { numRuns: 500 },
    );
  });
});
