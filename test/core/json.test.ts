import { expect } from 'chai';
import fc from 'fast-check';
import { utf8 } from '../../chaincode/core/bytes.js';
import { canonicalJson, parseCanonical } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import {
  isSameJson,
  isWellFormed,
  type JsonValue,
  parseJson,
  parseJsonBytes,
} from '../../chaincode/core/json.js';
import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from '../../chaincode/core/limits.js';
import { expectCode } from '../support/expect-code.js';
import { jsonValue } from '../support/json-arbitrary.js';
import { readVectors } from '../support/vectors.js';

interface HostileCase {
  readonly fault: string;
  readonly text?: string;
  readonly base64?: string;
}

const { cases } = readVectors<{ cases: HostileCase[] }>('json-hostile.json');

/** What the reader says to a text: the value, or undefined for BAD_JSON. */
function judge(text: string): { value: unknown } | undefined {
  try {
    return { value: parseJson(text, 'text') };
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'BAD_JSON') return undefined;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the strict JSON reader', () => {
  for (const { fault, text, base64 } of cases) {
    it(`refuses: ${fault}`, () => {
      if (text !== undefined) expectCode(() => parseJson(text, 'text'), 'BAD_JSON');
      const bytes = base64 === undefined ? utf8(text ?? '') : Buffer.from(base64, 'base64');
      // A lone surrogate cannot be written in UTF-8, so there the bytes hold something else.
      if (text === undefined || isWellFormed(text)) {
        expectCode(() => parseJsonBytes(bytes, 'bytes'), 'BAD_JSON');
      }
    });
  }

  it('reads whatever JSON.stringify writes, with any spacing, as JSON.parse does', () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom('', ' ', '\t', '\r\n  '), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(text, 'text')).to.deep.equal(JSON.parse(text));
        expect(parseJsonBytes(utf8(text), 'bytes')).to.deep.equal(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('reads escapes in every spelling', () => {
    const text = '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u00E9\\u4e2d\\ud83d\\ude00\\u0000"';
    expect(parseJson(text, 'text')).to.equal('"\\/\b\f\n\r\téé中\u{1f600}\0');
  });

  it('never accepts a damaged text that JSON.parse refuses, and reads the same from the others', () => {
    const damage = fc.record({
      at: fc.nat(),
      cut: fc.nat(2),
      put: fc.constantFrom(
        '',
        '"',
        '\\',
        ',',
        ':',
        '{',
        '}',
        '[',
        ']',
        '0',
        '-',
        '.',
        'e',
        ' ',
        '\n',
      ),
    });
    fc.assert(
      fc.property(jsonValue, fc.array(damage, { minLength: 1, maxLength: 3 }), (value, damages) => {
        let text = JSON.stringify(value);
        for (const { at, cut, put } of damages) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + put + text.slice(from + cut);
        }
        const found = judge(text);
        if (found === undefined) return;
        expect(isJson(text)).to.equal(true);
        expect(found.value).to.deep.equal(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps a member called __proto__ as a plain member', () => {
    const value = parseJson('{"__proto__":{"polluted":true},"a":1}', 'text') as object;
    expect(Object.keys(value)).to.deep.equal(['__proto__', 'a']);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    expect(JSON.stringify(value)).to.equal('{"__proto__":{"polluted":true},"a":1}');
    expect('polluted' in {}).to.equal(false);
  });

  it('reads so many values and no more, since small ones take far more memory than text', () => {
    const list = (count: number) => `[${'0,'.repeat(count - 1)}0]`;
    expect(parseJson(list(MAX_JSON_VALUES - 1), 'text')).to.have.length(MAX_JSON_VALUES - 1);
    expectCode(() => parseJson(list(MAX_JSON_VALUES), 'text'), 'TOO_LARGE');
    const canonical = (text: string) => parseCanonical(utf8(text), 'text');
    expect(canonical(list(MAX_JSON_VALUES - 1))).to.have.length(MAX_JSON_VALUES - 1);
    expectCode(() => canonical(list(MAX_JSON_VALUES)), 'TOO_LARGE');
    expect(canonical(`"${','.repeat(MAX_JSON_VALUES)}"`)).to.have.length(MAX_JSON_VALUES);
  });

  it('reads the extreme integers and the greatest depth', () => {
    expect(parseJson('[9007199254740991,-9007199254740991,0]', 'text')).to.deep.equal([
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      0,
    ]);
    const deep = '['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH);
    expect(JSON.stringify(parseJson(deep, 'text'))).to.equal(deep);
  });

  it('reads a string of a million characters, with and without escapes', () => {
    const plain = 'x'.repeat(1_000_000);
    expect(parseJson(`"${plain}"`, 'text')).to.equal(plain);
    expect(parseJson(`"${'\\n'.repeat(1_000_000)}"`, 'text')).to.equal('\n'.repeat(1_000_000));
  });

  it('says where a fault is and what was read, but nothing of the content', () => {
    const read = () => parseJson('{"secret":"ZQX-7731","secret":1}', 'receipt');
    expect(read).to.throw(ChartsealError, /^receipt: .* at character 21$/);
    expect(read).to.not.throw(/secret|ZQX/);
  });

  it('refuses more bytes than the limit before it reads them', () => {
    expectCode(() => parseJsonBytes(utf8('[1,2,3]'), 'bytes', 6), 'TOO_LARGE');
    expect(parseJsonBytes(utf8('[1,2,3]'), 'bytes', 7)).to.deep.equal([1, 2, 3]);
  });
});

describe('two JSON values', () => {
  const integers = fc.maxSafeInteger().map((value) => (value === 0 ? 0 : value));
  const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, true, false, '', 'a', 0, 1),
      integers,
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'toString'), tie('json')),
    ),
  }));

  it('are the same exactly when their canonical texts are', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(isSameJson(a, b)).to.equal(canonicalJson(a) === canonicalJson(b));
      }),
      { numRuns: 2000 },
    );
  });

  it('are the same whatever the order of members, when one is read anew', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(isSameJson(value, JSON.parse(canonicalJson(value)))).to.equal(true);
      }),
    );
  });
});
