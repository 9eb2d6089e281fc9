import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { newTempFolder, removeTempFolder } from './support/temp-folder.js';

const load = (path: string) => import(pathToFileURL(join(process.cwd(), path)).href);

describe('the version of Node', () => {
  it('is judged by the engines of package.json', async () => {
    const { nodeVersionProblem } = await load('cli/node-version.mjs');
    for (const good of [
      process.versions.node,
      '20.19.0',
      '20.20.2',
      '22.12.0',
      '23.1.0',
      '24.0.1',
    ]) {
      expect(nodeVersionProblem(good), good).to.equal('');
    }
    for (const bad of ['18.20.4', '20.9.0', '20.18.9', '21.7.3', '22.11.9', '8.0.0']) {
      expect(nodeVersionProblem(bad), bad).to.include(bad);
    }
  });
});

describe('the lock of the set-up', () => {
  let folder: string;
  let lock: string;
  const quiet = () => {};
  beforeEach(() => {
    folder = newTempFolder();
    lock = join(folder, 'lock');
  });
  afterEach(() => removeTempFolder(folder));

  it('is taken over from an owner that is gone, in whatever state it was left', async () => {
    const { acquireLock, releaseLock } = await load('scripts/setup-lock.mjs');
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    for (const left of [`${pid}\n`, `${pid} ${pid}\n`, `${process.pid}\n`]) {
      writeFileSync(lock, left);
      await acquireLock(lock, quiet);
      expect(readFileSync(lock, 'utf8')).to.equal(`${process.pid}\n`);
      releaseLock(lock);
      expect(existsSync(lock)).to.equal(false);
    }
  });

  it('is waited for while its owner lives, or the program that its owner started', async () => {
    const { acquireLock, releaseLock } = await load('scripts/setup-lock.mjs');
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    for (const held of [`${process.ppid}\n`, `${pid} ${process.ppid}\n`]) {
      writeFileSync(lock, held);
      const told: string[] = [];
      const acquired = acquireLock(lock, (text: string) => told.push(text));
      setTimeout(() => rmSync(lock), 50);
      await acquired;
      expect(told).to.have.length(1);
      releaseLock(lock);
    }
  });

  it('is not given back by somebody who does not hold it', async () => {
    const { releaseLock } = await load('scripts/setup-lock.mjs');
    writeFileSync(lock, `${process.ppid}\n`);
    releaseLock(lock);
    expect(existsSync(lock)).to.equal(true);
  });
});

describe('the set-up', () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  const setUp = () => {
    const { status, stderr } = spawnSync(process.execPath, [at('scripts', 'setup.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, npm_execpath: at('npm-cli.js') },
    });
    return { status, said: stderr.split('\n').filter((line) => line.startsWith('setup:')), stderr };
  };

  // A repository of one source, a compiler and an npm that only note that they were called.
  beforeEach(() => {
    folder = newTempFolder();
    cpSync('scripts/setup.mjs', at('scripts', 'setup.mjs'));
    cpSync('scripts/setup-lock.mjs', at('scripts', 'setup-lock.mjs'));
    cpSync('cli/node-version.mjs', at('cli', 'node-version.mjs'));
    for (const name of ['package.json', 'package-lock.json', 'tsconfig.json'])
      cpSync(name, at(name));
    writeFileSync(at('cli', 'main.ts'), '');
    const npm = `const fs = require('fs'); fs.mkdirSync('node_modules/typescript/bin', { recursive: true });
      fs.writeFileSync('node_modules/typescript/bin/tsc', fs.readFileSync('tsc.js'));
      fs.writeFileSync('node_modules/.package-lock.json', '{}'); process.stdout.write('npm on stdout\\n');`;
    const compile = `const fs = require('fs'); if (fs.existsSync('broken')) process.exitCode = 2;
      fs.mkdirSync('dist/cli', { recursive: true }); fs.writeFileSync('dist/cli/main.js', '');
      fs.writeFileSync('dist/.tsbuildinfo', '');`;
    writeFileSync(at('npm-cli.js'), npm);
    writeFileSync(at('tsc.js'), compile);
  });
  afterEach(() => removeTempFolder(folder));

  const INSTALL = /^setup: installing/;
  const BUILD = /^setup: building/;

  it('installs and builds on a fresh clone, and does nothing the second time', () => {
    const { status, said } = setUp();
    expect(status).to.equal(0);
    expect(said).to.have.length(2);
    expect(said[0]).to.match(INSTALL);
    expect(said[1]).to.match(BUILD);
    expect(setUp()).to.deep.equal({ status: 0, said: [], stderr: '' });
  });

  it('installs again when the lock of the packages is newer', () => {
    setUp();
    const later = new Date(Date.now() + 60_000);
    utimesSync(at('package-lock.json'), later, later);
    expect(setUp().said[0]).to.match(INSTALL);
  });

  it('builds again when a source is new, changed or gone', () => {
    setUp();
    const past = new Date(Date.now() - 60_000);
    writeFileSync(at('cli', 'new.ts'), '');
    expect(setUp().said).to.have.length(1);
    utimesSync(at('cli', 'new.ts'), past, past);
    expect(setUp().said).to.have.length(0);
    rmSync(at('cli', 'new.ts'));
    const { said } = setUp();
    expect(said).to.have.length(1);
    expect(said[0]).to.match(BUILD);
  });

  it('builds also what somebody only had checked by tsc --noEmit, which notes that it ran', () => {
    setUp();
    writeFileSync(at('cli', 'new.ts'), '');
    const later = new Date(Date.now() + 60_000);
    utimesSync(at('dist', '.tsbuildinfo'), later, later);
    expect(setUp().said).to.have.length(1);
  });

  it('builds again after a build that failed, even when nothing changed since', () => {
    writeFileSync(at('broken'), '');
    for (let time = 0; time < 2; time++) {
      const { status, stderr } = setUp();
      expect(status).to.equal(2);
      expect(stderr).to.match(/^error: the build failed\nhint: /m);
    }
    rmSync(at('broken'));
    expect(setUp()).to.include({ status: 0 });
    expect(setUp().said).to.have.length(0);
  });

  it('builds the pages again when anything that they are made of changed, style and page too', () => {
    const builder = `import { mkdirSync, writeFileSync, existsSync } from 'node:fs';
      if (existsSync('broken-pages')) process.exitCode = 1;
      mkdirSync('dist/web', { recursive: true }); writeFileSync('dist/web/pages.json', '{}');`;
    mkdirSync(at('gateway', 'web'), { recursive: true });
    writeFileSync(at('gateway', 'web', 'style.css'), '');
    writeFileSync(at('scripts', 'pages.mjs'), builder);
    const PAGES = /^setup: building the pages/;
    expect(setUp().said.at(-1)).to.match(PAGES);
    expect(setUp().said).to.have.length(0);
    const later = new Date(Date.now() + 60_000);
    utimesSync(at('gateway', 'web', 'style.css'), later, later);
    expect(setUp().said).to.have.length(1);
    writeFileSync(at('broken-pages'), '');
    const { status, stderr } = setUp();
    expect(status).to.equal(2);
    expect(stderr).to.match(/^error: the build of the pages failed\nhint: /m);
  });

  it('removes what was compiled from sources that are gone, and nothing else', () => {
    setUp();
    mkdirSync(at('dist', 'cli', 'web'), { recursive: true });
    writeFileSync(at('dist', 'cli', 'gone.js'), '');
    writeFileSync(at('dist', 'cli', 'gone.js.map'), '{"sources":["../../cli/gone.ts"]}');
    writeFileSync(at('dist', 'cli', 'web', 'page.js'), '');
    writeFileSync(at('dist', 'cli', 'web', 'page.js.map'), '{"sources":["a.ts","b.ts"]}');
    writeFileSync(at('cli', 'other.ts'), '');
    setUp();
    expect(existsSync(at('dist', 'cli', 'gone.js'))).to.equal(false);
    expect(existsSync(at('dist', 'cli', 'gone.js.map'))).to.equal(false);
    expect(existsSync(at('dist', 'cli', 'web', 'page.js'))).to.equal(true);
  });

  it('leaves stdout to the program that runs next', () => {
    const { stdout } = spawnSync(process.execPath, [at('scripts', 'setup.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, npm_execpath: at('npm-cli.js') },
    });
    expect(stdout).to.equal('');
  });
});
