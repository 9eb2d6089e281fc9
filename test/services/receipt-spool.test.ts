import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ReceiptSpool, type SpooledReceipt } from '../../gateway/services/receipt-spool.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { asOrdinaryUser, newTempFolder, removeTempFolder } from '../support/temp-folder.js';

describe('the spool of receipts', () => {
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  it('gives back what was added, in order, whatever stands in names', async () => {
    const odd = ['a\nb', 'a\r\nb', 'a\u2028b', 'a\u0085b', '"', '\\', '病历/入院 记录.txt'];
    const names = Array.from(
      { length: 3000 },
      (_, number) => `${odd[number % odd.length]}${number}`,
    );
    const spool = await ReceiptSpool.create(folder);
    for (const [ordinal, relative] of names.entries()) await spool.add({ ordinal, relative });
    const found: SpooledReceipt[] = [];
    for await (const receipt of spool.read()) found.push(receipt);
    expect(found).to.deep.equal(names.map((relative, ordinal) => ({ ordinal, relative })));
    await spool.remove();
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('removes what a killed run left, and nothing else', async () => {
    mkdirSync(join(folder, 'receipts-abc'));
    mkdirSync(join(folder, 'other'));
    const spool = await ReceiptSpool.create(folder);
    expect(readdirSync(folder)).to.have.length(2);
    await spool.remove();
    expect(readdirSync(folder)).to.deep.equal(['other']);
  });

  it('is refused with a code where it cannot be made, read or removed', async () => {
    chmodSync(folder, 0o555);
    await asOrdinaryUser(() =>
      expectCodeAsync(() => ReceiptSpool.create(folder), 'FILE_UNWRITABLE'),
    );
    chmodSync(folder, 0o755);
    const spool = await ReceiptSpool.create(folder);
    await spool.add({ ordinal: 0, relative: 'a' });
    const [name = ''] = readdirSync(folder);
    rmSync(join(folder, name), { recursive: true });
    await expectCodeAsync(() => spool.read().next(), 'FILE_UNREADABLE');
    await expectCodeAsync(() => spool.remove(), 'FILE_UNWRITABLE');
  });
});
