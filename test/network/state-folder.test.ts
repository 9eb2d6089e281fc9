// The state folder of a network beside what is not the network's: nothing here starts a process
// of Fabric.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { bringDown, bringUp, reset } from '../../network/network.js';
import { startProcess } from '../../network/processes.js';
import {
  CHAINCODE,
  CHANNEL,
  type NetworkProfile,
  type NetworkState,
  orderersFrom,
  organisationsFrom,
  writeState,
} from '../../network/state.js';
import { networkStatus } from '../../network/status.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { CA_NAME, FABRIC_NAMES, writePrograms } from '../support/fake-programs.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');
const BASE_PORT = 15_000;
const OWN_FOLDERS = ['organisations', 'channel', 'orderer', 'peer-auditor', 'ca-auditor', 'run'];

describe('the state folder of a network', () => {
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const progress = () => undefined;
  const place = (name: string, file: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, file), 'kept');
  };

  /** As it lies there when its network is down. */
  async function makeNetwork(profile: NetworkProfile = 'raft'): Promise<NetworkState> {
    const program = '/bin/false';
    const state: NetworkState = {
      folder,
      createdAt: '2026-11-21T10:00:00.000Z',
      profile,
      channel: CHANNEL,
      chaincode: CHAINCODE,
      basePort: BASE_PORT,
      batchTimeoutMs: 50,
      organisations: organisationsFrom(BASE_PORT),
      orderers: orderersFrom(profile, BASE_PORT),
      programs: {
        ...{ version: '3.1.5', caVersion: '1.5.15', 'fabric-ca-server': program },
        ...{ peer: program, orderer: program, configtxgen: program },
        ...{ cryptogen: program, osnadmin: program },
      },
    };
    await writeState(state);
    for (const name of OWN_FOLDERS) place(name, 'file');
    return state;
  }

  it('loses by a reset what the network is, and nothing of what else lies there', async () => {
    await makeNetwork();
    place('hospital', 'config.json');
    writeFileSync(join(folder, 'notes.txt'), 'kept');
    expect(await reset(folder)).to.deep.equal(['hospital', 'notes.txt']);
    expect(readdirSync(folder).sort()).to.deep.equal(['hospital', 'notes.txt']);
    expect(readFileSync(join(folder, 'hospital', 'config.json'), 'utf8')).to.equal('kept');
  });

  it('is no network any more once a reset was cut off: the next reset finishes it', async () => {
    await makeNetwork();
    const many = Array.from({ length: 4_000 }, (_, at) => `block-${at}`);
    for (const file of many) place('peer-auditor', file);
    const child = spawn(process.execPath, [
      PROGRAM,
      'network',
      'reset',
      '--yes',
      '--state',
      folder,
    ]);
    const ended = once(child, 'exit');
    while (existsSync(join(folder, 'ca-auditor'))) await sleep(1);
    child.kill('SIGKILL');
    await ended;
    expect(readdirSync(folder)).to.include('peer-auditor').and.not.include('network.json');
    await expectCodeAsync(() => networkStatus(folder), 'NO_NETWORK');
    const up = () => bringUp({ stateFolder: folder, basePort: BASE_PORT, progress });
    await expectCodeAsync(up, 'DATA_EXISTS');
    expect(await reset(folder)).to.deep.equal([]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('takes no room to be brought down or removed: both go on a full disk', async () => {
    await makeNetwork();
    const shell = 'ulimit -f 0; trap "" XFSZ; "$@" 2>&1 | cat';
    const command = (...args: string[]) => {
      const [line, ...more] = [shell, 'shell', process.execPath, PROGRAM, 'network', ...args];
      const whole = ['-c', line as string, ...more, '--state', folder];
      return spawnSync('bash', whole, { encoding: 'utf8' }).stdout;
    };
    expect(command('down')).to.equal('nothing ran\n');
    expect(command('reset', '--yes')).to.include('is removed');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('with a damaged network.json is told of, and brought down and removed all the same', async () => {
    await makeNetwork();
    writeFileSync(join(folder, 'network.json'), '{"basePort":15');
    await startProcess(
      { folder },
      { name: 'orderer', program: '/bin/sleep', args: ['60'], cwd: join(folder, 'orderer') },
    );
    await expectCodeAsync(() => networkStatus(folder), 'BAD_JSON');
    expect(await bringDown(folder)).to.deep.equal(['orderer']);
    expect(await reset(folder)).to.deep.equal([]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('keeps the programs of its network where others that are named cannot run its ordering', async () => {
    await makeNetwork('bft');
    const before = readFileSync(join(folder, 'network.json'), 'utf8');
    const programs = newTempFolder();
    try {
      writePrograms(programs, FABRIC_NAMES, '2.5.12');
      writePrograms(programs, [CA_NAME], '1.5.15');
      const up = bringUp({ stateFolder: folder, programs, progress });
      const refused = await up.catch((error: unknown) => error);
      expect(refused).to.have.property('code', 'PROGRAMS_UNSUPPORTED');
      // The releases that suit other networks are not what this one needs.
      expect(refused).to.have.property('hint').that.includes('those of 3.x');
    } finally {
      removeTempFolder(programs);
    }
    expect(readFileSync(join(folder, 'network.json'), 'utf8')).to.equal(before);
  });

  /** A network whose programs lie in a folder of their own, of release 2.5. */
  async function makeWithPrograms(programs: string): Promise<void> {
    writePrograms(programs, FABRIC_NAMES, '2.5.12');
    writePrograms(programs, [CA_NAME], '1.5.15');
    const state = await makeNetwork();
    const names = [...FABRIC_NAMES, CA_NAME];
    const paths = Object.fromEntries(names.map((name) => [name, join(programs, name)]));
    const known = { ...state.programs, ...paths, version: '2.5.12' };
    await writeState({ ...state, programs: known });
  }

  describe('with programs that were named', () => {
    let programs: string;
    beforeEach(() => {
      programs = newTempFolder();
    });
    afterEach(() => {
      delete process.env['CHARTSEAL_FABRIC_BIN'];
      removeTempFolder(programs);
    });
    const up = () => bringUp({ stateFolder: folder, progress });

    it('asks them anew which release they are: another one may lie in their place', async () => {
      await makeWithPrograms(programs);
      writePrograms(programs, ['orderer'], '3.1.5');
      await expectCodeAsync(up, 'PROGRAMS_UNSUPPORTED');
      writePrograms(programs, FABRIC_NAMES, '4.0.0');
      await expectCodeAsync(up, 'PROGRAMS_UNSUPPORTED');
    });

    it('takes those of the environment for a network that has others', async () => {
      await makeWithPrograms(programs);
      const others = join(programs, 'others');
      writePrograms(others, FABRIC_NAMES, '4.0.0');
      process.env['CHARTSEAL_FABRIC_BIN'] = others;
      await expectCodeAsync(up, 'PROGRAMS_UNSUPPORTED');
    });

    it('tells of which release a program is that ran on when others were named', async () => {
      await makeWithPrograms(programs);
      const spec = { program: '/bin/sleep', args: ['60'], cwd: folder };
      await startProcess({ folder }, { ...spec, name: 'orderer', version: '2.4.9' });
      try {
        const { processes } = await networkStatus(folder);
        expect(processes.find(({ name }) => name === 'orderer')?.version).to.equal('2.4.9');
        const args = [PROGRAM, 'network', 'status', '--state', folder];
        const said = spawnSync(process.execPath, args, { encoding: 'utf8' });
        expect(said.stdout).to.match(/orderer .*version 2\.4\.9/);
        expect(said.stderr).to.include('another version').and.include('Fabric 2.5.12');
      } finally {
        await bringDown(folder);
      }
    });
  });

  it('with a damaged record of a process is told which, when all the others are ended', async () => {
    await makeNetwork();
    const spec = { program: '/bin/sleep', args: ['60'], cwd: folder };
    await startProcess({ folder }, { ...spec, name: 'orderer' });
    await startProcess({ folder }, { ...spec, name: 'peer-auditor' });
    const record = join(folder, 'run', 'orderer.json');
    const whole = readFileSync(record, 'utf8');
    writeFileSync(record, whole.slice(0, 10));
    for (const act of [bringDown, reset, networkStatus]) {
      const said = await act(folder).then(String, ({ message }: Error) => message);
      expect(said).to.include(`${record} is damaged`);
      await expectCodeAsync(() => act(folder), 'NETWORK_FAILED');
    }
    writeFileSync(record, whole);
    expect(await bringDown(folder)).to.deep.equal(['orderer']);
  });

  it('gets no network where something lies already, even what is named like a part of one', async () => {
    for (const name of ['notes', 'logs']) {
      place(name, 'file');
      const up = () => bringUp({ stateFolder: folder, basePort: BASE_PORT, progress });
      await expectCodeAsync(up, 'DATA_EXISTS');
      expect(readdirSync(folder)).to.include(name).and.not.include('network.json');
    }
    expect(existsSync(join(folder, 'lock'))).to.equal(false);
  });
});
