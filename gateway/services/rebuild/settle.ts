// Puts a rebuilt store in the place of the old one, in steps of which each leaves either of them:
// store.new → store.rebuilt (it is whole), store → store.before-rebuild-…, store.rebuilt → store.
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DataLayout } from '../../data/layout.js';
import { syncFolder } from '../../data/place.js';
import { isThere } from '../../level-files.js';
import { isSystemError } from '../file-error.js';

export interface RebuildPlaces {
  /** While it is being filled. */
  readonly filling: string;
  /** Whole, and about to take its place. */
  readonly rebuilt: string;
  /** A repaired copy of the old one. */
  readonly copy: string;
}

export function rebuildPlaces({ store }: DataLayout): RebuildPlaces {
  return { filling: `${store}.new`, rebuilt: `${store}.rebuilt`, copy: `${store}.copy` };
}

/** Removes what a killed rebuild left, while the store itself is in its place. */
export async function clearRebuild(layout: DataLayout): Promise<void> {
  // Else the rebuilt store is the only one in its place.
  if (!isThere(layout.store)) return;
  for (const path of Object.values(rebuildPlaces(layout))) {
    await rm(path, { recursive: true, force: true });
  }
}

/** Finishes what a killed rebuild began: the old store was put aside, the new one is whole. */
export async function finishRebuild(layout: DataLayout): Promise<void> {
  const { rebuilt } = rebuildPlaces(layout);
  if (isThere(layout.store) || !isThere(rebuilt)) return;
  try {
    await rename(rebuilt, layout.store);
  } catch (error) {
    // Another process did it at the same time.
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
  await syncFolder(dirname(layout.store));
}

/** @param aside where the old store goes */
export async function swapStores(layout: DataLayout, aside: string): Promise<void> {
  const { filling, rebuilt } = rebuildPlaces(layout);
  const parent = dirname(layout.store);
  await syncFolder(filling);
  await rename(filling, rebuilt);
  await syncFolder(parent);
  await rename(layout.store, aside);
  await syncFolder(parent);
  await finishRebuild(layout);
}
