import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { hashText } from '../../chaincode/core/hash.js';
import {
  EMPTY_MAP,
  findSubject,
  HashNode,
  InnerNode,
  type MapNode,
  mapRoot,
  setSubject,
} from '../../chaincode/core/subject-map.js';
import { formatWitness, parseWitness } from '../../chaincode/core/witness.js';
import { changedPages } from '../../gateway/store/map-pages.js';
import { hashOf, labelOf, mapOf, stateOf } from '../core/map-samples.js';
import type { ReferenceSubject } from '../core/reference-map.js';
import { expectCode } from '../support/expect-code.js';
import { DEEP, deepDisk, labelsOf } from './page-disk.js';

/** Undefined where reading it is STORE_CORRUPT. */
function mapOrCorrupt(read: () => MapNode): MapNode | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'STORE_CORRUPT') return undefined;
    throw error;
  }
}

describe('corrupt map pages', () => {
  it('are STORE_CORRUPT when met with any byte changed, cut, longer, swapped or missing', () => {
    const { disk, root } = deepDisk();
    const met = (labels: Uint8Array[]) => disk.map.expand(disk.map.loadTop(root), labels);
    const meet = () => met(labelsOf(DEEP));
    // Its path leads through every page, of which the rest is passed over.
    const [last, state] = DEEP[19] as ReferenceSubject;
    const meetOne = () => met([last]);
    for (const [prefix, bytes] of [...disk.pages]) {
      for (let at = 0; at < bytes.length; at++) {
        for (const change of [0x01, 0x10, 0x80, 0xff]) {
          const changed = bytes.slice();
          changed[at] = (changed[at] as number) ^ change;
          disk.pages.set(prefix, changed);
          expectCode(meet, 'STORE_CORRUPT');
          const one = mapOrCorrupt(meetOne);
          if (one === undefined) continue;
          expect(mapRoot(one)).to.deep.equal(root);
          expect(findSubject(one, last)).to.deep.equal(state);
          expectCode(() => disk.map.expand(one, labelsOf(DEEP)), 'STORE_CORRUPT');
        }
      }
      const spoiled: Uint8Array[] = [Uint8Array.of(...bytes, 0)];
      for (let end = 0; end < bytes.length; end++) spoiled.push(bytes.subarray(0, end));
      for (const [other, page] of disk.pages) if (other !== prefix) spoiled.push(page);
      for (const page of spoiled) {
        disk.pages.set(prefix, page);
        expectCode(meet, 'STORE_CORRUPT');
        expectCode(meetOne, 'STORE_CORRUPT');
      }
      disk.pages.delete(prefix);
      expectCode(meet, 'STORE_CORRUPT');
      expectCode(meetOne, 'STORE_CORRUPT');
      disk.pages.set(prefix, bytes);
    }
    expect(mapRoot(meet())).to.deep.equal(root);
  });

  it('are refused where the hash of an inner node lacks, or stands before the first', () => {
    const { disk, root } = deepDisk();
    const page = disk.pages.get('0000') as Uint8Array;
    const hash = hashOf('any');
    const wrong = [
      [5, ...hash, ...page.subarray(1)],
      [3, 3, ...page.subarray(34)],
    ];
    expect([...page.subarray(0, 2)]).to.deep.equal([3, 5]);
    for (const bytes of wrong) {
      disk.pages.set('0000', Uint8Array.from(bytes));
      for (const [label] of DEEP.slice(8)) {
        expectCode(() => disk.map.expand(disk.map.loadTop(root), [label]), 'STORE_CORRUPT');
      }
    }
  });

  it('are written on with a part that nobody looked at, and that part stays STORE_CORRUPT', () => {
    const { disk, root } = deepDisk();
    const [passed, met] = [DEEP[8], DEEP[19]] as [ReferenceSubject, ReferenceSubject];
    const page = disk.pages.get('0000') as Uint8Array;
    const at = Buffer.from(page).indexOf(passed[1].head);
    page[at] = (page[at] as number) ^ 1;
    const top = disk.map.loadTop(root);
    const after = setSubject(disk.map.expand(top, [met[0]]), met[0], stateOf(99));
    expect(disk.flush(top, after)).to.include('0000');
    const again = disk.map.loadTop(mapRoot(after));
    expect(findSubject(disk.map.expand(again, [met[0]]), met[0])).to.deep.equal(stateOf(99));
    expectCode(() => disk.map.expand(again, [passed[0]]), 'STORE_CORRUPT');
  });

  it('are refused with a hash inside or a met subject, though the root would be right', () => {
    const { disk, root } = deepDisk();
    const map = disk.map.expand(disk.map.loadTop(root), labelsOf(DEEP));
    const top = disk.pages.get('') as Uint8Array;
    const pruned = formatWitness(map, [(DEEP[0] as ReferenceSubject)[0]]);
    disk.pages.set('', pruned);
    expectCode(() => disk.map.loadTop(root), 'STORE_CORRUPT');
    disk.pages.set('', top);
    const page = mapOf(DEEP.slice(0, 1));
    disk.pages.set('', formatWitness(page, [labelOf('1')]));
    expectCode(() => disk.map.loadTop(mapRoot(page)), 'STORE_CORRUPT');
  });

  it('are not written from a tree that does not hold what changed', () => {
    const { disk, map, root } = deepDisk();
    const top = disk.map.loadTop(root);
    expectCode(() => [...changedPages(EMPTY_MAP, top)], 'STORE_CORRUPT');
    const witness = parseWitness(formatWitness(map, labelsOf(DEEP.slice(0, 1))), 1);
    expectCode(() => [...changedPages(EMPTY_MAP, witness)], 'STORE_CORRUPT');
    const wrong = new InnerNode(
      new HashNode(hashText(hashOf('a'))),
      new HashNode(hashText(hashOf('b'))),
    );
    expectCode(() => disk.map.expand(wrong, [labelOf('1')]), 'STORE_CORRUPT');
  });
});
