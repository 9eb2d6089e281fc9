// Whole histories cost a thread and much memory each: nobody's many requests take what others need.
import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { MAX_HISTORIES_OF_ONE } from '../../gateway/http/limits.js';
import { call } from '../support/api-call.js';
import { ApiPlace } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';
import { patientOf } from '../support/inquiry-calls.js';

const EVENTS = 300;
const ASKED = 3 * MAX_HISTORIES_OF_ONE;
const TASKS = '/proc/self/task';
const FILE = '/v1/patients/me/access-history/file';

/** Of this process; only Linux tells. */
const threads = () => (existsSync(TASKS) ? readdirSync(TASKS).length : 0);

describe('many whole histories that one patient asks for at once', function () {
  this.timeout(60_000);
  let place: ApiPlace;

  before(async () => {
    place = await ApiPlace.open();
    const { sequencer } = place.hospital;
    const events = Array.from({ length: EVENTS }, (_, at) => accessSubmission('P1', `one ${at}`));
    const other = accessSubmission('P2', 'two');
    await Promise.all([...events, other].map((event) => sequencer.accept(event)));
    expect(await sequencer.waitProven(30_000)).to.equal(true);
  });
  after(() => place.close());

  it('are made one by one, and refused beyond a bound that keeps nobody else waiting', async () => {
    const before = threads();
    let most = 0;
    const looking = setInterval(() => {
      most = Math.max(most, threads() - before);
    }, 2);
    const mine = Array.from({ length: ASKED }, () => call(place, FILE, { as: patientOf('P1') }));
    const other = await call(place, FILE, { as: patientOf('P2') });
    expect(other.status).to.equal(200);
    const answers = await Promise.all(mine);
    clearInterval(looking);
    const made = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect(made.length).to.be.at.least(MAX_HISTORIES_OF_ONE);
    expect(made.length + refused.length).to.equal(ASKED);
    expect(refused.length).to.be.above(0);
    for (const { json } of refused) expect(json['code']).to.equal('RATE_LIMITED');
    const trust = parseTrustFile(place.hospital.trustFile());
    const [first] = made;
    const { verdict } = verifyHistory({ history: first?.bytes ?? new Uint8Array(), trust });
    expect(verdict).to.equal('complete');
    // One ends while the next begins.
    if (existsSync(TASKS)) expect(most).to.be.within(1, 2);
  });

  it('can be asked for again when those before are made', async () => {
    const { status } = await call(place, FILE, { as: patientOf('P1') });
    expect(status).to.equal(200);
  });
});
