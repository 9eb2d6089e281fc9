// A store of map pages in memory, and a map whose pages lie five levels deep.
import { EMPTY_MAP, type MapNode, mapRoot } from '../../chaincode/core/subject-map.js';
import { changedPages, MapPages } from '../../gateway/store/map-pages.js';
import { hashOf, labelOf, mapOf, stateOf } from '../core/map-samples.js';
import type { ReferenceSubject } from '../core/reference-map.js';

/** Pages in a Map, as the store keeps them, and what was read of them. */
export class Disk {
  readonly pages = new Map<string, Uint8Array>();
  readonly read: string[] = [];
  readonly map = new MapPages((prefix) => {
    this.read.push(prefix);
    return this.pages.get(prefix);
  });

  /** Writes what changed; the prefixes of the pages written, sorted. */
  flush(before: MapNode, after: MapNode): string[] {
    const changed = [...changedPages(before, after)];
    for (const [prefix, bytes] of changed) this.pages.set(prefix, bytes);
    return changed.map(([prefix]) => prefix).sort();
  }
}

export const labelsOf = (subjects: readonly ReferenceSubject[]) => subjects.map(([label]) => label);

/** Families that part at depth 4, 12, 20, 28 and 36: pages in five levels. */
export const DEEP: readonly ReferenceSubject[] = [0, 8, 16, 24, 32].flatMap((depth) =>
  Array.from({ length: 4 }, (_, at): ReferenceSubject => {
    const bits = `${'0'.repeat(depth)}0001${at.toString(2).padStart(2, '0')}`;
    return [labelOf(bits, hashOf(`${depth} ${at}`)), stateOf(depth + at)];
  }),
);

export function deepDisk(): { disk: Disk; map: MapNode; root: Uint8Array } {
  const disk = new Disk();
  const map = mapOf(DEEP);
  disk.flush(EMPTY_MAP, map);
  return { disk, map, root: mapRoot(map) };
}
