// append: what the ledger computes of honest batches, replays, and writers who race.
import { expect } from 'chai';
import { encodeHex } from '../../../chaincode/core/bytes.js';
import { parseClosingLeaf } from '../../../chaincode/core/leaf.js';
import { expectCodeAsync } from '../../support/expect-code.js';
import { appendCall, labelOf, type Step } from '../../support/log-writer.js';
import { expectAppend, type Fixture } from './channel.js';

const record = labelOf('record');
const patient = labelOf('patient');

/** So many first leaves of subjects that nobody has seen. */
function strangers(prefix: string, count: number): Step[] {
  return Array.from({ length: count }, (_, index) => ({
    act: index % 3 === 0 ? 'access' : 'archive',
    subject: labelOf(`${prefix} ${index}`),
  }));
}

export function appendCases(fixture: Fixture): void {
  describe('append', () => {
    it('computes the roots that the slow reference gives, batch after batch', async () => {
      const log = await fixture.newLog();
      const batches: Step[][] = [
        [{ act: 'archive', subject: record }],
        strangers('first', 7),
        [
          { act: 'access', subject: patient },
          { act: 'hold', subject: record },
          { act: 'fixity', subject: log.writer.logLabel },
          { act: 'access', subject: patient },
          { act: 'unhold', subject: record },
          { act: 'admin', subject: log.writer.logLabel },
          { act: 'inquiry', subject: patient },
        ],
        strangers('second', 40),
        [
          { act: 'amend', subject: record },
          { act: 'destroy', subject: record },
          { act: 'access', subject: labelOf('first 0') },
        ],
      ];
      for (const steps of batches) {
        const expected = await log.append(steps);
        const { head } = await log.log.readLog();
        expect(head.size).to.equal(expected.size);
        expect(head.appends).to.equal(expected.appendNumber + 1);
        expect(encodeHex(head.root)).to.equal(encodeHex(expected.root));
        expect(encodeHex(head.mapRoot)).to.equal(encodeHex(expected.mapRoot));
        expect(head.closingLeaf).to.deep.equal(Buffer.from(expected.closingLeaf));
        expect(head.endorsedAt).to.equal(parseClosingLeaf(expected.closingLeaf).endorsedAt);
      }
    });

    it('takes a larger batch over a larger map', async () => {
      const log = await fixture.newLog();
      await log.append(strangers('many', 1000));
      const again = strangers('many', 1000).filter(({ act }) => act === 'access');
      await log.append([...again, ...strangers('more', 500)]);
    });

    it('keeps the logs of two organisations apart', async () => {
      const a = await fixture.newLog('hospital-a');
      const b = await fixture.newLog('hospital-b');
      for (const log of [a, b, a]) await log.append([{ act: 'access', subject: patient }]);
      const batch = b.writer.batch([{ act: 'access', subject: labelOf('of b') }]);
      const { json, transient } = appendCall(a.logId, batch);
      await a.refuses(() => a.ledger.submit('append', json, transient), 'LOG_MOVED');
    });

    it('refuses a batch for another size, and says the true one', async () => {
      const log = await fixture.newLog();
      await log.append(strangers('moved', 2));
      const batch = log.writer.batch([{ act: 'access', subject: patient }]);
      for (const expectedSize of [0, 2, 4, Number.MAX_SAFE_INTEGER]) {
        await log.refusesBatch({ ...batch, expectedSize }, 'LOG_MOVED');
      }
      const late = { ...batch, expectedSize: 0 };
      const message = await log.submit(late).then(String, (error: Error) => error.message);
      expect(message).to.include('size 3');
    });

    it('answers the exact replay of the last append as the first time, and writes nothing', async () => {
      const log = await fixture.newLog();
      const batch = log.writer.batch(strangers('replay', 3));
      const first = await log.submit(batch);
      const before = await log.head();
      expect(await log.submit(batch)).to.deep.equal(first);
      const { json } = appendCall(log.logId, batch);
      const bare = JSON.parse(await log.ledger.submit('append', json));
      expect(bare.root).to.equal(encodeHex(first.root));
      expect(await log.head()).to.equal(before);
      expectAppend(first, log.writer.commit(batch, first.endorsedAt));
      await log.append([{ act: 'access', subject: patient }]);
      await log.refusesBatch(batch, 'LOG_MOVED');
    });

    it('takes no other batch for a replay', async () => {
      const log = await fixture.newLog();
      const batch = log.writer.batch(strangers('other', 2));
      log.writer.commit(batch, (await log.submit(batch)).endorsedAt);
      const size = log.writer.size;
      await log.refusesBatch({ ...batch, leaves: batch.leaves.slice(0, 1) }, 'LOG_MOVED');
      await log.refusesBatch({ ...batch, leaves: [...batch.leaves].reverse() }, 'LOG_MOVED');
      await log.refusesBatch({ ...batch, expectedSize: size }, 'BAD_WITNESS');
    });

    it('gives one size to one of several writers', async () => {
      const log = await fixture.newLog();
      await log.append(strangers('race', 2));
      const batches = ['one', 'two', 'three'].map((name) => log.writer.batch(strangers(name, 2)));
      const results = await Promise.allSettled(batches.map((batch) => log.submit(batch)));
      const won = results.findIndex(({ status }) => status === 'fulfilled');
      for (const [index, result] of results.entries()) {
        if (result.status === 'fulfilled') expect(index, 'a second winner').to.equal(won);
        else expect(result.reason.code).to.equal('LOG_MOVED');
      }
      const batch = batches[won];
      if (batch === undefined) throw new Error('nobody won');
      const { head } = await log.log.readLog();
      const expected = log.writer.commit(batch, head.endorsedAt);
      expect(encodeHex(head.root)).to.equal(encodeHex(expected.root));
      await log.append([{ act: 'access', subject: patient }]);
    });

    it('commits what several logs append at once', async () => {
      const logs = await Promise.all([1, 2, 3, 4].map(() => fixture.newLog()));
      const rounds = logs.map(async (log) => {
        for (let round = 0; round < 4; round++) await log.append(strangers(`round ${round}`, 5));
      });
      await Promise.all(rounds);
      for (const { log } of logs) expect((await log.readLog()).head.size).to.equal(24);
    });

    it('does not know transactions that the contract does not have', async () => {
      const log = await fixture.newLog();
      for (const name of ['updateLog', 'toString', 'createContext', 'unknownTransaction', '']) {
        await log.refuses(() => log.ledger.submit(name, '{}'), 'NOT_SUPPORTED');
        await expectCodeAsync(() => log.ledger.evaluate(name, '{}'), 'NOT_SUPPORTED');
      }
    });
  });
}
