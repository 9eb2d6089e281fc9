import { expect } from 'chai';
import { CookieBrowser } from '../support/cookie-browser.js';
import { LoginPlace } from '../support/login-place.js';
import { send } from '../support/send.js';

const OWN_HISTORY = '/v1/patients/me/access-history';

describe('a login at an OpenID provider', () => {
  let place: LoginPlace;
  let browser: CookieBrowser;

  before(async () => {
    place = await LoginPlace.open();
  });
  after(() => place.close());
  beforeEach(() => {
    browser = new CookieBrowser();
  });

  const expectRefused = async (visit: { readonly url: URL }, code = 'UNAUTHENTICATED') => {
    expect(visit.url.pathname + visit.url.search).to.equal(`/?refused=${code}`);
    expect(await place.caller(browser)).to.equal(undefined);
    expect(browser.names('localhost')).to.deep.equal([]);
  };
  /** What the provider sends back, not followed. */
  const answerOf = async (subject = 'anna'): Promise<URL> => {
    const { path } = await place.logIn(new CookieBrowser(), subject);
    return path.find(({ pathname }) => pathname === '/login/callback') as URL;
  };
  /** Begins in this browser, and stops at the provider. */
  const begin = async (subject = 'anna'): Promise<URL> => {
    place.provider.logInAs(subject);
    const { headers } = await browser.fetch(place.url('/'), '/login');
    let next = new URL(String(headers.location));
    const provider = new CookieBrowser();
    for (let step = 0; step < 3; step++) {
      const { path } = await stepOf(provider, next);
      next = path;
      if (next.pathname === '/login/callback') return next;
    }
    throw new Error('the provider sent nobody back');
  };
  const stepOf = async (from: CookieBrowser, url: URL) => {
    const answer = await from.fetch(new URL('/', url), url.href);
    return { path: new URL(String(answer.headers.location), url) };
  };

  it('makes the person the caller, with roles, file and name', async () => {
    const { url, path } = await place.logIn(browser, 'anna');
    expect(url.origin).to.equal(place.url('/').origin);
    const { sessionEndsAt, ...caller } = (await place.caller(browser)) ?? {};
    expect(caller).to.deep.equal({
      id: 'anna',
      name: 'Anna Weber',
      organisation: 'HospitalMSP',
      isOwn: true,
      roles: ['patient'],
      patient: { system: 'urn:hospital', value: '0042' },
    });
    expect(Date.parse(String(sessionEndsAt))).to.be.above(Date.now());
    expect((await place.api(browser, OWN_HISTORY)).status).to.equal(200);
    const [, asked] = path;
    expect(asked?.searchParams.get('code_challenge_method')).to.equal('S256');
    expect(asked?.searchParams.get('code_challenge')).to.match(/^[\w-]{43}$/);
    for (const name of ['state', 'nonce']) expect(asked?.searchParams.get(name)).to.match(/.{40,}/);
  });

  it('leaves one cookie that no script reads and no other site sends', async () => {
    await place.logIn(browser, 'anna');
    const [name = ''] = browser.names('localhost');
    expect(browser.names('localhost')).to.deep.equal([`chartseal-${place.url('/').port}`]);
    const { attributes = [], value = '' } = browser.cookie('localhost', name) ?? {};
    expect(attributes).to.have.members(['Path=/', 'HttpOnly', 'SameSite=Strict']);
    expect(value).to.match(/^[\w-]{43}$/);
  });

  it('gives nobody more than the roles that the provider names', async () => {
    await place.logIn(browser, 'nobody');
    expect((await place.caller(browser))?.['roles']).to.deep.equal([]);
    const { status, text } = await place.api(browser, OWN_HISTORY);
    expect([status, JSON.parse(text).code]).to.deep.equal([403, 'ACCESS_DENIED']);
  });

  it('is refused when it was begun in another browser', async () => {
    const answer = await answerOf();
    await expectRefused(await browser.visit(answer, new URL(place.provider.issuer)));
    expect(place.reasons().at(-1)).to.match(/not begun in this browser/);
  });

  for (const [what, change] of Object.entries({
    'another state': (query: URLSearchParams) => query.set('state', 'x'.repeat(43)),
    'no state': (query: URLSearchParams) => query.delete('state'),
    'two states': (query: URLSearchParams) => query.append('state', 'y'),
    'no code': (query: URLSearchParams) => query.delete('code'),
    'an invented code': (query: URLSearchParams) => query.set('code', 'z'.repeat(43)),
    'the name of another provider': (query: URLSearchParams) =>
      query.set('iss', 'https://attacker.test'),
    'no name of a provider that gives one': (query: URLSearchParams) => query.delete('iss'),
    'the refusal of the provider': (query: URLSearchParams) => {
      query.delete('code');
      query.set('error', 'access_denied');
    },
  })) {
    it(`is refused with ${what}`, async () => {
      const answer = await begin();
      change(answer.searchParams);
      await expectRefused(await browser.visit(answer, new URL(place.provider.issuer)));
    });
  }

  it('is refused when the code was used before, and the session before goes on', async () => {
    const answer = await begin();
    const kept = browser.cookie('localhost', 'chartseal-login')?.value ?? '';
    await browser.visit(answer, new URL(place.provider.issuer));
    expect((await place.caller(browser))?.['id']).to.equal('anna');
    browser.plant('localhost', `chartseal-login-${place.url('/').port}`, kept);
    const again = await browser.visit(answer, new URL(place.provider.issuer));
    expect(again.url.search).to.equal('?refused=UNAUTHENTICATED');
    expect((await place.caller(browser))?.['id']).to.equal('anna');
  });

  it('is refused with a code that was given for the login of another browser', async () => {
    const theirs = await answerOf();
    const ours = await begin();
    ours.searchParams.set('code', theirs.searchParams.get('code') ?? '');
    await expectRefused(await browser.visit(ours, new URL(place.provider.issuer)));
  });

  it('goes on to a page of ours alone', async () => {
    await place.logIn(browser, 'anna', '?then=/verify');
    const { path } = await place.logIn(browser, 'anna', '?then=/verify');
    expect(path.at(-1)?.href).to.equal(place.url('/verify').href);
    for (const then of ['//attacker.test', 'https://attacker.test', '/\\attacker.test', 'x', '']) {
      const target = `/login?then=${encodeURIComponent(then)}`;
      const { status, headers, text } = await browser.fetch(place.url('/'), target);
      expect([status, JSON.parse(text).code], then).to.deep.equal([400, 'BAD_INPUT']);
      expect(headers.location).to.equal(undefined);
    }
  });

  it('sends people back to where the gateway is, whatever host a request names', async () => {
    const { hostname, port } = place.gateway.url('people', '/');
    const url = `http://${hostname}:${port}`;
    for (const host of ['attacker.test', 'localhost:1', '127.0.0.1@attacker.test', '']) {
      const { headers } = await send(url, {
        method: 'GET',
        target: '/login',
        headers: { Host: host },
      });
      if (headers.location === undefined) continue;
      const back = new URL(headers.location).searchParams.get('redirect_uri');
      expect(back).to.equal(`${url}/login/callback`);
    }
  });

  it('begins a session that nobody knew before, and ends the one before it', async () => {
    const name = `chartseal-${place.url('/').port}`;
    browser.plant('localhost', name, 'A'.repeat(43));
    await place.logIn(browser, 'anna');
    const first = browser.cookie('localhost', name)?.value ?? '';
    expect(first).to.not.equal('A'.repeat(43));
    await place.logIn(browser, 'anna');
    expect((await place.caller(browser))?.['id']).to.equal('anna');
    for (const value of ['A'.repeat(43), first]) {
      const stale = new CookieBrowser();
      stale.plant('localhost', name, value);
      expect(await place.caller(stale)).to.equal(undefined);
    }
  });

  it('is undone by a logout, for every copy of the cookie', async () => {
    await place.logIn(browser, 'anna');
    const name = `chartseal-${place.url('/').port}`;
    const thief = new CookieBrowser();
    thief.plant('localhost', name, browser.cookie('localhost', name)?.value ?? '');
    expect((await place.caller(thief))?.['id']).to.equal('anna');
    const out = await browser.fetch(place.url('/'), '/logout', { method: 'POST' });
    expect(out.status).to.equal(200);
    expect(JSON.parse(out.text).next).to.match(new RegExp(`^${place.provider.issuer}/session/end`));
    expect(browser.names('localhost')).to.deep.equal([]);
    expect(await place.caller(thief)).to.equal(undefined);
    expect((await place.api(thief, OWN_HISTORY)).status).to.equal(401);
  });

  it('counts on the listener of people alone', async () => {
    await place.logIn(browser, 'chen');
    const name = `chartseal-${place.url('/').port}`;
    const cookie = `${name}=${browser.cookie('localhost', name)?.value}`;
    const local = place.gateway.url('local', '/').origin;
    const asked = (url: string, target: string) =>
      send(url, { method: 'GET', target, headers: { Cookie: cookie } });
    expect((await asked(place.url('/').origin, '/v1/doctor')).status).to.not.equal(401);
    expect((await asked(local, '/v1/doctor')).status).to.equal(401);
    for (const target of ['/login', '/patient', '/login/callback']) {
      expect((await asked(local, target)).status, target).to.equal(404);
    }
  });

  it('gives way to a token: a bad one is refused beside a good cookie', async () => {
    await place.logIn(browser, 'anna');
    const headers = { authorization: 'Bearer x.y.z' };
    const { status, text } = await browser.fetch(place.url('/'), OWN_HISTORY, { headers });
    expect([status, JSON.parse(text).code]).to.deep.equal([401, 'UNAUTHENTICATED']);
  });

  it('is told apart from a provider that does not answer', async () => {
    const other = await LoginPlace.open();
    try {
      await other.provider.stop();
      const { url } = await browser.visit(other.url('/login'));
      expect(url.search).to.equal('?refused=IDENTITY_PROVIDER_UNREACHABLE');
    } finally {
      await other.close();
    }
  });
});
