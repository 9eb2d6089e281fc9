import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { receiptNames, receiptPath, recordIdOf } from '../../gateway/services/record-id.js';
import { expectCode } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder, writeFiles } from '../support/temp-folder.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('record id of a file', () => {
  const file = { folder: '住院病历', relative: 'P1001/入院 记录.txt' };

  it('is the name of the folder given, a slash and the relative path', () => {
    expect(recordIdOf(file)).to.equal('住院病历/P1001/入院 记录.txt');
  });

  it('starts with the prefix instead when one is given', () => {
    expect(recordIdOf(file, 'ward-3')).to.equal('ward-3/P1001/入院 记录.txt');
    expect(recordIdOf(file, 'ward-3/')).to.equal('ward-3/P1001/入院 记录.txt');
    expect(recordIdOf(file, '')).to.equal('P1001/入院 记录.txt');
  });

  it('is refused above 4,096 bytes', () => {
    const relative = '长'.repeat(1365);
    expect(recordIdOf({ folder: '', relative: `${relative}a` })).to.have.length(1366);
    expectCode(() => recordIdOf({ folder: '', relative: `${relative}ab` }), 'BAD_INPUT');
  });
});

describe('path of a receipt', () => {
  it('is the relative path with .receipt.json', () => {
    expect(receiptPath('P1001/入院记录.txt')).to.equal('P1001/入院记录.txt.receipt.json');
  });

  it('keeps a name that just fits, and cuts one that does not, with 16 hex of its digest', () => {
    const fits = 'x'.repeat(242);
    expect(receiptPath(fits)).to.equal(`${fits}.receipt.json`);
    const long = 'x'.repeat(243);
    const cut = `${'x'.repeat(225)}~${sha256(long).slice(0, 16)}.receipt.json`;
    expect(receiptPath(`ward/${long}`)).to.equal(`ward/${cut}`);
  });

  it('cuts between characters', () => {
    const long = `a${'长'.repeat(84)}`;
    const cut = `a${'长'.repeat(74)}~${sha256(long).slice(0, 16)}.receipt.json`;
    expect(receiptPath(long)).to.equal(cut);
    expect(Buffer.byteLength(cut)).to.be.at.most(255);
  });

  it('has names of at most 255 bytes of valid UTF-8, another one for each long name', () => {
    const name = fc
      .array(fc.constantFrom('a', 'é', '长', '😀', ' ', '\n'), { minLength: 60, maxLength: 260 })
      .map((characters) => characters.join(''));
    fc.assert(
      fc.property(name, name, (a, b) => {
        for (const part of receiptPath(`${a}/${b}`).split('/')) {
          expect(Buffer.byteLength(part)).to.be.at.most(255);
          expect(part).not.to.include('\ufffd');
        }
        expect(receiptPath(a) === receiptPath(b)).to.equal(a === b);
      }),
      { numRuns: 200 },
    );
  });

  it('stands below the name of the folder given where relative paths could meet', () => {
    const folder = newTempFolder();
    writeFiles(folder, { 'a/x/1.pdf': 'x', 'b/x/1.pdf': 'y', 'a/2.pdf': 'z' });
    const name = (paths: string[], root: string, relative: string) =>
      receiptNames(paths.map((path) => join(folder, path)))({ folder: root, relative });
    expect(name(['a'], 'a', 'x/1.pdf')).to.equal('x/1.pdf');
    expect(name(['a', 'b'], 'b', 'x/1.pdf')).to.equal('b/x/1.pdf');
    expect(name(['a/x/1.pdf', 'b/x/1.pdf'], 'x', '1.pdf')).to.equal('x/1.pdf');
    expect(name(['a/x/1.pdf', 'a/2.pdf'], 'a', '2.pdf')).to.equal('2.pdf');
    expect(name(['missing'], 'a', '2.pdf')).to.equal('2.pdf');
    removeTempFolder(folder);
  });

  it('never leaves the folder of receipts', () => {
    for (const id of ['../x', 'a/../../x', '/etc/passwd', '..', '.', '', 'a//b', 'a/', 'a\0b']) {
      expectCode(() => receiptPath(id), 'BAD_INPUT');
    }
  });
});
