// Documents that are named as files of ours, and receipts that would take the place of a file.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { Served } from '../support/served.js';

const AMOUNT = '{"amount":300}\n';
const UNFINISHED = '.chartseal-0123456789abcdef';

describe('chartseal ingest beside receipts', function () {
  this.timeout(60_000);
  let place: Workplace;

  beforeEach(() => {
    place = new Workplace();
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
  });
  afterEach(() => place.remove());

  function put(path: string, content: string | Uint8Array = path): void {
    mkdirSync(dirname(place.path(path)), { recursive: true });
    writeFileSync(place.path(path), content);
  }
  const read = (path: string) => readFileSync(place.path(path), 'utf8');

  function ingest(paths: readonly string[], ...more: string[]) {
    const { status, rows } = place.json(['ingest', ...paths, '--data', 'd', ...more]);
    const states = rows.flatMap(({ path, state, reason }) =>
      path === undefined ? [] : [[path, reason ?? state]],
    );
    const summary = rows.at(-1)?.['summary'] as Record<string, number>;
    return { status, found: Object.fromEntries(states), summary };
  }

  describe('takes for a document', () => {
    it('what is only named as a receipt or as an unfinished file, alone and in a folder', () => {
      put('a/payment');
      put('a/payment.receipt.json', AMOUNT);
      put('a/.receipt.json', '{"attestation":{},"format":"chartseal-receipt/1"}');
      put(`a/sub/${UNFINISHED}`, 'a letter');
      const alone = ingest(['a/payment.receipt.json']);
      expect(alone.found).to.deep.equal({ 'payment.receipt.json': 'anchored' });
      expect(alone.summary).to.include({ anchored: 1, skipped: 0 });
      const { status, found } = ingest(['a']);
      expect(found).to.deep.equal({
        payment: 'anchored',
        'payment.receipt.json': 'unchanged',
        '.receipt.json': 'anchored',
        [`sub/${UNFINISHED}`]: 'anchored',
      });
      expect(status).to.equal(0);
    });

    it('the same through a gateway', async () => {
      put('a/payment.receipt.json', AMOUNT);
      const gateway = await Served.start(place);
      try {
        const { status, found } = ingest(['a'], '--receipts', 'r');
        expect(found).to.deep.equal({ 'payment.receipt.json': 'anchored' });
        expect(status).to.equal(0);
        cpSync(place.path('r'), place.path('a'), { recursive: true });
        const again = ingest(['a'], '--receipts', 'r');
        expect(again.found).to.deep.equal({
          'payment.receipt.json': 'unchanged',
          'payment.receipt.json.receipt.json': 'receipt',
        });
      } finally {
        await gateway.kill();
      }
    });
  });

  it('passes over its own receipts and what it left unfinished, and says so', () => {
    for (const name of ['1', '2', '3']) put(`a/${name}`);
    ingest(['a'], '--receipts', 'a');
    const receipt = readFileSync(place.path('a', '1.receipt.json'));
    put(`a/${UNFINISHED}`, receipt.subarray(0, receipt.length / 2));
    const { status, found, summary } = ingest(['a'], '--receipts', 'a');
    expect(found).to.deep.equal({
      ...{ '1': 'unchanged', '2': 'unchanged', '3': 'unchanged' },
      ...{ '1.receipt.json': 'receipt', '2.receipt.json': 'receipt', '3.receipt.json': 'receipt' },
      [UNFINISHED]: 'unfinished file',
    });
    expect(summary).to.include({ anchored: 0, unchanged: 3, skipped: 4, failed: 0 });
    expect(status).to.equal(0);
    const { stderr } = place.run(['ingest', 'a', '--data', 'd']);
    expect(stderr).to.include('1.receipt.json and 2 others: skipped, receipt\n');
    expect(stderr).to.include(`${UNFINISHED}: skipped, unfinished file\n`);
    expect(stderr).to.include('0 anchored, 3 unchanged, 4 skipped, 0 refused, 0 failed');
    const given = place.run(['ingest', 'a/2.receipt.json', '--data', 'd']);
    expect(given.stderr).to.include('2.receipt.json: skipped, receipt\n');
  });

  it('opens no link, and does not wait for a pipe, that is named as a receipt', () => {
    put('a/1');
    ingest(['a'], '--receipts', 'r');
    symlinkSync('../r/1.receipt.json', place.path('a', '1.receipt.json'));
    execFileSync('mkfifo', [place.path('a', '2.receipt.json')]);
    expect(ingest(['a']).found).to.deep.equal({
      '1': 'unchanged',
      '1.receipt.json': 'symbolic link',
      '2.receipt.json': 'FIFO',
    });
  });

  describe('never puts a receipt in the place of', () => {
    function expectKept(path: string, what: RegExp, ...args: string[]): void {
      const before = read(path);
      const ran = place.run(['ingest', ...args, '--data', 'd']);
      expect(ran.stderr).to.match(what);
      expect(ran.stderr).to.match(/\nhint: FILE_EXISTS: /);
      expect(ran.status).to.equal(2);
      expect(read(path)).to.equal(before);
    }

    it('a document, and writes all others', () => {
      put('a/payment');
      put('a/payment.receipt.json', AMOUNT);
      put('a/z');
      const told = /^receipt of payment: FILE_EXISTS .*no receipt/m;
      expectKept('a/payment.receipt.json', told, 'a', '--receipts', 'a');
      expect(readdirSync(place.path('a'))).to.have.members([
        ...['payment', 'payment.receipt.json', 'payment.receipt.json.receipt.json'],
        ...['z', 'z.receipt.json'],
      ]);
      const { status, summary } = ingest(['a'], '--receipts', 'a');
      expect(summary).to.include({ unchanged: 3, receipts: 2, failed: 1 });
      expect(status).to.equal(2);
    });

    it('what is too large for a receipt', () => {
      put('a/1');
      put('r/1.receipt.json');
      execFileSync('truncate', ['-s', '100G', place.path('r', '1.receipt.json')]);
      const { status, summary } = ingest(['a'], '--receipts', 'r');
      expect(summary).to.include({ anchored: 1, receipts: 0, failed: 1 });
      expect(status).to.equal(2);
      rmSync(place.path('r'), { recursive: true });
    });

    it("another archive's receipt, which still proves its document", () => {
      put('2026/a.pdf');
      put('2027/a.pdf');
      put('2027/b.pdf');
      expect(ingest(['2026'], '--receipts', 'r').status).to.equal(0);
      const told = /^receipt of a\.pdf: FILE_EXISTS .*another record.*folder/m;
      expectKept('r/a.pdf.receipt.json', told, '2027', '--receipts', 'r');
      expect(existsSync(place.path('r', 'b.pdf.receipt.json'))).to.equal(true);
      place.run(['trust', 'export', '--data', 'd', '--out', 't.json']);
      const proof = ['--receipt', 'r/a.pdf.receipt.json', '--trust', 't.json'];
      expect(place.run(['verify', '2026/a.pdf', ...proof]).status).to.equal(0);
      expect(ingest(['2027'], '--receipts', 'r27').summary).to.include({ receipts: 2 });
    });

    it('the receipt of a record of the same name in another log', () => {
      put('a/1');
      ingest(['a'], '--receipts', 'r');
      const before = read('r/1.receipt.json');
      place.run(['init', '--data', 'd2', '--origin', 'b.example/x', '--org', 'B']);
      const ran = place.run(['ingest', 'a', '--data', 'd2', '--receipts', 'r']);
      expect(ran.stderr).to.match(/^receipt of 1: FILE_EXISTS .*another record/m);
      expect(ran.status).to.equal(2);
      expect(read('r/1.receipt.json')).to.equal(before);
    });
  });

  it('puts the receipt of a newer version in the place of the older one', () => {
    put('a/1');
    ingest(['a'], '--receipts', 'r');
    const first = read('r/1.receipt.json');
    put('a/1', 'changed');
    expect(ingest(['a'], '--receipts', 'r')).to.deep.include({ status: 0 });
    expect(read('r/1.receipt.json')).to.not.equal(first);
  });

  it('refuses to put receipts among keys and databases, and anchors nothing', () => {
    put('a/1');
    for (const path of ['d/keys', 'd/store/receipts', 'd/audits']) {
      const ran = place.run(['ingest', 'a', '--data', 'd', '--receipts', path]);
      expect(ran.stderr, path).to.match(/error: USAGE .*--receipts[^\n]*\nhint: [^\n]+\n$/);
      expect(ran.status, path).to.equal(64);
    }
    expect(ingest(['a']).summary).to.include({ anchored: 1 });
    expect(readdirSync(place.path('d/keys')).join()).to.not.include('receipt');
    expect(existsSync(place.path('d/audits'))).to.equal(false);
  });

  it('refuses what lies in the data folder, and anchors nothing', () => {
    put('a/1');
    put('d/docs/one.txt');
    symlinkSync('d/docs', place.path('link'));
    for (const path of ['d/docs', 'd/docs/one.txt', 'd', 'link']) {
      const ran = place.run(['ingest', 'a', path, '--data', 'd', '--receipts', 'r']);
      expect(ran.stderr, path).to.match(/error: USAGE .*data folder[^\n]*\nhint: [^\n]+\n$/);
      expect(ran.stdout).to.equal('');
      expect(ran.status, path).to.equal(64);
    }
    expect(existsSync(place.path('r'))).to.equal(false);
    expect(ingest(['a']).summary).to.include({ anchored: 1 });
  });

  it('names the data folder where it meets it', () => {
    put('all/a/1');
    cpSync(place.path('d'), place.path('all', 'd'), { recursive: true });
    const { status, stderr } = place.run(['ingest', 'all', '--data', 'all/d']);
    expect(stderr).to.include('d: skipped, own folder\n');
    expect(stderr).to.include('1 anchored, 0 unchanged, 1 skipped, 0 refused, 0 failed');
    expect(status).to.equal(0);
  });
});
