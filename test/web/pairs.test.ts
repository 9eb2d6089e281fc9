import { expect } from 'chai';
import { compareFingerprint } from '../../gateway/web/verify/fingerprint.js';
import { bundleFiles, type GivenFile, isNamedAfter } from '../../gateway/web/verify/pairs.js';

const given = (kind: GivenFile['kind'], path: string): GivenFile => ({
  path,
  kind,
  file: new Blob([]),
  inFolder: path.includes('/'),
});

const paths = (files: readonly GivenFile[]) =>
  bundleFiles(files).map(({ document, receipt, history }) => [
    document?.path,
    (receipt ?? history)?.path,
  ]);

describe('files given to the verify page', () => {
  it('are paired by their paths, then by their names where these are the only ones', () => {
    const files = [
      given('receipt', 'r/a/x.pdf.receipt.json'),
      given('document', 'a/x.pdf'),
      given('document', 'b/y.pdf'),
      given('receipt', 'b/y.pdf.receipt.json'),
    ];
    expect(paths(files)).to.deep.equal([
      ['a/x.pdf', 'r/a/x.pdf.receipt.json'],
      ['b/y.pdf', 'b/y.pdf.receipt.json'],
    ]);
  });

  it('are not paired by a name that stands twice', () => {
    const files = [
      given('receipt', 'x.pdf.receipt.json'),
      given('document', 'a/x.pdf'),
      given('document', 'b/x.pdf'),
    ];
    expect(paths(files)).to.deep.equal([
      [undefined, 'x.pdf.receipt.json'],
      ['a/x.pdf', undefined],
      ['b/x.pdf', undefined],
    ]);
  });

  it('are paired by folder and name where receipts lie apart and names stand twice', () => {
    const files = [
      given('document', 'd/archive/P1/note.txt'),
      given('document', 'd/archive/P2/note.txt'),
      given('receipt', 'd/receipts/P1/note.txt.receipt.json'),
      given('receipt', 'd/receipts/P2/note.txt.receipt.json'),
    ];
    const both = [
      ['d/archive/P1/note.txt', 'd/receipts/P1/note.txt.receipt.json'],
      ['d/archive/P2/note.txt', 'd/receipts/P2/note.txt.receipt.json'],
    ];
    expect(paths(files)).to.deep.equal(both);
    // What is missing is missing: the document of another folder is not taken for it.
    expect(paths(files.filter(({ path }) => !path.startsWith('d/archive/P2')))).to.deep.equal([
      both[0],
      [undefined, 'd/receipts/P2/note.txt.receipt.json'],
    ]);
  });

  it('are one pair when there are two, whatever their names', () => {
    const files = [given('document', 'scan.pdf'), given('receipt', 'from the court.json')];
    expect(paths(files)).to.deep.equal([['scan.pdf', 'from the court.json']]);
  });

  it('are verified alone when they are histories, and documents wait for a receipt', () => {
    const history = given('history', 'me.history.json');
    expect(paths([given('document', 'scan.pdf'), history])).to.deep.equal([
      [undefined, 'me.history.json'],
    ]);
  });

  it('tell the name of a document unless the receipt has a shortened one', () => {
    expect(isNamedAfter('a/x.pdf.receipt.json')).to.equal(true);
    expect(isNamedAfter('a/x~0123456789abcdef.receipt.json')).to.equal(false);
    expect(isNamedAfter('from the court.json')).to.equal(false);
  });
});

describe('a fingerprint that somebody was told', () => {
  const fingerprint = 'af225e660dab57f391c03bf8d53a4a7b6ba1fe4b54ac2bcdd95707e85aad13cb';

  it('is compared without regard to spaces, capitals, colons and the name of the digest', () => {
    const spoken = `SHA256: ${fingerprint.toUpperCase().replace(/(.{4})/g, '$1 ')}`;
    expect(compareFingerprint(spoken, fingerprint)).to.deep.equal({ kind: 'equal' });
    const wide = fingerprint.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    expect(compareFingerprint(wide, fingerprint)).to.deep.equal({ kind: 'equal' });
  });

  it('is equal only as a whole, and the first group that differs is named', () => {
    expect(compareFingerprint('', fingerprint)).to.deep.equal({ kind: 'none' });
    const short = compareFingerprint(fingerprint.slice(0, 63), fingerprint);
    expect(short).to.deep.equal({ kind: 'short', given: 63 });
    const other = `${fingerprint.slice(0, 9)}0${fingerprint.slice(10)}`;
    expect(compareFingerprint(other, fingerprint)).to.deep.equal({ kind: 'different', group: 3 });
    const longer = compareFingerprint(`${fingerprint}0`, fingerprint);
    expect(longer).to.deep.equal({ kind: 'different', group: 17 });
  });
});
