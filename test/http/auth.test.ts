import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { AuthConfig, IssuerConfig } from '../../gateway/http/auth/auth-config.js';
import { authFaults } from '../../gateway/http/auth/auth-faults.js';
import { Authenticator } from '../../gateway/http/auth/authenticator.js';
import { authorize } from '../../gateway/http/auth/authorize.js';
import { assertDemoAllowed, LocalIssuer } from '../../gateway/http/auth/local-issuer.js';
import { type Caller, ROLES, type Role } from '../../gateway/http/caller.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';

const OWN = 'HospitalMSP';
const NOTHING: AuthConfig = { ownOrganisation: OWN, issuers: [], systems: [] };
const ISSUER: IssuerConfig = {
  issuer: 'https://login.hospital.test',
  audience: 'chartseal',
  organisation: OWN,
  rolesClaims: ['scope'],
  roles: { archive: 'archivist' },
};

const bearer = (token: string, listener: 'people' | 'systems' | 'local' = 'people') => ({
  authorization: `Bearer ${token}`,
  certificate: undefined,
  listener,
});

describe('the token of a command beside the gateway', () => {
  const token = 'b0cf'.repeat(16);
  const authenticator = Authenticator.create(NOTHING, { operator: { token, id: 'cli:root' } });

  it('makes an operator with every role of the own organisation but patient', async () => {
    expect(await authenticator.authenticate(bearer(token, 'local'))).to.deep.equal({
      kind: 'operator',
      id: 'cli:root',
      organisation: OWN,
      isOwn: true,
      roles: ROLES.filter((role) => role !== 'patient'),
    });
  });

  it('is worth nothing on another listener, and nothing else is worth anything on its own', async () => {
    for (const listener of ['people', 'systems'] as const) {
      const send = () => authenticator.authenticate(bearer(token, listener));
      await expectCodeAsync(send, 'UNAUTHENTICATED');
    }
    for (const other of [token.slice(1), `${token}0`, token.toUpperCase(), 'x']) {
      const send = () => authenticator.authenticate(bearer(other, 'local'));
      await expectCodeAsync(send, 'UNAUTHENTICATED');
    }
    const without = Authenticator.create(NOTHING);
    await expectCodeAsync(() => without.authenticate(bearer(token, 'local')), 'UNAUTHENTICATED');
  });
});

describe('the issuer of the demo', () => {
  it('gives tokens that its own gateway takes, and no other', async () => {
    const localIssuer = await LocalIssuer.create(OWN);
    const patient = { system: 'urn:hospital', value: '0042' };
    const token = await localIssuer.issue({ sub: 'anna', roles: ['patient'], patient, name: 'A' });
    const caller = await Authenticator.create(NOTHING, { localIssuer }).authenticate(bearer(token));
    expect(caller).to.deep.equal({
      kind: 'person',
      id: 'demo:anna',
      name: 'A',
      organisation: OWN,
      isOwn: true,
      roles: ['patient'],
      patient,
    });
    const another = { localIssuer: await LocalIssuer.create(OWN) };
    for (const other of [Authenticator.create(NOTHING), Authenticator.create(NOTHING, another)]) {
      await expectCodeAsync(() => other.authenticate(bearer(token)), 'UNAUTHENTICATED');
    }
  });

  it('is refused unless every listener is on loopback', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost']) {
      assertDemoAllowed([host]);
    }
    const outside = ['0.0.0.0', '::', '10.0.0.1', 'hospital.test', '', '127.1', '::ffff:10.0.0.1'];
    for (const host of [...outside, 'localhost.evil.test', '127.0.0.1.nip.test']) {
      expectCode(() => assertDemoAllowed(['127.0.0.1', host]), 'CONFIG_INVALID');
    }
    expectCode(() => assertDemoAllowed([]), 'CONFIG_INVALID');
  });
});

describe('a route', () => {
  const caller = (roles: readonly Role[], isOwn = true): Caller => ({
    kind: 'person',
    id: 'anna',
    organisation: isOwn ? OWN : 'AuditorMSP',
    isOwn,
    roles,
  });
  const operator: Caller = { ...caller(ROLES), kind: 'operator' };

  it('that is open asks for nothing', () => {
    authorize('open', undefined, 'people');
    authorize('open', caller([]), 'systems');
  });

  it('lets in whom its row names, and says which roles it needs', () => {
    const access = { own: ['archivist', 'auditor'], others: ['auditor'] } as const;
    for (const role of ROLES) {
      for (const isOwn of [true, false]) {
        const act = () => authorize(access, caller([role], isOwn), 'people');
        const named: readonly Role[] = isOwn ? access.own : access.others;
        if (named.includes(role)) act();
        else expectCode(act, 'ACCESS_DENIED');
      }
    }
    expect(() => authorize(access, caller([]), 'people')).to.throw(
      ChartsealError,
      'this needs one of the roles archivist, auditor in the organisation of this log, ' +
        'or auditor in another',
    );
    expectCode(() => authorize(access, undefined, 'people'), 'UNAUTHENTICATED');
    const own = { own: ROLES };
    expectCode(() => authorize(own, caller(['auditor'], false), 'people'), 'ACCESS_DENIED');
  });

  it('for operators takes them on the local listener alone', () => {
    authorize('operator', operator, 'local');
    expectCode(() => authorize('operator', operator, 'people'), 'ACCESS_DENIED');
    expectCode(() => authorize('operator', caller(ROLES), 'local'), 'ACCESS_DENIED');
    expectCode(() => authorize('operator', undefined, 'local'), 'UNAUTHENTICATED');
  });
});

describe('the configuration of who may call', () => {
  it('is told all its faults at once', () => {
    const wrong: AuthConfig = {
      ownOrganisation: OWN,
      issuers: [
        { ...ISSUER, issuer: 'http://login.hospital.test', audience: [], algorithms: ['HS256'] },
        { ...ISSUER, roles: { me: 'patient' }, clockToleranceSeconds: 301 },
        { ...ISSUER, subjectPrefix: 'cli:x', jwksUri: 'ftp://keys.test', rolesClaims: [] },
        { ...ISSUER, issuer: 'https://user:word@login.test', algorithms: ['none'] },
      ],
      systems: [
        { id: 'a', organisation: OWN, roles: [], certificate: { sha256: 'ab' } },
        { id: 'a', organisation: OWN, roles: ['patient'], certificate: { dnsName: '.test' } },
        { id: 'cli:b', organisation: OWN, roles: ['admin'], certificate: { commonName: 'x' } },
        { id: 'c', organisation: OWN, roles: ['admin'], certificate: { commonName: 'x' } },
      ],
    };
    expect(authFaults(wrong).map((fault) => fault.split(' ')[0])).to.have.members([
      'issuers[0].issuer',
      'issuers[0].audience',
      'issuers[0].algorithms',
      'issuers[1].clockToleranceSeconds',
      'issuers[1].patient',
      'issuers[1].subjectPrefix',
      'issuers[2].subjectPrefix',
      'issuers[2].jwksUri',
      'issuers[2].rolesClaims',
      'issuers[2].issuer',
      'issuers[3].issuer',
      'issuers[3].algorithms',
      'issuers[3].subjectPrefix',
      'systems[0].roles',
      'systems[0].certificate',
      'systems[1].id',
      'systems[1].roles',
      'systems[1].certificate',
      'systems[2].id',
      'systems[3].certificate',
    ]);
    expectCode(() => Authenticator.create(wrong), 'CONFIG_INVALID');
  });

  it('must name authorities that can be read', () => {
    const issuer = { ...ISSUER, authority: 'no-such-folder/ca.pem' };
    const create = () => Authenticator.create({ ...NOTHING, issuers: [issuer] });
    expectCode(create, 'CONFIG_INVALID');
  });

  it('is right with two issuers of one organisation that name people apart', () => {
    const second = { ...ISSUER, issuer: 'https://portal.test', subjectPrefix: 'portal:' };
    expect(authFaults({ ...NOTHING, issuers: [ISSUER, second] })).to.deep.equal([]);
  });
});
