import { expect } from 'chai';
import type { Caller } from '../../gateway/http/caller.js';
import { MAX_SESSIONS, MAX_SESSIONS_OF_ONE } from '../../gateway/http/limits.js';
import { findSealed, seal } from '../../gateway/http/sealed.js';
import { findCookie, formatCookie } from '../../gateway/http/session/cookies.js';
import { OwnSite } from '../../gateway/http/session/own-site.js';
import { Sessions } from '../../gateway/http/session/sessions.js';

const CALLER: Caller = {
  kind: 'person',
  id: 'anna',
  organisation: 'HospitalMSP',
  isOwn: true,
  roles: ['patient'],
};
const MINUTE = 60_000;

describe('a session', () => {
  let now: number;
  let sessions: Sessions;
  beforeEach(() => {
    now = 1_800_000_000_000;
    sessions = new Sessions({ idleMinutes: 30, minutes: 60 }, () => now);
  });

  it('says whose it is, and when it ends at the latest', () => {
    const token = sessions.begin(CALLER);
    expect(token).to.match(/^[\w-]{43}$/);
    expect(sessions.use(token)).to.deep.equal({ ...CALLER, sessionEndsAt: now + 60 * MINUTE });
    expect(sessions.begin(CALLER)).to.not.equal(token);
  });

  it('ends when it is not used, and goes on while it is', () => {
    const [used, idle] = [sessions.begin(CALLER), sessions.begin(CALLER)];
    now += 29 * MINUTE;
    expect(sessions.use(used)?.id).to.equal('anna');
    now += MINUTE;
    expect(sessions.use(idle)).to.equal(undefined);
    expect(sessions.use(used)?.id).to.equal('anna');
    now -= 10 * MINUTE;
    expect(sessions.use(idle)).to.equal(undefined);
  });

  it('is as near its end after a look at how near that is', () => {
    const token = sessions.begin(CALLER);
    now += 29 * MINUTE + 500;
    for (let look = 0; look < 2; look++) {
      expect(sessions.look(token)).to.deep.equal({
        caller: { ...CALLER, sessionEndsAt: now + 31 * MINUTE - 500 },
        remaining: { idleSeconds: 60, seconds: 1860, ofIdleSeconds: 1800, ofSeconds: 3600 },
      });
    }
    now += MINUTE - 500;
    expect(sessions.look(token)).to.equal(undefined);
    expect(sessions.use(token)).to.equal(undefined);
  });

  it('is further from its end when it was used, but never beyond its time', () => {
    const token = sessions.begin(CALLER);
    now += 20 * MINUTE;
    sessions.use(token);
    expect(sessions.look(token)?.remaining).to.include({ idleSeconds: 1800, seconds: 2400 });
    now += 20 * MINUTE;
    sessions.use(token);
    expect(sessions.look(token)?.remaining).to.include({ idleSeconds: 1800, seconds: 1200 });
    now += 20 * MINUTE;
    expect(sessions.look(token)).to.equal(undefined);
  });

  it('ends after its time, however much it is used', () => {
    const token = sessions.begin(CALLER);
    for (let minute = 0; minute < 59; minute += 10) {
      now += 10 * MINUTE - 1;
      expect(sessions.use(token)?.id, `${minute}`).to.equal('anna');
    }
    now += 10 * MINUTE;
    expect(sessions.use(token)).to.equal(undefined);
  });

  it('ends when the clock goes back, which would make it longer', () => {
    const token = sessions.begin(CALLER);
    now -= 1;
    expect(sessions.use(token)).to.equal(undefined);
  });

  it('is not ended by somebody who begins more of them than a gateway has', () => {
    const other = sessions.begin({ ...CALLER, id: 'chen' });
    const [first, second] = [sessions.begin(CALLER), sessions.begin(CALLER)];
    for (let more = 2; more < MAX_SESSIONS_OF_ONE; more++) sessions.begin(CALLER);
    expect(sessions.use(first)?.id).to.equal('anna');
    for (let more = 0; more < MAX_SESSIONS; more++) sessions.begin(CALLER);
    expect(sessions.use(other)?.id).to.equal('chen');
    for (const token of [first, second]) expect(sessions.use(token)).to.equal(undefined);
  });

  it('ends at the logout, and no other does', () => {
    const [one, other] = [sessions.begin(CALLER), sessions.begin(CALLER)];
    sessions.end(one);
    sessions.end('unknown');
    expect(sessions.use(one)).to.equal(undefined);
    expect(sessions.use(other)?.id).to.equal('anna');
  });
});

describe('a cookie', () => {
  it('is found by its whole name, and not where it stands twice', () => {
    expect(findCookie('a=1; chartseal=x; chartseal-login=y', 'chartseal')).to.equal('x');
    expect(findCookie('xchartseal=x; chartseal-login=y', 'chartseal')).to.equal(undefined);
    expect(findCookie('chartseal=x; chartseal=y', 'chartseal')).to.equal(undefined);
    expect(findCookie(undefined, 'chartseal')).to.equal(undefined);
  });

  it('of HTTPS is bound to host, path and encryption', () => {
    const site = new OwnSite('https://chartseal.hospital.example', () => 'http://127.0.0.1:1');
    expect([site.cookieName('session'), site.cookieName('login')]).to.deep.equal([
      '__Host-chartseal',
      '__Host-chartseal-login',
    ]);
    const text = formatCookie('__Host-x', 'v', { isSecure: site.isSecure, sameSite: 'Strict' });
    expect(text).to.equal('__Host-x=v; Path=/; HttpOnly; SameSite=Strict; Secure');
  });

  it('that is sealed opens for its purpose, in its time, unchanged', async () => {
    const text = await seal('login', { state: 'x' }, 1000);
    expect(await findSealed('login', text, 999)).to.deep.equal({ state: 'x' });
    expect(await findSealed('login', text, 1000)).to.equal(undefined);
    expect(await findSealed('session', text, 999)).to.equal(undefined);
    const changed = text.slice(0, -3) + (text.endsWith('AAA') ? 'BBB' : 'AAA');
    for (const other of [changed, '', 'a.b.c', text.split('.').slice(0, 3).join('.')]) {
      expect(await findSealed('login', other, 999), other).to.equal(undefined);
    }
  });
});

describe('the site of a gateway', () => {
  const facts = { cookie: undefined, host: undefined, origin: undefined, site: undefined };
  const loopback = new OwnSite(undefined, () => 'http://127.0.0.1:8480');

  it('is the address as configured, whatever a request says', () => {
    const site = new OwnSite('https://chartseal.hospital.example/', () => 'http://127.0.0.1:1');
    for (const host of ['attacker.test', '127.0.0.1:1', 'chartseal.hospital.example', undefined]) {
      expect(site.originOf({ ...facts, host })).to.equal('https://chartseal.hospital.example');
    }
  });

  it('is on loopback both of its names, and no other', () => {
    expect(loopback.originOf({ ...facts, host: 'localhost:8480' })).to.equal(
      'http://localhost:8480',
    );
    for (const host of ['127.0.0.1:8480', 'localhost:81', 'attacker.test:8480', 'x@y', '']) {
      expect(loopback.originOf({ ...facts, host }), host).to.equal('http://127.0.0.1:8480');
    }
  });

  it('takes what changes something from its own origin alone', () => {
    const own = { ...facts, host: 'localhost:8480', origin: 'http://localhost:8480' };
    expect(loopback.isOwnRequest('POST', own)).to.equal(true);
    expect(loopback.isOwnRequest('POST', { ...own, site: 'same-origin' })).to.equal(true);
    for (const origin of [
      undefined,
      'null',
      'http://127.0.0.1:8480',
      'http://localhost:8481',
      'https://localhost:8480',
      'http://localhost:8480.attacker.test',
      'http://localhost:8480, http://localhost:8480',
    ]) {
      expect(loopback.isOwnRequest('POST', { ...own, origin }), origin).to.equal(false);
    }
    for (const site of ['cross-site', 'same-site', 'none', 'x']) {
      expect(loopback.isOwnRequest('POST', { ...own, site }), site).to.equal(false);
    }
  });

  it('lets other sites read nothing with its sessions', () => {
    for (const [site, isOwn] of [
      ['same-origin', true],
      ['none', true],
      [undefined, true],
      ['same-site', false],
      ['cross-site', false],
    ] as const) {
      expect(loopback.isOwnRequest('GET', { ...facts, site }), site).to.equal(isOwn);
    }
  });
});
