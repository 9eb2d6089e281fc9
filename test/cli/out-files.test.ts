// Evidence written with --out takes the place of evidence of the same, and of nothing else.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';

const RECEIPT = ['receipt', 'a/1'];
const HISTORY = ['history', '--record', 'a/1'];
const TRUST = ['trust', 'export'];

describe('evidence written with --out', function () {
  this.timeout(60_000);
  let place: Workplace;

  before(() => {
    place = new Workplace();
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    mkdirSync(place.path('a'));
    for (const name of ['1', '2']) writeFileSync(place.path('a', name), `document ${name}`);
    place.run(['ingest', 'a', '--data', 'd']);
  });
  after(() => place.remove());

  const read = (path: string) => readFileSync(place.path(path), 'utf8');
  const write = (args: readonly string[], out: string) =>
    place.run([...args, '--data', 'd', '--out', out]);

  function expectKept(args: readonly string[], path: string): void {
    const before = read(path);
    const names = readdirSync(place.folder);
    const ran = write(args, path);
    expect(ran.stderr, path).to.match(/^error: FILE_EXISTS [^\n]+\nhint: [^\n]+\n$/);
    expect(ran.stdout).to.equal('');
    expect(ran.status).to.equal(64);
    expect(read(path)).to.equal(before);
    expect(readdirSync(place.folder)).to.deep.equal(names);
  }

  it('replaces evidence of its kind', () => {
    for (const args of [RECEIPT, HISTORY, TRUST]) {
      for (const time of ['first', 'second']) {
        const ran = write(args, `${args[0]}.json`);
        expect(ran.status, time + ran.stderr).to.equal(0);
      }
    }
    const nobody = ['history', 'urn:hospital-a|P1'];
    expect(write(nobody, 'history.json').status).to.equal(0);
  });

  it('takes a name that was only reserved, as mktemp does it', () => {
    for (const args of [RECEIPT, HISTORY, TRUST]) {
      writeFileSync(place.path('reserved'), '');
      expect(write(args, 'reserved').status).to.equal(0);
    }
  });

  it('replaces no document, and no evidence of another kind', () => {
    for (const args of [RECEIPT, HISTORY, TRUST]) write(args, `${args[0]}.json`);
    for (const args of [RECEIPT, HISTORY, TRUST]) {
      for (const path of ['a/1', 'receipt.json', 'history.json', 'trust.json']) {
        if (path === `${args[0]}.json`) continue;
        expectKept(args, path);
      }
    }
  });

  it('replaces no receipt of another record or entry', () => {
    expect(write(RECEIPT, 'one.json').status).to.equal(0);
    expectKept(['receipt', 'a/2'], 'one.json');
    const [other] = ['#0', '#1', '#2'].filter((name) => {
      const printed = place.run(['receipt', name, '--data', 'd']).stdout;
      return printed !== '' && printed.trim() !== read('one.json').trim();
    });
    expectKept(['receipt', String(other)], 'one.json');
  });

  it('goes through no link', () => {
    write(RECEIPT, 'receipt.json');
    symlinkSync('receipt.json', place.path('link'));
    const before = read('receipt.json');
    const ran = write(RECEIPT, 'link');
    expect(ran.stderr).to.match(/^error: FILE_UNWRITABLE /);
    expect(ran.status).to.equal(2);
    expect(read('receipt.json')).to.equal(before);
  });
});
