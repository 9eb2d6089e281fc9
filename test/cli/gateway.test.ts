import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Ran, Workplace } from '../support/cli.js';
import { Served } from '../support/served.js';

function event(value: string, requestId: string): string {
  return JSON.stringify({
    patient: { system: 'urn:hospital-a', value },
    occurredAt: '2026-11-01T08:00:00.000Z',
    action: 'R',
    outcome: 'success',
    actor: { id: 'dr-1', name: '张医师' },
    role: 'physician',
    organisation: 'hospital-a',
    purpose: 'TREAT',
    breakGlass: false,
    records: ['a/0.txt'],
    category: 'inpatient',
    source: { system: 'emr', requestId },
  });
}

const ACCESS = [
  ...['access', 'record', '--data', 'd', '--patient', 'urn:x|P1', '--actor', 'dr-2'],
  ...['--role', 'physician', '--organisation', 'h', '--purpose', 'TREAT', '--source', 'emr'],
  ...['--category', 'inpatient', '--occurred-at', '2026-11-01T08:00:00.000Z'],
];
const LINES = `${event('P1', 'q1')}\n\n{"no":"event"}\n${event('P1', 'q1')}\nnonsense\n${event('P2', 'q2')}`;

/** Moments and random values differ between any two runs; so do appends, which gather entries. */
function masked(place: Workplace, { status, stdout, stderr }: Ran): Ran {
  const counted = /\b\d+ (attested checkpoints|blocks|transactions|values|leaves|appends|pages)\b/g;
  const mask = (text: string) =>
    text
      .replaceAll(place.folder, 'FOLDER')
      .replace(/\b2\d{3}-\d\d-\d\dT[0-9:.]+Z/g, 'TIME')
      .replace(/\b[0-9a-f]{64}\b/g, 'HEX')
      .replace(/[0-9A-Za-z+/]{40,}={0,2}/g, 'BASE64')
      .replace(/"size":\d+|size \d+|number \d+ of \d+/g, 'SIZE')
      .replace(counted, 'N $1')
      .replace(/\b([0-9a-f]{4} ){15}[0-9a-f]{4}\b/g, 'SPACED');
  return { status, stdout: mask(stdout), stderr: mask(stderr) };
}

/** With the lines in any order: files are digested by several threads. */
function sorted(ran: Ran): Ran {
  const lines = (text: string) => text.split('\n').sort().join('\n');
  return { ...ran, stdout: lines(ran.stdout), stderr: lines(ran.stderr) };
}

describe('commands beside a gateway', function () {
  this.timeout(60_000);
  const alone = new Workplace();
  const beside = new Workplace();
  let gateway: Served;

  before(async () => {
    for (const place of [alone, beside]) {
      mkdirSync(place.path('a', 'sub'), { recursive: true });
      for (let at = 0; at < 5; at++) writeFileSync(place.path('a', `${at}.txt`), `document ${at}`);
      writeFileSync(place.path('a', 'sub', '中文.pdf'), 'in a folder');
      writeFileSync(place.path('a', 'empty'), '');
      writeFileSync(Buffer.from(`${place.path('a')}/not-utf8-\xff`, 'latin1'), 'x');
      const made = place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
      expect(made.status, made.stderr).to.equal(0);
    }
    gateway = await Served.start(beside);
  });
  after(async () => {
    await gateway.kill();
    alone.remove();
    beside.remove();
  });

  /** The command in both places; each may change what the next one sees. */
  function bothWays(args: readonly string[], input?: string): Ran {
    const [one, other] = [alone, beside].map((place) => masked(place, place.run(args, input)));
    expect(sorted(other as Ran), args.join(' ')).to.deep.equal(sorted(one as Ran));
    return other as Ran;
  }

  describe('that write', () => {
    it('say and end as they do alone', () => {
      const ingest = ['ingest', 'a', '--data', 'd'];
      const first = bothWays([...ingest, '--receipts', 'r']);
      expect(first.stderr).to.include('6 anchored, 0 unchanged, 1 skipped, 0 refused, 1 failed');
      expect(first.status).to.equal(2);
      writeFileSync(alone.path('a', '1.txt'), 'changed');
      writeFileSync(beside.path('a', '1.txt'), 'changed');
      expect(bothWays([...ingest, '--json']).stdout).to.include('"version":2');
      bothWays(['ingest', 'a', '--data', 'd', '--id-prefix', 'p'.repeat(4100), '--json']);
      expect(bothWays(ACCESS).status).to.equal(0);
      bothWays([...ACCESS, '--json']);
      expect(bothWays([...ACCESS, '--patient', 'no-system']).status).to.equal(64);
      const imported = bothWays(['access', 'import', '-', '--data', 'd', '--json'], LINES);
      expect(imported.stdout.split('\n')).to.have.length(7);
      expect(imported.status).to.equal(2);
      bothWays(['access', 'import', '-', '--data', 'd'], LINES);
      bothWays(['access', 'import', 'not-there', '--data', 'd']);
      bothWays(['access', 'import', '-', '--data', 'd', '--wait', '0'], '');
    });

    it('refuse a record id that is taken, and take what was moved', () => {
      for (const place of [alone, beside]) {
        mkdirSync(place.path('other', 'a'), { recursive: true });
        writeFileSync(place.path('other', 'a', '0.txt'), 'another content');
      }
      const ingest = ['ingest', 'other/a', '--data', 'd', '--json'];
      const taken = bothWays(ingest);
      expect(taken.status).to.equal(1);
      expect(taken.stdout).to.include('RECORD_ID_TAKEN');
      expect(bothWays([...ingest, '--moved']).status).to.equal(0);
    });

    it('re-verify the archive in the gateway, and say what they say alone', () => {
      for (const place of [alone, beside]) {
        writeFileSync(place.path('a', '3.txt'), 'altered since');
        rmSync(place.path('a', '4.txt'));
      }
      const audit = ['audit', '--data', 'd'];
      const found = bothWays(audit);
      expect(found.status, found.stderr).to.equal(1);
      expect(found.stdout).to.match(/altered: .*3\.txt/);
      expect(found.stdout).to.match(/missing: .*4\.txt/);
      expect(bothWays([...audit, '--json']).status).to.equal(1);
      expect(bothWays([...audit, 'a/sub', '--report', 'report.jsonl']).status).to.equal(0);
      // The report lies where the command stood, whoever wrote it.
      expect(readFileSync(beside.path('report.jsonl'), 'utf8')).to.match(/^\{"checkpoint"/);
      expect(bothWays([...audit, 'a/sub', '--report', 'report.jsonl']).status).to.equal(64);
      expect(bothWays([...audit, 'nowhere']).status).to.equal(2);
      expect(bothWays([...audit, '--log-only', '--json', '--wait', '60']).status).to.equal(0);
    });

    it('name the account whose command it is, as they do alone', () => {
      const byOf = (place: Workplace) => {
        const { rows } = place.json(['history', '--record', 'a/2.txt', '--data', 'd']);
        const [{ events }] = rows as unknown as [{ events: { entry: { by: object } }[] }];
        return events.map(({ entry }) => entry.by);
      };
      expect(byOf(beside)).to.deep.equal(byOf(alone));
      expect(JSON.stringify(byOf(beside))).to.match(/"cli:[^"]+"/);
    });
  });

  describe('that look after the folder', () => {
    it('back the log up while the gateway goes on, and another folder takes it', () => {
      const out = beside.run(['export', 'backup.jsonl', '--data', 'd', '--json']);
      expect(out.status, out.stderr).to.equal(0);
      const { entries } = JSON.parse(out.stdout) as { entries: number };
      expect(entries).to.be.above(8);
      const toStdout = beside.run(['export', '-', '--data', 'd']);
      expect(toStdout.stdout.trimEnd().split('\n').at(-1)).to.match(/^\{"end":/);
      expect(beside.run(['export', 'backup.jsonl', '--data', 'd']).status).to.equal(64);
      rmSync(beside.path('backup.jsonl'));
    });

    it('let the doctor look at what the gateway has open', () => {
      const { status, rows } = beside.json(['doctor', '--data', 'd']);
      expect(status, JSON.stringify(rows)).to.equal(0);
      const checks = rows.map(({ check }) => check);
      expect(checks).to.include.members([
        'runtime',
        'store',
        'ledger',
        'sequencer',
        'keys/note-key.pem',
      ]);
      const { url, token } = gateway.runFile();
      writeFileSync(beside.path('token'), `${token}\n`, { mode: 0o600 });
      const far = beside.json(['doctor', '--url', url, '--token-file', 'token']);
      expect(far.status).to.equal(0);
      expect(far.rows.map(({ check }) => check)).to.deep.equal(checks);
    });
  });
});
