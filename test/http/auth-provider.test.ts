import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AuthConfig, IssuerConfig } from '../../gateway/http/auth/auth-config.js';
import { Authenticator } from '../../gateway/http/auth/authenticator.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { AUDIENCE, IdentityProvider, type ProviderOptions } from '../support/identity-provider.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';
import { issueTlsCertificate, newTlsAuthority } from '../support/tls-certificates.js';
import { headerOf } from '../support/tokens.js';

const PEOPLE: ProviderOptions = {
  accounts: {
    anna: {
      realm_access: { roles: ['view-own-file'] },
      hospital_number: { system: 'urn:hospital', value: '0042' },
      name: 'Anna Weber',
    },
    chen: { realm_access: { roles: ['archive', 'something-else'] } },
    nobody: {},
    pacs: { realm_access: { roles: ['submit'] }, may_speak_for: ['pacs-1', 'pacs-2'] },
  },
  systems: ['pacs'],
};

describe('a real identity provider', () => {
  let provider: IdentityProvider;
  let now: number;
  let authenticator: Authenticator;

  const issuerConfig = (of: IdentityProvider): IssuerConfig => ({
    issuer: of.issuer,
    audience: AUDIENCE,
    organisation: 'HospitalMSP',
    rolesClaims: ['realm_access.roles'],
    roles: { 'view-own-file': 'patient', archive: 'archivist', submit: 'source-system' },
    patient: { systemClaim: 'hospital_number.system', valueClaim: 'hospital_number.value' },
    nameClaim: 'name',
    system: { claim: 'client_id' },
    sourcesClaim: 'may_speak_for',
  });
  const configOf = (...issuers: IssuerConfig[]): AuthConfig => ({
    ownOrganisation: 'HospitalMSP',
    issuers,
    systems: [],
  });
  const send = (token: string, to = authenticator) =>
    to.authenticate({
      authorization: `Bearer ${token}`,
      certificate: undefined,
      listener: 'people',
    });

  before(async () => {
    provider = await IdentityProvider.start(PEOPLE);
  });
  after(() => provider.stop());
  beforeEach(() => {
    now = Date.now();
    authenticator = Authenticator.create(configOf(issuerConfig(provider)), { now: () => now });
  });

  it('vouches for a person who logged in, with roles, file and name', async () => {
    const { accessToken } = await provider.personTokens('anna');
    expect(headerOf(accessToken)['typ']).to.equal('at+jwt');
    expect(await send(accessToken)).to.deep.equal({
      kind: 'person',
      id: 'anna',
      name: 'Anna Weber',
      organisation: 'HospitalMSP',
      isOwn: true,
      roles: ['patient'],
      patient: { system: 'urn:hospital', value: '0042' },
      sources: [],
    });
    const chen = await send((await provider.personTokens('chen')).accessToken);
    expect(chen?.roles).to.deep.equal(['archivist']);
    const nobody = await send((await provider.personTokens('nobody')).accessToken);
    expect(nobody?.roles).to.deep.equal([]);
  });

  it('vouches for a system with its own credentials, bound to its sources', async () => {
    const caller = await send(await provider.systemToken('pacs'));
    expect(caller).to.deep.equal({
      kind: 'system',
      id: 'pacs',
      organisation: 'HospitalMSP',
      isOwn: true,
      roles: ['source-system'],
      sources: ['pacs-1', 'pacs-2'],
    });
  });

  it('gives ID tokens that are meant for the portal and not for us', async () => {
    const { idToken } = await provider.personTokens('anna');
    await expectCodeAsync(() => send(idToken), 'UNAUTHENTICATED');
  });

  it('is asked for its keys once, by however many callers', async () => {
    const before = provider.keysAsked;
    const tokens = await Promise.all([1, 2, 3].map(() => provider.systemToken('pacs')));
    await Promise.all([...tokens, ...tokens, ...tokens].map((token) => send(token)));
    expect(provider.keysAsked - before).to.equal(1);
    expect(authenticator.issuers()).to.deep.equal([
      { issuer: provider.issuer, fetchedAt: now, failure: undefined },
    ]);
  });

  it('may change its key, and is asked again when a token names one that is not known', async () => {
    const old = await provider.systemToken('pacs');
    await send(old);
    await provider.rotate();
    const token = await provider.systemToken('pacs');
    const before = provider.keysAsked;
    // Asked a moment ago, so not again: nobody makes us ask by inventing keys.
    await expectCodeAsync(() => send(token), 'UNAUTHENTICATED');
    expect(provider.keysAsked - before).to.equal(0);
    now += 11_000;
    const callers = await Promise.all([send(token), send(token), send(token)]);
    expect(callers.map((caller) => caller?.id)).to.deep.equal(['pacs', 'pacs', 'pacs']);
    expect(provider.keysAsked - before).to.equal(1);
    now += 61_000;
    await expectCodeAsync(() => send(old), 'UNAUTHENTICATED');
  });

  it('that cannot be reached is not the fault of the caller, and comes back', async () => {
    const token = await provider.systemToken('pacs');
    await provider.stop();
    try {
      await expectCodeAsync(() => send(token), 'IDENTITY_PROVIDER_UNREACHABLE');
      expect(authenticator.issuers()[0]?.failure).to.include('ECONNREFUSED');
    } finally {
      await provider.start();
    }
    // Asked a moment ago, so not yet again.
    await expectCodeAsync(() => send(token), 'IDENTITY_PROVIDER_UNREACHABLE');
    now += 11_000;
    const anew = await provider.systemToken('pacs');
    expect((await send(anew))?.id).to.equal('pacs');
  });

  it('that cannot be reached leaves its keys behind for an hour', async () => {
    const long: IssuerConfig = { ...issuerConfig(provider), clockToleranceSeconds: 300 };
    authenticator = Authenticator.create(configOf(long), { now: () => now });
    const first = await provider.systemToken('pacs');
    await send(first);
    const second = await provider.systemToken('pacs');
    await provider.stop();
    try {
      now += 10 * 60_000 + 1;
      expect((await send(second))?.id).to.equal('pacs');
      expect(authenticator.issuers()[0]?.failure).to.include('ECONNREFUSED');
      now += 50 * 60_000;
      await expectCodeAsync(() => send(second), 'IDENTITY_PROVIDER_UNREACHABLE');
    } finally {
      await provider.start();
    }
  });

  it('without discovery is asked at the address of its keys alone', async () => {
    const direct = { ...issuerConfig(provider), jwksUri: provider.keysAddress };
    const from = provider.asked.length;
    const token = await provider.systemToken('pacs');
    await send(token, Authenticator.create(configOf(direct)));
    expect(provider.asked.slice(from)).to.deep.equal(['/token', '/jwks']);
  });

  it('on HTTPS is believed only with a certificate of the configured authority', async () => {
    const folder = newTempFolder();
    const authority = await newTlsAuthority('ca.hospital.test');
    const leaf = await issueTlsCertificate(authority, {
      commonNames: ['login.hospital.test'],
      addresses: ['127.0.0.1'],
    });
    const tls = { cert: leaf.certificatePem, key: leaf.keyPem, ca: authority.certificatePem };
    const secure = await IdentityProvider.start({ ...PEOPLE, tls });
    try {
      const file = join(folder, 'ca.pem');
      writeFileSync(file, authority.certificatePem);
      const token = await secure.systemToken('pacs');
      const trusting = Authenticator.create(configOf({ ...issuerConfig(secure), authority: file }));
      expect((await send(token, trusting))?.id).to.equal('pacs');
      const wary = Authenticator.create(configOf(issuerConfig(secure)));
      await expectCodeAsync(() => send(token, wary), 'IDENTITY_PROVIDER_UNREACHABLE');
    } finally {
      await secure.stop();
      removeTempFolder(folder);
    }
  });
});
