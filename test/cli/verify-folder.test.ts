// A folder of documents held against its receipts: each receipt has an answer, whatever lies in the
// place of its document.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';

const LONG = 'n'.repeat(250);
/** A name as cut names of receipts have it, of a document that is called so. */
const ODD = 'scan~0123456789abcdef';
const FILES = ['f1', 'f2', 'f3', 'f4', 'f5', 'sub/g1', 'sub/deeper/g2', LONG, ODD];

describe('chartseal verify of a folder', function () {
  this.timeout(60_000);
  let template: Workplace;
  let place: Workplace;

  before(() => {
    template = new Workplace();
    template.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    for (const name of FILES) {
      mkdirSync(dirname(template.path('a', name)), { recursive: true });
      writeFileSync(template.path('a', name), `document ${name}`);
    }
    const ran = template.run(['ingest', 'a', '--data', 'd', '--receipts', 'r']);
    expect(ran.status, ran.stderr).to.equal(0);
    template.run(['trust', 'export', '--data', 'd', '--out', 't.json']);
  });
  after(() => template.remove());
  beforeEach(() => {
    place = new Workplace();
    for (const name of ['a', 'r', 't.json']) {
      cpSync(template.path(name), place.path(name), { recursive: true });
    }
  });
  afterEach(() => place.remove());

  function verdicts(folder = 'a', receipts: readonly string[] = ['--receipt', 'r']) {
    const { status, rows } = place.json(['verify', folder, ...receipts, '--trust', 't.json']);
    const pairs = rows.map(({ file, verdict }) => [file, verdict] as const);
    const found = Object.fromEntries(pairs);
    expect(Object.keys(found), 'one answer for each').to.have.length(pairs.length);
    return { status, found };
  }

  const allBut = (others: Readonly<Record<string, string | undefined>>, names = FILES) => {
    const expected = Object.fromEntries(names.map((name) => [`a/${name}`, 'unchanged']));
    const merged = { ...expected, ...others };
    return Object.fromEntries(Object.entries(merged).filter(([, verdict]) => verdict));
  };

  it('finds every document unchanged when nothing was touched', () => {
    expect(verdicts()).to.deep.equal({ status: 0, found: allBut({}) });
  });

  it('answers unreadable where a link, a folder or a FIFO lies in the place of a document', () => {
    writeFileSync(place.path('forged'), 'FORGED');
    for (const name of ['f1', 'f2', 'f3']) unlinkSync(place.path('a', name));
    symlinkSync('../forged', place.path('a', 'f1'));
    mkdirSync(place.path('a', 'f2'));
    execFileSync('mkfifo', [place.path('a', 'f3')]);
    const others = { 'a/f1': 'unreadable', 'a/f2': 'unreadable', 'a/f3': 'unreadable' };
    expect(verdicts()).to.deep.equal({ status: 2, found: allBut(others) });
    const { stdout } = place.run(['verify', 'a', '--receipt', 'r', '--trust', 't.json']);
    expect(stdout).to.match(/a\/f1: unreadable: FILE_UNREADABLE .*symbolic link/);
    expect(stdout).to.match(/a\/f3: unreadable: FILE_UNREADABLE .*FIFO/);
  });

  it('answers unreadable for a link to the very bytes that were anchored', () => {
    renameSync(place.path('a', 'f1'), place.path('moved'));
    symlinkSync('../moved', place.path('a', 'f1'));
    expect(verdicts()).to.deep.equal({ status: 2, found: allBut({ 'a/f1': 'unreadable' }) });
  });

  it('answers unreadable for each document of a folder that a link has replaced', () => {
    renameSync(place.path('a', 'sub'), place.path('other'));
    symlinkSync('../other', place.path('a', 'sub'));
    const others = { 'a/sub/g1': 'unreadable', 'a/sub/deeper/g2': 'unreadable' };
    expect(verdicts()).to.deep.equal({ status: 2, found: allBut(others) });
  });

  it('answers missing for documents whose folder is gone or became a file', () => {
    rmSync(place.path('a', 'sub'), { recursive: true });
    const others = { 'a/sub/g1': 'missing', 'a/sub/deeper/g2': 'missing' };
    expect(verdicts()).to.deep.equal({ status: 1, found: allBut(others) });
    writeFileSync(place.path('a', 'sub'), 'x');
    expect(verdicts()).to.deep.equal({
      status: 1,
      found: allBut({ ...others, 'a/sub': 'not checked' }),
    });
  });

  it('answers missing for names like cut ones, and for cut ones by the id of the record', () => {
    unlinkSync(place.path('a', LONG));
    unlinkSync(place.path('a', ODD));
    const others = { [`a/${LONG}`]: 'missing', [`a/${ODD}`]: 'missing' };
    expect(verdicts()).to.deep.equal({ status: 1, found: allBut(others) });
  });

  it('says not checked of a cut name whose receipt cannot tell of what it is', () => {
    unlinkSync(place.path('a', LONG));
    const [cut] = execFileSync('ls', [place.path('r')], { encoding: 'utf8' }).match(/n+~.*/) ?? [];
    writeFileSync(place.path('r', String(cut)), 'cut');
    const { status, found } = verdicts();
    const shown = `a/${cut}`.slice(0, -'.receipt.json'.length);
    expect(found).to.deep.equal(allBut({ [`a/${LONG}`]: undefined, [shown]: 'not checked' }));
    expect(status).to.equal(2);
  });

  it('answers for receipts beside their documents in the same way', () => {
    cpSync(place.path('r'), place.path('a'), { recursive: true });
    for (const beside of [[], ['--receipt', 'a'], ['--receipt', './a/../a']]) {
      expect(verdicts('a', beside)).to.deep.equal({ status: 0, found: allBut({}) });
    }
    writeFileSync(place.path('a', 'f4.receipt.json'), 'spoilt');
    for (const name of ['f1', 'f2', LONG]) unlinkSync(place.path('a', name));
    symlinkSync('f5', place.path('a', 'f1'));
    const others = {
      'a/f1': 'unreadable',
      'a/f2': 'missing',
      'a/f4': 'not checked',
      [`a/${LONG}`]: 'missing',
    };
    expect(verdicts('a', [])).to.deep.equal({ status: 1, found: allBut(others) });
  });

  it('answers for receipts in a folder within that of the documents', () => {
    renameSync(place.path('r'), place.path('a', 'r'));
    unlinkSync(place.path('a', 'sub', 'g1'));
    expect(verdicts('a', ['--receipt', 'a/r'])).to.deep.equal({
      status: 1,
      found: allBut({ 'a/sub/g1': 'missing' }),
    });
  });

  it('finds the receipts of a folder that lies among them', () => {
    renameSync(place.path('a'), place.path('r', 'a'));
    const { status, found } = verdicts('r/a', ['--receipt', 'r']);
    const expected = FILES.map((name) => [`r/a/${name}`, 'unchanged']);
    expect(found).to.deep.equal(Object.fromEntries(expected));
    expect(status).to.equal(0);
  });

  it('wants a folder of receipts for a folder of documents', () => {
    const ran = place.run([
      ...['verify', 'a/f1', 'a', '--receipt', 'r/f1.receipt.json', '--trust', 't.json'],
    ]);
    expect(ran.stderr).to.match(/^error: USAGE .*--receipt.*folder[^\n]*\nhint: [^\n]+\n$/);
    expect(ran.stdout).to.equal('');
    expect(ran.status).to.equal(64);
  });

  it('never calls a document missing because the path of its receipt leads nowhere', () => {
    for (const nowhere of ['r/f1.receipt.json/below', 'nothing', 'x'.repeat(300)]) {
      for (const document of ['a', 'a/f1']) {
        const { status, found } = verdicts(document, ['--receipt', nowhere]);
        expect(new Set(Object.values(found))).to.deep.equal(new Set(['not checked']));
        expect(status).to.equal(2);
      }
    }
    rmSync(place.path('r', 'sub'), { recursive: true });
    writeFileSync(place.path('r', 'sub'), 'x');
    const { status, found } = verdicts();
    expect(found).to.deep.equal(
      allBut({ 'a/sub/g1': 'not checked', 'a/sub/deeper/g2': 'not checked' }),
    );
    expect(status).to.equal(2);
  });

  it('says nothing to verify where there is but an empty file, which nobody anchors', () => {
    mkdirSync(place.path('e'));
    writeFileSync(place.path('e', 'f1'), '');
    expect(verdicts('e', [])).to.deep.equal({ status: 2, found: { e: 'not checked' } });
  });
});
