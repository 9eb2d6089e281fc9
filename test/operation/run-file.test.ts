import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  findGateway,
  removeRunFile,
  removeRunFileSync,
  writeRunFile,
} from '../../gateway/operation/run-file.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';
import { asOrdinaryUser } from '../support/temp-folder.js';

describe('the file that leads to a running gateway', () => {
  let data: string;
  let run: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'chartseal-run-'));
    run = join(data, 'run');
    mkdirSync(run);
  });
  afterEach(() => rmSync(data, { recursive: true }));
  const token = 'a'.repeat(43);
  const url = 'http://127.0.0.1:12345';

  it('is for its owner alone, and found while its process lives', async () => {
    const running = { url, pid: process.pid, token };
    await writeRunFile(run, running);
    expect(statSync(join(run, 'gateway.json')).mode & 0o777).to.equal(0o600);
    expect(await findGateway(data)).to.deep.equal(running);
    await removeRunFile(run);
    expect(existsSync(join(run, 'gateway.json'))).to.equal(false);
    expect(await findGateway(data)).to.equal(undefined);
    await removeRunFile(run);
  });

  it('is not used when others may have read the token', async () => {
    await writeRunFile(run, { url, pid: process.pid, token });
    chmodSync(join(run, 'gateway.json'), 0o640);
    await expectCodeAsync(() => findGateway(data), 'KEY_EXPOSED');
  });

  it('is refused in the words of the system where it cannot be written or removed', async () => {
    await writeRunFile(run, { url, pid: process.pid, token });
    chmodSync(data, 0o755);
    chmodSync(run, 0o555);
    await asOrdinaryUser(async () => {
      const write = writeRunFile(run, { url, pid: process.pid, token });
      const told = await write.catch((error: unknown) => error);
      expect(told).to.include({ code: 'FILE_UNWRITABLE' });
      expect(String(told)).to.match(/permission denied$/);
      await expectCodeAsync(() => removeRunFile(run), 'FILE_UNWRITABLE');
      expectCode(() => removeRunFileSync(run), 'FILE_UNWRITABLE');
    });
    chmodSync(run, 0o755);
    removeRunFileSync(run);
    expect(existsSync(join(run, 'gateway.json'))).to.equal(false);
  });

  it('is left as it was, and no half beside it, when it cannot get its name', async () => {
    mkdirSync(join(run, 'gateway.json'));
    const write = () => writeRunFile(run, { url, pid: process.pid, token });
    await expectCodeAsync(write, 'FILE_UNWRITABLE');
    expect(readdirSync(run)).to.deep.equal(['gateway.json']);
  });

  it('counts for nothing when a process left it that is gone', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    await writeRunFile(run, { url, pid, token });
    expect(await findGateway(data)).to.equal(undefined);
  });

  it('counts for nothing when it leads elsewhere or is not as this program writes it', async () => {
    const good = { url, pid: process.pid, token };
    for (const bad of [
      '',
      '{}',
      JSON.stringify({ ...good, url: 'http://192.0.2.1:80' }),
      JSON.stringify({ ...good, url: `${url}@evil.example` }),
      JSON.stringify({ ...good, token: 'a b' }),
      JSON.stringify({ ...good, pid: '1' }),
      JSON.stringify({ ...good, more: 1 }),
    ]) {
      writeFileSync(join(run, 'gateway.json'), bad, { mode: 0o600 });
      expect(await findGateway(data), bad).to.equal(undefined);
    }
    expect(await findGateway(join(data, 'none'))).to.equal(undefined);
  });
});
