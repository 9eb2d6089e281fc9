import { expect } from 'chai';
import { ROLES } from '../../gateway/http/caller.js';
import type { Route } from '../../gateway/http/route.js';
import { ROUTES } from '../../gateway/http/table.js';
import { CookieBrowser } from '../support/cookie-browser.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { GatewayPlace } from '../support/gateway-place.js';

const PATIENT = { system: 'urn:hospital', value: 'CANARY-1' };

describe('requests with a session', () => {
  let place: GatewayPlace;
  let page: URL;
  const tokens: Record<string, string> = {};

  before(async () => {
    place = await GatewayPlace.create();
    place.demoPeople = ROLES.map((role) => ({
      sub: role,
      roles: [role],
      ...(role === 'patient' ? { patient: PATIENT } : {}),
    }));
    const gateway = await place.open({ CHARTSEAL_DEMO: 'true' });
    for (const person of place.demoPeople) {
      tokens[person.sub] = (await gateway.issuer?.issue(person)) ?? '';
    }
    page = place.url('people', '/');
  });
  after(() => place.remove());

  const signIn = async (subject: string): Promise<CookieBrowser> => {
    const browser = new CookieBrowser();
    const json = { subject };
    const { status, text } = await browser.fetch(page, '/login/demo', { method: 'POST', json });
    expect(status, text).to.equal(200);
    return browser;
  };
  const outcome = ({ status, text }: { status: number; text: string }) => [
    status,
    (JSON.parse(text) as { code?: string }).code,
  ];
  const accepted = () => place.figure('chartseal_entries{state="accepted"}');

  it('obey the same table of roles as requests with a token', async () => {
    const rows = ROUTES.filter(({ access, isPage }) => access !== 'operator' && isPage !== true);
    const check = async (browser: CookieBrowser, role: string, { method, path }: Route) => {
      const target = path.replace('{+rest}', '0/000').replaceAll(/\{\+?\w+\}/g, 'x');
      const asked = { method, ...(method === 'POST' ? { json: {} } : {}) } as const;
      const bySession = await browser.fetch(page, target, asked);
      const headers = { authorization: `Bearer ${tokens[role]}` };
      const byToken = await new CookieBrowser().fetch(page, target, { ...asked, headers });
      expect(bySession.status, `${role} ${method} ${path}`).to.equal(byToken.status);
    };
    for (const role of ['patient', 'archivist', 'auditor'] as const) {
      const browser = await signIn(role);
      await Promise.all(rows.map((row) => check(browser, role, row)));
    }
  });

  it('that change something are taken from pages of this gateway alone', async () => {
    const browser = await signIn('archivist');
    const target = '/v1/patients/resolve';
    const good = { method: 'POST', json: PATIENT } as const;
    expect((await browser.fetch(page, target, good)).status).to.equal(200);
    const before = await accepted();
    for (const headers of [
      { origin: 'https://attacker.test' },
      { origin: 'null' },
      { origin: page.origin.replace('127.0.0.1', 'localhost') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const answer = await browser.fetch(page, target, { ...good, headers });
      expect(outcome(answer), JSON.stringify(headers)).to.deep.equal([403, 'ACCESS_DENIED']);
      const out = await browser.fetch(page, '/logout', { method: 'POST', headers });
      expect(outcome(out)).to.deep.equal([403, 'ACCESS_DENIED']);
    }
    expect(await accepted()).to.equal(before);
    expect((await browser.fetch(page, target, good)).status).to.equal(200);
    // Without the cookie too: an answer would take it back.
    const headers = { origin: 'https://attacker.test', 'sec-fetch-site': 'cross-site' };
    const out = await new CookieBrowser().fetch(page, '/logout', { method: 'POST', headers });
    expect(outcome(out)).to.deep.equal([403, 'ACCESS_DENIED']);
    expect(out.headers['set-cookie']).to.equal(undefined);
  });

  it('that only read are not taken from another site, and leave no look behind', async () => {
    const browser = await signIn('archivist');
    const { text } = await browser.fetch(page, '/v1/patients/resolve', {
      method: 'POST',
      json: PATIENT,
    });
    const { pseudonym } = JSON.parse(text) as { pseudonym: string };
    const target = `/v1/patients/${pseudonym}/access-history?purpose=TREAT`;
    const before = await accepted();
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'sec-fetch-site': site };
      const answer = await browser.fetch(page, target, { headers });
      expect(outcome(answer), site).to.deep.equal([401, 'UNAUTHENTICATED']);
    }
    expect(await accepted()).to.equal(before);
    expect((await browser.fetch(page, target)).status).to.equal(200);
    expect(await accepted()).to.equal((before ?? 0) + 1);
  });

  it('begin with one click for people of the demo, from its own page', async () => {
    const browser = new CookieBrowser();
    const ask = (json: object, headers = {}) =>
      browser.fetch(page, '/login/demo', { method: 'POST', json, headers });
    expect(outcome(await ask({ subject: 'nobody' }))).to.deep.equal([404, 'NO_ROUTE']);
    const foreign = await ask({ subject: 'admin' }, { origin: 'https://attacker.test' });
    expect(outcome(foreign)).to.deep.equal([403, 'ACCESS_DENIED']);
    expect(browser.names('127.0.0.1')).to.deep.equal([]);
  });

  it('begin with no click outside of the demo, nor off loopback', async () => {
    const other = await GatewayPlace.create();
    try {
      await expectCodeAsync(
        () => other.open({ CHARTSEAL_DEMO: 'true', CHARTSEAL_PEOPLE_HOST: '192.0.2.1' }),
        'CONFIG_INVALID',
      );
      other.demoPeople = place.demoPeople;
      await other.open();
      const home = other.url('people', '/');
      const json = { subject: 'admin' };
      const answer = await new CookieBrowser().fetch(home, '/login/demo', { method: 'POST', json });
      expect(outcome(answer)).to.deep.equal([404, 'NO_ROUTE']);
      const { text } = await new CookieBrowser().fetch(home, '/v1/session');
      expect(JSON.parse(text)).to.deep.include({ providers: [], demoPeople: [] });
    } finally {
      await other.remove();
    }
  });

  interface Told {
    readonly caller?: { readonly id: string };
    readonly remaining?: Readonly<Record<string, number>>;
  }
  const REMAINING = '/v1/session/remaining';
  const told = async (browser: CookieBrowser, target: string, headers = {}): Promise<Told> => {
    const { status, text } = await browser.fetch(page, target, { headers });
    expect(status, text).to.equal(200);
    return JSON.parse(text) as Told;
  };
  /** Seconds since the session began, and since it was used. */
  const agesOf = async (browser: CookieBrowser) => {
    const { remaining = {} } = await told(browser, REMAINING);
    const { seconds = 0, ofSeconds = 0, idleSeconds = 0, ofIdleSeconds = 0 } = remaining;
    return { age: ofSeconds - seconds, idle: ofIdleSeconds - idleSeconds };
  };

  it('keep it open, and asking how long it goes on does not', async () => {
    const browser = await signIn('patient');
    let ages = await agesOf(browser);
    while (ages.age < 2) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      ages = await agesOf(browser);
      expect(ages.idle).to.equal(ages.age);
    }
    await told(browser, '/v1/session');
    const { age, idle } = await agesOf(browser);
    expect(idle).to.be.below(age);
  });

  it('are told how long it goes on, by whichever of the two they ask', async () => {
    const browser = await signIn('patient');
    const { caller, remaining } = await told(browser, '/v1/session');
    expect(caller?.id).to.equal('demo:patient');
    expect(remaining).to.include({ ofIdleSeconds: 30 * 60, ofSeconds: 8 * 60 * 60 });
    const looked = await told(browser, REMAINING);
    expect(looked.caller).to.deep.equal(caller);
    expect(Object.keys(looked)).to.deep.equal(['caller', 'remaining']);
    expect(looked.remaining).to.have.all.keys(Object.keys(remaining ?? {}));
  });

  it('learn of no other session how long it goes on', async () => {
    const browser = await signIn('patient');
    const [name = ''] = browser.names('127.0.0.1');
    const { value = '' } = browser.cookie('127.0.0.1', name) ?? {};
    for (const site of ['cross-site', 'same-site']) {
      expect(await told(browser, REMAINING, { 'sec-fetch-site': site })).to.deep.equal({});
    }
    const stranger = new CookieBrowser();
    expect(await told(stranger, REMAINING)).to.deep.equal({});
    stranger.plant('127.0.0.1', name, `${value.slice(0, -1)}${value.endsWith('A') ? 'Q' : 'A'}`);
    expect(await told(stranger, REMAINING)).to.deep.equal({});
    // With a token nobody has a session, and learns nothing of one that comes beside it.
    const headers = { authorization: `Bearer ${tokens['archivist']}` };
    for (const target of ['/v1/session', REMAINING]) {
      const { caller, remaining } = await told(browser, target, headers);
      expect([caller?.id, remaining]).to.deep.equal(['demo:archivist', undefined]);
    }
    await browser.fetch(page, '/logout', { method: 'POST' });
    expect(await told(browser, REMAINING)).to.deep.equal({});
  });

  it('name nobody in the log of the gateway', async () => {
    const browser = await signIn('patient');
    await browser.fetch(page, '/v1/session');
    const [name = ''] = browser.names('127.0.0.1');
    const { value = '' } = browser.cookie('127.0.0.1', name) ?? {};
    expect(value).to.not.equal('');
    expect(place.lines.join('\n')).to.not.include(value);
    expect(place.lines.join('\n')).to.not.include(PATIENT.value);
  });
});
