// Which entries below a walked folder are Chartseal's own and no documents. Paths are compared in
// their real form, since the walk follows no link below its top; those that do not exist yet count
// too: receipts are written while the walk goes on.
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isSystemError } from './file-error.js';
import { fileNameFromText } from './file-name.js';

/**
 * Tells for a path below `top` (relative, '' for `top` itself) whether it is one of `own`; true
 * for all when `top` lies in one of them. Names are latin1 text; `top` is a real path.
 */
export function leftOut(top: string, own: readonly string[]): (relative: string) => boolean {
  const start = top === '/' ? '/' : `${top}/`;
  const inside = new Set<string>();
  for (const path of own) {
    const real = realPath(resolve(path));
    if (start.startsWith(`${real}/`)) return () => true;
    if (real.startsWith(start)) inside.add(real.slice(start.length));
  }
  return (relative) => inside.has(relative);
}

/**
 * Whether what lies at a path, with links followed, is the folder or within it; false where that
 * cannot be known.
 */
export function liesWithin(path: string, folder: string): boolean {
  try {
    return `${realPath(resolve(path))}/`.startsWith(`${realPath(resolve(folder))}/`);
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** Real form of an absolute path, as latin1 text; of what does not exist yet too. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path, { encoding: 'latin1' });
  } catch (error) {
    const isTop = dirname(path) === path;
    if (isTop || !isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
    return join(realPath(dirname(path)), fileNameFromText(basename(path)));
  }
}
