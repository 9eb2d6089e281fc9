import { expect } from 'chai';
import fc from 'fast-check';
import { decodeUtf8, utf8 } from '../../chaincode/core/bytes.js';
import {
  canonicalBytes,
  canonicalJson,
  parseCanonical,
} from '../../chaincode/core/canonical-json.js';
import { type JsonValue, parseJson } from '../../chaincode/core/json.js';
import { MAX_JSON_DEPTH } from '../../chaincode/core/limits.js';
import { expectCode } from '../support/expect-code.js';
import { jsonValue } from '../support/json-arbitrary.js';
import { readVectors } from '../support/vectors.js';

const { examples } = readVectors<{
  examples: { name: string; input: string; canonical: string }[];
}>('rfc8785.json');

/** The same value with the members of every object in reverse order. */
function reversed(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]));
}

function nested(depth: number): JsonValue {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

describe('canonical JSON', () => {
  for (const { name, input, canonical } of examples) {
    it(`writes as ${name}`, () => {
      expect(canonicalJson(JSON.parse(input))).to.equal(canonical);
      expect(canonicalJson(reversed(JSON.parse(input)))).to.equal(canonical);
      expect(canonicalJson(parseCanonical(utf8(canonical), 'example'))).to.equal(canonical);
    });
  }

  it('reads back what it wrote, whatever the order of members was', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        const bytes = canonicalBytes(value);
        expect(canonicalBytes(reversed(value))).to.deep.equal(bytes);
        expect(parseCanonical(bytes, 'value')).to.deep.equal(value);
        expect(parseJson(decodeUtf8(bytes, 'value'), 'value')).to.deep.equal(value);
      }),
      { numRuns: 500 },
    );
  });

  it('has members in the order of UTF-16 code units', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(names, (list) => {
        const text = canonicalJson(Object.fromEntries(list.map((name) => [name, 0])));
        const written = [...text.matchAll(/"((?:[^"\\]|\\.)*)":0/g)].map(
          ([, name]) => JSON.parse(`"${name}"`) as string,
        );
        expect(written).to.deep.equal([...list].sort());
      }),
    );
  });

  it('leaves out members that are undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).to.equal('{"a":1}');
    expect(canonicalJson({ c: 1, b: undefined, a: 1 })).to.equal('{"a":1,"c":1}');
  });

  it('refuses what has no canonical form of ours', () => {
    const sparse = [1];
    sparse[2] = 3;
    class Point {
      readonly x = 1;
    }
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const refused: Record<string, unknown> = {
      fraction: 1.5,
      'too great': 2 ** 53,
      'not a number': Number.NaN,
      infinity: Number.POSITIVE_INFINITY,
      'big integer': 1n,
      undefined: undefined,
      'hole in a list': sparse,
      'undefined in a list': [undefined],
      function: () => 1,
      symbol: Symbol('s'),
      date: new Date(0),
      map: new Map(),
      bytes: new Uint8Array(2),
      'object of a class': new Point(),
      'method toJSON': { toJSON: () => 1 },
      'lone surrogate': 'a\ud800',
      'lone surrogate beside text that looks like an escape': ['\\ud800', '\udc00'],
      'lone surrogates around an escape': '\ud83d\n\ude00',
      'lone surrogate in a name': { '\udfff': 1 },
      'lone surrogate in unsorted members': { b: '\ud800', a: 1 },
      cycle,
      depth: nested(MAX_JSON_DEPTH + 1),
    };
    for (const value of Object.values(refused)) {
      expectCode(() => canonicalJson(value as JsonValue), 'BAD_INPUT');
      expectCode(() => canonicalJson({ z: 1, a: [value] }), 'BAD_INPUT');
    }
  });

  it('takes text that looks like an escaped surrogate for what it is', () => {
    expect(canonicalJson('\\ud800')).to.equal('"\\\\ud800"');
    expect(canonicalJson(['\\\\ud800', '\u{1f600}'])).to.equal('["\\\\\\\\ud800","\u{1f600}"]');
  });

  it('writes the greatest depth that it reads', () => {
    const value = nested(MAX_JSON_DEPTH);
    expect(parseCanonical(canonicalBytes(value), 'value')).to.deep.equal(value);
  });

  it('reads no text but the one form', () => {
    const others: Record<string, string> = {
      space: '{"a": 1}',
      'final newline': '{"a":1}\n',
      order: '{"b":1,"a":2}',
      'order by code point': '{"\ufb33":1,"\u{1f600}":2}',
      'escaped letter': '["\\u0061"]',
      'escaped slash': '["\\/"]',
      'upper-case escape': '["\\u000F"]',
      'long escape of a line feed': '["\\u000a"]',
      'escaped pair': '["\\ud83d\\ude00"]',
    };
    for (const [name, text] of Object.entries(others)) {
      expectCode(() => parseCanonical(utf8(text), name), 'BAD_FORMAT');
    }
  });

  it('says BAD_JSON, not BAD_FORMAT, to what the strict reader refuses', () => {
    for (const text of ['', '{"a":1,"a":1}', '[1.0]', '[1e2]', '[-0]', '["\\ud800"]', '[1]x']) {
      expectCode(() => parseCanonical(utf8(text), 'text'), 'BAD_JSON');
    }
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expectCode(() => parseCanonical(utf8(deep), 'text'), 'BAD_JSON');
    expectCode(() => parseCanonical(Uint8Array.of(0x22, 0xff, 0x22), 'text'), 'BAD_JSON');
    expectCode(() => parseCanonical(utf8('[1]'), 'text', 2), 'TOO_LARGE');
  });
});
