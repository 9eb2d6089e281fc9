import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeFileName,
  fileNameBytes,
  fileNameFromText,
  showFileName,
} from '../../gateway/services/file-name.js';

describe('file names', () => {
  it('go through latin1 text and back without loss, whatever their bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ min: 1, max: 255 }), (bytes) => {
        const name = Buffer.from(bytes).toString('latin1');
        expect(fileNameBytes(name).equals(bytes)).to.equal(true);
      }),
    );
  });

  it('sort as latin1 text in the order of their bytes', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 }).map((value) => Buffer.from(value));
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [first] = [a.toString('latin1'), b.toString('latin1')].sort();
        expect(first).to.equal((a.compare(b) <= 0 ? a : b).toString('latin1'));
      }),
    );
  });

  it('are read as UTF-8, strictly', () => {
    expect(decodeFileName(fileNameFromText('病历.txt'))).to.equal('病历.txt');
    for (const bad of ['caf\xe9', '\xc0\xaf', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe7\x97']) {
      expect(decodeFileName(bad)).to.equal(undefined);
    }
  });

  it('are shown with the bytes that are not UTF-8 in hex', () => {
    expect(showFileName(fileNameFromText('病历 é.txt'))).to.equal('病历 é.txt');
    expect(showFileName(`${fileNameFromText('病')}\xb2\xa1.txt`)).to.equal('病\\xb2\\xa1.txt');
    expect(showFileName('\xe7\x97')).to.equal('\\xe7\\x97');
  });
});
