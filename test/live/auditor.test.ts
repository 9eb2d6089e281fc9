// The auditor with nothing but its own peer and its reader's identity, while the hospital's peer
// is down: logs from blocks, leaves from a file, and alarms for whatever is forged.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { bringUp } from '../../network/network.js';
import { stopProcess } from '../../network/processes.js';
import { type JsonRow, Workplace } from '../support/cli.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');
const RUN = `${process.pid}-${Date.now()}`;
const ORIGIN = `audited-${RUN}.example/archive`;
const OTHER = `other-${RUN}.example/archive`;

interface Line {
  readonly index: number;
  readonly leaf: string;
  readonly leafHash: string;
}

describe('the auditor of a live channel', function () {
  this.timeout(120_000);
  let live: LiveNetwork | undefined;
  let place: Workplace;
  let checkpoint: JsonRow;

  const network = (): LiveNetwork => live ?? expect.fail('there is no network');
  const linesOf = (name: string): Line[] =>
    readFileSync(place.path(name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const writeLines = (name: string, lines: readonly Line[]) =>
    writeFileSync(place.path(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

  function hospital(...args: readonly string[]): string {
    const { status, stdout, stderr } = place.run(args);
    expect(status, stderr).to.equal(0);
    return stdout;
  }

  /** A log of an organisation with so many documents, in as many appends as there are rounds. */
  function anchor(data: string, profile: string, origin: string, rounds: readonly number[]): void {
    hospital(
      'init',
      '--ledger',
      'fabric',
      '--profile',
      profile,
      '--origin',
      origin,
      '--data',
      data,
    );
    for (const [round, count] of rounds.entries()) {
      const files = Array.from({ length: count }, (_, at) =>
        place.path(`${data}-${round}-${at}.txt`),
      );
      for (const file of files) writeFileSync(file, `${origin} ${file}`);
      hospital('ingest', ...files, '--data', data);
    }
    writeFileSync(place.path(`${data}.leaves`), hospital('log', 'leaves', '--data', data));
  }

  /** The auditor's profile without what an auditor does not need. */
  async function writeAuditorProfile(): Promise<void> {
    const {
      path: _,
      deadlinesMs: _ms,
      ...profile
    } = await readFabricProfile(network().profile('auditor'));
    const { reader } = profile.identities;
    const text = JSON.stringify({
      ...profile,
      format: 'chartseal-fabric/1',
      identities: { reader },
    });
    writeFileSync(place.path('auditor.json'), text);
  }

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    place = new Workplace();
    live = await liveNetwork();
    anchor('ours', network().profile('hospital-a'), ORIGIN, [5, 4, 3]);
    anchor('theirs', network().profile('hospital-b'), OTHER, [2]);
    hospital('trust', 'export', '--data', 'ours', '--out', 'trust.json');
    checkpoint = place.json(['log', 'checkpoint', '--data', 'ours']).rows[0] as JsonRow;
    await writeAuditorProfile();
    await stopProcess(network().state, 'peer-hospital-a');
  });
  after(async () => {
    place.remove();
    // Not there when the network did not come up.
    if (live !== undefined) await bringUp({ stateFolder: live.state.folder, progress: () => {} });
  });

  const rebuild = (...args: readonly string[]) =>
    place.json(['log', 'rebuild', '--ledger', 'fabric', '--profile', 'auditor.json', ...args]);
  const mirrorArgs = (to: string, ...args: readonly string[]) =>
    ['log', 'mirror', '--profile', 'auditor.json', '--to', to, ...args] as const;
  const mirror = (to: string, ...args: readonly string[]) => place.json(mirrorArgs(to, ...args));
  const rowOf = (rows: readonly JsonRow[], origin = ORIGIN) =>
    rows.find((row) => row['origin'] === origin) ?? expect.fail(`no row of ${origin}`);

  function expectAlarm(
    { status, rows }: { status: number | null; rows: readonly JsonRow[] },
    code: string,
    where: JsonRow,
  ): void {
    expect(status).to.equal(1);
    expect(rows.at(-1)?.['alarm']).to.include({ code, ...where });
  }

  it('rebuilds every log to the root that the hospital has, and agrees with its trust file', () => {
    const { status, rows } = rebuild('--trust', 'trust.json');
    expect(status).to.equal(0);
    const { size, root } = checkpoint;
    expect(size).to.equal(15);
    expect(rowOf(rows)).to.include({ size, root, appends: 3, mspId: 'HospitalAMSP' });
    expect(rowOf(rows, OTHER)).to.include({ size: 3, mspId: 'HospitalBMSP' });
    expect(rows.at(-1)?.['summary']).to.include({ ledger: 'fabric', channel: 'chartseal' });
  });

  it('raises the alarm when the trust file pins another root than the blocks lead to', () => {
    const trust = JSON.parse(readFileSync(place.path('trust.json'), 'utf8'));
    const pinnedCheckpoints = [{ origin: ORIGIN, size: 15, root: 'ab'.repeat(32) }];
    writeFileSync(place.path('pinned.json'), canonicalBytes({ ...trust, pinnedCheckpoints }));
    expectAlarm(rebuild('--trust', 'pinned.json'), 'LOG_BROKEN', { origin: ORIGIN });
  });

  it('mirrors hashes and leaves, and every map root is the one that organisations endorsed', () => {
    const { status, rows } = mirror(
      'whole',
      '--leaves',
      'ours.leaves',
      '--leaves',
      'theirs.leaves',
    );
    expect(status).to.equal(0);
    const { size, root } = checkpoint;
    expect(rowOf(rows)['hashes']).to.include({ size, root, appends: 3 });
    expect(rowOf(rows)['leaves']).to.include({ size, appends: 3, missing: 0, given: true });
    expect(rowOf(rows, OTHER)['leaves']).to.include({ size: 3, missing: 0 });
  });

  it('raises the alarm for a flipped leaf, one of another log, and two that changed places', () => {
    const lines = linesOf('ours.leaves');
    const flipped = lines.map((line) => {
      if (line.index !== 7) return line;
      const leaf = Buffer.from(line.leaf, 'base64');
      leaf[105] = (leaf[105] as number) ^ 1;
      return { ...line, leaf: encodeBase64(leaf) };
    });
    const swapped = lines.map((line) => {
      const from = line.index === 2 ? 3 : line.index === 3 ? 2 : line.index;
      return { ...(lines[from] as Line), index: line.index };
    });
    writeLines('flipped', flipped);
    writeLines('swapped', swapped);
    const appendNumber = { flipped: 1, swapped: 0, 'theirs.leaves': 0 };
    for (const [name, index] of Object.entries({ flipped: 7, swapped: 2, 'theirs.leaves': 0 })) {
      const found = mirror('forged', '--leaves', name, '--log', ORIGIN);
      const number = appendNumber[name as keyof typeof appendNumber];
      expectAlarm(found, 'LEAF_DIFFERS', { origin: ORIGIN, index, appendNumber: number });
    }
  });

  it('raises the alarm for a leaf that is left out, and for those that are late', () => {
    const lines = linesOf('ours.leaves');
    writeLines(
      'gap',
      lines.filter(({ index }) => index !== 8),
    );
    writeLines('short', lines.slice(0, 10));
    const where = { origin: ORIGIN, appendNumber: 1 };
    expectAlarm(mirror('late', '--leaves', 'gap'), 'LEAVES_WITHHELD', { ...where, index: 8 });
    const late = mirror('late', '--leaves', 'short', '--withheld-after', '0s');
    expectAlarm(late, 'LEAVES_WITHHELD', { ...where, appendNumber: 2, index: 11 });
    expect(mirror('late', '--leaves', 'short', '--withheld-after', '8h').status).to.equal(0);
    const { status, rows } = mirror('late', '--leaves', 'ours.leaves', '--withheld-after', '0s');
    expect(status).to.equal(0);
    expect(rowOf(rows)['leaves']).to.include({ size: 15, missing: 0 });
  });

  async function until(isSo: () => boolean): Promise<void> {
    for (let turn = 0; turn < 1_200 && !isSo(); turn++) await sleep(50);
    expect(isSo()).to.equal(true);
  }

  async function kill(child: ChildProcess): Promise<void> {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  it('goes on after kill -9 at any moment, and keeps a second one out', async () => {
    const args = mirrorArgs('killed', '--leaves', 'ours.leaves', '--follow');
    for (const afterMs of [150, 300, 400, 500, 600, 700, 800]) {
      const child = place.start(args);
      await sleep(afterMs);
      await kill(child);
    }
    const child = place.start(args);
    try {
      await sleep(1_500);
      const second = mirror('killed');
      expect(second.status).to.equal(2);
      expect(second.rows.at(-1)?.['error']).to.include({ code: 'STORE_LOCKED' });
    } finally {
      await kill(child);
    }
    const { status, rows } = mirror('killed', '--leaves', 'ours.leaves');
    expect(status).to.equal(0);
    const { size, root } = checkpoint;
    expect(rowOf(rows)['hashes']).to.include({ size, root });
    expect(rowOf(rows)['leaves']).to.include({ size, missing: 0 });
  });

  it('says while it follows that its peer gives no blocks, and goes on when it is back', async () => {
    const [program, args] = [PROGRAM, mirrorArgs('silent', '--follow', '--json')];
    const child = spawn(process.execPath, [program, ...args], { cwd: place.folder });
    let [told, said] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => {
      told += piece;
    });
    child.stderr.on('data', (piece: Buffer) => {
      said += piece;
    });
    try {
      await until(() => told.includes('"summary"'));
      await stopProcess(network().state, 'peer-auditor');
      await until(() => said.includes('waiting: LEDGER_UNAVAILABLE'));
      await bringUp({ stateFolder: network().state.folder, progress: () => {} });
      told = '';
      anchor('later', network().profile('hospital-a'), `later-${ORIGIN}`, [1]);
      await until(() => told.includes(`later-${ORIGIN}`));
    } finally {
      await kill(child);
    }
  });
});
