import { expect } from 'chai';
import { openHospital } from '../../gateway/services/hospital.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { accessSubmission } from '../support/hospital.js';

const QUESTION = 'CANARY question';

describe('inquiries in a gateway that runs', () => {
  let place: GatewayPlace;
  before(async () => {
    place = await GatewayPlace.create();
    const hospital = await openHospital({ folder: place.data, operator: 'test' });
    await hospital.sequencer.accept(accessSubmission('P1', 'r1'));
    for (const dueAt of ['2026-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z']) {
      const { patient } = accessSubmission('P1', '');
      await hospital.inquiries.ask({ patient, question: QUESTION, dueAt });
    }
    await hospital.close();
    await place.open();
  });
  after(() => place.remove());

  it('are counted in its metrics, and read by the command beside it', async () => {
    const { status, text } = await place.askAsOperator('/v1/inquiries?state=overdue');
    expect(status).to.equal(200);
    const page = JSON.parse(text) as { inquiries: { question: string }[]; counts: object };
    expect(page.inquiries.map(({ question }) => question)).to.deep.equal([QUESTION]);
    expect(page.counts).to.deep.equal({ open: 2, overdue: 1 });
    expect(await place.figure('chartseal_inquiries_open')).to.equal(2);
    expect(await place.figure('chartseal_inquiries_overdue')).to.equal(1);
    expect(await place.figure('chartseal_unknown_figures{figure="inquiries_open"}')).to.equal(0);
  });

  it('leave no text in its log', () => {
    expect(place.lines.length).to.be.above(0);
    expect(place.lines.join('\n')).to.not.include('CANARY');
  });
});
