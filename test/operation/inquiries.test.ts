import { expect } from 'chai';
import type { DemoBearer } from '../../gateway/http/auth/local-issuer.js';
import type { Gateway } from '../../gateway/operation/gateway.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { accessSubmission } from '../support/hospital.js';

const QUESTION = 'CANARY question';

describe('inquiries in a gateway that runs', () => {
  let place: GatewayPlace;
  let gateway: Gateway;

  const send = async (bearer: DemoBearer, path: string, body: object) => {
    const authorization = `Bearer ${await gateway.issuer?.issue(bearer)}`;
    const headers = { authorization, 'content-type': 'application/json' };
    return place.ask(path, { headers, body: JSON.stringify(body) });
  };

  before(async () => {
    place = await GatewayPlace.create();
    const hospital = await openHospital({ folder: place.data, operator: 'test' });
    await hospital.sequencer.accept(accessSubmission('P1', 'r1'));
    for (const dueAt of ['2026-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z']) {
      const { patient } = accessSubmission('P1', '');
      await hospital.inquiries.ask({ patient, question: QUESTION, dueAt });
    }
    await hospital.close();
    gateway = await place.open({ CHARTSEAL_DEMO: 'true' });
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

  it('leave no text in its log, nor in what is answered to what is wrong', async () => {
    const { patient } = accessSubmission('P1', '');
    const mine: DemoBearer = { sub: 'patient', roles: ['patient'], patient };
    const officer: DemoBearer = { sub: 'officer', roles: ['privacy-officer'] };
    const path = '/v1/patients/me/inquiries';
    const question = { question: QUESTION };
    const made = await send(mine, path, question);
    expect(made.status).to.equal(201);
    const { id } = JSON.parse(made.text) as { id: string };
    const answers = `/v1/inquiries/${id}/answers`;
    const answer = { status: 'answered', outcome: 'justified', text: 'CANARY text' };
    expect((await send(officer, answers, answer)).status).to.equal(201);
    const wrong = [
      await send(officer, answers, answer),
      await send(officer, answers, { ...answer, CANARY: 1, outcome: 'CANARY' }),
      await send(mine, path, { ...question, about: 'CANARY' }),
      await send(mine, `${path}/CANARY/appeals`, question),
      await send(mine, path, { question: QUESTION.repeat(1000) }),
    ];
    expect(wrong.map(({ status }) => status)).to.deep.equal([409, 400, 400, 400, 400]);
    for (const { text } of wrong) expect(text).to.not.include('CANARY ');
    expect(place.lines.length).to.be.above(wrong.length);
    expect(place.lines.join('\n')).to.not.include('CANARY').and.not.include(id);
  });
});
