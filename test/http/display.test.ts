import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { parseHistory } from '../../gateway/evidence/history.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { personPseudonym } from '../../gateway/http/display.js';
import { ARCHIVIST, call } from '../support/api-call.js';
import { ApiPlace, type Bearer } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';

const SYSTEM = 'urn:hospital-a';
const ME = '/v1/patients/me/access-history';
const LU = { id: 'dr-lu', name: 'Lu CANARY' };
const WU = { id: 'dr-wu', name: 'Wu CANARY', onBehalfOf: { id: 'dr-lu', name: 'Lu CANARY' } };
const ANNA = 'P-anna';
const BEN = 'P-ben';

const patient = (value: string): Bearer => ({
  sub: `patient ${value}`,
  roles: ['patient'],
  patient: { system: SYSTEM, value },
});
/** Signs of a list, the oldest first. */
const signsOf = (page: JsonObject) =>
  (page['events'] as JsonObject[]).map(({ person }) => person as JsonObject).reverse();

describe('a hospital that shows signs in the place of names', () => {
  let place: ApiPlace;
  const list = async (value: string) => (await call(place, ME, { as: patient(value) })).json;

  before(async () => {
    place = await ApiPlace.open({ display: 'pseudonym' });
    const { sequencer } = place.hospital;
    for (const [at, actor] of [LU, WU, LU].entries()) {
      await sequencer.accept(accessSubmission(ANNA, `anna ${at}`, { actor }));
    }
    await sequencer.accept(accessSubmission(BEN, 'ben 0', { actor: LU }));
    await sequencer.waitProven(20_000);
  });
  after(() => place.close());

  it('shows that the same person came twice, without saying who', async () => {
    const page = await list(ANNA);
    const [first, second, third] = signsOf(page);
    expect(first?.['pseudonym']).to.match(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(third).to.deep.equal(first);
    expect(second?.['pseudonym']).to.not.equal(first?.['pseudonym']);
    expect(second?.['onBehalfOf']).to.equal(first?.['pseudonym']);
    expect(JSON.stringify(page)).to.not.match(/CANARY|dr-lu|dr-wu|actor/);
    expect(await list(ANNA)).to.deep.equal({ ...page, asOf: (await list(ANNA))['asOf'] });
  });

  it('gives one person another sign in the list of another patient', async () => {
    const [ofBen] = signsOf(await list(BEN));
    const ofAnna = signsOf(await list(ANNA)).map((one) => one['pseudonym']);
    expect(ofAnna).to.not.include(ofBen?.['pseudonym']);
  });

  it('keeps who it was closed in the proof, which holds no sign', async () => {
    const { bytes } = await call(place, `${ME}/file`, { as: patient(ANNA) });
    const trust = parseTrustFile(place.hospital.trustFile());
    const { verdict, events } = verifyHistory({ history: bytes, trust });
    expect(verdict).to.equal('complete');
    expect(events.map(({ withheld }) => withheld)).to.deep.equal([['actor'], ['actor'], ['actor']]);
    const [sign] = signsOf(await list(ANNA));
    expect(bytes.toString()).to.not.include(String(sign?.['pseudonym']));
    expect(bytes.toString()).to.not.match(/CANARY/);
  });

  it('shows staff who it was, and no sign', async () => {
    const body = { system: SYSTEM, value: ANNA };
    const resolved = await call(place, '/v1/patients/resolve', { as: ARCHIVIST, body });
    const path = `/v1/patients/${resolved.json['pseudonym']}/access-history?purpose=PATRQT`;
    const { json } = await call(place, path, { as: ARCHIVIST });
    expect(JSON.stringify(json)).to.include('Lu CANARY').and.not.include('"person"');
  });

  it('names staff who looked nowhere in what the patient is given', async () => {
    await place.hospital.sequencer.waitProven(20_000);
    const { bytes } = await call(place, `${ME}/file`, { as: patient(ANNA) });
    const { entries } = parseHistory(bytes);
    const looks = entries.map((one) => Buffer.from(one ?? '', 'base64').toString());
    expect(looks.at(-1)).to.include('"category":"access-history"');
    expect(looks.join('')).to.not.include(ARCHIVIST.sub);
  });

  it('makes signs that follow from the key, the patient and the account alone', () => {
    const bytes = (value: number) => new Uint8Array(32).fill(value);
    const sign = personPseudonym(bytes(1), bytes(2), 'dr-lu');
    expect(personPseudonym(bytes(1), bytes(2), 'dr-lu')).to.equal(sign);
    const others = [
      personPseudonym(bytes(3), bytes(2), 'dr-lu'),
      personPseudonym(bytes(1), bytes(3), 'dr-lu'),
      personPseudonym(bytes(1), bytes(2), 'dr-lu '),
      personPseudonym(bytes(1), bytes(2), '长'.repeat(256)),
    ];
    expect(new Set([sign, ...others]).size).to.equal(5);
    // Kept for good: a new release must not give people other signs.
    expect(sign).to.equal('MS7N-FB9Z');
  });
});
