// An append that is in flight while the next one cannot be prepared.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import type { Ledger } from '../../gateway/ledger/ledger.js';
import { LogLedger } from '../../gateway/ledger/log-ledger.js';
import { Sequencer } from '../../gateway/services/sequencer/sequencer.js';
import { entryKey } from '../../gateway/store/keys.js';
import { seal } from '../../gateway/store/level-rows.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, BY, TestHospital, type TestProcess } from '../support/hospital.js';
import { withRaw } from '../support/raw-store.js';

describe('an append in flight', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  let inFlight = 0;

  beforeEach(async () => {
    hospital = await TestHospital.create();
  });
  afterEach(async () => {
    await process.close();
    await hospital.remove();
  });

  /** Far away, and takes one leaf at a time. */
  const slow = (ledger: Ledger): Ledger => ({
    evaluate: (...call) => ledger.evaluate(...call),
    async submit(...call) {
      inFlight++;
      await setTimeout(300);
      return ledger.submit(...call).finally(() => inFlight--);
    },
    attest: (...call) => ledger.attest(...call),
    subscribe: (from) => ledger.subscribe(from),
    limits: () => ({ ...ledger.limits(), appendLeaves: 1 }),
    close: () => ledger.close(),
  });

  it('is waited for when the next cannot be prepared, and what the ledger took counts', async () => {
    process = await hospital.open({ intervalMs: 60_000 });
    for (const id of ['r0', 'r1', 'r2']) await process.sequencer.accept(accessSubmission('P1', id));
    await process.close();
    // The second entry goes on from the third.
    await withRaw(join(hospital.folder, 'store'), async (raw) => {
      const keys = [entryKey(1), entryKey(2)] as const;
      const [second, third] = await Promise.all(keys.map((key) => raw.get(key)));
      const put = (key: string, row?: Uint8Array) =>
        raw.put(key, Uint8Array.from(seal(key, (row as Uint8Array).subarray(0, -4))));
      await put(keys[0], third);
      await put(keys[1], second);
    });
    process = await hospital.open({ intervalMs: 60_000 });
    await process.sequencer.close();
    const { store } = process;
    const ledger = new LogLedger(slow(process.ledger), hospital.context.logId);
    const rest = { context: hospital.context, by: BY, intervalMs: 2 };
    const sequencer = await Sequencer.open({ store, ledger, ...rest });
    try {
      await expectCodeAsync(() => sequencer.waitProven(10_000), 'LOG_STOPPED');
      expect(sequencer.fault?.cause).to.have.property('code', 'CHAIN_BROKEN');
      expect(inFlight).to.equal(0);
      expect(sequencer.counts).to.include({ accepted: 3, committed: 1 });
      expect((await process.log.readLog()).head).to.include({ size: 2, appends: 1 });
    } finally {
      await sequencer.close();
    }
  });
});
