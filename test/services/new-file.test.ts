import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { utf8 } from '../../chaincode/core/bytes.js';
import { NewFile } from '../../gateway/services/backup/new-file.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { asOrdinaryUser, newTempFolder, removeTempFolder } from '../support/temp-folder.js';

describe('a new file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = newTempFolder();
    path = join(folder, 'z');
  });
  afterEach(() => removeTempFolder(folder));

  const names = () => readdirSync(folder).sort();

  async function begin(text: string): Promise<NewFile> {
    const file = await NewFile.create(path);
    await file.write(utf8(text));
    return file;
  }

  it('of two writers belongs to the first that ends; the other is refused, and harms nothing', async () => {
    for (const first of [0, 1]) {
      const both = [await begin('0'), await begin('1')] as const;
      const [winner, loser] = first === 0 ? both : ([both[1], both[0]] as const);
      await winner.keep();
      await winner.discard();
      await expectCodeAsync(() => loser.keep(), 'FILE_EXISTS');
      await loser.discard();
      expect(names()).to.deep.equal(['z']);
      expect(readFileSync(path, 'utf8')).to.equal(String(first));
      rmSync(path);
    }
  });

  it('is not touched by another writer that gives up', async () => {
    const [one, other] = [await begin('one'), await begin('other')];
    await other.discard();
    await one.keep();
    await one.discard();
    expect(names()).to.deep.equal(['z']);
    expect(readFileSync(path, 'utf8')).to.equal('one');
  });

  it('takes away what killed processes left of it, and nothing else', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    const tail = '0123456789ab';
    const gone = ['z.part', `z.part-${pid}-${tail}`, `z.part-${process.pid}-${tail}`];
    const kept = [`y.part-${pid}-${tail}`, `z.part-${process.ppid}-${tail}`, 'z.part-notes'];
    for (const name of [...gone, ...kept]) writeFileSync(join(folder, name), 'x');
    mkdirSync(join(folder, `z.part-${pid}-ba9876543210`));
    const file = await begin('whole');
    await file.keep();
    await file.discard();
    const left = [...kept, `z.part-${pid}-ba9876543210`, 'z'];
    expect(names()).to.deep.equal(left.sort());
  });

  it('says what is left of it where that cannot be taken away', async () => {
    chmodSync(folder, 0o777);
    const file = await asOrdinaryUser(() => begin('half'));
    const [part = ''] = names();
    chmodSync(folder, 0o555);
    const told = await asOrdinaryUser(() => file.discard().catch((error: unknown) => error));
    chmodSync(folder, 0o755);
    expect(told).to.include({ code: 'FILE_UNWRITABLE' });
    expect(String(told))
      .to.include(part)
      .and.to.match(/permission denied$/);
  });

  it('is refused before it has its name where it does not read as it was written', async () => {
    const file = await begin('ours');
    await file.readBack(utf8('ours'));
    const [part = ''] = names();
    writeFileSync(join(folder, part), 'else');
    await expectCodeAsync(() => file.readBack(utf8('ours')), 'FILE_UNWRITABLE');
    rmSync(join(folder, part));
    mkdirSync(join(folder, part));
    await expectCodeAsync(() => file.readBack(utf8('ours')), 'FILE_UNWRITABLE');
    rmSync(join(folder, part), { recursive: true });
    await file.discard();
    expect(names()).to.deep.equal([]);
  });

  it('does not give its name to what somebody put in the place of its part', async () => {
    const file = await begin('ours');
    const [part = ''] = names();
    renameSync(join(folder, part), join(folder, 'moved'));
    writeFileSync(join(folder, part), 'theirs');
    await expectCodeAsync(() => file.keep(), 'FILE_CHANGED');
    expect(names()).to.not.include('z');
    await file.discard();
  });
});
