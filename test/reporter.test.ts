import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { newTempFolder, removeTempFolder } from './support/temp-folder.js';

const MOCHA = join('node_modules', 'mocha', 'bin', 'mocha.js');

describe('a run of tests', () => {
  const folder = newTempFolder();
  after(() => removeTempFolder(folder));

  function run(text: string, graceMs = 20_000) {
    const file = join(folder, 'some.test.cjs');
    writeFileSync(file, text);
    const reporter = ['--reporter', 'scripts/plain-reporter.cjs'];
    const grace = ['--reporter-option', `graceMs=${graceMs}`];
    const { status, stdout } = spawnSync(
      process.execPath,
      [MOCHA, '--no-config', '--require', 'scripts/patience.cjs', ...reporter, ...grace, file],
      { encoding: 'utf8' },
    );
    return { status, last: stdout.trimEnd().split('\n').at(-1), stdout };
  }

  it('ends with how many passed and failed, and with a code that says so', () => {
    const { status, last } = run("it('a', () => {}); it('b', () => { throw new Error('b'); });");
    expect({ status, last }).to.deep.equal({ status: 1, last: '1 passed, 1 failed' });
    const good = run("it('a', () => {});");
    expect(good).to.include({ status: 0, last: '1 passed, 0 failed' });
  });

  it('ends, as a failure that names it, when a test left something open', () => {
    const listening =
      "it('a', () => { require('node:net').createServer().listen(0, '127.0.0.1'); });";
    const { status, last, stdout } = run(listening, 200);
    expect({ status, last }).to.deep.equal({ status: 1, last: '1 passed, 1 failed' });
    expect(stdout).to.match(/did not end: .*TCPServerWrap/);
  });

  it('ends, and says so, when a timer goes on', () => {
    const { status, last, stdout } = run("it('a', () => { setInterval(() => {}, 50); });", 200);
    expect({ status, last }).to.deep.equal({ status: 0, last: '1 passed, 0 failed' });
    expect(stdout).to.match(/did not end: .*Timeout/);
  });

  it('gives each test and hook three times what it says, and no more', () => {
    const waiting = (ms: number) => `async function () {
      await new Promise((r) => setTimeout(r, ${ms}));
    }`;
    const test = (ms: number) => `it('w', ${waiting(ms)}).timeout(1000);`;
    const hook = (ms: number) => `describe('s', function () {
      this.timeout(1000);
      before(${waiting(ms)});
      it('w', () => {});
    });`;
    for (const one of [test, hook]) {
      expect(run(one(1500)).last).to.equal('1 passed, 0 failed');
      expect(run(one(3500)).last).to.equal('0 passed, 1 failed');
    }
  });

  it('tells at its end what failed in any of its processes', () => {
    const reporter = resolve('scripts', 'plain-reporter.cjs');
    writeFileSync(join(folder, '.mocharc.json'), JSON.stringify({ reporter }));
    const tests = { core: 'throw new Error("whose core");', http: 'throw 0;', live: '' };
    for (const [name, body] of Object.entries(tests)) {
      const tree = join(folder, 'dist', 'test', name);
      mkdirSync(tree, { recursive: true });
      writeFileSync(join(tree, `${name}.test.js`), `it('is in ${name}', () => { ${body} });`);
    }
    const { status, stdout } = spawnSync(process.execPath, [resolve('dist/scripts/test.js')], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, FORCE_COLOR: '1' },
    });
    expect(status).to.equal(1);
    const [, told = ''] = stdout.split('is in live');
    expect(told).to.match(/is in core.*whose core.*is in http.*\n1 passed, 2 failed\n$/s);
  });
});
