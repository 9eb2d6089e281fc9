import { expect } from 'chai';
import fc from 'fast-check';
import { equalBytes, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type MapProof, proveSubject, rootFromMapProof } from '../../chaincode/core/map-proof.js';
import { type SubjectState, subjectValue } from '../../chaincode/core/subject.js';
import { EMPTY_MAP, findSubject, mapRoot } from '../../chaincode/core/subject-map.js';
import { formatWitness, parseWitness } from '../../chaincode/core/witness.js';
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

const SUBJECTS = subjectsOf(40);
const MAP = mapOf(SUBJECTS);
const ROOT = mapRoot(MAP);

/** Whether the proof leads to the root; a refusal is a no. */
function proves(
  label: Uint8Array,
  state: SubjectState | undefined,
  proof: MapProof,
  root = ROOT,
): boolean {
  try {
    return equalBytes(rootFromMapProof(label, state, proof), root);
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'BAD_INPUT') return false;
    throw error;
  }
}

/** The proof with one thing changed at a time, in every place. */
function* mutations({ siblings, end }: MapProof): Generator<MapProof> {
  for (let at = 0; at <= siblings.length; at++) {
    const [below, above] = [siblings.slice(0, at), siblings.slice(at)];
    yield { siblings: [...below, hashOf('added'), ...above], end };
    yield { siblings: [...below, ZERO_HASH, ...above], end };
    yield { siblings: above, end: at === 0 ? 'empty' : end };
    yield { siblings: below, end: at === siblings.length ? 'empty' : end };
    const sibling = above[0];
    if (sibling === undefined) continue;
    yield { siblings: [...below, ...above.slice(1)], end };
    yield { siblings: [...below, flippedBit(sibling, 77), ...above.slice(1)], end };
    yield { siblings: [...below, ZERO_HASH, ...above.slice(1)], end };
    yield { siblings: [...below, sibling, ...above], end };
    yield { siblings: above, end: { label: hashOf('other'), value: sibling } };
  }
  yield { siblings: [...siblings].reverse(), end };
}

const isSameProof = (a: MapProof, b: MapProof) =>
  a.end === b.end &&
  a.siblings.length === b.siblings.length &&
  a.siblings.every((sibling, at) => equalBytes(sibling, b.siblings[at] as Uint8Array));

describe('map proof', () => {
  it('proves each subject with its state, and the absence of every other label', () => {
    fc.assert(
      fc.property(updatesArbitrary(30), fc.array(labelArbitrary), (updates, others) => {
        const map = mapOf(updates);
        const root = mapRoot(map);
        for (const label of [...newestOf(updates).map(([label]) => label), ...others]) {
          const state = findSubject(map, label);
          const proof = proveSubject(map, label);
          expect(proof.end === 'subject').to.equal(state !== undefined);
          expect(rootFromMapProof(label, state, proof)).to.deep.equal(root);
        }
      }),
    );
  });

  it('is the same from a witness as from the whole map', () => {
    const labels = [...SUBJECTS.slice(0, 9).map(([label]) => label), hashOf('x'), hashOf('y')];
    const witness = parseWitness(formatWitness(MAP, labels), labels.length);
    for (const label of labels) {
      expect(proveSubject(witness, label)).to.deep.equal(proveSubject(MAP, label));
    }
  });

  it('can not be made where the map does not show the path', () => {
    const witness = parseWitness(formatWitness(MAP, [hashOf('x')]), 1);
    const far = flippedBit(hashOf('x'), 0);
    expectCode(() => proveSubject(witness, far), 'BAD_WITNESS');
  });

  it('proves absence in the empty map, and in a map with one other subject', () => {
    const label = hashOf('absent');
    expect(proveSubject(EMPTY_MAP, label)).to.deep.equal({ siblings: [], end: 'empty' });
    expect(rootFromMapProof(label, undefined, { siblings: [], end: 'empty' })).to.deep.equal(
      new Uint8Array(32),
    );
    const one = mapOf(SUBJECTS.slice(0, 1));
    expect(rootFromMapProof(label, undefined, proveSubject(one, label))).to.deep.equal(
      mapRoot(one),
    );
  });

  it('holds for no other state than that of the subject', () => {
    for (const [label, state] of SUBJECTS) {
      const proof = proveSubject(MAP, label);
      const others: SubjectState[] = [
        { ...state, count: state.count + 1 },
        { ...state, flags: state.flags ^ 8 },
        { ...state, kind: state.kind === 1 ? 2 : 1 },
        { ...state, head: hashOf('other head') },
      ];
      for (const other of others) expect(proves(label, other, proof)).to.equal(false);
    }
  });

  it('never proves that a subject in the map is absent', () => {
    const proofs = SUBJECTS.map(([label]) => proveSubject(MAP, label));
    const absent = Array.from({ length: 60 }, (_, at) => proveSubject(MAP, hashOf(`absent ${at}`)));
    for (const [label, state] of SUBJECTS) {
      const own = proveSubject(MAP, label);
      const value = subjectValue(state);
      const ends = [
        'empty' as const,
        { label, value },
        { label: flippedBit(label, 255), value },
        ...SUBJECTS.map(([other, of]) => ({ label: other, value: subjectValue(of) })),
      ];
      for (const end of ends) {
        expect(proves(label, undefined, { siblings: own.siblings, end })).to.equal(false);
      }
      for (const { siblings, end } of [...proofs, ...absent]) {
        expect(proves(label, undefined, { siblings, end })).to.equal(false);
        expect(proves(label, undefined, { siblings, end: 'empty' })).to.equal(false);
        expect(proves(label, undefined, { siblings, end: { label, value } })).to.equal(false);
      }
      for (const proof of mutations(own)) {
        expect(proves(label, undefined, proof)).to.equal(false);
        expect(proves(label, undefined, { ...proof, end: 'empty' })).to.equal(false);
      }
    }
  });

  it('never proves a label that is not in the map', () => {
    for (const [label, state] of SUBJECTS) {
      const proof = proveSubject(MAP, label);
      for (let bit = 0; bit < 256; bit++) {
        expect(proves(flippedBit(label, bit), state, proof)).to.equal(false);
      }
    }
    for (let at = 0; at < 20; at++) {
      const label = hashOf(`absent ${at}`);
      for (const [neighbour, state] of SUBJECTS) {
        expect(proves(label, state, proveSubject(MAP, neighbour))).to.equal(false);
        expect(proves(label, state, { ...proveSubject(MAP, label), end: 'subject' })).to.equal(
          false,
        );
      }
    }
  });

  it('fails after any change of its siblings', () => {
    const labels = [...SUBJECTS.map(([label]) => label), hashOf('absent 1'), hashOf('absent 2')];
    for (const label of labels) {
      const state = findSubject(MAP, label);
      const proof = proveSubject(MAP, label);
      for (const mutated of mutations(proof)) {
        if (isSameProof(mutated, proof)) continue;
        expect(proves(label, state, mutated)).to.equal(false);
      }
    }
  });

  const label = labelOf('0101', hashOf('label'));
  const beside = { label: labelOf('0110', hashOf('beside')), value: hashOf('value') };
  const some = [hashOf('a'), hashOf('b')];
  const refused: Readonly<Record<string, [SubjectState | undefined, MapProof]>> = {
    'a subject without its state': [undefined, { siblings: some, end: 'subject' }],
    'a state where the path ends empty': [stateOf(1), { siblings: some, end: 'empty' }],
    'a state where another subject stands': [stateOf(1), { siblings: some, end: beside }],
    'another subject that is the same': [undefined, { siblings: some, end: { ...beside, label } }],
    'another subject beside the path': [
      undefined,
      { siblings: [...some, hashOf('c')], end: beside },
    ],
    'nothing beside a subject': [stateOf(1), { siblings: [ZERO_HASH, ...some], end: 'subject' }],
    'nothing beside an empty end': [undefined, { siblings: [ZERO_HASH, ...some], end: 'empty' }],
    'nothing beside another subject': [
      undefined,
      { siblings: [ZERO_HASH, hashOf('a')], end: beside },
    ],
    'a depth of 129': [
      stateOf(1),
      { siblings: Array.from({ length: 129 }, () => hashOf('a')), end: 'subject' },
    ],
    'a sibling of 31 bytes': [
      stateOf(1),
      { siblings: [new Uint8Array(31).fill(1)], end: 'subject' },
    ],
    'a sibling of 33 bytes': [
      stateOf(1),
      { siblings: [new Uint8Array(33).fill(1)], end: 'subject' },
    ],
    'a short label of the other subject': [
      undefined,
      { siblings: [], end: { ...beside, label: new Uint8Array(31) } },
    ],
    'a long value of the other subject': [
      undefined,
      { siblings: [], end: { ...beside, value: new Uint8Array(33) } },
    ],
  };
  for (const [fault, [state, proof]] of Object.entries(refused)) {
    it(`is refused: ${fault}`, () => {
      expectCode(() => rootFromMapProof(label, state, proof), 'BAD_INPUT');
    });
  }

  it('is refused for a label that is not 32 bytes', () => {
    const proof = { siblings: [], end: 'subject' } as const;
    expectCode(() => rootFromMapProof(new Uint8Array(31), stateOf(1), proof), 'BAD_INPUT');
  });

  it('may pass empty siblings above its end, and may be 128 long', () => {
    const base = hashOf('base');
    const map = mapOf([
      [base, stateOf(1)],
      [flippedBit(base, 127), stateOf(2)],
    ]);
    const proof = proveSubject(map, base);
    expect(proof.siblings).to.have.length(128);
    expect(rootFromMapProof(base, stateOf(1), proof)).to.deep.equal(mapRoot(map));
    const absent = flippedBit(base, 60);
    const absence = proveSubject(map, absent);
    expect(absence.end).to.equal('empty');
    expect(rootFromMapProof(absent, undefined, absence)).to.deep.equal(mapRoot(map));
  });
});
