// The contract's services on a live network: who may speak to them, how they come back, and what
// they refuse to run.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import { chaincodeStatus, deployChaincode } from '../../network/chaincode-deploy.js';
import { type Deployment, findDeployment } from '../../network/chaincode-deployment.js';
import { committedSequence, packageFile } from '../../network/chaincode-lifecycle.js';
import { peerOutput } from '../../network/chaincode-peer.js';
import { serviceProcess, stagedFolder, stopService } from '../../network/chaincode-service.js';
import { ensureServiceTls, type ServiceTls } from '../../network/chaincode-tls.js';
import { chaincodeFolder } from '../../network/paths.js';
import { findProcess } from '../../network/processes.js';
import type { Organisation } from '../../network/state.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const REGISTER = '/protos.Chaincode/Connect';
const ANSWER_MS = 5_000;

describe("the contract's services", function () {
  this.timeout(120_000);
  let live: LiveNetwork;
  let organisation: Organisation;
  let deployment: Deployment;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
    organisation = live.organisation('auditor');
    deployment = (await findDeployment(live.state)) as Deployment;
  });
  /** Whatever a test did, the network serves the next one. */
  afterEach(async () => {
    await deployChaincode(live.state, () => undefined);
  });

  const start = () => deployChaincode(live.state, () => undefined);
  const running = () => findProcess(live.state, serviceProcess(organisation, deployment));
  const statusOf = async (name: string) =>
    (await chaincodeStatus(live.state))?.services.find((one) => one.organisation === name);

  it('all answer, each through its own peer', async () => {
    const status = await chaincodeStatus(live.state);
    expect(status).to.include({ label: deployment.label, sequence: deployment.sequence });
    expect(status?.services.map(({ isReady }) => isReady)).to.deep.equal([true, true, true]);
  });

  it('have the package id that the program peer computes of the package', async () => {
    const file = packageFile(live.state, deployment.label);
    const args = ['lifecycle', 'chaincode', 'calculatepackageid', file];
    const told = await peerOutput(live.state, organisation, args);
    expect(told.trim()).to.equal(deployment.packageId);
  });

  it('come back after a kill, and status says which was missing', async () => {
    const before = await running();
    process.kill(-(before?.pid as number), 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const dead = await statusOf('auditor');
    expect(dead).to.deep.include({ isReady: false });
    expect(dead?.fault).to.include('does not run');
    expect(await statusOf('hospital-a')).to.deep.include({ isReady: true });
    await start();
    expect((await running())?.pid).to.not.equal(before?.pid);
    expect(await statusOf('auditor')).to.deep.include({ isReady: true });
    expect(await committedSequence(live.state, organisation)).to.equal(deployment.sequence);
  });

  it('stay as they are when the network is brought up again', async () => {
    const before = await running();
    expect(await start()).to.deep.equal(deployment);
    expect(await running()).to.deep.equal(before);
  });

  it('do not start over a program that has their port', async () => {
    await stopService(live.state, organisation, deployment);
    const other = createServer();
    const port = deployment.ports['auditor'];
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    try {
      await expectCodeAsync(start, 'PORT_TAKEN');
      expect(await running()).to.equal(undefined);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it('do not start from files that somebody changed since they were deployed', async () => {
    await stopService(live.state, organisation, deployment);
    const file = join(stagedFolder(live.state, deployment.digest), 'chaincode/contract/append.js');
    const good = readFileSync(file);
    try {
      appendFileSync(file, '\n// altered');
      await expectCodeAsync(start, 'CHAINCODE_ALTERED');
      expect(await running()).to.equal(undefined);
    } finally {
      writeFileSync(file, good);
    }
  });

  describe('speak', () => {
    let folder: string;
    let own: ServiceTls;
    before(async () => {
      folder = newTempFolder();
      const place = join(chaincodeFolder(live.state), 'auditor', 'tls');
      own = await ensureServiceTls(place, organisation.mspId);
    });
    after(() => removeTempFolder(folder));

    /** What the service says first to who calls it: bytes of its name, or nothing. */
    async function firstWords(client?: { certificate: string; key: string }): Promise<string> {
      const pair = client && [readFileSync(client.key), readFileSync(client.certificate)];
      const tls = credentials.createSsl(readFileSync(own.root), pair?.[0], pair?.[1]);
      const caller = new Client(`localhost:${deployment.ports['auditor']}`, tls);
      const raw = (bytes: Buffer) => bytes;
      try {
        return await new Promise((resolve) => {
          const deadline = Date.now() + ANSWER_MS;
          const call = caller.makeBidiStreamRequest(REGISTER, raw, raw, { deadline });
          call.on('data', (words: Buffer) => resolve(words.toString('latin1')));
          call.on('error', () => resolve(''));
        });
      } finally {
        caller.close();
      }
    }

    it('to the peer of their organisation, by the certificate that was made for it', async () => {
      expect(await firstWords(own.client)).to.include(deployment.packageId);
    });

    it('to nobody without a certificate', async () => {
      expect(await firstWords()).to.equal('');
    });

    it('to nobody with a certificate of another authority, other organisations included', async () => {
      const strange = await ensureServiceTls(join(folder, 'strange'), organisation.mspId);
      expect(await firstWords(strange.client)).to.equal('');
      const place = join(chaincodeFolder(live.state), 'hospital-a', 'tls');
      const neighbour = await ensureServiceTls(place, 'HospitalAMSP');
      expect(await firstWords(neighbour.client)).to.equal('');
    });
  });
});
