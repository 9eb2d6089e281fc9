import { expect } from 'chai';
import type { History } from '../../gateway/evidence/history.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import { Histories } from '../../gateway/services/histories.js';
import { historyBytes } from '../../gateway/services/history-bytes.js';
import { exportTrust } from '../../gateway/services/trust-export.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, TestHospital, type TestProcess } from '../support/hospital.js';

const EVENTS = 700;

describe('the bytes of a history of many events', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  let history: History;
  let trustFile: Uint8Array;

  before(async () => {
    hospital = await TestHospital.create();
    process = await hospital.open();
    const { sequencer, store } = process;
    const events = Array.from({ length: EVENTS }, (_, at) => accessSubmission('P1', `${at}`));
    await Promise.all(events.map((one) => sequencer.accept(one)));
    expect(await sequencer.waitProven(50_000)).to.equal(true);
    const { context } = hospital;
    const patient = { system: 'urn:hospital-a', value: 'P1' };
    history = await new Histories({ store, context, sequencer }).make({ patient });
    trustFile = exportTrust(context, 'chartseal', []);
  });
  after(async () => {
    await process.close();
    await hospital.remove();
  });

  const check = () => ({
    trust: parseTrustFile(trustFile),
    trustFile,
    recordKey: hospital.context.secrets.recordKey,
  });

  it('are those of the history, whether they are checked or not, with as much withheld', async () => {
    expect(history.leaves).to.have.lengthOf(EVENTS);
    const whole = Buffer.from(formatHistory(history));
    expect(whole.equals(await historyBytes(history))).to.equal(true);
    expect(whole.equals(await historyBytes(history, { check: check() }))).to.equal(true);
    const withheld = ['actor'];
    const less = Buffer.from(formatHistory(withhold(history, { members: withheld })));
    expect(less.equals(await historyBytes(history, { withheld, check: check() }))).to.equal(true);
    expect(less.length).to.be.below(whole.length);
  });

  it('are not given out when they do not hold', async () => {
    const damaged = { ...history, leaves: [...history.leaves.slice(1), history.leaves[0] ?? ''] };
    await expectCodeAsync(() => historyBytes(damaged, { check: check() }), 'STORE_CORRUPT');
  });

  it('are no more worked on when nobody waits for them, and hold up nobody else', async () => {
    const away = new AbortController();
    const asked = [0, 1].map(() => historyBytes(history, { gone: away.signal }));
    const ended = Promise.allSettled(asked);
    away.abort();
    for (const one of await ended) {
      expect(one.status === 'rejected' ? one.reason.name : one.status).to.equal('AbortError');
    }
    expect((await historyBytes(history)).length).to.be.above(0);
  });

  it('are made while this thread answers others', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await historyBytes(history, { check: check() });
    clearInterval(timer);
    expect(turns).to.be.greaterThan(0);
  });
});
