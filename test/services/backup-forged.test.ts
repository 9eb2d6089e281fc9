// Exports that the log itself signed and that are wrong all the same: what is checked beyond the
// signature.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { importLog } from '../../gateway/services/backup/import.js';
import {
  exportBytes,
  type Line,
  makeSample,
  parseLines,
  SUBMISSIONS,
  signLines,
  treeOf,
  writeExport,
} from '../support/backup-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const ENTRIES = SUBMISSIONS.flat().length;

describe('an export signed by the log and still wrong', function () {
  this.timeout(60_000);
  let folder: string;
  let sample: Buffer;
  before(async () => {
    folder = newTempFolder();
    await makeSample(source());
    sample = await exportBytes(source());
  });
  after(() => removeTempFolder(folder));

  const source = () => join(folder, 'source');

  async function expectRefused(bytes: Buffer, code: ErrorCode): Promise<void> {
    const data = join(folder, 'new');
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data, { mode: 0o700 });
    cpSync(join(source(), 'keys'), join(data, 'keys'), { recursive: true });
    const before = treeOf(data);
    const file = writeExport(join(folder, 'export.jsonl'), bytes);
    await expectCodeAsync(() => importLog(file, data), code);
    expect(treeOf(data)).to.deep.equal(before);
  }

  /** The sample with its lines changed, signed anew. */
  async function forged(change: (lines: Line[]) => Line[] | undefined): Promise<Buffer> {
    const lines = parseLines(sample).slice(0, -1);
    return signLines(change(lines) ?? lines, join(source(), 'keys'));
  }
  const only = <T = Line>(lines: Line[], tag: string): T[] =>
    lines.filter((line) => tag in line).map((line) => line[tag] as T);

  it('is no other export when nothing was changed', async () => {
    expect((await forged(() => undefined)).equals(sample)).to.equal(true);
  });

  const cases: readonly [what: string, code: ErrorCode, (lines: Line[]) => Line[] | undefined][] = [
    [
      'an entry that does not fit its leaf',
      'STORE_CORRUPT',
      (lines) => {
        const [first] = only<{ entry: { at: string } }>(lines, 'entry');
        if (first) first.entry.at = '2020-01-01T00:00:00.000Z';
        return undefined;
      },
    ],
    [
      'an opening that is not what was committed to',
      'STORE_CORRUPT',
      (lines) => {
        const [first] = only<{ openings: { name: { value: string } } }>(lines, 'entry');
        if (first) first.openings.name.value = 'another name';
        return undefined;
      },
    ],
    [
      'two entries that changed places',
      'LEDGER_CORRUPT',
      (lines) => {
        const [a, b] = only<{ ordinal: number }>(lines, 'entry');
        if (a && b) [a.ordinal, b.ordinal] = [1, 0];
        const [first, second] = lines.filter((line) => 'entry' in line);
        const place = lines.indexOf(first as Line);
        return lines.toSpliced(place, 2, second as Line, first as Line);
      },
    ],
    [
      'an ordinal twice',
      'BAD_FORMAT',
      (lines) => {
        const [, second] = only<{ ordinal: number }>(lines, 'entry');
        if (second) second.ordinal = 0;
        return undefined;
      },
    ],
    [
      'entries that the ledger has and the export has not',
      'STORE_BEHIND',
      (lines) => lines.filter((line) => (line['entry'] as Line)?.['ordinal'] !== ENTRIES - 1),
    ],
    [
      'a block that is missing',
      'LEDGER_CORRUPT',
      (lines) => lines.filter((line) => (line['block'] as Line)?.['number'] !== 2),
    ],
    ['no blocks', 'LEDGER_CORRUPT', (lines) => lines.filter((line) => !('block' in line))],
    [
      'a block that is not the next in the chain',
      'LEDGER_CORRUPT',
      (lines) => {
        const block = only<{ previous: string }>(lines, 'block').at(-1);
        if (block) block.previous = '00'.repeat(32);
        return undefined;
      },
    ],
    [
      'a transaction at another time',
      'LEDGER_CORRUPT',
      (lines) => {
        const block = only<{ transactions: { at: string }[] }>(lines, 'block').at(-1);
        if (block?.transactions[0]) block.transactions[0].at = '2099-01-01T00:00:00.000Z';
        return undefined;
      },
    ],
    [
      'a creator whose certificate is not there',
      'LEDGER_CORRUPT',
      (lines) => {
        (lines[0] as { certificates: string[] }).certificates.pop();
        return undefined;
      },
    ],
    [
      'the name of another log in the header',
      'BAD_FORMAT',
      (lines) => {
        (lines[0] as Line)['origin'] = 'other.example/x';
        return undefined;
      },
    ],
    [
      'another log id in the header',
      'LEDGER_CORRUPT',
      (lines) => {
        (lines[0] as Line)['logId'] = 'ab'.repeat(32);
        return undefined;
      },
    ],
    [
      'patients out of order',
      'BAD_FORMAT',
      (lines) => {
        const place = lines.findIndex((line) => 'patient' in line);
        const [a, b] = lines.slice(place, place + 2) as [Line, Line];
        return lines.toSpliced(place, 2, b, a);
      },
    ],
    [
      'a patient under the label of another',
      'BAD_FORMAT',
      (lines) => {
        const [a, b] = only<{ value: string }>(lines, 'patient');
        if (a && b) [a.value, b.value] = [b.value, a.value];
        return undefined;
      },
    ],
    [
      'openings that are none',
      'BAD_FORMAT',
      (lines) => {
        const [first] = only<Line>(lines, 'entry');
        if (first) first['openings'] = { name: 'archive/1' };
        return undefined;
      },
    ],
    [
      'an attestation of a size that never was',
      'BAD_FORMAT',
      (lines) => {
        const [first] = only<{ size: number }>(lines, 'attestation');
        if (first) first.size = 1;
        return undefined;
      },
    ],
    [
      'an attestation without its closing leaf',
      'LOG_FORKED',
      (lines) => {
        const last = only<Line>(lines, 'attestation').at(-1);
        if (last) last['closingLeaf'] = null;
        return undefined;
      },
    ],
    [
      'an attestation that nobody signed',
      'BAD_FORMAT',
      (lines) => {
        const last = only<{ attestation: { signature: string } }>(lines, 'attestation').at(-1);
        if (last) last.attestation.signature = Buffer.alloc(64).toString('base64');
        return undefined;
      },
    ],
    [
      'an attestation of another size',
      'LOG_FORKED',
      (lines) => {
        const [a, b] = only<Line>(lines, 'attestation');
        if (a && b) a['attestation'] = b['attestation'];
        return undefined;
      },
    ],
  ];
  for (const [what, code, change] of cases) {
    it(`is refused with ${what}`, async () => {
      await expectRefused(await forged(change), code);
    });
  }
});
