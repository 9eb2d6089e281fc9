import { expect } from 'chai';
import fc from 'fast-check';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { hashText } from '../../chaincode/core/hash.js';
import { subjectValue } from '../../chaincode/core/subject.js';
import {
  EMPTY_MAP,
  findSubject,
  HashNode,
  InnerNode,
  mapRoot,
  OtherNode,
  setSubject,
  sharedBits,
  splitLabels,
} from '../../chaincode/core/subject-map.js';
import { expectCode } from '../support/expect-code.js';
import {
  flippedBit,
  hashOf,
  labelArbitrary,
  labelOf,
  mapOf,
  newestOf,
  stateOf,
  subjectsOf,
  updatesArbitrary,
} from './map-samples.js';
import { bitsOf, referenceRoot, referenceSubjectHash } from './reference-map.js';

describe('subject map', () => {
  it('has 32 zero bytes as the root of the empty map', () => {
    expect(encodeHex(mapRoot(EMPTY_MAP))).to.equal('00'.repeat(32));
  });

  it('has the hash of the subject as root when there is one subject', () => {
    const [label, state] = [hashOf('one'), stateOf(4)];
    expect(mapRoot(setSubject(EMPTY_MAP, label, state))).to.deep.equal(
      referenceSubjectHash([label, state]),
    );
  });

  it('keeps the root of a known map for ever', () => {
    // Computed by a program in another language; a change of this line changes the format.
    expect(encodeHex(mapRoot(mapOf(subjectsOf(5))))).to.equal(
      '51cf41369fa8e31e499e5b1eba03f72b9bba4fb22abd9e07c3ee1c827a72af0d',
    );
  });

  it('has the reference root after any updates', () => {
    fc.assert(
      fc.property(updatesArbitrary(40), (updates) => {
        expect(mapRoot(mapOf(updates))).to.deep.equal(referenceRoot(newestOf(updates)));
      }),
    );
  });

  it('does not depend on the order in which subjects came', () => {
    fc.assert(
      fc.property(updatesArbitrary(24), fc.integer(), (updates, seed) => {
        const newest = newestOf(updates);
        const shuffled = [...newest].sort(([a], [b]) => {
          const key = (label: Uint8Array) => encodeHex(hashOf(`${seed}${encodeHex(label)}`));
          return key(a) < key(b) ? -1 : 1;
        });
        expect(mapRoot(mapOf(shuffled))).to.deep.equal(mapRoot(mapOf(updates)));
      }),
    );
  });

  it('finds the newest state of each subject and nothing else', () => {
    fc.assert(
      fc.property(updatesArbitrary(24), labelArbitrary, (updates, absent) => {
        const map = mapOf(updates);
        const newest = newestOf(updates);
        for (const [label, state] of newest) expect(findSubject(map, label)).to.equal(state);
        const known = newest.some(([label]) => sharedBits(label, absent) === 256);
        if (!known) expect(findSubject(map, absent)).to.equal(undefined);
      }),
    );
  });

  it('leaves every earlier map as it was', () => {
    const subjects = subjectsOf(64);
    const maps = [EMPTY_MAP];
    for (const [label, state] of subjects) {
      maps.push(setSubject(maps[maps.length - 1] ?? EMPTY_MAP, label, state));
    }
    for (const [size, map] of maps.entries()) {
      expect(mapRoot(map)).to.deep.equal(referenceRoot(subjects.slice(0, size)));
      const later = subjects[size];
      if (later !== undefined) expect(findSubject(map, later[0])).to.equal(undefined);
    }
  });

  it('gives another root for another kind, flag, count, head or label', () => {
    const [label, state] = [hashOf('one'), stateOf(0)];
    const others = [
      { ...state, kind: 2 as const },
      { ...state, flags: 1 },
      { ...state, flags: 0x10 },
      { ...state, count: 2 },
      { ...state, count: 2 ** 40 },
      { ...state, head: flippedBit(state.head, 255) },
    ].map((other) => encodeHex(mapRoot(setSubject(EMPTY_MAP, label, other))));
    const moved = mapRoot(setSubject(EMPTY_MAP, flippedBit(label, 255), state));
    const roots = [encodeHex(mapRoot(mapOf([[label, state]]))), encodeHex(moved), ...others];
    expect(new Set(roots).size).to.equal(8);
  });

  it('parts neighbours at every depth up to the limit, and refuses beyond', () => {
    const base = hashOf('base');
    for (const shared of [0, 1, 7, 8, 9, 63, 64, 126, 127]) {
      const subjects = [
        [base, stateOf(1)],
        [flippedBit(base, shared), stateOf(2)],
      ] as const;
      expect(mapRoot(mapOf(subjects)), `${shared} bits shared`).to.deep.equal(
        referenceRoot(subjects),
      );
    }
    for (const shared of [128, 129, 200, 255]) {
      const map = mapOf([[base, stateOf(1)]]);
      expectCode(() => setSubject(map, flippedBit(base, shared), stateOf(2)), 'BAD_WITNESS');
      const deep = setSubject(map, flippedBit(base, 127), stateOf(2));
      expectCode(() => setSubject(deep, flippedBit(base, shared), stateOf(3)), 'BAD_WITNESS');
    }
  });

  it('does not answer for what it holds as a hash, or as a value only', () => {
    const [left, right] = [labelOf('0', hashOf('a')), labelOf('1', hashOf('b'))];
    const beside = flippedBit(right, 200);
    const other = new OtherNode(right, subjectValue(stateOf(1)));
    const map = new InnerNode(new HashNode(hashText(hashOf('hidden'))), other);
    expectCode(() => findSubject(map, left), 'BAD_WITNESS');
    expectCode(() => setSubject(map, left, stateOf(2)), 'BAD_WITNESS');
    expectCode(() => findSubject(map, right), 'BAD_WITNESS');
    expectCode(() => setSubject(map, right, stateOf(2)), 'BAD_WITNESS');
    expect(findSubject(map, beside)).to.equal(undefined);
    expectCode(() => setSubject(map, beside, stateOf(2)), 'BAD_WITNESS');
    const near = flippedBit(right, 9);
    expect(findSubject(setSubject(map, near, stateOf(2)), near)).to.deep.equal(stateOf(2));
  });

  it('splits a batch of labels as the map splits it', () => {
    fc.assert(
      fc.property(
        fc.array(labelArbitrary, { maxLength: 30 }),
        fc.integer({ min: 0, max: 255 }),
        (labels, depth) => {
          const split = [...labels];
          const ones = splitLabels(split, 0, split.length, depth);
          expect([...split].sort()).to.deep.equal([...labels].sort());
          for (const [at, label] of split.entries()) {
            expect(bitsOf(label)[depth]).to.equal(at < ones ? '0' : '1');
          }
        },
      ),
    );
  });
});
