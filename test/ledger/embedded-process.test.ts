// The embedded ledger and processes: the lock, kill -9 in mid-append, a worker that is lost.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import {
  type EmbeddedNetworkOptions,
  openEmbeddedNetwork,
} from '../../gateway/ledger/embedded/embedded-network.js';
import { WorkerClient } from '../../gateway/ledger/embedded/worker-client.js';
import { LogLedger } from '../../gateway/ledger/log-ledger.js';
import type { Acknowledged, AppendLoopOptions } from '../support/append-loop.js';
import { newRegistration } from '../support/embedded-engine.js';
import {
  newFolder,
  ORGANISATIONS,
  testCertificate,
  testNetworkOptions,
} from '../support/embedded-network.js';
import { expectCodeAsync } from '../support/expect-code.js';

const KILLS = 5;
const mspId = ORGANISATIONS['hospital-a'];

const children: ChildProcess[] = [];

async function startLoop(network: EmbeddedNetworkOptions, origin: string): Promise<ChildProcess> {
  const options: AppendLoopOptions = {
    network,
    mspId,
    adminPem: await testCertificate('hospital-a', 'admin'),
    writerPem: await testCertificate('hospital-a', 'writer'),
    origin,
    registration: newRegistration(origin),
  };
  const program = join(__dirname, '../support/append-loop.js');
  const child = spawn(process.execPath, [program, JSON.stringify(options)]);
  children.push(child);
  return child;
}

/** Lets a loop acknowledge so many appends, kills it, and gives what it acknowledged. */
async function killAfter(child: ChildProcess, appends: number): Promise<Acknowledged[]> {
  const told: Acknowledged[] = [];
  const exited = once(child, 'exit');
  if (child.stdout === null) throw new Error('the program has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(JSON.parse(line));
    if (told.length === appends) child.kill('SIGKILL');
  }
  await exited;
  return told;
}

describe('embedded ledger and processes', function () {
  this.timeout(60_000);
  let folder: string;
  let options: EmbeddedNetworkOptions;
  beforeEach(async () => {
    folder = newFolder();
    options = await testNetworkOptions(folder);
    await (await openEmbeddedNetwork({ ...options, create: true })).close();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function connect(network: Awaited<ReturnType<typeof openEmbeddedNetwork>>) {
    const certificatePem = await testCertificate('hospital-a', 'reader');
    return network.connect({ mspId, certificatePem });
  }

  it('belongs to one process at a time', async () => {
    const network = await openEmbeddedNetwork(options);
    await expectCodeAsync(() => openEmbeddedNetwork(options), 'LEDGER_LOCKED');
    const child = await startLoop(options, 'locked.example');
    const errors: string[] = [];
    child.stderr?.on('data', (data) => errors.push(String(data)));
    const [code] = await once(child, 'exit');
    expect(code).to.equal(1);
    expect(errors.join('')).to.equal('LEDGER_LOCKED\n');
    await network.close();
    await (await openEmbeddedNetwork(options)).close();
  });

  it('is consistent after kill -9, and has lost nothing that was acknowledged', async () => {
    const logs: Acknowledged[][] = [];
    for (let round = 0; round < KILLS; round++) {
      const child = await startLoop(options, `round-${round}.example`);
      logs.push(await killAfter(child, 3 + 11 * round));
    }
    const network = await openEmbeddedNetwork(options);
    const ledger = await connect(network);
    for (const told of logs) {
      const last = told.at(-1) as Acknowledged;
      const log = new LogLedger(ledger, last.logId);
      const { head } = await log.readLog();
      expect(head.size).to.be.at.least(last.size);
      const { checkpoints } = await log.listCheckpoints(0);
      expect(checkpoints.length).to.equal(head.appends);
      const roots = new Map(checkpoints.map(({ size, root }) => [size, encodeHex(root)]));
      for (const { size, root } of told) expect(roots.get(size)).to.equal(root);
      expect(roots.get(head.size)).to.equal(encodeHex(head.root));
    }
    await network.close();
  });

  it('finishes what waits when it is closed', async () => {
    const network = await openEmbeddedNetwork(options);
    const certificatePem = await testCertificate('hospital-a', 'admin');
    const admin = await network.connect({ mspId, certificatePem });
    const waiting = ['a.example', 'b.example'].map((origin) =>
      admin.submit('registerLog', newRegistration(origin)),
    );
    await network.close();
    for (const answer of await Promise.all(waiting)) expect(answer).to.include('"logId"');
    await network.close();
    await expectCodeAsync(() => admin.evaluate('listLogs', '{}'), 'LEDGER_UNAVAILABLE');
  });

  it('does not change how the process treats its own faults', async () => {
    const before = ['uncaughtException', 'unhandledRejection'].map((event) =>
      process.listeners(event as 'uncaughtException'),
    );
    const network = await openEmbeddedNetwork(options);
    const after = ['uncaughtException', 'unhandledRejection'].map((event) =>
      process.listeners(event as 'uncaughtException'),
    );
    expect(after).to.deep.equal(before);
    await network.close();
  });

  for (const [fault, program] of Object.entries({
    'that ends': 'process.exit(3)',
    'that throws': 'throw new Error("fault")',
    'that rejects': 'Promise.reject(new Error("fault"))',
  })) {
    it(`rejects everything that waits for a worker ${fault}`, async () => {
      const script = `const { parentPort } = require('node:worker_threads');
        parentPort.on('message', () => { ${program} });
        parentPort.postMessage({ kind: 'height', height: 0 });`;
      const client = new WorkerClient(new Worker(script, { eval: true }));
      await client.opened;
      const calls = [1, 2, 3].map((block) => client.call({ kind: 'events', block }));
      for (const call of calls) await expectCodeAsync(() => call, 'LEDGER_FAILED');
      await expectCodeAsync(() => client.call({ kind: 'events', block: 1 }), 'LEDGER_FAILED');
      await client.close();
    });
  }
});
