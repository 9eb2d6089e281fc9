import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { AUDITOR } from '../support/api-call.js';
import { ApiPlace, type Bearer } from '../support/api-place.js';
import { auditEvent, bundleOf, entriesOf, fhir, PATIENTS } from '../support/fhir-call.js';

const patient: Bearer = {
  sub: 'patient P1',
  roles: ['patient'],
  patient: { system: PATIENTS, value: 'P1' },
};

async function addressesIn(place: ApiPlace): Promise<string[]> {
  const events = [auditEvent({ patients: ['P1'] }), auditEvent({ patients: ['P1'] })];
  const { status } = await fhir(place, '/fhir', { body: bundleOf('transaction', events) });
  expect(status).to.equal(200);
  const { json: page } = await fhir(place, '/fhir/AuditEvent?_count=1', { as: patient });
  const { json: capability } = await fhir(place, '/fhir/metadata', { as: AUDITOR });
  const [links, found] = [page['link'] as JsonObject[], entriesOf(page)];
  expect(links.map(({ relation }) => relation)).to.deep.equal(['self', 'next']);
  const server = capability['implementation'] as JsonObject;
  return [...links.map(({ url }) => url), found[0]?.['fullUrl'], server['url']].map(String);
}

describe('Addresses in FHIR answers', () => {
  it('are those by which the gateway was asked', async () => {
    const place = await ApiPlace.open();
    try {
      for (const address of await addressesIn(place)) {
        expect(new URL(address).origin).to.equal(place.url);
      }
    } finally {
      await place.close();
    }
  });

  it('are those of the proxy before it, where the configuration names that', async () => {
    const publicUrl = 'https://log.hospital-a.example';
    const place = await ApiPlace.open({ publicUrl });
    try {
      for (const address of await addressesIn(place)) {
        expect(new URL(address).origin).to.equal(publicUrl);
      }
    } finally {
      await place.close();
    }
  });
});
