import { expect } from 'chai';
import fc from 'fast-check';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import {
  checkPrivateValue,
  type Entry,
  formatEntry,
  PRIVATE_MEMBERS,
  parseEntry,
} from '../../chaincode/core/entry.js';
import { ENTRY_SHAPES, PRIVATE_VALUES } from '../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { MAX_ENTRY_BYTES } from '../../chaincode/core/limits.js';
import { checkOpening, type Opening } from '../../chaincode/core/private-members.js';
import { expectCode } from '../support/expect-code.js';
import { readVectors } from '../support/vectors.js';
import { HOSTILE_ENTRIES, withMember, without } from './hostile-entries.js';

interface EntryVector {
  readonly name: string;
  readonly canonical: string;
  readonly sha256: string;
  readonly openings: Record<string, Opening>;
}

const { entries } = readVectors<{ entries: EntryVector[] }>('entries.json');
const sample = (name: string): JsonObject => {
  const found = entries.find((entry) => entry.name === name);
  return JSON.parse((found as EntryVector).canonical);
};
const access = sample('access, every member');

const parse = (value: JsonValue) => () => parseEntry(canonicalBytes(value));

function reversed(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]));
}

describe('an entry', () => {
  for (const { name, canonical, sha256: digest, openings } of entries) {
    it(`has one byte form: ${name}`, () => {
      const entry = parseEntry(utf8(canonical));
      expect(encodeHex(sha256(formatEntry(entry)))).to.equal(digest);
      const other = reversed(JSON.parse(canonical)) as unknown as Entry;
      expect(formatEntry(other)).to.deep.equal(utf8(canonical));
      const commitments: Record<string, string> = { ...entry.private };
      expect(Object.keys(openings).sort()).to.deep.equal(Object.keys(commitments).sort());
      for (const [member, opening] of Object.entries(openings)) {
        expect(PRIVATE_MEMBERS[entry.act]).to.include(member);
        checkPrivateValue(member, opening.value);
        expect(checkOpening(commitments[member] as string, opening)).to.equal(true);
      }
    });
  }

  it('is written without members that are undefined', () => {
    const entry = { ...sample('archive, required members only'), patient: undefined };
    expect(parseEntry(formatEntry(entry as unknown as Entry))).to.not.have.property('patient');
  });

  for (const { fault, act, change, path } of HOSTILE_ENTRIES) {
    it(`is refused with ${fault}`, () => {
      const value = change(
        sample(act === 'access' ? 'access, every member' : `${act}, every member`),
      );
      expectCode(parse(value), 'BAD_INPUT');
      expectCode(() => formatEntry(value as unknown as Entry), 'BAD_INPUT');
      expect(parse(value)).to.throw(ChartsealError, path);
    });
  }

  it('is refused when any member that must be there is missing, by its path', () => {
    for (const act of ['archive', 'access', 'inquiry', 'answer'] as const) {
      const whole = sample(`${act}, every member`);
      for (const [name, member] of ENTRY_SHAPES[act].members) {
        if (member.optional || name === 'v' || name === 'act') continue;
        expectCode(parse(without(whole, name)), 'BAD_INPUT');
        expect(parse(without(whole, name))).to.throw(`entry: ${name} is missing`);
      }
      for (const name of ['v', 'act']) expectCode(parse(without(whole, name)), 'BAD_INPUT');
    }
  });

  it('is accepted without any one member that may be missing', () => {
    for (const act of ['archive', 'access', 'inquiry', 'answer'] as const) {
      const whole = sample(`${act}, every member`);
      for (const [name, member] of ENTRY_SHAPES[act].members) {
        if (member.optional) parse(without(whole, name))();
      }
    }
  });

  it('is told apart from a false one when its version or act is newer', () => {
    expectCode(parse(withMember(access, 'v', 2)), 'NEWER_VERSION');
    expectCode(parse({ v: 3, anything: true }), 'NEWER_VERSION');
    expectCode(parse(withMember(access, 'act', 'visit')), 'NEWER_VERSION');
    for (const act of Object.keys(ACTS)) {
      if (act in ENTRY_SHAPES) continue;
      expectCode(parse(withMember(access, 'act', act)), 'NEWER_VERSION');
    }
    expectCode(parse(withMember(access, 'act', 'toString')), 'NEWER_VERSION');
    for (const v of [0, -1, '1', '2', null, true]) {
      expectCode(parse(withMember(access, 'v', v)), 'BAD_INPUT');
    }
    expectCode(parse(withMember(access, 'act', 1)), 'BAD_INPUT');
    for (const value of [null, 1, 'entry', [access]]) expectCode(parse(value), 'BAD_INPUT');
  });

  it('is read in canonical form only', () => {
    const text = (entries[0] as EntryVector).canonical;
    expectCode(() => parseEntry(utf8(`${text}\n`)), 'BAD_FORMAT');
    expectCode(() => parseEntry(utf8(text.replace(',', ', '))), 'BAD_FORMAT');
    expectCode(() => parseEntry(utf8(text.replace('{', '{"act":"archive",'))), 'BAD_JSON');
    expectCode(() => parseEntry(utf8(text.slice(0, -1))), 'BAD_JSON');
  });

  it('has at most 16 KiB', () => {
    const filled = (size: number) => {
      const records = Array.from({ length: 3 }, () => 'x'.repeat(4096));
      const empty = canonicalBytes(withMember(access, 'records', [...records, ''])).length;
      return withMember(access, 'records', [...records, 'x'.repeat(size - empty)]);
    };
    const most = filled(MAX_ENTRY_BYTES);
    expect(formatEntry(most as unknown as Entry)).to.have.length(MAX_ENTRY_BYTES);
    parse(most)();
    const more = filled(MAX_ENTRY_BYTES + 1);
    expectCode(() => formatEntry(more as unknown as Entry), 'TOO_LARGE');
    expectCode(parse(more), 'TOO_LARGE');
  });

  it('never brings content into a message', () => {
    const secret = 'ZQX-7731\0';
    for (const name of Object.keys(access)) {
      const value = withMember(access, name, { [secret]: secret });
      expect(parse(value)).to.not.throw(/"ZQX/);
      expect(parse(withMember(access, name, [secret]))).to.not.throw(/ZQX/);
    }
  });

  it('reads back as it was written, whatever it says', () => {
    const text = (max: number) =>
      fc.string({ unit: 'binary', minLength: 1, maxLength: Math.floor(max / 4) });
    const token = fc.stringMatching(/^[a-z:/.]{0,40}\|[A-Za-z0-9_.-]{1,40}$/);
    const changes = fc.record(
      {
        role: text(128),
        organisation: text(256),
        unit: text(256),
        category: text(64),
        purpose: fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/),
        breakGlass: fc.boolean(),
        action: fc.constantFrom('C', 'R', 'U', 'D', 'E'),
        outcome: fc.constantFrom('success', 'minor', 'serious', 'major'),
        kind: fc.record(
          { type: token, subtypes: fc.array(token, { maxLength: 16 }) },
          { requiredKeys: ['type'] },
        ),
        assumed: fc.array(fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,4}$/)),
        records: fc.array(
          text(200).filter((id) => !id.includes('\0')),
          { maxLength: 5 },
        ),
        by: fc.record({ id: text(256), mspId: text(128) }),
        source: fc.record(
          { system: text(256), requestId: text(256) },
          { requiredKeys: ['system'] },
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(changes, (change) => {
        const entry = { ...access, ...change } as unknown as Entry;
        expect(parseEntry(formatEntry(entry))).to.deep.equal(entry);
      }),
    );
  });
});

describe('the value of a private member', () => {
  const good: [string, JsonValue][] = [
    ['actor', { id: 'x' }],
    ['actor', { id: 'x', name: '王', onBehalfOf: { id: 'y', name: 'z' } }],
    ['client', {}],
    ['client', { id: 'a', name: 'b', address: 'c' }],
    ['justification', 'x'.repeat(2000)],
    ['name', 'x'.repeat(4096)],
  ];
  for (const [member, value] of good) {
    it(`may be ${JSON.stringify(value).slice(0, 60)} for ${member}`, () => {
      checkPrivateValue(member, value);
    });
  }

  const bad: [string, JsonValue][] = [
    ['actor', {}],
    ['actor', { name: 'x' }],
    ['actor', { id: '' }],
    ['actor', { id: 'x'.repeat(257) }],
    ['actor', { id: 'x', onBehalfOf: {} }],
    ['actor', { id: 'x', onBehalfOf: { id: 'y', onBehalfOf: { id: 'z' } } }],
    ['actor', { id: 'x', age: 1 }],
    ['actor', 'x'],
    ['client', { port: '1' }],
    ['client', { id: 1 }],
    ['justification', ''],
    ['justification', 'x'.repeat(2001)],
    ['name', 'x'.repeat(4097)],
    ['name', null],
    ['patient', 'x'],
    ['toString', 'x'],
    ['', 'x'],
  ];
  for (const [member, value] of bad) {
    it(`is not ${JSON.stringify(value).slice(0, 60)} for '${member}'`, () => {
      expectCode(() => checkPrivateValue(member, value), 'BAD_INPUT');
    });
  }

  it('has a shape for every private member of every act, as the entries have them', () => {
    expect(Object.keys(PRIVATE_MEMBERS).sort()).to.deep.equal(Object.keys(ENTRY_SHAPES).sort());
    expect(new Set(Object.values(PRIVATE_MEMBERS).flat())).to.deep.equal(
      new Set(Object.keys(PRIVATE_VALUES)),
    );
    for (const [act, shape] of Object.entries(ENTRY_SHAPES)) {
      const inner = shape.members.get('private')?.shape;
      const names = inner?.kind === 'object' ? [...inner.members.keys()] : [];
      expect(names).to.deep.equal(PRIVATE_MEMBERS[act as Entry['act']]);
    }
  });
});
