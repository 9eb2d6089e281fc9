// What an import built is on disk before it takes its place, whatever the machine does then.
import { cpSync, mkdirSync, readdirSync, readlinkSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { importLog } from '../../gateway/services/backup/import.js';
import { exportBytes, makeSample, writeExport } from '../support/backup-sample.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

/** Paths that are made durable while `act` runs. */
async function syncedBy(folder: string, act: () => Promise<unknown>): Promise<string[]> {
  const paths: string[] = [];
  const handle = await open(folder, 'r');
  await handle.close();
  const holder = Object.getPrototypeOf(handle) as { sync(this: FileHandle): Promise<void> };
  const original = holder.sync;
  holder.sync = function () {
    paths.push(readlinkSync(`/proc/self/fd/${this.fd}`));
    return original.call(this);
  };
  try {
    await act();
    return paths;
  } finally {
    holder.sync = original;
  }
}

// Elsewhere the system does not say which path a handle has.
if (process.platform === 'linux') {
  describe('an import', () => {
    let folder: string;
    beforeEach(() => {
      folder = newTempFolder();
    });
    afterEach(() => removeTempFolder(folder));

    it('makes every file and folder of store and ledger durable before it puts them in place', async () => {
      const [source, data] = [join(folder, 'source'), join(folder, 'new')];
      await makeSample(source);
      const file = writeExport(join(folder, 'export.jsonl'), await exportBytes(source));
      mkdirSync(data, { mode: 0o700 });
      cpSync(join(source, 'keys'), join(data, 'keys'), { recursive: true });
      const paths = await syncedBy(folder, () => importLog(file, data));
      // Built in a folder within.
      const synced = paths.map((path) => relative(data, path).split('/').slice(1).join('/'));
      for (const part of ['store', 'ledger']) {
        const made = readdirSync(join(data, part), { recursive: true }).map(String);
        expect(synced).to.include.members([part, ...made.map((name) => join(part, name))]);
      }
    });
  });
}
