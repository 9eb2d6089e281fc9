// Calls of node:fs that fail in a program as they do on a disk that fails: told to it by its
// environment, and done by what is loaded into it before anything of its own.
import { join } from 'node:path';

export interface DiskFault {
  /** In node:fs/promises, and with `Sync` in node:fs. */
  readonly call:
    | 'close'
    | 'lstat'
    | 'mkdir'
    | 'mkdtemp'
    | 'open'
    | 'readFile'
    | 'readdir'
    | 'realpath'
    | 'rename'
    | 'rm'
    | 'stat';
  /** Source of a pattern that the first path fits; of `close`, the number of the file. */
  readonly path: string;
  readonly code: 'EACCES' | 'EIO' | 'ENOSPC' | 'EROFS';
  /** The first of these calls that fails, from 1, and all after it; 1 when it is left out. */
  readonly from?: number;
  /** The last of them that fails; none is the last when it is left out. */
  readonly until?: number;
}

export const DISK_FAULTS = 'CHARTSEAL_DISK_FAULTS';

const PRELOAD = join(__dirname, 'disk-fault-preload.js');

/** Environment of a program whose disk fails so. */
export function failingDisk(...faults: readonly DiskFault[]): Readonly<Record<string, string>> {
  return {
    NODE_OPTIONS: `--require=${JSON.stringify(PRELOAD)}`,
    [DISK_FAULTS]: JSON.stringify(faults),
  };
}
