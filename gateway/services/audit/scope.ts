// Which records a re-verification is about: all, or those whose files were read below some paths.
import { resolve } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { TABLES } from '../../store/keys.js';
import { type BaselineRow, parseBaselineRow } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import { fileError } from '../file-error.js';
import { showFileName } from '../file-name.js';
import { realPath } from '../left-out.js';
import { usable } from './checks.js';

export class Scope {
  /** Real paths as latin1 text, sorted; none is all records. */
  readonly paths: readonly string[];

  private constructor(paths: readonly string[]) {
    this.paths = paths;
  }

  /**
   * Throws FILE_UNREADABLE for a path that cannot be followed.
   * @param paths as given; they need not exist any more
   */
  static of(paths: readonly string[]): Scope {
    try {
      return new Scope([...new Set(paths.map((path) => realPath(resolve(path))))].sort());
    } catch (error) {
      throw fileError(error, 'file');
    }
  }

  get coverage(): 'all' | 'part' {
    return this.paths.length === 0 ? 'all' : 'part';
  }

  /** For people and JSON. */
  get shownPaths(): string[] {
    return this.paths.map(showFileName);
  }

  /** @param path of a file, latin1 text; undefined when none is known */
  holds(path: string | undefined): boolean {
    if (this.paths.length === 0) return true;
    return path !== undefined && this.paths.some((top) => isBelow(path, top));
  }

  /** Throws NOT_ANCHORED naming a path below which no record's file was read. */
  async requireRecords(store: StoredLog): Promise<void> {
    const empty = new Set(this.paths);
    if (empty.size === 0) return;
    for await (const [, row] of store.db.rowsAsFound(TABLES.baseline)) {
      const path = row && usable(() => baselinePath(parseBaselineRow(row)));
      for (const top of empty) if (path !== undefined && isBelow(path, top)) empty.delete(top);
      if (empty.size === 0) return;
    }
    const [first = ''] = [...empty].map(showFileName);
    throw new ChartsealError('NOT_ANCHORED', `nothing was anchored from ${first}`);
  }
}

function isBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(top === '/' ? '/' : `${top}/`);
}

/** Latin1 text. */
export function baselinePath({ path }: BaselineRow): string {
  return Buffer.from(path, 'base64').toString('latin1');
}
