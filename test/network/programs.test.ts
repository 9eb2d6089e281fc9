import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { cacheFolder } from '../../network/build-programs.js';
import { isSupported } from '../../network/program-version.js';
import { findPrograms } from '../../network/programs.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  CA_NAME,
  FABRIC_NAMES,
  writeGo,
  writePrograms,
  writeScript,
} from '../support/fake-programs.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const VARIABLES = ['PATH', 'XDG_CACHE_HOME', 'CHARTSEAL_FABRIC_BIN'];

describe("the search for Fabric's programs", () => {
  const kept = new Map(VARIABLES.map((name) => [name, process.env[name]]));
  let folder: string;
  let said: string[];
  const place = (...names: string[]) => join(folder, ...names);
  const find = (named?: string) =>
    findPrograms({ folder: named, progress: (line) => void said.push(line) });

  beforeEach(() => {
    folder = newTempFolder();
    said = [];
    process.env['PATH'] = `${place('path')}:/usr/bin:/bin`;
    process.env['XDG_CACHE_HOME'] = place('cache');
    delete process.env['CHARTSEAL_FABRIC_BIN'];
  });

  afterEach(() => {
    for (const [name, value] of kept) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    removeTempFolder(folder);
  });

  const release = (name: string, fabric: string, ca: string) => {
    writePrograms(place(name), FABRIC_NAMES, fabric);
    writePrograms(place(name), [CA_NAME], ca);
  };

  it('takes a folder that the user names before all others', async () => {
    release('named', 'v2.5.12', 'v1.5.13');
    release('path', 'v3.1.1', 'v1.5.15');
    const programs = await find(place('named'));
    expect(programs.peer).to.equal(place('named', 'peer'));
    expect(programs['fabric-ca-server']).to.equal(place('named', CA_NAME));
    expect([programs.version, programs.caVersion]).to.deep.equal(['2.5.12', '1.5.13']);
  });

  it('takes the folder of the environment, and programs in its bin', async () => {
    release('named/bin', '3.1.1', '1.5.15');
    process.env['CHARTSEAL_FABRIC_BIN'] = place('named');
    expect((await find()).orderer).to.equal(place('named', 'bin', 'orderer'));
  });

  it('refuses a named folder that lacks a program, and does not look elsewhere', async () => {
    writePrograms(place('named'), ['peer', 'orderer'], '2.5.12');
    release('path', '3.1.1', '1.5.15');
    await expectCodeAsync(() => find(place('named')), 'PROGRAMS_MISSING');
  });

  it('says of named programs that may not be executed that they are there', async () => {
    release('named', '2.5.12', '1.5.15');
    chmodSync(place('named', 'orderer'), 0o644);
    const said = await find(place('named')).then(String, ({ message }: Error) => message);
    expect(said).to.equal(`orderer in ${place('named')} may not be executed`);
    await expectCodeAsync(() => find(place('named')), 'PROGRAMS_MISSING');
  });

  it('takes a certificate authority from elsewhere where the named release has none', async () => {
    writePrograms(place('named'), FABRIC_NAMES, '2.5.12');
    release('path', '3.1.1', '1.5.15');
    const programs = await find(place('named'));
    expect(programs.peer).to.equal(place('named', 'peer'));
    expect(programs['fabric-ca-server']).to.equal(place('path', CA_NAME));
    expect(said.join()).to.contain('fabric-ca-server');
  });

  it('refuses named programs of other versions', async () => {
    for (const version of ['v2.2.15', '2.4.9', '4.0.0', 'latest', '25.1.0']) {
      release('named', version, '1.5.15');
      await expectCodeAsync(() => find(place('named')), 'PROGRAMS_UNSUPPORTED');
    }
    release('named', '2.5.12', '1.4.9');
    await expectCodeAsync(() => find(place('named')), 'PROGRAMS_UNSUPPORTED');
  });

  it('refuses programs that are not of one release, and programs that do not run', async () => {
    release('named', '2.5.12', '1.5.15');
    writePrograms(place('named'), ['orderer'], '3.1.1');
    await expectCodeAsync(() => find(place('named')), 'PROGRAMS_UNSUPPORTED');
    writeScript(place('named'), 'orderer', 'exit 3');
    await expectCodeAsync(() => find(place('named')), 'PROGRAMS_UNSUPPORTED');
  });

  it('takes those on PATH, and prints their version', async () => {
    release('path', 'v3.1.1', 'v1.5.15');
    expect((await find()).peer).to.equal(place('path', 'peer'));
    expect(said.join()).to.contain('Fabric 3.1.1').and.contain('Fabric CA 1.5.15');
  });

  it('passes over PATH when it has too few or too old ones, says so, and builds', async () => {
    writeGo(place('path'), place('module'));
    writePrograms(place('path'), FABRIC_NAMES, '2.2.15');
    const programs = await find();
    expect(programs.peer.startsWith(place('cache'))).to.equal(true);
    expect(said.join()).to.contain('2.2.15 is not supported');
    expect(programs.version).to.match(/^3\.0\.0-0\.20230405174026-695dd57e01c2$/);
  });

  it('builds once: the second time they come from the cache, without Go', async () => {
    writeGo(place('path'), place('module'));
    const built = await find();
    process.env['PATH'] = place('nothing');
    expect(await find()).to.deep.equal(built);
  });

  it('builds anew what is damaged in the cache', async () => {
    writeGo(place('path'), place('module'));
    const { peer } = await find();
    writeFileSync(peer, 'no program');
    expect((await find()).peer).to.equal(peer);
    expect(readFileSync(peer, 'utf8')).to.contain('3.0.0');
  });

  it('says how to get the programs where there is no Go either, and leaves nothing', async () => {
    process.env['PATH'] = place('nothing');
    await expectCodeAsync(() => find(), 'PROGRAMS_MISSING');
    expect(existsSync(await cacheFolder('fabric'))).to.equal(false);
    expect(readdirSync(place('cache', 'chartseal', 'fabric'))).to.deep.equal([]);
  });

  it('tells with the words of Go why a build failed, and leaves nothing', async () => {
    writeGo(place('path'), place('module'), 'echo "no C compiler" >&2; exit 1');
    await expectCodeAsync(() => find(), 'BUILD_FAILED');
    expect(readdirSync(place('cache', 'chartseal', 'fabric'))).to.deep.equal([]);
  });

  it('lets two build at once: both get whole programs', async () => {
    writeGo(place('path'), place('module'), 'sleep 0.3');
    const [one, other] = await Promise.all([find(), find()]);
    expect(one).to.deep.equal(other);
    expect(readdirSync(place('cache', 'chartseal', 'fabric'))).to.have.length(1);
  });

  it('never takes what a killed build left for programs', async () => {
    writeGo(place('path'), place('module'), `: > ${place('building')}; sleep 20`);
    const module = join(__dirname, '..', '..', 'network', 'programs.js');
    const code = `require(${JSON.stringify(module)}).findPrograms({ progress() {} })`;
    const child = spawn(process.execPath, ['-e', code], { detached: true, stdio: 'ignore' });
    while (!existsSync(place('building'))) await sleep(20);
    process.kill(-(child.pid as number), 'SIGKILL');
    await once(child, 'exit');
    expect(existsSync(await cacheFolder('fabric'))).to.equal(false);
    writeGo(place('path'), place('module'));
    expect((await find()).version).to.match(/^3\.0\.0/);
  });

  it('supports 2.5 and 3.x of Fabric, and its CA from 1.5 on', () => {
    const fabric = ['2.5.0', '2.5.12', '3.0.0-0.2023', '3.1.1', '3.12.0'];
    expect(fabric.every((version) => isSupported('fabric', version))).to.equal(true);
    const others = ['2.4.9', '2.50.0', '2.6.0', '1.4.12', '4.0.0', '3', '', 'v3.0.0', '30.1.0'];
    expect(others.some((version) => isSupported('fabric', version))).to.equal(false);
    expect(isSupported('fabric-ca', '1.5.0') && isSupported('fabric-ca', '1.6.1')).to.equal(true);
    expect(isSupported('fabric-ca', '1.4.9') || isSupported('fabric-ca', '2.0.0')).to.equal(false);
  });
});
