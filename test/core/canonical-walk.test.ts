import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { CanonicalWalk } from '../../chaincode/core/canonical-walk.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { jsonValue } from '../support/json-arbitrary.js';

/** What the walk stands for, in the slow words of the definition. */
function isWrittenAs(text: string, value: JsonValue): boolean {
  try {
    return canonicalJson(value) === text;
  } catch {
    return false;
  }
}

function isWalked(text: string, value: JsonValue): boolean {
  return new CanonicalWalk(text).isOf(value);
}

/** Undefined for what is no JSON. */
function findValue(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether no member name needs an escape or is a number. */
function hasPlainNames(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const isPlain = (name: string) => JSON.stringify(name) === `"${name}"` && !/^[0-9]+$/.test(name);
  return Object.entries(value).every(
    ([name, member]) => (Array.isArray(value) || isPlain(name)) && hasPlainNames(member),
  );
}

/** JSON texts that are nearly canonical. */
const ALMOST = [
  ...[' 1', '1 ', '1.0', '1e0', '1E2', '-0', '10e-1', '9007199254740993', '0.5', '[1e3]', '[-0]'],
  ...['[1, 2]', '[ ]', '{ }', '{"a" :1}', '{"a": 1}', '{"a":1 }', '{"a":1 ,"b":2}', '[null ]'],
  ...['"\\/"', '"\\u0041"', '"\\u000a"', '"\\u000A"', '"\\u001F"', '"\\u007f"', '"\\u00e9"'],
  ...['"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\\\\\/"', '"a\\\\\\u0022"'],
  ...[
    '{"a":1,"a":1}',
    '{"a":2,"a":1}',
    '{"a":"x","a":"y"}',
    '{"a":1,"b":2,"a":1}',
    '{"b":1,"a":2}',
  ],
  ...[
    '{"b":1,"1":2}',
    '{"9":1,"10":2}',
    '{"\\u0061":1}',
    '{"a":{"c":1,"b":2}}',
    '[[{"b":1,"a":1}]]',
  ],
  '{"a":"\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n","a":"1234567890123456789"}',
  '{"a":"1","n":1e15,"a":"\\",\\"n\\":1000000000000000"}',
];

describe('the walk over canonical JSON', () => {
  it('goes through whatever was written, names that are numbers or need escapes left aside', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        const text = canonicalJson(value);
        const read: JsonValue = JSON.parse(text);
        if (hasPlainNames(read)) expect(isWalked(text, read), text).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  it('goes through every escape that the canonical form has', () => {
    const text = canonicalJson(
      Array.from({ length: 0x100 }, (_, code) => `<${String.fromCharCode(code)}>"\\`),
    );
    expect(isWalked(text, JSON.parse(text))).to.equal(true);
  });

  for (const text of ALMOST) {
    it(`stops at ${text}`, () => {
      expect(isWrittenAs(text, JSON.parse(text))).to.equal(false);
      expect(isWalked(text, JSON.parse(text))).to.equal(false);
    });
  }

  it('never goes through a text that its value is not written as', () => {
    const piece = fc.constantFrom(
      ...[' ', '\n', '"', '\\', '\\n', '\\/', '\\"', '\\u000a', '\\u001f', '0', '.0', 'e1', '-'],
      ...[',', ':', '[', ']', '{', '}', '"a":1,', '"a":', '[]', '{}', ',"a":1', 'null', 'é'],
    );
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(jsonValue, place, fc.nat({ max: 3 }), piece, (value, where, cut, put) => {
        const whole = canonicalJson(value);
        const at = Math.floor(where * whole.length);
        const text = whole.slice(0, at) + put + whole.slice(at + cut);
        // Bytes of UTF-8 give no other text.
        fc.pre(text.isWellFormed());
        const read = findValue(text);
        fc.pre(read !== undefined);
        if (isWalked(text, read)) expect(isWrittenAs(text, read), text).to.equal(true);
      }),
      // What is no JSON is not counted as a run.
      { numRuns: 2000 },
    );
  });
});
