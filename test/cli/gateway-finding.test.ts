import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Ran, Workplace } from '../support/cli.js';
import { RunningCommand } from '../support/running-command.js';
import { Served } from '../support/served.js';

const FILES = 600;
const INGEST = ['ingest', 'a', '--data', 'd', '--json'];
const HISTORY = ['history', '--log', '--data', 'd', '--json'];

interface Summary {
  readonly anchored: number;
  readonly unchanged: number;
  readonly accepted: number;
  readonly receipts: number;
}

const rowsOf = ({ stdout }: Ran) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const summaryOf = (ran: Ran) => rowsOf(ran).at(-1).summary as Summary;
const codeOf = (ran: Ran) => rowsOf(ran).at(-1).error?.code as string | undefined;

describe('the gateway that a command finds', function () {
  this.timeout(60_000);
  let place: Workplace;
  let gateway: Served;

  before(async () => {
    place = new Workplace();
    mkdirSync(place.path('a'));
    for (let at = 0; at < FILES; at++) writeFileSync(place.path('a', `${at}`), `document ${at}`);
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    gateway = await Served.start(place);
  });
  after(async () => {
    await gateway.kill();
    place.remove();
  });
  const runFile = () => place.path('d', 'run', 'gateway.json');

  it('serves two commands at once, which double nothing between them', async () => {
    const two = ['r1', 'r2'].map(
      (folder) => new RunningCommand(place, [...INGEST, '--receipts', folder]),
    );
    for (const ran of await Promise.all(two.map((one) => one.ended()))) {
      expect(ran.status, ran.stderr).to.equal(0);
      const { anchored, unchanged, receipts } = summaryOf(ran);
      expect(anchored + unchanged).to.equal(FILES);
      expect(receipts).to.equal(FILES);
    }
    expect(summaryOf(place.run(INGEST))).to.include({ accepted: FILES, unchanged: FILES });
    const receipt = (folder: string) => readFileSync(place.path(folder, '7.receipt.json'));
    expect(receipt('r1').equals(receipt('r2'))).to.equal(true);
  });

  it('is not called with a token that others may have read, or with a wrong one', () => {
    const known = readFileSync(runFile(), 'utf8');
    try {
      chmodSync(runFile(), 0o644);
      const exposed = place.run(INGEST);
      expect([exposed.status, codeOf(exposed)]).to.deep.equal([2, 'KEY_EXPOSED']);
      chmodSync(runFile(), 0o600);
      const { url, pid } = gateway.runFile();
      writeFileSync(runFile(), JSON.stringify({ url, pid, token: 'x'.repeat(43) }));
      const wrong = place.run(INGEST);
      expect([wrong.status, codeOf(wrong)]).to.deep.equal([2, 'UNAUTHENTICATED']);
      const closed = { url: 'http://127.0.0.1:1', pid, token: 'x'.repeat(43) };
      writeFileSync(runFile(), JSON.stringify(closed));
      const gone = place.run(INGEST);
      expect([gone.status, codeOf(gone)]).to.deep.equal([2, 'GATEWAY_UNREACHABLE']);
    } finally {
      writeFileSync(runFile(), known);
    }
    expect(place.run(HISTORY).status).to.equal(0);
  });

  it('is that of its own folder: another one that stands there gets nothing', async () => {
    const other = new Workplace();
    other.run(['init', '--data', 'd', '--origin', 'b.example/x', '--org', 'B']);
    const second = await Served.start(other);
    const known = readFileSync(runFile(), 'utf8');
    try {
      writeFileSync(runFile(), JSON.stringify(second.runFile()));
      const ran = place.run(INGEST);
      expect([ran.status, codeOf(ran)]).to.deep.equal([2, 'GATEWAY_FAILED']);
    } finally {
      writeFileSync(runFile(), known);
      await second.kill();
    }
    expect(summaryOf(other.run(['access', 'import', '-', '--data', 'd', '--json'], ''))).to.include(
      {
        accepted: 0,
      },
    );
    other.remove();
  });

  it('is none while another command has the store, whatever a dead one left behind', async () => {
    const left = readFileSync(runFile(), 'utf8');
    await gateway.kill();
    expect(existsSync(runFile())).to.equal(true);
    const holder = new RunningCommand(place, ['access', 'import', '-', '--data', 'd']);
    try {
      const pidFile = place.path('d', 'run', 'pid');
      const has = () => {
        try {
          return readFileSync(pidFile, 'utf8') === `${holder.process.pid}\n`;
        } catch (error) {
          // Whoever takes the store removes the one before first.
          expect(error).to.include({ code: 'ENOENT' });
          return false;
        }
      };
      for (const until = Date.now() + 20_000; !has() && Date.now() < until; ) await sleep(20);
      // Whoever opens the store takes it away.
      expect(existsSync(runFile())).to.equal(false);
      writeFileSync(runFile(), left, { mode: 0o600 });
      const ran = place.run(HISTORY);
      expect([ran.status, codeOf(ran)]).to.deep.equal([2, 'STORE_LOCKED']);
      expect(ran.stderr).to.include(`process ${holder.process.pid} `);
    } finally {
      holder.process.stdin?.end();
    }
    expect((await holder.ended()).status).to.equal(0);
    expect(place.run(HISTORY).status).to.equal(0);
    gateway = await Served.start(place);
  });
});
