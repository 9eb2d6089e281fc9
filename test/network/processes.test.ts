import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { processMark } from '../../network/process-mark.js';
import {
  findProcess,
  type ProcessSpec,
  runningProcesses,
  startProcess,
  stopProcess,
} from '../../network/processes.js';
import { withLock } from '../../network/state-lock.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

/** Empty when it has ended meanwhile. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

/** Processes of a group that have not ended; zombies have. */
function membersOf(group: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(statOf)
    .map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' '))
    .filter(([state, , pgrp]) => state !== 'Z' && pgrp === String(group))
    .map((fields) => fields.join(' '));
}

describe('the processes of a network', () => {
  let folder: string;
  let place: { folder: string };

  beforeEach(() => {
    folder = newTempFolder();
    place = { folder };
  });

  afterEach(async () => {
    for (const name of await runningProcesses(place)) await stopProcess(place, name);
    removeTempFolder(folder);
  });

  const shell = (script: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
    ...{ name: 'one', program: '/bin/sh', args: ['-c', script], cwd: folder },
    ...more,
  });
  const recordPath = () => join(folder, 'run', 'one.json');
  const logText = () => readFileSync(join(folder, 'logs', 'one.log'), 'utf8');

  it('run in a group of their own, with a log and a pid file that only the owner reads', async () => {
    expect(await startProcess(place, shell('echo said; exec sleep 60'))).to.equal(true);
    const { pid } = (await findProcess(place, 'one')) as { pid: number };
    const group = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[4]);
    expect(group).to.equal(pid);
    for (const path of [recordPath(), join(folder, 'logs', 'one.log')]) {
      expect(statSync(path).mode & 0o777).to.equal(0o600);
    }
    while (!logText().includes('said\n')) await sleep(20);
  });

  it('are started once: the second start finds the first', async () => {
    await startProcess(place, shell('exec sleep 60'));
    const first = await findProcess(place, 'one');
    expect(await startProcess(place, shell('exec sleep 60'))).to.equal(false);
    expect(await findProcess(place, 'one')).to.deep.equal(first);
  });

  it("get nothing of the user's environment that could steer them, and a umask of 077", async () => {
    process.env['CORE_PEER_ADDRESS'] = 'elsewhere:7051';
    try {
      const script = 'touch made; env; exec sleep 60';
      await startProcess(place, shell(script, { env: { FABRIC_CFG_PATH: '/here' } }));
      while (!logText().includes('FABRIC_CFG_PATH')) await sleep(20);
      expect(logText()).to.contain('FABRIC_CFG_PATH=/here').and.not.contain('CORE_PEER');
      expect(statSync(join(folder, 'made')).mode & 0o777).to.equal(0o600);
    } finally {
      delete process.env['CORE_PEER_ADDRESS'];
    }
  });

  it('that end before they are ready are told of, with their last words', async () => {
    const spec = shell('echo panic: no such key; exit 2', { isReady: async () => false });
    const message = await startProcess(place, spec).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).to.contain('panic: no such key').and.contain('one.log');
    await expectCodeAsync(() => startProcess(place, spec), 'NETWORK_FAILED');
    expect(await runningProcesses(place)).to.deep.equal([]);
  });

  it('that do not get ready in time are ended', async () => {
    const spec = shell('exec sleep 60', { isReady: async () => false, readyMs: 200 });
    await expectCodeAsync(() => startProcess(place, spec), 'NETWORK_FAILED');
    expect(await runningProcesses(place)).to.deep.equal([]);
  });

  it('whose program is not there are told of', async () => {
    const spec = shell('', { program: '/nowhere/peer', isReady: async () => false });
    await expectCodeAsync(() => startProcess(place, spec), 'NETWORK_FAILED');
  });

  it('end with their children, by force where asking does not help', async () => {
    const script = "sleep 61 & trap '' TERM; echo up; while :; do sleep 0.1; done";
    await startProcess(place, shell(script, { isReady: async () => logText().includes('up\n') }));
    const { pid } = (await findProcess(place, 'one')) as { pid: number };
    const stopping = stopProcess(place, 'one', 600);
    await sleep(300);
    expect(await processMark(pid)).to.not.equal(undefined);
    expect(await stopping).to.equal(true);
    expect(await processMark(pid)).to.equal(undefined);
    // The kernel may still be taking apart what was killed; what lives on would stay for a minute.
    for (let turn = 0; turn < 100 && membersOf(pid).length > 0; turn++) await sleep(50);
    expect(membersOf(pid)).to.deep.equal([]);
    expect(await stopProcess(place, 'one')).to.equal(false);
  });

  it('are not taken for another process that got the same pid', async () => {
    await startProcess(place, shell('exec sleep 60'));
    const record = JSON.parse(readFileSync(recordPath(), 'utf8'));
    await stopProcess(place, 'one');
    // Start times are told in steps; no system gives a pid again within one.
    await sleep(process.platform === 'linux' ? 20 : 1100);
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      writeFileSync(recordPath(), JSON.stringify({ ...record, pid: other.pid }));
      expect(await findProcess(place, 'one')).to.equal(undefined);
      expect(await stopProcess(place, 'one')).to.equal(false);
      expect(await processMark(other.pid as number)).to.not.equal(undefined);
    } finally {
      other.kill();
      await once(other, 'exit');
    }
  });

  it('are not those of a copy of their folder, which neither finds nor ends them', async () => {
    await startProcess(place, shell('exec sleep 60'));
    const copy = { folder: newTempFolder() };
    try {
      cpSync(folder, copy.folder, { recursive: true });
      expect(await findProcess(copy, 'one')).to.equal(undefined);
      expect(await runningProcesses(copy)).to.deep.equal([]);
      expect(await stopProcess(copy, 'one')).to.equal(false);
    } finally {
      removeTempFolder(copy.folder);
    }
    expect(await runningProcesses(place)).to.deep.equal(['one']);
  });

  it('do not begin before their pid is on disk, and end when it cannot be written', async () => {
    // So long that the file fits, and the one that is written first and renamed does not.
    const spec = shell('touch begun; exec sleep 60', { name: 'n'.repeat(245) });
    await expectCodeAsync(() => startProcess(place, spec), 'NETWORK_FAILED');
    await sleep(200);
    expect(existsSync(join(folder, 'begun'))).to.equal(false);
  });

  it('are worked on by one command at a time', async () => {
    await withLock(folder, async () => {
      await expectCodeAsync(() => withLock(folder, async () => 'both'), 'NETWORK_BUSY');
    });
    expect(await withLock(folder, async () => 'after')).to.equal('after');
  });

  it('are not changed where the lock is a folder, which stays', async () => {
    const lock = join(folder, 'lock');
    mkdirSync(lock);
    await expectCodeAsync(() => withLock(folder, async () => 'mine'), 'FILE_UNREADABLE');
    expect(readdirSync(folder)).to.include('lock');
    rmdirSync(lock);
  });

  it('are not locked by a command that was killed', async () => {
    const lock = join(folder, 'lock');
    for (const left of [`${process.pid} of another time`, '999999999 x', '']) {
      writeFileSync(lock, left);
      expect(await withLock(folder, async () => 'mine')).to.equal('mine');
      if (left === '') continue;
      symlinkSync(left, lock);
      expect(await withLock(folder, async () => 'mine')).to.equal('mine');
    }
  });
});
