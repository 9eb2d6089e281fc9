// A peer that was started from a snapshot of the ledger has no old blocks: it answers, and says
// nothing about how the log came to be. The auditor must be told so.
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runPeer } from '../../network/chaincode-peer.js';
import { bringUp } from '../../network/network.js';
import { isServing, waitUntil } from '../../network/operations.js';
import { peerProcess, processFolder, tlsRootFile } from '../../network/paths.js';
import { peerServed, peerSpec } from '../../network/peer-process.js';
import { startProcess, stopProcess } from '../../network/processes.js';
import { Workplace } from '../support/cli.js';
import {
  type GuardedFolder,
  LIVE_TIMEOUT_MS,
  type LiveNetwork,
  newGuardedFolder,
  newNetwork,
} from '../support/live-network.js';

const WAIT_MS = 60_000;

describe('a peer that was started from a snapshot', function () {
  this.timeout(LIVE_TIMEOUT_MS);
  let guard: GuardedFolder;
  let live: LiveNetwork;
  let place: Workplace;

  /** What the program `peer` says, as the auditor's administrator. */
  async function peer(...args: readonly string[]): Promise<string> {
    const said = await runPeer(live.state, live.organisation('auditor'), args);
    expect(said.exitCode, said.stderr).to.equal(0);
    return said.stdout;
  }

  /** Folder of a snapshot of the auditor's own peer. */
  async function takeSnapshot(): Promise<string> {
    const { state } = live;
    const auditor = live.organisation('auditor');
    const address = `localhost:${auditor.ports.peer}`;
    const at = ['--peerAddress', address, '--tlsRootCertFile', tlsRootFile(state, auditor)];
    await peer('snapshot', 'submitrequest', '-c', state.channel, '-b', '0', ...at);
    const completed = join(
      processFolder(state, peerProcess(auditor)),
      'snapshots',
      'completed',
      state.channel,
    );
    const found = () => (existsSync(completed) ? readdirSync(completed) : []);
    await waitUntil('the snapshot is taken', async () => found().length > 0, WAIT_MS);
    return join(completed, found()[0] as string);
  }

  before(async () => {
    place = new Workplace();
    guard = await newGuardedFolder();
    live = await newNetwork(guard.folder);
    const { state } = live;
    const auditor = live.organisation('auditor');
    const snapshot = await takeSnapshot();
    await stopProcess(state, peerProcess(auditor));
    const data = join(processFolder(state, peerProcess(auditor)), 'data');
    renameSync(data, `${data}-before`);
    mkdirSync(data);
    await startProcess(state, await peerSpec(state, auditor));
    const serves = () => isServing(peerServed(state, auditor));
    await waitUntil('the peer serves', serves, WAIT_MS);
    await peer('channel', 'joinbysnapshot', '--snapshotpath', snapshot);
    const joined = async () => (await peer('channel', 'list')).includes(state.channel);
    await waitUntil('the peer has joined', joined, WAIT_MS);
  });
  after(async () => {
    await guard.end();
    place.remove();
  });

  it('cannot show the auditor how the logs came to be, and the auditor is told so', () => {
    const profile = live.profile('auditor');
    for (const args of [
      ['log', 'rebuild', '--ledger', 'fabric', '--profile', profile],
      ['log', 'mirror', '--profile', profile, '--to', 'mirror'],
    ]) {
      const { status, rows } = place.json(args);
      expect(status).to.equal(2);
      expect(rows.at(-1)?.['error']).to.include({ code: 'BLOCKS_MISSING' });
    }
  });

  it('does not serve for a log of its own, whose owner is told so by every command', async () => {
    // The contract is in no snapshot.
    await bringUp({ stateFolder: live.state.folder, progress: () => undefined });
    const args = ['--ledger', 'fabric', '--profile', live.profile('auditor')];
    place.json(['init', ...args, '--data', 'data', '--origin', 'snapshot.example/archive']);
    writeFileSync(place.path('a.txt'), 'a document');
    for (const args of [
      ['ingest', 'a.txt', '--data', 'data'],
      ['audit', '--data', 'data'],
      ['export', 'data.jsonl', '--data', 'data'],
    ]) {
      const { status, rows } = place.json(args);
      expect(status).to.equal(2);
      expect(rows.at(-1)?.['error']).to.include({ code: 'BLOCKS_MISSING' });
    }
    const { rows } = place.json(['doctor', '--data', 'data']);
    const told = rows.find(({ check, status }) => check === 'channel' && status === 'fault');
    expect(told?.['sentence']).to.include('started from a snapshot');
    expect(told?.['next']).to.include('a peer that has every block');
  });
});
