// What peers and images get: the contract's compiled files, and the packages it needs, no others.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { installModules } from '../../network/chaincode-modules.js';
import {
  contractFiles,
  digestOf,
  readStaged,
  type StagedChaincode,
  stageChaincode,
} from '../../network/chaincode-stage.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const text = (path: string) => readFileSync(path, 'utf8');

describe('the staged contract', () => {
  let folder: string;
  let staged: StagedChaincode;
  before(async () => {
    folder = newTempFolder();
    staged = await stageChaincode(join(folder, 'staged'));
  });
  after(() => removeTempFolder(folder));

  it('holds what the contract requires and nothing of gateway, tools or maps', async () => {
    const paths = [...(await readStaged(staged.folder)).keys()];
    expect(paths).to.include.members([
      'package.json',
      'package-lock.json',
      'chaincode/index.js',
      'chaincode/contract/append.js',
      'chaincode/core/platform/node.js',
    ]);
    for (const path of paths) {
      expect(path).to.match(/^(package(-lock)?\.json|chaincode\/[a-z0-9/-]+\.js)$/);
    }
    expect(paths).to.not.include('chaincode/core/platform/browser.js');
  });

  it('names the two packages at the versions of this repository, and how it is started', () => {
    const root = JSON.parse(text(join(process.cwd(), 'package-lock.json'))).packages;
    const manifest = JSON.parse(text(join(staged.folder, 'package.json')));
    expect(manifest.dependencies).to.deep.equal({
      'fabric-contract-api': root['node_modules/fabric-contract-api'].version,
      'fabric-shim': root['node_modules/fabric-shim'].version,
    });
    expect(manifest.scripts).to.deep.equal({ start: 'fabric-chaincode-node server' });
    expect(manifest.overrides).to.have.keys('class-transformer');
  });

  it('locks each package as this repository does, without development and without hosts', () => {
    const root = JSON.parse(text(join(process.cwd(), 'package-lock.json'))).packages;
    const lockText = text(join(staged.folder, 'package-lock.json'));
    const { '': own, ...locked } = JSON.parse(lockText).packages;
    expect(lockText).to.not.match(/https?:/);
    expect(own.dependencies).to.have.keys('fabric-contract-api', 'fabric-shim');
    expect(Object.keys(locked).length).to.be.within(50, 120);
    for (const [path, entry] of Object.entries<{ integrity: string; dev?: boolean }>(locked)) {
      expect(entry.integrity, path).to.equal(root[path].integrity);
      expect(entry.dev, path).to.equal(undefined);
    }
    for (const tool of ['mocha', 'typescript', 'level', 'commander']) {
      expect(locked).to.not.have.property(`node_modules/${tool}`);
    }
  });

  it('has one digest for the same sources, which a shell computes as well', async () => {
    expect(digestOf(await contractFiles())).to.equal(staged.digest);
    const pipe =
      "find . -type f -not -path './node_modules/*' | sed 's|^./||' | LC_ALL=C sort | xargs sha256sum | sha256sum";
    const told = execFileSync('/bin/sh', ['-c', pipe], { cwd: staged.folder, encoding: 'utf8' });
    expect(told.split(' ')[0]).to.equal(staged.digest);
  });

  it('is left as it is when it is there, and is not put among other files', async () => {
    expect(await stageChaincode(staged.folder)).to.deep.equal(staged);
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'mine.txt'), 'mine');
    await expectCodeAsync(() => stageChaincode(other), 'FILE_EXISTS');
    expect([...(await readStaged(other)).keys()]).to.deep.equal(['mine.txt']);
  });

  it('that cannot be written is told of with its folder', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expectCodeAsync(() => stageChaincode(join(file, 'staged')), 'FILE_UNWRITABLE');
  });

  it('is printed with its digest by the script', () => {
    const script = join(__dirname, '../../scripts/stage-chaincode.js');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    const made = run(join(folder, 'by-script'));
    expect(made.stderr).to.include('compare the digest');
    expect(made.stdout).to.equal(`${staged.digest}  ${join(folder, 'by-script')}\n`);
    expect(run('--help').status).to.equal(64);
    const refused = run(join(folder, 'other'));
    expect(refused.stderr).to.match(/^error: FILE_EXISTS other files lie in .+\nhint: .+\n$/);
    expect(refused.status).to.equal(2);
  });

  it('runs with the packages that its own lock installs, once for each lock', async function () {
    this.timeout(180_000);
    const said: string[] = [];
    await installModules(staged.folder, (line) => said.push(line));
    expect(said.length).to.be.at.most(1);
    const started = spawnSync(
      process.execPath,
      [join(staged.folder, 'node_modules/fabric-shim/cli.js'), 'server', '--help'],
      { cwd: staged.folder, encoding: 'utf8' },
    );
    expect(started.stdout).to.include('--chaincode-tls-client-cacert-file');
    const load = `const { contracts } = require('./'); process.stdout.write(contracts[0].name)`;
    const loaded = spawnSync(process.execPath, ['-e', load], {
      cwd: staged.folder,
      encoding: 'utf8',
    });
    expect(loaded.stdout).to.match(/ChartsealContract$/);
    const again = await stageChaincode(join(folder, 'again'));
    await installModules(again.folder, (line) => said.push(line));
    expect(said.length).to.be.at.most(1);
    expect(existsSync(join(again.folder, 'node_modules', 'mocha'))).to.equal(false);
    expect(digestOf(await readStaged(again.folder))).to.equal(staged.digest);
  });
});
