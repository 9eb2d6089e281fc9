import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestFiles } from '../../gateway/services/digest.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const MEBIBYTE = 2 ** 20;

async function* filesOf(folder: string, names: readonly string[]) {
  for (const name of names) yield { path: Buffer.from(join(folder, name)) };
}

describe('reading at a given pace', function () {
  this.timeout(20_000);
  let folder: string;

  before(() => {
    folder = newTempFolder();
  });
  after(() => removeTempFolder(folder));

  function write(sizes: readonly number[]): string[] {
    return sizes.map((size, at) => {
      const name = `${sizes.length}-${at}`;
      writeFileSync(join(folder, name), Buffer.alloc(size, at));
      return name;
    });
  }

  /** Seconds for all files; a run of its own warms the threads up. */
  async function timeOf(names: readonly string[], bytesPerSecond: number): Promise<number> {
    const start = performance.now();
    let answered = 0;
    for await (const result of digestFiles(filesOf(folder, names), { bytesPerSecond })) {
      expect(result).to.have.property('digest');
      answered++;
    }
    expect(answered).to.equal(names.length);
    return (performance.now() - start) / 1000;
  }

  it('keeps both threads together to it, in large files and small ones', async () => {
    const large = write([6 * MEBIBYTE, 6 * MEBIBYTE]);
    const small = write(Array.from({ length: 192 }, () => MEBIBYTE / 16));
    for (const names of [large, small]) {
      const wanted = 3;
      // Only the lower bound is a promise: how long it takes beyond that is the machine's business.
      expect(await timeOf(names, 4 * MEBIBYTE)).to.be.at.least(wanted * 0.95);
    }
  });

  it('ends at once when it is told to, in the middle of a large file', async () => {
    const [name = ''] = write([32 * MEBIBYTE]);
    const signal = AbortSignal.timeout(300);
    const start = performance.now();
    const options = { bytesPerSecond: MEBIBYTE, signal };
    for await (const _ of digestFiles(filesOf(folder, [name]), options)) {
      expect.fail('the file cannot be answered for');
    }
    expect(performance.now() - start).to.be.below(5000);
  });
});
