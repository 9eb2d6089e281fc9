import { expect } from 'chai';
import { examineRunning } from '../../gateway/services/doctor/running.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import { doctorPlace, one, sick } from '../support/doctor-place.js';

describe('the doctor of inquiries', function () {
  this.timeout(60_000);
  const place = doctorPlace();
  const patient = { system: 'urn:hospital-a', value: 'CANARY-1' };
  const ask = (hospital: Hospital, dueAt: string) =>
    hospital.inquiries.ask({ patient, question: 'CANARY question', dueAt });
  const answer = (hospital: Hospital, id: string) =>
    hospital.inquiries.answer(
      id,
      { status: 'answered', outcome: 'justified', text: 'CANARY text' },
      { id: 'officer' },
    );
  const withHospital = async <T>(act: (hospital: Hospital) => Promise<T>): Promise<T> => {
    const hospital = await openHospital({ folder: place.data, operator: 'test' });
    try {
      const result = await act(hospital);
      await hospital.sequencer.waitProven(20_000);
      return result;
    } finally {
      await hospital.close();
    }
  };

  it('is silent while nothing is overdue', async () => {
    expect(one(await place.run(), 'inquiries').status).to.equal('ok');
    await withHospital((hospital) => ask(hospital, '2999-01-01T00:00:00.000Z'));
    const found = one(await place.run(), 'inquiries');
    expect(found.status).to.equal('ok');
    expect(found.sentence).to.match(/^1 question of a patient open/);
  });

  it('warns of what was not answered in time, alone and beside a gateway', async () => {
    const id = await withHospital(async (hospital) => {
      const { thread } = await ask(hospital, '2026-01-01T00:00:00.000Z');
      await ask(hospital, '2026-02-01T00:00:00.000Z');
      const running = one(await examineRunning(hospital, { nodeProblem: '' }), 'inquiries');
      expect(running.status).to.equal('warning');
      expect(JSON.stringify(running)).to.not.include('CANARY');
      return thread.id;
    });
    const found = one(await place.run(), 'inquiries');
    expect(found.sentence).to.match(/^2 questions of patients .* 2026-01-01T00:00:00\.000Z;/);
    expect(found.next).to.include('chartseal inquiry list --state overdue');
    await withHospital((hospital) => answer(hospital, id));
    const then = one(await place.run(), 'inquiries');
    expect(then.sentence).to.match(/^1 question of a patient .* 2026-02-01T00:00:00\.000Z;/);
    expect(sick(await place.run())).to.deep.equal(['inquiries: warning']);
  });
});
