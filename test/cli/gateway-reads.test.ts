import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
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

describe('commands that read beside a gateway', function () {
  this.timeout(60_000);
  const beside = new Workplace();
  let gateway: Served;

  before(async () => {
    mkdirSync(beside.path('a'));
    for (let at = 0; at < 4; at++) writeFileSync(beside.path('a', `${at}.txt`), `document ${at}`);
    beside.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    gateway = await Served.start(beside);
    beside.run(['ingest', 'a', '--data', 'd', '--receipts', 'r']);
    writeFileSync(beside.path('a', '1.txt'), 'changed');
    beside.run(['ingest', 'a', '--data', 'd']);
    const lines = [event('P1', 'q1'), event('P1', 'q2')].join('\n');
    const { status } = beside.run(['access', 'import', '-', '--data', 'd'], lines);
    expect(status).to.equal(0);
  });
  after(async () => {
    await gateway.kill();
    beside.remove();
  });

  /** Of one and the same log, byte for byte. */
  const READS: readonly (readonly string[])[] = [
    ['history', 'urn:hospital-a|P1'],
    ['history', 'urn:hospital-a|P1', '--json', '--withhold', 'actor'],
    ['history', 'urn:hospital-a|nobody'],
    ['history', 'urn:hospital-a| spaced'],
    ['history', '--record', 'a/1.txt', '--json'],
    ['history', '--log'],
    ['receipt', 'a/1.txt'],
    ['receipt', 'a/1.txt', '--version', '1'],
    ['receipt', 'a/1.txt', '--version', '7'],
    ['receipt', '#0'],
    ['receipt', '#999999'],
    ['receipt', 'f'.repeat(64)],
    ['receipt', 'no such record', '--json'],
    ['trust', 'export'],
    ['log', 'checkpoint'],
    ['log', 'checkpoint', '--json'],
    ['log', 'checkpoint', '--size', '999999'],
    ['log', 'consistency', '0'],
    ['log', 'consistency', '2', '--json'],
    ['log', 'consistency', '999999'],
    ['log', 'leaves'],
    ['log', 'leaves', '--from', '2', '--count', '3'],
    ['log', 'leaves', '--from', '999999'],
  ];

  it('give the very same bytes and codes', async () => {
    const ask = () => READS.map((args) => beside.run([...args, '--data', 'd']));
    const through = ask();
    expect(await gateway.end()).to.equal(0);
    const own = ask();
    READS.forEach((args, at) => {
      expect(through[at], args.join(' ')).to.deep.equal(own[at]);
    });
    expect(through.filter(({ status }) => status === 0)).to.have.length.above(12);
    gateway = await Served.start(beside);
  });

  it('write files that others verify', () => {
    const { status, stderr } = beside.run([
      'receipt',
      'a/2.txt',
      '--data',
      'd',
      '--out',
      'two.receipt.json',
    ]);
    expect(status, stderr).to.equal(0);
    beside.run(['trust', 'export', '--data', 'd', '--out', 'trust.json']);
    const args = ['verify', 'a/2.txt', '--receipt', 'two.receipt.json', '--trust', 'trust.json'];
    expect(beside.run(args).status).to.equal(0);
    const folder = beside.run(['verify', 'a/3.txt', '--receipt', 'r', '--trust', 'trust.json']);
    expect(folder.status, folder.stderr).to.equal(0);
  });
});
