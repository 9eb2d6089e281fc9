// A gateway at which people log in at a real OpenID provider. Browsers reach it as localhost, the
// provider as 127.0.0.1: two sites, as in life.
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { CookieBrowser, Visit } from './cookie-browser.js';
import { GatewayPlace } from './gateway-place.js';
import { AUDIENCE, IdentityProvider, PERSON_CLIENT, SECRET } from './identity-provider.js';
import type { Response } from './loopback-request.js';

const ACCOUNTS = {
  anna: {
    roles: ['view-own-file'],
    hospital_number: { system: 'urn:hospital', value: '0042' },
    name: 'Anna Weber',
  },
  chen: { roles: ['archive'], name: 'Chen Li' },
  nobody: {},
};

export class LoginPlace {
  readonly gateway: GatewayPlace;
  readonly provider: IdentityProvider;

  private constructor(gateway: GatewayPlace, provider: IdentityProvider) {
    this.gateway = gateway;
    this.provider = provider;
  }

  /** @param others issuers beside the provider */
  static async open(
    others: readonly object[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<LoginPlace> {
    const gateway = await GatewayPlace.create();
    const provider = await IdentityProvider.start({
      accounts: ACCOUNTS,
      systems: [],
      idTokenClaims: ['roles', 'hospital_number', 'name'],
    });
    const secret = gateway.path('secret');
    writeFileSync(secret, `${SECRET}\n`, { mode: 0o600 });
    const issuer = {
      issuer: provider.issuer,
      audience: AUDIENCE,
      organisation: 'HospitalMSP',
      rolesClaims: ['roles'],
      roles: { 'view-own-file': 'patient', archive: 'archivist' },
      patient: { systemClaim: 'hospital_number.system', valueClaim: 'hospital_number.value' },
      nameClaim: 'name',
      login: { clientId: PERSON_CLIENT, clientSecretFile: 'secret', name: 'The hospital' },
    };
    const config = { people: { port: 0 }, auth: { issuers: [issuer, ...others] } };
    writeFileSync(gateway.path('gateway.json'), JSON.stringify(config));
    const place = new LoginPlace(gateway, provider);
    await gateway.open(environment, { file: gateway.path('gateway.json') });
    await provider.allow(place.url('/login/callback').href);
    return place;
  }

  /** As browsers know it. */
  url(path: string): URL {
    const url = this.gateway.url('people', path);
    url.hostname = 'localhost';
    return url;
  }

  /** The whole way: to the provider, and back. */
  async logIn(browser: CookieBrowser, subject: string, query = ''): Promise<Visit> {
    this.provider.logInAs(subject);
    return browser.visit(this.url(`/login${query}`), this.url('/'));
  }

  /** As a script of a page of ours. */
  api(browser: CookieBrowser, path: string): Promise<Response> {
    return browser.fetch(this.url('/'), path);
  }

  /** Who is logged in, as the session says. */
  async caller(browser: CookieBrowser): Promise<Record<string, unknown> | undefined> {
    const { status, text } = await this.api(browser, '/v1/session');
    expect(status, text).to.equal(200);
    return (JSON.parse(text) as { caller?: Record<string, unknown> }).caller;
  }

  /** Reasons of refused logins in the log of the gateway. */
  reasons(): unknown[] {
    return this.gateway.events('request').flatMap(({ reason }) => reason ?? []);
  }

  async close(): Promise<void> {
    await this.provider.stop();
    await this.gateway.remove();
  }
}
