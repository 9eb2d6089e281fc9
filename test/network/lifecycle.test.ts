import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { identityFiles } from '../../network/ca-enrol.js';
import { readIdentity } from '../../network/ca-identity.js';
import { bringDown, bringUp, reset } from '../../network/network.js';
import { peerProcess } from '../../network/paths.js';
import { isFree } from '../../network/ports.js';
import { findProcess, runningProcesses, stopProcess } from '../../network/processes.js';
import { PORT_COUNT, writeState } from '../../network/state.js';
import { networkStatus } from '../../network/status.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  freeBasePort,
  type GuardedFolder,
  LIVE_TIMEOUT_MS,
  type LiveNetwork,
  newGuardedFolder,
  newNetwork,
} from '../support/live-network.js';

/** Orderer, three peers, three authorities, three services of the contract. */
const PROCESS_COUNT = 10;

const silent = () => undefined;

async function pids(folder: string): Promise<number[]> {
  const names = await runningProcesses({ folder });
  const records = await Promise.all(names.map((name) => findProcess({ folder }, name)));
  return records.flatMap((record) => (record === undefined ? [] : [record.pid]));
}

function listen(port: number): Promise<Server> {
  return new Promise((done) => {
    const server = createServer().listen(port, '127.0.0.1', () => done(server));
  });
}

async function takenPorts({ state }: LiveNetwork): Promise<number[]> {
  const ports = Array.from({ length: PORT_COUNT }, (_, at) => state.basePort + at);
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, at) => !free[at]);
}

/** Addresses, not of loopback, on which processes listen that have one of these pids. */
function openToOthers(owners: readonly number[]): string[] {
  const inodes = new Set(
    owners.flatMap((pid) =>
      execFileSync('ls', ['-l', `/proc/${pid}/fd`], { encoding: 'utf8' })
        .split('\n')
        .flatMap((line) => /socket:\[(\d+)\]/.exec(line)?.[1] ?? []),
    ),
  );
  const isListening = (fields: readonly string[]) => fields[3] === '0A';
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => isListening(fields) && inodes.has(fields[9] ?? ''))
    .map((fields) => fields[1] ?? '')
    .filter((address) => !address.startsWith('0100007F:'));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('a network of three organisations', function lifecycle() {
  this.timeout(LIVE_TIMEOUT_MS);
  let guarded: GuardedFolder;
  let network: LiveNetwork;
  const up = () => bringUp({ stateFolder: guarded.folder, progress: silent });

  before(async () => {
    guarded = await newGuardedFolder();
    network = await newNetwork(guarded.folder);
  });
  after(() => guarded.end());

  it('is up: every process runs and is ready, every peer has the same blocks', async () => {
    const { isUp, processes, chaincode } = await networkStatus(guarded.folder);
    expect(processes.filter(({ isReady }) => !isReady)).to.deep.equal([]);
    expect(isUp).to.equal(true);
    expect(processes).to.have.length(PROCESS_COUNT);
    const peers = processes.filter(({ kind }) => kind === 'peer');
    expect(new Set(peers.map(({ height }) => height)).size).to.equal(1);
    expect(chaincode?.sequence).to.equal(1);
  });

  it('listens on loopback only', async () => {
    expect(openToOthers(await pids(guarded.folder))).to.deep.equal([]);
  });

  it('keeps keys and profiles where only their owner reads them', () => {
    expect(statSync(guarded.folder).mode & 0o077).to.equal(0);
    const keys = filesBelow(join(guarded.folder, 'organisations')).filter((path) =>
      /(_sk|key\.pem|server\.key|client\.key)$/.test(path),
    );
    expect(keys.length).to.be.above(20);
    expect(keys.filter((path) => (statSync(path).mode & 0o077) !== 0)).to.deep.equal([]);
  });

  it('names in each profile files that are there', () => {
    for (const name of ['hospital-a', 'hospital-b', 'auditor'] as const) {
      const path = network.profile(name);
      const text = readFileSync(path, 'utf8');
      const named = [...text.matchAll(/"(\.\.\/[^"]+)"/g)].map(([, file]) => file as string);
      expect(named).to.have.length(8);
      expect(named.filter((file) => !existsSync(join(path, '..', file)))).to.deep.equal([]);
    }
  });

  it('stays as it is when it is brought up again', async () => {
    const before = await pids(guarded.folder);
    await up();
    expect(await pids(guarded.folder)).to.have.members(before);
  });

  it('is not brought up with other options than it was made with', async () => {
    const given = { stateFolder: guarded.folder, progress: silent };
    await expectCodeAsync(() => bringUp({ ...given, profile: 'bft' }), 'NETWORK_DIFFERS');
    await expectCodeAsync(() => bringUp({ ...given, basePort: 7050 }), 'NETWORK_DIFFERS');
    await expectCodeAsync(() => bringUp({ ...given, batchTimeoutMs: 7 }), 'NETWORK_DIFFERS');
  });

  it('says which process does not run, and starts that one alone', async () => {
    const name = peerProcess(network.organisation('auditor'));
    const { pid } = (await findProcess(network.state, name)) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await stopProcess(network.state, name);
    const { isUp, processes } = await networkStatus(guarded.folder);
    expect(isUp).to.equal(false);
    expect(processes.find((one) => one.name === name)).to.include({ isRunning: false });
    const before = await pids(guarded.folder);
    await up();
    expect(await pids(guarded.folder)).to.include.members(before);
    expect((await networkStatus(guarded.folder)).isUp).to.equal(true);
  });

  it('ends what it started when it cannot be brought up, and nothing else', async () => {
    const { state } = network;
    const [first, second] = state.organisations.map(peerProcess) as [string, string];
    await stopProcess(state, first);
    await stopProcess(state, second);
    const before = await pids(guarded.folder);
    const broken = { ...state.programs, peer: '/bin/false' };
    await writeState({ ...state, programs: broken });
    await expectCodeAsync(up, 'NETWORK_FAILED');
    expect(await pids(guarded.folder)).to.have.members(before);
    await writeState(state);
  });

  it('names the port that another program took, and starts nothing', async () => {
    const before = await pids(guarded.folder);
    const { ports } = network.organisation('hospital-b');
    const server = await listen(ports.peer);
    try {
      const message = await up().then(
        () => '',
        (error: Error) => error.message,
      );
      expect(message).to.contain(String(ports.peer)).and.contain('peer-hospital-b');
      await expectCodeAsync(up, 'PORT_TAKEN');
    } finally {
      server.close();
    }
    expect(await pids(guarded.folder)).to.have.members(before);
  });

  it('recovers from the death of all its processes, with its blocks', async () => {
    await up();
    const heightOf = async () =>
      Math.max(...(await networkStatus(guarded.folder)).processes.map(({ height = 0 }) => height));
    const height = await heightOf();
    for (const pid of await pids(guarded.folder)) process.kill(pid, 'SIGKILL');
    await up();
    const { isUp, processes } = await networkStatus(guarded.folder);
    expect(isUp, JSON.stringify(processes)).to.equal(true);
    expect(await heightOf()).to.be.at.least(height);
  });

  it('enrols anew whoever has a damaged certificate or key when it is brought up', async () => {
    const organisation = network.organisation('auditor');
    for (const which of ['certificate', 'key'] as const) {
      const files = identityFiles(network.state, organisation, 'reader');
      writeFileSync(files[which], readFileSync(files[which], 'utf8').slice(0, 100));
      await up();
      await readIdentity(files);
    }
  });

  it('is down without a process or a port left', async () => {
    expect(await bringDown(guarded.folder)).to.have.length(PROCESS_COUNT);
    expect(await pids(guarded.folder)).to.deep.equal([]);
    expect(await takenPorts(network)).to.deep.equal([]);
    expect(await bringDown(guarded.folder)).to.deep.equal([]);
  });

  it('is gone after a reset, and a folder without a network is not touched', async () => {
    await reset(guarded.folder);
    expect(readdirSync(guarded.folder)).to.deep.equal([]);
    await expectCodeAsync(() => reset(guarded.folder), 'NO_NETWORK');
    await expectCodeAsync(() => networkStatus(guarded.folder), 'NO_NETWORK');
    await expectCodeAsync(() => bringDown(guarded.folder), 'NO_NETWORK');
  });

  it('refuses ports that are not all there, before anything is made', async () => {
    for (const basePort of [80, 65_530]) {
      const given = { stateFolder: guarded.folder, progress: silent, basePort };
      await expectCodeAsync(() => bringUp(given), 'USAGE');
    }
    expect(readdirSync(guarded.folder)).to.deep.equal([]);
  });

  it('leaves no process when it is interrupted half-way', async () => {
    const controller = new AbortController();
    const progress = (line: string) => {
      if (line.endsWith('joined the channel')) controller.abort(new Error('interrupted'));
    };
    const given = { stateFolder: guarded.folder, basePort: await freeBasePort(), progress };
    const failure = await bringUp({ ...given, signal: controller.signal }).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure?.message).to.equal('interrupted');
    expect(await pids(guarded.folder)).to.deep.equal([]);
  });
});
