import fs, { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSmallFile } from '../../gateway/services/small-file.js';
import { expectCode } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

describe('a small file', () => {
  let folder: string;
  let path: string;
  const { closeSync } = fs;
  beforeEach(() => {
    folder = newTempFolder();
    path = join(folder, 'f');
    writeFileSync(path, 'whole');
  });
  afterEach(() => {
    fs.closeSync = closeSync;
    removeTempFolder(folder);
  });

  it('that cannot be closed is one that cannot be read, by its code', () => {
    expect(Buffer.from(readSmallFile(path)).toString()).to.equal('whole');
    fs.closeSync = (fd) => {
      closeSync(fd);
      throw Object.assign(new Error('EIO: close'), { code: 'EIO', errno: -constants.errno.EIO });
    };
    expectCode(() => readSmallFile(path), 'FILE_UNREADABLE');
  });
});
