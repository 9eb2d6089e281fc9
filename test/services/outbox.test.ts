import { expect } from 'chai';
import { importAccess } from '../../gateway/services/access-import.js';
import type { JsonLine } from '../../gateway/services/json-lines.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, TestHospital, type TestProcess } from '../support/hospital.js';

describe('the bound of the outbox', () => {
  let hospital: TestHospital;
  let process: TestProcess;

  beforeEach(async () => {
    hospital = await TestHospital.create();
  });
  afterEach(async () => {
    await process.close();
    await hospital.remove();
  });

  it('refuses a caller when that much waits for the ledger, and writes nothing', async () => {
    process = await hospital.open({ outboxEntries: 10, intervalMs: 2000 });
    const { sequencer } = process;
    for (let at = 0; at < 10; at++) await sequencer.accept(accessSubmission('P1', `r${at}`));
    await expectCodeAsync(() => sequencer.accept(accessSubmission('P1', 'more')), 'OUTBOX_FULL');
    expect(sequencer.counts.accepted).to.equal(10);
    expect(await sequencer.waitProven(10_000)).to.equal(true);
    expect((await sequencer.accept(accessSubmission('P1', 'more'))).duplicate).to.equal(false);
  });

  it('makes an import wait and lets nothing fail, however much comes', async () => {
    process = await hospital.open({ outboxEntries: 40 });
    const { sequencer } = process;
    async function* lines(): AsyncGenerator<JsonLine> {
      for (let number = 1; number <= 1500; number++) {
        const value = { ...accessSubmission(`P${number % 20}`, `r${number}`) };
        yield { number, value: JSON.parse(JSON.stringify(value)) };
      }
    }
    let accepted = 0;
    for await (const outcome of importAccess(sequencer, lines())) {
      if ('error' in outcome) throw outcome.error;
      accepted++;
    }
    expect(accepted).to.equal(1500);
    expect(sequencer.counts.accepted).to.equal(1500);
    expect(await sequencer.waitProven(20_000)).to.equal(true);
  });
});
