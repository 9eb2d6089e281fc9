import { expect } from 'chai';
import { CookieBrowser } from '../support/cookie-browser.js';
import { LoginPlace } from '../support/login-place.js';
import { ODD_CLIENT, OddProvider } from '../support/odd-provider.js';

const LIMIT = 3;

describe('of two providers at which people log in, the second one', () => {
  let odd: OddProvider;
  let place: LoginPlace;
  let browser: CookieBrowser;

  beforeEach(async () => {
    odd = await OddProvider.start();
    const issuer = {
      issuer: odd.issuer,
      audience: 'nobody',
      organisation: 'HospitalMSP',
      subjectPrefix: 'odd:',
      rolesClaims: ['roles'],
      roles: { archivist: 'archivist' },
      login: { clientId: ODD_CLIENT },
    };
    const limit = { CHARTSEAL_LIMIT_REFUSED_LOGINS_PER_MINUTE: String(LIMIT) };
    place = await LoginPlace.open([issuer], limit);
    browser = new CookieBrowser();
  });
  afterEach(async () => {
    await place?.close();
    await odd?.stop();
  });

  /** A whole login there; where it ended. */
  const logIn = async (): Promise<string> => {
    const { headers } = await browser.fetch(place.url('/'), '/login?with=1');
    const asked = new URL(String(headers.location)).searchParams;
    odd.nonce = asked.get('nonce') ?? '';
    const back = place.url('/login/callback');
    back.search = new URLSearchParams({ code: 'x', state: asked.get('state') ?? '' }).toString();
    const { url } = await browser.visit(back, new URL(odd.issuer));
    return url.pathname + url.search;
  };
  const logOut = async () => {
    const { status, text } = await browser.fetch(place.url('/'), '/logout', { method: 'POST' });
    return { status, next: JSON.parse(text).next as string };
  };

  it('is where its people go on to after a logout, and the first one is for its own', async () => {
    odd.metadata = { end_session_endpoint: `${odd.issuer}/end` };
    expect(await logIn()).to.equal('/archivist');
    const out = new URL((await logOut()).next);
    expect(out.origin + out.pathname).to.equal(`${odd.issuer}/end`);
    expect(out.searchParams.get('post_logout_redirect_uri')).to.equal(place.url('/').href);
    expect(await place.caller(browser)).to.equal(undefined);
    await place.logIn(browser, 'anna');
    expect((await logOut()).next).to.match(new RegExp(`^${place.provider.issuer}/session/end`));
    // Nobody knows any more where this person was signed in.
    expect(await logOut()).to.deep.equal({ status: 200, next: '/' });
  });

  for (const end of ['no address', 7, 'http://elsewhere.test/end', 'javascript:alert(1)']) {
    it(`keeps nobody signed in by telling ${end} as the place of a logout`, async () => {
      odd.metadata = { end_session_endpoint: end };
      expect(await logIn()).to.equal('/archivist');
      expect(await logOut()).to.deep.equal({ status: 200, next: '/' });
      expect(browser.names('localhost')).to.deep.equal([]);
      expect(await place.caller(browser)).to.equal(undefined);
    });
  }

  for (const where of [
    undefined,
    'no address',
    7,
    'javascript:alert(1)',
    'http://elsewhere.test/',
  ]) {
    it(`lets nobody log in when ${where} is where it says to, and that is told as its fault`, async () => {
      odd.metadata = { authorization_endpoint: where };
      const { status, headers } = await browser.fetch(place.url('/'), '/login?with=1');
      expect(status).to.equal(303);
      expect(headers.location).to.equal('/?refused=IDENTITY_PROVIDER_UNREACHABLE');
    });
  }

  for (const status of [500, 502, 503, 429]) {
    it(`that answers a code with ${status} is told as away, and no refused login`, async () => {
      odd.failing = status;
      expect(await logIn()).to.equal('/?refused=IDENTITY_PROVIDER_UNREACHABLE');
      expect(place.reasons()).to.deep.equal([]);
    });
  }

  it('that is away and comes back lets in whoever tries again, however many tried meanwhile', async () => {
    odd.failing = 503;
    for (let at = 0; at < LIMIT + 2; at++) {
      expect(await logIn()).to.equal('/?refused=IDENTITY_PROVIDER_UNREACHABLE');
    }
    odd.failing = undefined;
    expect(await logIn()).to.equal('/archivist');
  });
});
