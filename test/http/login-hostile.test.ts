import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { CookieBrowser } from '../support/cookie-browser.js';
import { LoginPlace } from '../support/login-place.js';
import { ODD_CLIENT, type OddAnswer, OddProvider } from '../support/odd-provider.js';

describe('an ID token', () => {
  let odd: OddProvider;
  let place: LoginPlace;

  before(async () => {
    odd = await OddProvider.start();
    place = await LoginPlace.open([
      {
        issuer: odd.issuer,
        audience: 'nobody',
        organisation: 'HospitalMSP',
        subjectPrefix: 'odd:',
        rolesClaims: ['roles'],
        roles: { archivist: 'archivist' },
        algorithms: ['ES256'],
        system: { claim: 'gty', value: 'client-credentials' },
        login: { clientId: ODD_CLIENT },
      },
    ]);
  });
  after(async () => {
    await place?.close();
    await odd?.stop();
  });

  /** A whole login at the odd provider, which answers so. */
  const logIn = async (answer: OddAnswer, browser = new CookieBrowser()) => {
    const { headers } = await browser.fetch(place.url('/'), '/login?with=1');
    const asked = new URL(String(headers.location)).searchParams;
    odd.nonce = asked.get('nonce') ?? '';
    odd.answer = answer;
    const back = place.url('/login/callback');
    back.search = new URLSearchParams({ code: 'x', state: asked.get('state') ?? '' }).toString();
    const { url } = await browser.visit(back, new URL(odd.issuer));
    return { caller: await place.caller(browser), search: url.search };
  };
  const now = () => Math.floor(Date.now() / 1000);

  it('of a provider that answers well lets its person in', async () => {
    const { caller } = await logIn({});
    expect(caller).to.deep.include({ id: 'odd:anna', roles: ['archivist'] });
  });

  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const cases: Readonly<Record<string, () => OddAnswer>> = {
    'signed with another key': () => ({ key: other }),
    'that is not signed': () => ({ header: { alg: 'none' } }),
    'signed with a shared secret': () => ({ header: { alg: 'HS256' } }),
    'of another login': () => ({ claims: { nonce: 'another' } }),
    'without a nonce': () => ({ claims: { nonce: undefined } }),
    'of another issuer': () => ({ claims: { iss: place.provider.issuer } }),
    'for another client': () => ({ claims: { aud: 'portal' } }),
    'for two clients, of which another may use it': () => ({
      claims: { aud: [ODD_CLIENT, 'portal'], azp: 'portal' },
    }),
    'that has expired': () => ({ claims: { iat: now() - 900, exp: now() - 600 } }),
    'without a subject': () => ({ claims: { sub: undefined } }),
    'of a subject that hides characters': () => ({ claims: { sub: 'an\u202ena' } }),
    'of a subject that is too long': () => ({ claims: { sub: 'x'.repeat(300) } }),
    'of a system': () => ({ claims: { gty: 'client-credentials' } }),
  };
  for (const [what, answer] of Object.entries(cases)) {
    it(`${what} lets nobody in`, async () => {
      const { caller, search } = await logIn(answer());
      expect(search).to.equal('?refused=UNAUTHENTICATED');
      expect(caller).to.equal(undefined);
    });
  }

  it('given for the login of one provider is nothing in that of another', async () => {
    const browser = new CookieBrowser();
    const { headers } = await browser.fetch(place.url('/'), '/login?with=0');
    const state = new URL(String(headers.location)).searchParams.get('state') ?? '';
    const back = place.url('/login/callback');
    back.search = new URLSearchParams({ code: 'x', state, iss: odd.issuer }).toString();
    const { url } = await browser.visit(back, new URL(odd.issuer));
    expect(url.search).to.equal('?refused=UNAUTHENTICATED');
    expect(await place.caller(browser)).to.equal(undefined);
  });

  it('is never in the log of the gateway, nor is whom it names', () => {
    const text = place.gateway.lines.join('\n');
    for (const secret of ['eyJ', 'odd:anna', 'Anna Weber']) expect(text).to.not.include(secret);
  });
});
