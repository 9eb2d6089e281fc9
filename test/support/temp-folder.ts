// A folder of its own for a test that needs real files, and the files that are awkward to make.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const NOBODY = 65534;

/** A new folder that every user may enter; its path holds no symbolic link. */
export function newTempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'chartseal-files-')));
  chmodSync(folder, 0o755);
  return folder;
}

/** Removes it with all in it: also paths that are too long for one call. */
export function removeTempFolder(folder: string): void {
  execFileSync('rm', ['-rf', folder]);
}

/** A copy with the rights of folders, which cpSync of newer Nodes leaves out. */
export function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

/** Writes files below `folder`, with their folders. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [relative, content] of Object.entries(files)) {
    const path = join(folder, relative);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

export function makeFifo(path: string): void {
  execFileSync('mkfifo', [path]);
}

/** A file system of its own, as small as `options` say. False where none may be mounted. */
export function mountTmpfs(folder: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}

/** Whether {@link mountTmpfs} does here; elsewhere no disk is full without being everybody's. */
export function canMountTmpfs(): boolean {
  const folder = newTempFolder();
  try {
    if (process.platform !== 'linux' || !mountTmpfs(folder, 'size=1m')) return false;
    return spawnSync('umount', [folder]).status === 0;
  } finally {
    removeTempFolder(folder);
  }
}

/** Runs `act` without the rights of root, whom no file mode stops. */
export async function asOrdinaryUser<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}
