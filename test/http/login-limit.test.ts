import { expect } from 'chai';
import { CookieBrowser } from '../support/cookie-browser.js';
import { LoginPlace } from '../support/login-place.js';

const LIMIT = 3;

describe('ways back from a provider', () => {
  let place: LoginPlace;

  before(async () => {
    place = await LoginPlace.open([], {
      CHARTSEAL_LIMIT_REFUSED_LOGINS_PER_MINUTE: String(LIMIT),
    });
  });
  after(() => place.close());

  it('that end in a session are not counted', async () => {
    for (let at = 0; at < LIMIT + 2; at++) {
      const browser = new CookieBrowser();
      await place.logIn(browser, 'anna');
      expect((await place.caller(browser))?.['id']).to.equal('anna');
    }
  });

  it('that end in a refusal are bounded, also with the cookie of a login that was begun', async () => {
    const browser = new CookieBrowser();
    const begun = await browser.fetch(place.url('/'), '/login');
    const cookie = (begun.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
    const guess = async (at: number) => {
      const path = `/login/callback?code=guess-${at}&state=${'x'.repeat(43)}`;
      const { status, headers } = await new CookieBrowser().fetch(place.url('/'), path, {
        headers: { cookie, 'sec-fetch-site': 'cross-site' },
      });
      return { status, to: headers.location, wait: headers['retry-after'] };
    };
    for (let at = 0; at < LIMIT; at++) {
      expect(await guess(at)).to.deep.include({ status: 303, to: '/?refused=UNAUTHENTICATED' });
    }
    const { status, to, wait } = await guess(LIMIT);
    expect([status, to]).to.deep.equal([303, '/?refused=RATE_LIMITED']);
    expect(Number(wait)).to.be.within(1, 60);
    const codes = place.gateway.events('request').map(({ code }) => code);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).to.have.length(1);
    // What else is asked for from the same address is answered as before.
    expect((await place.api(new CookieBrowser(), '/v1/session')).status).to.equal(200);
  });
});
