import { expect } from 'chai';
import fc from 'fast-check';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  CANARY,
  HEADER,
  ISSUER,
  jwk,
  OTHER_ISSUER,
  SECONDS,
  TokenPlace,
} from '../support/token-place.js';
import { macToken, type Part, signingInput, signToken } from '../support/tokens.js';

describe('a bearer token is refused', () => {
  const place = new TokenPlace();
  const { claims, made, send, expectRefused, ours, rsa, others, nobody } = place;
  before(() => place.start());
  after(() => place.stop());
  beforeEach(() => place.reset());

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
    place.keys.answers['/evil'] = { keys: [jwk(nobody.publicKey, 'one')] };
    const headers: Part[] = [
      HEADER,
      { ...HEADER, jwk: jwk(nobody.publicKey, 'one') },
      { ...HEADER, jku: `${place.keys.address}/evil` },
      { ...HEADER, x5u: `${place.keys.address}/evil` },
      { ...HEADER, x5c: [spki] },
    ];
    for (const header of headers) {
      await expectRefused(signToken(header, claims(), nobody.privateKey), /signature is wrong/);
    }
    const unknown = signToken({ ...HEADER, kid: '../one' }, claims(), nobody.privateKey);
    await expectRefused(unknown, /a key that its issuer does not have/);
    expect(place.keys.asked).to.not.include('/evil');
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
          place.authenticator.authenticate({
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
