import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { CANARY, HEADER, jwk, OTHER_ISSUER, SECONDS, TokenPlace } from '../support/token-place.js';
import { signToken } from '../support/tokens.js';

describe('a bearer token', () => {
  const place = new TokenPlace();
  const { claims, made, send, expectRefused, ours, rsa, others, nobody } = place;
  before(() => place.start());
  after(() => place.stop());
  beforeEach(() => place.reset());

  describe('says who calls', () => {
    it('with roles from nested claims, claims with dots in their names, and scopes', async () => {
      expect(await send(made({ realm_access: { roles: ['clerk', 'unknown'] } }))).to.deep.equal({
        kind: 'person',
        id: `staff:${CANARY}`,
        organisation: 'HospitalMSP',
        isOwn: true,
        roles: ['archivist'],
        sources: [],
      });
      const dotted = await send(made({ 'https://hospital.test/roles': ['look'] }));
      expect(dotted?.roles).to.deep.equal(['auditor']);
      expect((await send(made({ scope: 'openid clerk look' })))?.roles).to.deep.equal([
        'archivist',
        'auditor',
      ]);
    });

    it('without any role when it has none that is known, and none by inheritance', async () => {
      for (const scope of ['', 'constructor toString __proto__', 7, null, ['nothing', 5]]) {
        expect((await send(made({ scope })))?.roles).to.deep.equal([]);
      }
    });

    it('with a file when it names a patient, and as no patient when it does not', async () => {
      const patient = { system: 'urn:hospital', value: '0042' };
      const caller = await send(made({ scope: 'me', patient, name: 'Anna' }));
      expect(caller?.patient).to.deep.equal(patient);
      expect(caller?.name).to.equal('Anna');
      expect(caller?.roles).to.deep.equal(['patient']);
      const clerk = await send(made({ scope: 'clerk', patient }));
      expect(clerk?.patient).to.equal(undefined);
      const nameless = await send(made({ scope: 'me clerk', patient: { system: 'urn:hospital' } }));
      expect(nameless?.roles).to.deep.equal(['archivist']);
    });

    it('as a system with its sources when the client calls for itself', async () => {
      const caller = await send(made({ sub: 'pacs', client_id: 'pacs', scope: 'machine' }));
      expect(caller?.kind).to.equal('system');
      expect(caller?.sources).to.deep.equal(['pacs-1']);
      expect((await send(made({ sub: 'lab', client_id: 'lab' })))?.sources).to.deep.equal([]);
      expect((await send(made({ client_id: 'portal' })))?.kind).to.equal('person');
    });

    it('with no role but auditor when another organisation vouches', async () => {
      const scope = 'clerk me look machine';
      const patient = { system: 'urn:hospital', value: '0042' };
      const payload = { ...claims({ scope, patient }), iss: OTHER_ISSUER };
      const caller = await send(signToken({ ...HEADER, kid: 'other' }, payload, others.privateKey));
      expect(caller?.roles).to.deep.equal(['auditor']);
      expect(caller?.isOwn).to.equal(false);
      expect(caller?.patient).to.equal(undefined);
    });

    it('signed with RSA, without a type, and with one audience of several', async () => {
      const payload = claims({ aud: ['somebody', 'chartseal-test'] });
      const header = { alg: 'RS256', kid: 'rsa' };
      expect(await send(signToken(header, payload, rsa.privateKey))).to.not.equal(undefined);
      const typed = { ...HEADER, typ: 'application/AT+JWT' };
      expect(await send(signToken(typed, payload, ours.privateKey))).to.not.equal(undefined);
    });

    it('and nobody is called by no header at all', async () => {
      const none = { authorization: undefined, certificate: undefined } as const;
      for (const listener of ['people', 'systems', 'local'] as const) {
        expect(await place.authenticator.authenticate({ ...none, listener })).to.equal(undefined);
      }
    });
  });

  describe('that was found good', () => {
    it('is known again without another check, but not for longer than it lasts', async () => {
      const token = made({ exp: SECONDS + 40 });
      const first = await send(token);
      place.now += 69_000;
      await send(token).then((again) => expect(again).to.deep.equal(first));
      place.now += 2_000;
      await expectRefused(token, /expired/);
    });

    it('is checked anew when the clock was put back', async () => {
      const token = made({ nbf: SECONDS });
      await send(token);
      place.now -= 60_000;
      await expectRefused(token, /not valid yet/);
    });

    it('is refused soon after its issuer withdraws the key', async () => {
      place.keys.answers['/withdrawn'] = place.keys.answers['/ours'];
      const jwksUri = `${place.keys.address}/withdrawn`;
      place.reset({ ...place.config(), issuers: [{ ...place.issuer(), jwksUri }] });
      const token = made({ exp: SECONDS + 7200 });
      await send(token);
      place.keys.answers['/withdrawn'] = { keys: [jwk(createPublicKey(nobody.privateKey), 'two')] };
      place.now += 10 * 60_000;
      await expectRefused(token, /a key that its issuer does not have/);
    });
  });
});
