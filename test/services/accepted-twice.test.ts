// LevelDB does not check what it reads: a flipped bit in the key of a row hides it without a word,
// here of the row by which a submission is known that came before.
import { expect } from 'chai';
import { rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import type { Accepted } from '../../gateway/services/sequencer/accept-group.js';
import type { Submission } from '../../gateway/services/submission.js';
import * as keys from '../../gateway/store/keys.js';
import { parseKnownRow } from '../../gateway/store/rows.js';
import {
  audit,
  eachOnACopy,
  keysOf,
  openData,
  readValue,
  withRows,
} from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission } from '../support/hospital.js';

const REQUEST = 'sent twice';
const first = accessSubmission('P1', REQUEST);
const TWICE = 'each entry is found by its leaf hash and by its content, nothing else';

describe('a submission that a damaged store accepted twice', () => {
  let folder: string;

  eachOnACopy((copy) => {
    folder = copy;
  });

  async function submit(submission: Submission): Promise<Accepted> {
    const hospital = await openData(folder);
    try {
      const accepted = await hospital.sequencer.accept(submission);
      await hospital.sequencer.waitProven(10_000);
      return accepted;
    } finally {
      await hospital.close();
    }
  }

  /** Flips a bit in the key of the row by which this entry is known. */
  const hide = (ordinal: number) =>
    withRows(folder, async (rows) => {
      for (const key of await keysOf(rows, keys.TABLES.idempotency)) {
        if (parseKnownRow(await readValue(rows, key)).ordinal !== ordinal) continue;
        const row = (await rows.get(key)) as Buffer;
        await rows.del(key);
        await rows.put(
          key.slice(0, -1) + String.fromCharCode(key.charCodeAt(key.length - 1) ^ 1),
          row,
        );
        return;
      }
      throw new Error('the entry is not known');
    });
  const logAudit = () => audit(folder, { isLogOnly: true });
  const lookups = async () => (await logAudit()).log.find(({ check }) => check === 'lookups');

  for (const [what, second] of [
    ['with the same content', first],
    ['with other content', { ...first, unit: 'ward 9' }],
  ] as const) {
    it(`is told of, and after a rebuild the first is known again, ${what}`, async () => {
      const { ordinal } = await submit(first);
      await hide(ordinal);
      expect(await submit(second)).to.include({ ordinal: ordinal + 1, duplicate: false });
      const before = await lookups();
      expect(before).to.include({ status: 'FAILED' });
      expect(before?.findings[0]?.next).to.contain('chartseal rebuild');

      await rebuildStore(folder);
      expect(await lookups()).to.include({
        status: 'OK',
        sentence: `${TWICE}; 1 came a second time`,
      });
      expect(await submit(first)).to.include({ ordinal, duplicate: true });
      if (second !== first) await expectCodeAsync(() => submit(second), 'IDEMPOTENCY_CONFLICT');
      expect((await logAudit()).named('FAILED')).to.deep.equal([]);
    });
  }

  it('is not what a row is that leads to an earlier entry of other content', async () => {
    const { ordinal } = await submit(first);
    await withRows(folder, async (rows) => {
      const known = new Map<number, string>();
      for (const key of await keysOf(rows, keys.TABLES.idempotency)) {
        known.set(parseKnownRow(await readValue(rows, key)).ordinal, key);
      }
      const other = (await rows.get(known.get(ordinal - 1) as string)) as Buffer;
      await rows.put(known.get(ordinal) as string, other);
    });
    expect(await lookups()).to.include({ status: 'FAILED', faults: 1 });
    await rebuildStore(folder);
    expect(await lookups()).to.include({ status: 'OK', sentence: TWICE });
  });
});
