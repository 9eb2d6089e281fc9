import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AnswerRow } from '../../gateway/services/audit/answers.js';
import { ArchiveAudit } from '../../gateway/services/audit/archive-audit.js';
import type { AnchoredRecord } from '../../gateway/services/audit/records.js';
import { newTempFolder, removeTempFolder, writeFiles } from '../support/temp-folder.js';

describe('the audit of an archive that goes on being written', () => {
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
    writeFiles(folder, { 'a.txt': 'as it was', 'b.txt': 'untouched' });
  });
  afterEach(() => removeTempFolder(folder));

  const listed = (name: string, content: string, version = 1): AnchoredRecord => ({
    ordinal: 0,
    id: 'a',
    version,
    digest: createHash('sha256').update(content).digest('hex'),
    anchored: '2026-11-01T08:00:00.000Z',
    path: join(folder, name),
  });

  /** The answer about one record that may have become another since it was listed. */
  async function answer(record: AnchoredRecord, ...since: AnchoredRecord[]): Promise<AnswerRow> {
    const rows: AnswerRow[] = [];
    const records = async function* () {
      yield record;
    };
    let last = record;
    const readAgain = () => {
      last = since.shift() ?? last;
      return last;
    };
    const { signal } = new AbortController();
    const audit = new ArchiveAudit(records(), { signal, readAgain });
    for await (const { row } of audit.run()) rows.push(row);
    expect(rows).to.have.lengthOf(1);
    return rows[0] as AnswerRow;
  }

  it('finds a record unchanged that was amended after it was listed', async () => {
    writeFiles(folder, { 'a.txt': 'amended' });
    const found = await answer(listed('a.txt', 'as it was'), listed('a.txt', 'amended', 2));
    expect(found).to.include({ answer: 'unchanged', version: 2 });
  });

  it('finds it unchanged where it was read since, when it has moved', async () => {
    rmSync(join(folder, 'a.txt'));
    writeFiles(folder, { 'moved.txt': 'as it was' });
    const found = await answer(listed('a.txt', 'as it was'), listed('moved.txt', 'as it was'));
    expect(found).to.include({ answer: 'unchanged', path: join(folder, 'moved.txt') });
  });

  it('follows it when it is amended again and again', async () => {
    writeFiles(folder, { 'a.txt': 'third' });
    const since = [listed('a.txt', 'second', 2), listed('a.txt', 'third', 3)];
    const found = await answer(listed('a.txt', 'first'), ...since);
    expect(found).to.include({ answer: 'unchanged', version: 3 });
  });

  it('finds a change that nobody anchored altered, and a file that went missing', async () => {
    const altered = await answer(listed('a.txt', 'something else'));
    expect(altered).to.include({ answer: 'altered', version: 1 });
    const since = listed('a.txt', 'something else again', 2);
    expect(await answer(listed('a.txt', 'something else'), since)).to.include({
      answer: 'altered',
      version: 2,
    });
    rmSync(join(folder, 'b.txt'));
    expect(await answer(listed('b.txt', 'untouched'))).to.include({ answer: 'missing' });
  });
});
