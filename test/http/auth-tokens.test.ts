import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { AuthConfig, IssuerConfig } from '../../gateway/http/auth/auth-config.js';
import { Authenticator } from '../../gateway/http/auth/authenticator.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { KeyServer } from '../support/key-server.js';
import { macToken, type Part, signingInput, signToken } from '../support/tokens.js';

const START = Date.UTC(2026, 10, 1);
const SECONDS = START / 1000;
const ISSUER = 'https://issuer.test/hospital';
const OTHER_ISSUER = 'https://issuer.test/auditors';
const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: 'one' };
/** Must stand in no message. */
const CANARY = 'canary-7031';

describe('a bearer token', () => {
  const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const others = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const nobody = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });
  let keys: KeyServer;
  let authenticator: Authenticator;
  let now: number;

  before(async () => {
    keys = await KeyServer.start();
    keys.answers['/ours'] = { keys: [jwk(ours.publicKey, 'one'), jwk(rsa.publicKey, 'rsa')] };
    keys.answers['/others'] = { keys: [jwk(others.publicKey, 'other')] };
  });
  after(() => keys.stop());

  const issuer = (): IssuerConfig => ({
    issuer: ISSUER,
    audience: ['chartseal', 'chartseal-test'],
    organisation: 'HospitalMSP',
    jwksUri: `${keys.address}/ours`,
    rolesClaims: ['realm_access.roles', 'https://hospital.test/roles', 'scope'],
    roles: { clerk: 'archivist', me: 'patient', look: 'auditor', machine: 'source-system' },
    patient: { systemClaim: 'patient.system', valueClaim: 'patient.value' },
    nameClaim: 'name',
    subjectPrefix: 'staff:',
    system: { claim: 'client_id' },
    sources: { pacs: ['pacs-1'] },
  });
  const config = (): AuthConfig => ({
    ownOrganisation: 'HospitalMSP',
    issuers: [
      issuer(),
      {
        ...issuer(),
        issuer: OTHER_ISSUER,
        organisation: 'AuditorMSP',
        jwksUri: `${keys.address}/others`,
        subjectPrefix: '',
        maxTokenAgeSeconds: 600,
      },
    ],
    systems: [
      {
        id: 'staff:ris',
        organisation: 'HospitalMSP',
        roles: ['source-system'],
        certificate: { commonName: 'ris' },
      },
    ],
  });

  beforeEach(() => {
    now = START;
    authenticator = Authenticator.create(config(), { now: () => now });
  });

  const claims = (changes: Record<string, unknown> = {}) => ({
    iss: ISSUER,
    aud: 'chartseal',
    sub: CANARY,
    iat: SECONDS - 10,
    exp: SECONDS + 600,
    ...changes,
  });
  const made = (changes: Record<string, unknown> = {}) =>
    signToken(HEADER, claims(changes), ours.privateKey);
  const send = (token: string) =>
    authenticator.authenticate({
      authorization: `Bearer ${token}`,
      certificate: undefined,
      listener: 'people',
    });

  async function expectRefused(token: string, message: RegExp): Promise<void> {
    const error = await send(token).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ChartsealError)) throw error ?? new Error('it was taken');
    expect(error.code).to.equal('UNAUTHENTICATED');
    expect(error.message).to.match(message);
    expect(error.message).to.not.include(CANARY);
  }

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
        expect(await authenticator.authenticate({ ...none, listener })).to.equal(undefined);
      }
    });
  });

  describe('is refused', () => {
    it('without a signature, or with one under a secret that everybody knows', async () => {
      await expectRefused(`${signingInput({ alg: 'none' }, claims())}.`, /malformed/);
      const unsigned = signingInput({ alg: 'none', kid: 'one' }, claims());
      await expectRefused(`${unsigned}.AAAA`, /algorithm is not allowed/);
      const pem = ours.publicKey.export({ type: 'spki', format: 'pem' });
      const der = ours.publicKey.export({ type: 'spki', format: 'der' });
      for (const secret of [pem, der, JSON.stringify(jwk(ours.publicKey, 'one')), '']) {
        const token = macToken({ ...HEADER, alg: 'HS256' }, claims(), secret);
        await expectRefused(token, /algorithm is not allowed/);
      }
    });

    it('with another key, whatever the header says where to find it', async () => {
      const spki = nobody.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      keys.answers['/evil'] = { keys: [jwk(nobody.publicKey, 'one')] };
      const headers: Part[] = [
        HEADER,
        { ...HEADER, jwk: jwk(nobody.publicKey, 'one') },
        { ...HEADER, jku: `${keys.address}/evil` },
        { ...HEADER, x5u: `${keys.address}/evil` },
        { ...HEADER, x5c: [spki] },
      ];
      for (const header of headers) {
        await expectRefused(signToken(header, claims(), nobody.privateKey), /signature is wrong/);
      }
      const unknown = signToken({ ...HEADER, kid: '../one' }, claims(), nobody.privateKey);
      await expectRefused(unknown, /a key that its issuer does not have/);
      expect(keys.asked).to.not.include('/evil');
    });

    it('with the key of another issuer in our name, or of the same issuer for RSA', async () => {
      for (const kid of ['other', 'one']) {
        const token = signToken({ ...HEADER, kid }, claims(), others.privateKey);
        await expectRefused(token, /a key that its issuer does not have|signature is wrong/);
      }
      const crossed = signToken({ alg: 'RS256', kid: 'one' }, claims(), rsa.privateKey);
      await expectRefused(crossed, /a key that its issuer does not have/);
    });

    it('of another issuer, or of none', async () => {
      for (const iss of [`${ISSUER}/`, ISSUER.toUpperCase(), 'https://evil.test', '__proto__']) {
        await expectRefused(made({ iss }), /issuer that is not known/);
      }
      for (const iss of [undefined, 5, [ISSUER], null]) {
        await expectRefused(made({ iss }), /no issuer/);
      }
    });

    it('for another audience', async () => {
      for (const aud of ['portal', ['portal'], [], undefined, {}, ['chartseal2'], 'Chartseal']) {
        await expectRefused(made({ aud }), /another audience/);
      }
    });

    it('out of its time', async () => {
      await expectRefused(made({ exp: SECONDS - 31 }), /expired/);
      await expectRefused(made({ nbf: SECONDS + 31 }), /not valid yet/);
      await expectRefused(made({ iat: SECONDS + 31 }), /issued in the future/);
      await expectRefused(made({ exp: undefined }), /no time of expiry/);
      expect(await send(made({ exp: SECONDS - 29, nbf: SECONDS + 29 }))).to.not.equal(undefined);
    });

    it('with times that are no numbers of this calendar', async () => {
      for (const exp of [String(SECONDS + 600), null, [SECONDS + 600], true]) {
        await expectRefused(made({ exp }), /no time of expiry/);
      }
      await expectRefused(made({ iat: '1' }), /time of issue/);
      await expectRefused(made({ nbf: '1' }), /not valid yet/);
      const endless = JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e400');
      await expectRefused(signToken(HEADER, endless, ours.privateKey), /a time .* is wrong/);
    });

    it('older than its issuer may be, or without a time of issue then', async () => {
      const old = (iat: number | undefined) =>
        signToken(
          { ...HEADER, kid: 'other' },
          { ...claims({ iat }), iss: OTHER_ISSUER },
          others.privateKey,
        );
      expect(await send(old(SECONDS - 600))).to.not.equal(undefined);
      await expectRefused(old(SECONDS - 631), /expired/);
      await expectRefused(old(undefined), /time of issue/);
    });

    it('without a subject that can name somebody', async () => {
      await expectRefused(made({ sub: undefined }), /no subject/);
      const bad = ['', [CANARY], { a: 1 }, 5, null, `${CANARY}\0`, `a\r\nb`, `\u202eb`, '\ud800'];
      for (const sub of [...bad, 'x'.repeat(257), '档'.repeat(86)]) {
        await expectRefused(made({ sub }), /subject/);
      }
      await expectRefused(made({ sub: 'x'.repeat(251) }), /too long behind its prefix/);
      expect(await send(made({ sub: 'x'.repeat(250) }))).to.not.equal(undefined);
    });

    it('when a person bears the name of a system or of an operator', async () => {
      await expectRefused(made({ sub: 'ris' }), /name of a system/);
      const payload = { ...claims({ sub: 'cli:root' }), iss: OTHER_ISSUER };
      const token = signToken({ ...HEADER, kid: 'other' }, payload, others.privateKey);
      await expectRefused(token, /name of operators/);
    });

    it('with a patient identifier that is not one text in its normal form', async () => {
      for (const value of [42, ['0042'], ' 0042', '00\u000042', 'x'.repeat(257), '']) {
        const patient = { system: 'urn:hospital', value };
        await expectRefused(made({ scope: 'me', patient }), /patient identifier/);
      }
    });

    it('with a claim or header that stands twice', async () => {
      const payload = JSON.stringify(claims()).replace('{', '{"sub":"somebody",');
      await expectRefused(signToken(HEADER, payload, ours.privateKey), /malformed/);
      const nested = JSON.stringify(claims({ a: [{ b: 1 }] })).replace('"b":1', '"b":1,"b":2');
      await expectRefused(signToken(HEADER, nested, ours.privateKey), /malformed/);
      const header = JSON.stringify(HEADER).replace('{', '{"alg":"none",');
      await expectRefused(signToken(header, claims(), ours.privateKey), /malformed/);
      const escaped = claims({ note: '"a":1,\\"a":2 :::' });
      expect(await send(signToken(HEADER, escaped, ours.privateKey))).to.not.equal(undefined);
    });

    it('of another type, or that asks for an extension', async () => {
      for (const typ of ['logout+jwt', 'dpop+jwt', 'JOSE', 'secevent+jwt', '']) {
        await expectRefused(signToken({ ...HEADER, typ }, claims(), ours.privateKey), /type/);
      }
      const critical: Part[] = [
        { ...HEADER, crit: ['exp'], exp: 1 },
        { ...HEADER, crit: ['https://hospital.test'], 'https://hospital.test': 1 },
        { ...HEADER, crit: [] },
        { ...HEADER, crit: ['b64'], b64: false },
      ];
      for (const typ of [5, null, ['JWT'], {}]) {
        await expectRefused(signToken({ ...HEADER, typ }, claims(), ours.privateKey), /type/);
      }
      for (const header of critical) {
        await expectRefused(signToken(header, claims(), ours.privateKey), /malformed|supported/);
      }
    });

    it('bound to a key that the bearer does not show', async () => {
      const thumbprint = Buffer.alloc(32, 7).toString('base64url');
      await expectRefused(made({ cnf: { 'x5t#S256': thumbprint } }), /was not shown/);
      for (const cnf of [{ jkt: 'x' }, {}, null, 'x', { 'x5t#S256': 5 }, [thumbprint]]) {
        await expectRefused(made({ cnf }), /not supported/);
      }
    });

    it('cut short, lengthened, or in any other form', async () => {
      const token = made();
      const [header = '', payload = '', signature = ''] = token.split('.');
      for (let size = 1; size < token.length; size += 7) {
        await expectRefused(token.slice(0, size), /malformed|signature is wrong/);
      }
      const forms = [
        `${token}.`,
        `${token}.${signature}`,
        `.${token}`,
        `${header}.${payload}.`,
        `${header}..${signature}`,
        `${token}.a.b`,
        `${header}=.${payload}.${signature}`,
        `${Buffer.from('[]').toString('base64url')}.${payload}.${signature}`,
        `${header}.${Buffer.from('"x"').toString('base64url')}.${signature}`,
        `${header}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.${signature}`,
      ];
      for (const form of forms) await expectRefused(form, /malformed|no bearer token/);
      const deep = `{"iss":"${ISSUER}","a":${'['.repeat(4000)}${']'.repeat(4000)}}`;
      await expectRefused(signToken(HEADER, deep, nobody.privateKey), /signature is wrong/);
    });

    it('of a megabyte, and headers that are no bearer token', async () => {
      await expectRefused('a'.repeat(1024 * 1024), /more than \d+ bytes/);
      const token = made();
      const headers = ['', 'Bearer', 'Bearer ', `Basic ${token}`, token, `Bearer ${token} x`];
      for (const authorization of [...headers, `Bearer ${token},`, `Bearer\t${token}`]) {
        await expectCodeAsync(
          () =>
            authenticator.authenticate({
              authorization,
              certificate: undefined,
              listener: 'people',
            }),
          'UNAUTHENTICATED',
        );
      }
    });

    it('whatever bytes it is made of', async () => {
      const any = fc.oneof(fc.string(), fc.json(), fc.base64String());
      const hostile = fc
        .tuple(any, any, fc.base64String())
        .map(
          ([header, payload, tail]) => `${signingInput(header, payload)}.${tail.replace(/=/g, '')}`,
        );
      await fc.assert(
        fc.asyncProperty(fc.oneof(any, hostile), (token) =>
          expectCodeAsync(() => send(token), 'UNAUTHENTICATED'),
        ),
        { numRuns: 300 },
      );
    });

    it('when any one byte of it is another', async () => {
      const token = made();
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      // The last digit of the signature has bits that mean nothing.
      const at = fc.integer({ min: 0, max: token.length - 2 });
      await fc.assert(
        fc.asyncProperty(at, fc.constantFrom(...alphabet), async (index, digit) => {
          fc.pre(token[index] !== digit && token[index] !== '.');
          const changed = token.slice(0, index) + digit + token.slice(index + 1);
          await expectCodeAsync(() => send(changed), 'UNAUTHENTICATED');
        }),
        { numRuns: 300 },
      );
    });
  });

  describe('that was found good', () => {
    it('is known again without another check, but not for longer than it lasts', async () => {
      const token = made({ exp: SECONDS + 40 });
      const first = await send(token);
      now += 69_000;
      await send(token).then((again) => expect(again).to.deep.equal(first));
      now += 2_000;
      await expectRefused(token, /expired/);
    });

    it('is checked anew when the clock was put back', async () => {
      const token = made({ nbf: SECONDS });
      await send(token);
      now -= 60_000;
      await expectRefused(token, /not valid yet/);
    });

    it('is refused soon after its issuer withdraws the key', async () => {
      keys.answers['/withdrawn'] = keys.answers['/ours'];
      const withdrawn = {
        ...config(),
        issuers: [{ ...issuer(), jwksUri: `${keys.address}/withdrawn` }],
      };
      authenticator = Authenticator.create(withdrawn, { now: () => now });
      const token = made({ exp: SECONDS + 7200 });
      await send(token);
      keys.answers['/withdrawn'] = { keys: [jwk(createPublicKey(nobody.privateKey), 'two')] };
      now += 10 * 60_000;
      await expectRefused(token, /a key that its issuer does not have/);
    });
  });
});
