import { expect } from 'chai';
import fc from 'fast-check';
import { encodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import {
  EMPTY_MAP,
  findSubject,
  type MapNode,
  mapRoot,
  setSubject,
} from '../../chaincode/core/subject-map.js';
import { formatWitness, parseWitness } from '../../chaincode/core/witness.js';
import { expectCode } from '../support/expect-code.js';
import {
  hashOf,
  labelArbitrary,
  labelOf,
  mapOf,
  stateOf,
  subjectsOf,
  updatesArbitrary,
} from './map-samples.js';
import { type ReferenceSubject, referenceSubjectHash, referenceValue } from './reference-map.js';

/** The root after each label got a new state. */
function rootAfter(map: MapNode, labels: readonly Uint8Array[]): Uint8Array {
  let after = map;
  for (const [at, label] of labels.entries()) after = setSubject(after, label, stateOf(at + 100));
  return mapRoot(after);
}

/** A map with some of its labels, and some that it may not hold. */
const batchArbitrary: fc.Arbitrary<{ map: MapNode; labels: Uint8Array[] }> = fc
  .tuple(
    updatesArbitrary(40),
    fc.array(labelArbitrary, { maxLength: 8 }),
    fc.infiniteStream(fc.boolean()),
  )
  .map(([updates, fresh, choose]) => {
    const known = updates.filter(() => choose.next().value === true).map(([label]) => label);
    return { map: mapOf(updates), labels: [...known, ...fresh] };
  });

describe('witness', () => {
  it('has the root of the whole map, and answers and changes as it does for its labels', () => {
    fc.assert(
      fc.property(batchArbitrary, ({ map, labels }) => {
        const witness = parseWitness(formatWitness(map, labels), labels.length);
        expect(mapRoot(witness)).to.deep.equal(mapRoot(map));
        for (const label of labels) {
          expect(findSubject(witness, label)).to.deep.equal(findSubject(map, label));
        }
        expect(rootAfter(witness, labels)).to.deep.equal(rootAfter(map, labels));
      }),
    );
  });

  it('is the same bytes when it is made from a witness again', () => {
    fc.assert(
      fc.property(batchArbitrary, ({ map, labels }) => {
        const bytes = formatWitness(map, labels);
        const again = formatWitness(parseWitness(bytes, labels.length), [...labels].reverse());
        expect(encodeHex(again)).to.equal(encodeHex(bytes));
      }),
    );
  });

  it('keeps its bytes for ever', () => {
    const [a, b, c] = [labelOf('00'), labelOf('01'), labelOf('1')];
    const touched = { kind: 2, flags: 0x12, count: 258, head: hashOf('head') } as const;
    const map = mapOf([
      [a, stateOf(0)],
      [b, touched],
      [c, stateOf(2)],
    ]);
    const parts = [
      '03',
      '03',
      `01${encodeHex(referenceSubjectHash([a, stateOf(0)]))}`,
      `04${encodeHex(b)}0200120000000000000102${encodeHex(hashOf('head'))}`,
      `02${encodeHex(c)}${encodeHex(referenceValue(stateOf(2)))}`,
    ];
    expect(encodeHex(formatWitness(map, [b, labelOf('11')]))).to.equal(parts.join(''));
    expect(encodeHex(formatWitness(EMPTY_MAP, [a]))).to.equal('00');
  });

  it('shows an absent subject by nothing, or by the subject that stands in its place', () => {
    const lone = labelOf('00', hashOf('a'));
    const map = mapOf([
      [lone, stateOf(0)],
      [labelOf('01', hashOf('b')), stateOf(1)],
    ]);
    const inPlace = formatWitness(map, [labelOf('00', hashOf('c'))]);
    expect([inPlace[0], inPlace[1], inPlace[2]]).to.deep.equal([3, 3, 2]);
    const nothing = formatWitness(map, [labelOf('1')]);
    expect([nothing[0], nothing[1], nothing.at(-1)]).to.deep.equal([3, 1, 0]);
  });

  it('tells only label and value of a subject that is met but not touched', () => {
    const [label, state] = [labelOf('00', hashOf('a')), stateOf(0)];
    const bytes = formatWitness(mapOf([[label, state]]), [labelOf('11')]);
    expect(bytes.length).to.equal(65);
    expectCode(() => findSubject(parseWitness(bytes, 1), label), 'BAD_WITNESS');
  });

  it('does not answer for labels outside the batch where they are hidden', () => {
    const subjects = subjectsOf(64);
    const map = mapOf(subjects);
    const first = subjects[0] as ReferenceSubject;
    const witness = parseWitness(formatWitness(map, [first[0]]), 1);
    const hidden = subjects.slice(1).filter(([label]) => label[0] !== first[0][0]);
    for (const [label, state] of hidden) {
      expectCode(() => findSubject(witness, label), 'BAD_WITNESS');
      expectCode(() => setSubject(witness, label, state), 'BAD_WITNESS');
    }
  });

  it('can not be made from a map that does not show the batch', () => {
    const subjects = subjectsOf(64);
    const labels = subjects.map(([label]) => label);
    const witness = parseWitness(formatWitness(mapOf(subjects), labels.slice(0, 1)), 1);
    expectCode(() => formatWitness(witness, labels.slice(1)), 'BAD_WITNESS');
    const met = parseWitness(formatWitness(mapOf(subjects.slice(0, 1)), [hashOf('absent')]), 1);
    expectCode(() => formatWitness(met, labels.slice(0, 1)), 'BAD_WITNESS');
  });

  it('has another root or is refused after any change of one bit or byte', () => {
    const subjects = [...subjectsOf(12), [labelOf('1'.repeat(40)), stateOf(20)] as const];
    const map = mapOf([...subjects, [labelOf(`${'1'.repeat(39)}0`), stateOf(21)]]);
    const labels = [
      ...subjects.slice(0, 5).map(([label]) => label),
      hashOf('absent'),
      labelOf('1'),
    ];
    const bytes = formatWitness(map, labels);
    const root = mapRoot(map);
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ change;
        try {
          const same = equalBytes(mapRoot(parseWitness(changed, labels.length)), root);
          expect(same, `byte ${at} changed by ${change}`).to.equal(false);
        } catch (error) {
          if (!(error instanceof ChartsealError)) throw error;
          expect(error.code).to.equal('BAD_WITNESS');
          refused += 1;
        }
      }
    }
    expect(refused).to.be.greaterThan(0);
  });

  it('is refused when cut anywhere', () => {
    const subjects = subjectsOf(8);
    const bytes = formatWitness(
      mapOf(subjects),
      subjects.map(([label]) => label),
    );
    for (let size = 0; size < bytes.length; size++) {
      expectCode(() => parseWitness(bytes.subarray(0, size), 8), 'BAD_WITNESS');
    }
  });
});
