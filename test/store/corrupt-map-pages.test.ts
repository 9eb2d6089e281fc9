import { expect } from 'chai';
import { hashText } from '../../chaincode/core/hash.js';
import { EMPTY_MAP, HashNode, InnerNode, mapRoot } from '../../chaincode/core/subject-map.js';
import { formatWitness, parseWitness } from '../../chaincode/core/witness.js';
import { changedPages } from '../../gateway/store/map-pages.js';
import { hashOf, labelOf, mapOf } from '../core/map-samples.js';
import type { ReferenceSubject } from '../core/reference-map.js';
import { expectCode } from '../support/expect-code.js';
import { DEEP, deepDisk, labelsOf } from './page-disk.js';

describe('corrupt map pages', () => {
  it('are STORE_CORRUPT when met with any byte changed, cut, longer, swapped or missing', () => {
    const { disk, root } = deepDisk();
    const met = (labels: Uint8Array[]) => disk.map.expand(disk.map.loadTop(root), labels);
    const meet = () => met(labelsOf(DEEP));
    // Its path leads through every page, of which the rest is hashed only.
    const meetOne = () => met(labelsOf(DEEP.slice(19)));
    for (const [prefix, bytes] of [...disk.pages]) {
      const spoiled: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at++) {
        for (const change of [0x01, 0x10, 0x80, 0xff]) {
          const changed = bytes.slice();
          changed[at] = (changed[at] as number) ^ change;
          spoiled.push(changed);
        }
        spoiled.push(bytes.subarray(0, at));
      }
      spoiled.push(Uint8Array.of(...bytes, 0));
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
