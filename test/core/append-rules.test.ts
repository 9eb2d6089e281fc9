import { expect } from 'chai';
import { applyLeaves } from '../../chaincode/core/append-rules.js';
import { ZERO_HASH } from '../../chaincode/core/bytes.js';
import { formatLeaf, type Leaf, leafHash } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { EMPTY_MAP, findSubject, type MapNode, mapRoot } from '../../chaincode/core/subject-map.js';
import { formatWitness, parseWitness } from '../../chaincode/core/witness.js';
import { expectCode } from '../support/expect-code.js';
import { hashOf, mapOf } from './map-samples.js';
import {
  CONDITIONS,
  LAWS,
  type Law,
  LOG_KIND,
  never,
  PATIENT,
  RECORD,
} from './reference-lifecycle.js';
import { referenceRoot } from './reference-map.js';

const LOG = hashOf('log');
const SUBJECT = hashOf('subject');

const leafOf = (
  act: number,
  subject: Uint8Array,
  sequence = 0,
  previous: Uint8Array = ZERO_HASH,
): Leaf => ({ act, subject, sequence, previous, entry: hashOf(`entry ${sequence}`) });

const hashOfLeaf = (leaf: Leaf) => leafHash(formatLeaf(leaf));
const apply = (map: MapNode, leaves: readonly Leaf[]) =>
  applyLeaves(map, leaves, leaves.map(hashOfLeaf), LOG);

/** Leaves with these acts on one subject, each in its place. */
function chainOf(acts: readonly number[], subject = SUBJECT): Leaf[] {
  const leaves: Leaf[] = [];
  let previous: Uint8Array = ZERO_HASH;
  for (const [sequence, act] of acts.entries()) {
    const leaf = leafOf(act, subject, sequence, previous);
    leaves.push(leaf);
    previous = hashOfLeaf(leaf);
  }
  return leaves;
}

/** Tries the act on a subject in every condition, the log's own label and another's. */
function expectLaw(act: number, law: Law): void {
  for (const ownLog of [false, true]) {
    for (const before of CONDITIONS) {
      const subject = ownLog ? LOG : SUBJECT;
      const state = before && { ...before, count: 7, head: hashOf('head') };
      const map = state === undefined ? EMPTY_MAP : mapOf([[subject, state]]);
      const leaf = leafOf(act, subject, state?.count, state?.head);
      const expected = law(before, ownLog);
      if (expected === 'refused' || expected === undefined) {
        expectCode(() => apply(map, [leaf]), 'ACT_REFUSED');
      } else {
        const after = { ...expected, count: (state?.count ?? 0) + 1, head: hashOfLeaf(leaf) };
        expect(findSubject(apply(map, [leaf]), subject)).to.deep.equal(after);
      }
    }
  }
}

describe('append rules', () => {
  for (const [name, act] of Object.entries(ACTS)) {
    it(`decide ${name} in every state as the table says`, () => {
      expectLaw(act, LAWS[act] as Law);
    });
  }

  it('refuse every code that the table does not know, in every state', () => {
    expect(Object.values(ACTS)).to.have.members(Object.keys(LAWS).map(Number));
    for (let act = 0; act <= 0xff; act++) if (LAWS[act] === undefined) expectLaw(act, never);
  });

  it('apply a batch in order, several leaves of one subject included', () => {
    const record = chainOf([0x10, 0x11, 0x22, 0x23, 0x11]);
    const other = chainOf([0x01, 0x01, 0x02], hashOf('patient'));
    const log = chainOf([0x09, 0x08], LOG);
    const mixed = [record[0], other[0], record[1], log[0], record[2], other[1], record[3]]
      .concat(record[4], log[1], other[2])
      .filter((leaf) => leaf !== undefined);
    const after = apply(EMPTY_MAP, mixed);
    const headOf = (chain: readonly Leaf[]) => hashOfLeaf(chain[chain.length - 1] as Leaf);
    expect(mapRoot(after)).to.deep.equal(
      referenceRoot([
        [SUBJECT, { kind: RECORD, flags: 0, count: 5, head: headOf(record) }],
        [hashOf('patient'), { kind: PATIENT, flags: 0, count: 3, head: headOf(other) }],
        [LOG, { kind: LOG_KIND, flags: 0, count: 2, head: headOf(log) }],
      ]),
    );
  });

  it('give the same root over the witness as over the whole map', () => {
    const names = Array.from({ length: 50 }, (_, at) => hashOf(`record ${at}`));
    const map = apply(
      EMPTY_MAP,
      names.flatMap((name) => chainOf([0x10], name)),
    );
    const batch = names
      .slice(0, 20)
      .flatMap((name) => chainOf([0x10, 0x11, 0x20], name).slice(1))
      .concat(chainOf([0x10, 0x2f], hashOf('new')), chainOf([0x09], LOG));
    const labels = batch.map(({ subject }) => subject);
    const witness = parseWitness(formatWitness(map, labels), batch.length);
    expect(mapRoot(apply(witness, batch))).to.deep.equal(mapRoot(apply(map, batch)));
    const hidden = chainOf([0x10, 0x11], names[30] as Uint8Array).slice(1);
    expectCode(() => apply(witness, hidden), 'BAD_WITNESS');
  });

  it('leave the map as it was when any leaf of the batch is refused', () => {
    const map = apply(EMPTY_MAP, chainOf([0x10]));
    const before = mapRoot(map);
    const second = chainOf([0x10, 0x11, 0x10]).slice(1);
    expectCode(() => apply(map, second), 'ACT_REFUSED');
    expect(mapRoot(map)).to.deep.equal(before);
    expect(findSubject(map, SUBJECT)?.count).to.equal(1);
  });

  it('refuse a chain that does not start at 0, skips, repeats, forks or starts again', () => {
    const [first, second, third] = chainOf([0x01, 0x01, 0x01]) as [Leaf, Leaf, Leaf];
    const one = apply(EMPTY_MAP, [first]);
    const two = apply(one, [second]);
    const broken: readonly (readonly [MapNode, readonly Leaf[]])[] = [
      [EMPTY_MAP, [second]],
      [one, [third]],
      [two, [second]],
      [two, [first]],
      [one, [first]],
      [EMPTY_MAP, [first, third]],
      [EMPTY_MAP, [second, first]],
      [EMPTY_MAP, [first, first]],
      [one, [{ ...second, previous: hashOf('fork') }]],
      [one, [{ ...second, previous: ZERO_HASH }]],
      [two, [{ ...third, previous: second.previous }]],
      [two, [{ ...third, sequence: 3 }]],
      [one, [{ ...second, subject: hashOf('another') }]],
    ];
    for (const [map, leaves] of broken) expectCode(() => apply(map, leaves), 'CHAIN_BROKEN');
    expect(findSubject(apply(two, [third]), SUBJECT)?.count).to.equal(3);
  });

  it('refuse a broken chain as such, even when the act is forbidden too', () => {
    expectCode(() => apply(EMPTY_MAP, [leafOf(0x2f, SUBJECT, 1, hashOf('x'))]), 'CHAIN_BROKEN');
  });

  it('name the leaf that is refused, by its index in the batch', () => {
    const batch = [...chainOf([0x10]), ...chainOf([0x11], hashOf('other'))];
    expect(() => apply(EMPTY_MAP, batch)).to.throw(/^leaf 1: amend/);
  });

  it('refuse a list of hashes of another length', () => {
    expectCode(() => applyLeaves(EMPTY_MAP, chainOf([0x10]), [], LOG), 'BAD_INPUT');
  });
});
