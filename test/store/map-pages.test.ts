import { expect } from 'chai';
import fc from 'fast-check';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { hashText } from '../../chaincode/core/hash.js';
import {
  EMPTY_MAP,
  findSubject,
  type InnerNode,
  type MapNode,
  mapRoot,
  setSubject,
} from '../../chaincode/core/subject-map.js';
import {
  hashOf,
  labelOf,
  mapOf,
  newestOf,
  stateOf,
  updatesArbitrary,
} from '../core/map-samples.js';
import { bitsOf, type ReferenceSubject, referenceRoot } from '../core/reference-map.js';
import { expectCode } from '../support/expect-code.js';
import { DEEP, Disk, deepDisk, labelsOf } from './page-disk.js';

function setAll(map: MapNode, subjects: readonly ReferenceSubject[]): MapNode {
  let after = map;
  for (const [label, state] of subjects) after = setSubject(after, label, state);
  return after;
}

/** Labels that share their first bits in families, so that pages lie down to any depth. */
const familyArbitrary: fc.Arbitrary<ReferenceSubject[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom(0, 3, 8, 15, 16, 17, 23, 24, 40, 64, 112, 118),
      fc.integer({ min: 0, max: 1023 }),
      fc.integer({ min: 0, max: 999 }),
    ),
    { maxLength: 30 },
  )
  .map((rows) =>
    rows.map(([shared, tail, index]) => [
      labelOf('10'.repeat(64).slice(0, shared) + tail.toString(2).padStart(10, '0')),
      stateOf(index),
    ]),
  );
const batchesArbitrary = fc.array(fc.oneof(familyArbitrary, updatesArbitrary(30)), {
  maxLength: 5,
});

describe('map pages', () => {
  it('hold the map through any batches, flushes, restarts and trims', () => {
    fc.assert(
      fc.property(batchesArbitrary, fc.infiniteStream(fc.nat(3)), (batches, choose) => {
        const disk = new Disk();
        let [flushed, map] = [EMPTY_MAP, EMPTY_MAP];
        const all: ReferenceSubject[] = [];
        for (const batch of batches) {
          const expanded = disk.map.expand(map, labelsOf(batch));
          expect(mapRoot(expanded)).to.deep.equal(mapRoot(map));
          map = setAll(expanded, batch);
          all.push(...batch);
          const root = referenceRoot(newestOf(all));
          expect(mapRoot(map)).to.deep.equal(root);
          const choice = choose.next().value;
          if (choice === 0) {
            map = disk.map.trim(map, flushed);
          } else {
            disk.flush(flushed, map);
            if (choice === 1) flushed = map = disk.map.loadTop(root);
            if (choice === 2) flushed = map = disk.map.trimFlushed(map, flushed);
            if (choice === 3) flushed = disk.map.trim(map);
          }
          expect(mapRoot(map)).to.deep.equal(root);
        }
        disk.flush(flushed, map);
        const again = disk.map.expand(disk.map.loadTop(mapRoot(map)), labelsOf(all));
        for (const [label, state] of newestOf(all)) {
          expect(findSubject(again, label)).to.deep.equal(state);
        }
      }),
    );
  });

  it('are the same pages whether written at once or batch by batch', () => {
    fc.assert(
      fc.property(batchesArbitrary, (batches) => {
        const [atOnce, stepwise] = [new Disk(), new Disk()];
        let map = EMPTY_MAP;
        for (const batch of batches) {
          const after = setAll(stepwise.map.expand(map, labelsOf(batch)), batch);
          stepwise.flush(map, after);
          map = stepwise.map.trim(after);
        }
        atOnce.flush(EMPTY_MAP, mapOf(batches.flat()));
        expect(stepwise.pages).to.deep.equal(atOnce.pages);
      }),
    );
  });

  it('stand under the whole bytes of their path', () => {
    const { disk } = deepDisk();
    expect([...disk.pages.keys()].sort()).to.deep.equal(['', '00', '0000', '000000', '00000000']);
  });

  it('keep their bytes for ever: hashes of inner nodes at the eighth level, subjects in full', () => {
    const zeros = '0'.repeat(7);
    const [a, b] = [labelOf(`${zeros}00`), labelOf(`${zeros}01`)];
    const c = labelOf(`${zeros}1`);
    const disk = new Disk();
    const map = mapOf([
      [a, stateOf(0)],
      [b, stateOf(1)],
      [c, stateOf(2)],
    ]);
    disk.flush(EMPTY_MAP, map);
    const subject = (label: Uint8Array, index: number) => {
      const { kind, flags, head } = stateOf(index);
      const count = (index + 1).toString(16).padStart(16, '0');
      return `04${encodeHex(label)}0${kind}000${flags}${count}${encodeHex(head)}`;
    };
    const page = `03${subject(a, 0)}${subject(b, 1)}`;
    const inner = encodeHex(
      referenceRoot(
        [
          [a, stateOf(0)],
          [b, stateOf(1)],
        ],
        8,
      ),
    );
    const top = `${'03'.repeat(8)}01${inner}${subject(c, 2)}${'00'.repeat(7)}`;
    const hex = [...disk.pages].map(([prefix, bytes]) => [prefix, encodeHex(bytes)]);
    expect(hex).to.deep.equal([
      ['', top],
      ['00', page],
    ]);
  });

  it('are read to depth 16 at start, and deeper only on the paths asked for', () => {
    const { disk, root } = deepDisk();
    disk.read.length = 0;
    const top = disk.map.loadTop(root);
    expect(disk.read).to.deep.equal(['', '00']);
    const [shallow, deep] = [DEEP[0], DEEP[19]] as [ReferenceSubject, ReferenceSubject];
    expect(disk.map.expand(top, [shallow[0]])).to.equal(top);
    expect(disk.map.expand(top, [labelOf('1'), labelOf(`${'0'.repeat(15)}1`)])).to.equal(top);
    expect(disk.read).to.have.length(2);
    expectCode(() => findSubject(top, deep[0]), 'BAD_WITNESS');
    const expanded = disk.map.expand(top, [deep[0]]);
    expect(findSubject(expanded, deep[0])).to.deep.equal(deep[1]);
    expect((expanded as InnerNode).hash, 'hashed anew').to.equal(hashText(root));
    expect(disk.read.slice(2)).to.deep.equal(['0000', '000000', '00000000']);
    expectCode(() => findSubject(top, deep[0]), 'BAD_WITNESS');
  });

  it('name beforehand the pages that are read first', () => {
    const { disk, root } = deepDisk();
    const top = disk.map.loadTop(root);
    const deep = labelsOf(DEEP).slice(8);
    expect(disk.map.wanted(top, deep)).to.deep.equal(['0000']);
    expect(disk.map.wanted(top, labelsOf(DEEP).slice(0, 8))).to.deep.equal([]);
    expect(disk.map.wanted(disk.map.expand(top, deep), deep)).to.deep.equal([]);
    expect(disk.map.wanted(EMPTY_MAP, deep)).to.deep.equal([]);
  });

  it('show more of a page that was read already, and write the rest of it as it lay', () => {
    const { disk, map, root } = deepDisk();
    const [first, second] = DEEP.slice(8, 10) as [ReferenceSubject, ReferenceSubject];
    const once = setSubject(
      disk.map.expand(disk.map.loadTop(root), [first[0]]),
      first[0],
      stateOf(70),
    );
    expectCode(() => findSubject(once, second[0]), 'BAD_WITNESS');
    const pages = new Map(disk.pages);
    disk.pages.delete('0000');
    const twice = setSubject(disk.map.expand(once, [second[0]]), second[0], stateOf(71));
    disk.pages.set('0000', pages.get('0000') as Uint8Array);
    disk.flush(disk.map.loadTop(root), twice);
    const atOnce = new Disk();
    const changed = setSubject(setSubject(map, first[0], stateOf(70)), second[0], stateOf(71));
    atOnce.flush(EMPTY_MAP, changed);
    expect(disk.pages).to.deep.equal(atOnce.pages);
  });

  it('do not count as changed when they were only loaded or put away', () => {
    const { disk, map, root } = deepDisk();
    const top = disk.map.loadTop(root);
    const expanded = disk.map.expand(top, labelsOf(DEEP));
    const trees = [map, top, expanded, disk.map.trim(map), disk.map.trim(expanded)];
    for (const before of trees) {
      for (const after of trees) expect(disk.flush(before, after)).to.deep.equal([]);
    }
  });

  it('count as changed on the path of a changed subject only', () => {
    const families: ReferenceSubject[] = ['00', '01', '02'].flatMap((byte) =>
      DEEP.map(([label, state]): ReferenceSubject => {
        const bits = Number.parseInt(byte, 16).toString(2).padStart(8, '0');
        return [labelOf(bits + bitsOf(label).slice(0, 248)), state];
      }),
    );
    const disk = new Disk();
    const map = mapOf(families);
    disk.flush(EMPTY_MAP, map);
    const changed = families[20 + 9] as ReferenceSubject;
    const written = ['', '01', '0100', '010000'];
    expect(disk.flush(map, setSubject(map, changed[0], stateOf(500)))).to.deep.equal(written);
    expect(disk.flush(map, map)).to.deep.equal([]);
  });

  it('trim to what is not on disk', () => {
    const { disk, map, root } = deepDisk();
    const other = labelOf(`${'0'.repeat(8)}1`.padEnd(23, '1'), hashOf('other'));
    const top = disk.map.loadTop(root);
    const [near, far] = [DEEP[19], DEEP[9]] as [ReferenceSubject, ReferenceSubject];
    const changed = setSubject(disk.map.expand(top, [near[0], far[0]]), other, stateOf(7));
    const trimmed = disk.map.trim(changed, top);
    expect(mapRoot(trimmed)).to.deep.equal(mapRoot(changed));
    expect(findSubject(trimmed, other)).to.deep.equal(stateOf(7));
    expectCode(() => findSubject(trimmed, near[0]), 'BAD_WITNESS');
    const dirty = setSubject(disk.map.expand(top, [near[0]]), near[0], stateOf(9));
    expect(findSubject(disk.map.trim(dirty, top), near[0])).to.deep.equal(stateOf(9));
    expectCode(() => findSubject(disk.map.trim(map), near[0]), 'BAD_WITNESS');
  });

  it('take over the earlier tree where nothing changed, so that trimming costs as the change', () => {
    const { disk, root } = deepDisk();
    const top = disk.map.loadTop(root);
    expect(disk.map.trim(disk.map.expand(top, labelsOf(DEEP)), top)).to.equal(top);
    expect(disk.map.trimFlushed(disk.map.expand(top, labelsOf(DEEP)), top)).to.equal(top);
    const [label] = DEEP[0] as ReferenceSubject;
    const after = disk.map.trimFlushed(setSubject(top, label, stateOf(99)), top);
    const path = (node: MapNode): MapNode => (node as InnerNode).left;
    expect(path(after)).to.not.equal(path(top));
    expect(path(path(path(path(after))))).to.equal(path(path(path(path(top)))));
  });

  it('load the empty map where nothing was written, and nothing else', () => {
    const disk = new Disk();
    expect(disk.map.loadTop()).to.equal(EMPTY_MAP);
    expect(disk.map.loadTop(new Uint8Array(32))).to.equal(EMPTY_MAP);
    expectCode(() => disk.map.loadTop(hashOf('root')), 'STORE_CORRUPT');
    expect(disk.flush(EMPTY_MAP, EMPTY_MAP)).to.deep.equal([]);
    expectCode(() => deepDisk().disk.map.loadTop(new Uint8Array(32)), 'STORE_CORRUPT');
  });

  it('hold a map of one subject in the page of the root', () => {
    const disk = new Disk();
    const map = mapOf(DEEP.slice(0, 1));
    expect(disk.flush(EMPTY_MAP, map)).to.deep.equal(['']);
    expect(disk.map.loadTop(mapRoot(map))).to.deep.equal(map);
  });
});
