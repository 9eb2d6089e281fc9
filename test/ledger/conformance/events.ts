// The stream of committed transactions, and the clock.
import { expect } from 'chai';
import { encodeHex } from '../../../chaincode/core/bytes.js';
import type { Ledger, LedgerEvent } from '../../../gateway/ledger/ledger.js';
import { expectCodeAsync } from '../../support/expect-code.js';
import { labelOf } from '../../support/log-writer.js';
import type { Fixture } from './channel.js';

const patient = labelOf('patient');
const MINUTE = 60_000;

/** Events of appends from a block on, up to the one with this payload. */
async function appendsUntil(ledger: Ledger, block: number, last: string): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for await (const event of ledger.subscribe(block)) {
    if (event.event !== 'append') continue;
    events.push(event);
    if (payloadOf(event) === last) break;
  }
  return events;
}

const payloadOf = ({ payload }: LedgerEvent) => encodeHex(payload ?? new Uint8Array());

export function eventCases(fixture: Fixture): void {
  describe('events', () => {
    it('tells each append once, in order, with its closing leaf', async () => {
      const log = await fixture.newLog();
      const closing: string[] = [];
      for (let round = 0; round < 3; round++) {
        const append = await log.append([{ act: 'access', subject: patient }]);
        closing.push(encodeHex(append.closingLeaf));
      }
      const last = closing.at(-1) as string;
      const reader = await fixture.open('auditor', 'reader');
      const events = await appendsUntil(reader, 0, last);
      const own = events.filter((event) => closing.includes(payloadOf(event)));
      expect(own.map(payloadOf)).to.deep.equal(closing);
      expect(new Set(own.map(({ txId }) => txId)).size).to.equal(3);
      for (const [index, { block, code }] of events.entries()) {
        expect(code).to.equal('VALID');
        if (index > 0) expect(block).to.be.at.least(events[index - 1]?.block as number);
      }
      const from = own[1]?.block as number;
      const later = await appendsUntil(reader, from, last);
      expect(later.map(payloadOf).slice(-2)).to.deep.equal(closing.slice(1));
      expect(later.every(({ block }) => block >= from)).to.equal(true);
    });

    it('tells of appends that are made later', async () => {
      const log = await fixture.newLog();
      const first = await log.append([{ act: 'access', subject: patient }]);
      const seen = await appendsUntil(log.ledger, 0, encodeHex(first.closingLeaf));
      const from = (seen.at(-1)?.block as number) + 1;
      const iterator = log.ledger.subscribe(from)[Symbol.asyncIterator]();
      const waiting = iterator.next();
      const second = await log.append([{ act: 'access', subject: patient }]);
      const { value } = await waiting;
      expect(payloadOf(value)).to.equal(encodeHex(second.closingLeaf));
      await iterator.return?.();
    });

    it('tells nothing of what was refused', async () => {
      const log = await fixture.newLog();
      const first = await log.append([{ act: 'archive', subject: patient }]);
      const start = (await appendsUntil(log.ledger, 0, encodeHex(first.closingLeaf))).at(-1);
      const bad = log.writer.batch([{ act: 'archive', subject: patient }]);
      await log.refusesBatch(bad, 'ACT_REFUSED');
      await log.refusesBatch({ ...bad, expectedSize: 9 }, 'LOG_MOVED');
      const second = await log.append([{ act: 'amend', subject: patient }]);
      const last = encodeHex(second.closingLeaf);
      const events = await appendsUntil(log.ledger, start?.block as number, last);
      expect(events.map(payloadOf)).to.deep.equal([encodeHex(first.closingLeaf), last]);
      expect(events[1]?.block).to.equal((events[0]?.block as number) + 1);
    });

    it('ends subscriptions when the connection is closed, and calls fail then', async () => {
      const ledger = await fixture.channel.open('auditor', 'reader');
      const all: Promise<void> = (async () => {
        for await (const event of ledger.subscribe(0)) expect(event.txId).to.not.equal('');
      })();
      await ledger.evaluate('listLogs', '{}');
      await ledger.close();
      await all;
      await expectCodeAsync(() => ledger.evaluate('listLogs', '{}'), 'LEDGER_UNAVAILABLE');
    });
  });
}

/** Only for engines that let a test put the callers' clocks off. */
export function clockCases(fixture: Fixture): void {
  describe('the clock', () => {
    afterEach(() => fixture.channel.skewClocks?.(0));

    const skew = (ms: number): boolean => {
      fixture.channel.skewClocks?.(ms);
      return fixture.channel.skewClocks !== undefined;
    };

    it('of a caller may be up to five minutes off', async () => {
      const log = await fixture.newLog();
      for (const ms of [-6 * MINUTE, 6 * MINUTE, 365 * 24 * 60 * MINUTE]) {
        if (!skew(ms)) return;
        const batch = log.writer.batch([{ act: 'access', subject: patient }]);
        await log.refusesBatch(batch, 'CLOCK_SKEW');
        await expectCodeAsync(() => log.log.readCheckpoint(), 'CLOCK_SKEW');
        await expectCodeAsync(() => fixture.newLog(), 'CLOCK_SKEW');
      }
      skew(4 * MINUTE);
      await log.append([{ act: 'access', subject: patient }]);
    });

    it('does not go behind the last append', async () => {
      const log = await fixture.newLog();
      if (!skew(2 * MINUTE)) return;
      const { closingLeaf } = await log.append([{ act: 'access', subject: patient }]);
      skew(0);
      const batch = log.writer.batch([{ act: 'access', subject: patient }]);
      await log.refusesBatch(batch, 'CLOCK_SKEW');
      await expectCodeAsync(() => log.log.readCheckpoint(), 'CLOCK_SKEW');
      skew(3 * MINUTE);
      const { head } = await log.log.readLog();
      expect(encodeHex(head.closingLeaf as Uint8Array)).to.equal(encodeHex(closingLeaf));
      await log.append([{ act: 'access', subject: patient }]);
    });

    it('gives the time that is written, whatever the endorsers read on theirs', async () => {
      const log = await fixture.newLog();
      if (!skew(MINUTE)) return;
      const before = Date.now() + MINUTE;
      await log.append([{ act: 'access', subject: patient }]);
      const { head } = await log.log.readLog();
      expect(head.endorsedAt).to.be.within(before, Date.now() + MINUTE);
    });
  });
}
