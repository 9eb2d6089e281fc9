// How people come to have a session: by an OpenID Connect provider with the authorization-code flow
// and PKCE, or with one click in the demo; and how they lose it.
import { decodeProtectedHeader } from 'jose';
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { DEFAULT_ALGORITHMS, type IssuerConfig } from '../auth/auth-config.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Claims } from '../auth/claims.js';
import { refuse } from '../auth/identity.js';
import type { DemoBearer, LocalIssuer } from '../auth/local-issuer.js';
import type { Caller } from '../caller.js';
import { LOGIN_MINUTES } from '../limits.js';
import type { BrowserFacts } from '../route.js';
import { findSealed, seal } from '../sealed.js';
import { findCookie, formatCookie } from './cookies.js';
import { addressAt, hasLogin, LoginProvider, ownCause } from './login-provider.js';
import type { OwnSite } from './own-site.js';
import type { Remaining, Sessions } from './sessions.js';

export const CALLBACK_PATH = '/login/callback';
const PURPOSE = 'login';

/** Of the demo: who may sign in with one click. */
export interface DemoPeople {
  readonly issuer: LocalIssuer;
  readonly people: readonly DemoBearer[];
}

export interface LoginOptions {
  readonly issuers: readonly IssuerConfig[];
  readonly authenticator: Authenticator;
  readonly site: OwnSite;
  readonly sessions: Sessions;
  readonly demo?: DemoPeople | undefined;
  /** In ms since 1970. */
  readonly now?: () => number;
}

/** What a browser keeps between the two halves of a login. */
interface Begun {
  readonly with: number;
  readonly goal: string | undefined;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly origin: string;
  /** Token of the session until then: its cookie does not come back from the provider's site. */
  readonly before: string | undefined;
}

export interface LoggedIn {
  readonly caller: Caller;
  /** Page that was asked for. */
  readonly goal: string | undefined;
  readonly cookies: readonly string[];
}

export class Login {
  readonly site: OwnSite;
  readonly #options: LoginOptions;
  readonly #providers: readonly LoginProvider[];
  readonly #now: () => number;

  constructor(options: LoginOptions) {
    const { issuers, site, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    this.site = site;
    this.#providers = issuers.filter(hasLogin).map((issuer) => new LoginProvider(issuer, now));
  }

  /** Names of the providers, in the order of the configuration. */
  get providers(): readonly string[] {
    return this.#providers.map(({ name }) => name);
  }

  /** Subjects who may sign in with one click; none outside of the demo. */
  get demoPeople(): readonly DemoBearer[] {
    return this.#options.demo?.people ?? [];
  }

  /**
   * Whose session it is; undefined without one that is open.
   * @param isUse whether the session goes on because of this
   * @throws ACCESS_DENIED when it would change something for a page that is not ours
   */
  callerOf(method: string, browser: BrowserFacts, isUse = true): Caller | undefined {
    const token = this.#shownSession(browser);
    if (token === undefined) return undefined;
    const isOwn = this.site.isOwnRequest(method, browser);
    if (!isOwn && (method === 'GET' || method === 'HEAD')) return undefined;
    const { sessions } = this.#options;
    const caller = isUse ? sessions.use(token) : sessions.look(token)?.caller;
    if (caller === undefined || isOwn) return caller;
    throw new ChartsealError(
      'ACCESS_DENIED',
      'with a session, what changes something must be asked for by a page of this gateway',
    );
  }

  /** How long the session of the browser goes on; undefined without one that is open. */
  remainingOf(browser: BrowserFacts): Remaining | undefined {
    const token = this.#shownSession(browser);
    return token === undefined ? undefined : this.#options.sessions.look(token)?.remaining;
  }

  /** Where the browser goes to log in. @throws IDENTITY_PROVIDER_UNREACHABLE, NO_ROUTE */
  async begin(
    index: number,
    goal: string | undefined,
    browser: BrowserFacts,
  ): Promise<{ readonly location: string; readonly cookie: string }> {
    const provider = this.#provider(index);
    const configuration = await provider.configuration();
    const origin = this.site.originOf(browser);
    const begun: Begun = {
      with: index,
      goal,
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
      origin,
      before: this.#shownSession(browser),
    };
    const { scopes = [] } = provider.issuer.login;
    const asked = {
      redirect_uri: origin + CALLBACK_PATH,
      scope: [...new Set(['openid', ...scopes])].join(' '),
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: 'S256',
    };
    const location = addressAt(() => buildAuthorizationUrl(configuration, asked));
    const value = await seal(PURPOSE, begun, this.#now() + LOGIN_MINUTES * 60_000);
    return { location, cookie: this.#cookie('login', value, LOGIN_MINUTES * 60) };
  }

  /**
   * What the provider sent back.
   * @param target path and query as they came
   * @throws UNAUTHENTICATED saying which check failed; IDENTITY_PROVIDER_UNREACHABLE
   */
  async finish(target: string, browser: BrowserFacts): Promise<LoggedIn> {
    const sealed = findCookie(browser.cookie, this.site.cookieName('login')) ?? '';
    const begun = await findSealed<Begun>(PURPOSE, sealed, this.#now());
    if (begun === undefined) refuse('the login was not begun in this browser, or long ago');
    const provider = this.#provider(begun.with);
    const configuration = await provider.configuration();
    const url = new URL(begun.origin + CALLBACK_PATH);
    url.search = target.includes('?') ? target.slice(target.indexOf('?')) : '';
    const claims = await this.#claims(configuration, url, begun, provider.issuer);
    const caller = this.#options.authenticator.personOf(claims, provider.issuer);
    return { ...this.#start(caller, begun.before, begun.with), goal: begun.goal };
  }

  /** With one click. @throws NO_ROUTE outside of the demo, ACCESS_DENIED from another page */
  async demo(subject: string, browser: BrowserFacts): Promise<LoggedIn> {
    const { demo, authenticator } = this.#options;
    const person = demo?.people.find(({ sub }) => sub === subject);
    if (demo === undefined || person === undefined) {
      throw new ChartsealError('NO_ROUTE', 'nobody signs in here with one click');
    }
    this.#checkOwn(browser);
    const authorization = `Bearer ${await demo.issuer.issue(person)}`;
    const shown = { authorization, certificate: undefined, listener: 'people' } as const;
    const caller = await authenticator.authenticate(shown);
    if (caller === undefined) refuse('the token of the demo names nobody');
    return { ...this.#start(caller, this.#shownSession(browser)), goal: undefined };
  }

  /**
   * Ends the session of the browser; says where a provider would end its own.
   * @throws ACCESS_DENIED for another site
   */
  async end(browser: BrowserFacts): Promise<{
    readonly cookies: readonly string[];
    readonly next: string | undefined;
  }> {
    this.#checkOwn(browser);
    const token = this.#shownSession(browser);
    const index = token === undefined ? undefined : this.#options.sessions.end(token);
    return {
      cookies: [this.#forget('session'), this.#forget('login')],
      next: await this.#endUrl(index, browser),
    };
  }

  /** Takes back the cookie of a login that is over. */
  get forgetLogin(): string {
    return this.#forget('login');
  }

  /** Nobody is signed in or out by another site, with a session or without. */
  #checkOwn(browser: BrowserFacts): void {
    if (this.site.isOwnRequest('POST', browser)) return;
    throw new ChartsealError('ACCESS_DENIED', 'only a page of this gateway may ask for this');
  }

  #shownSession({ cookie }: BrowserFacts): string | undefined {
    return findCookie(cookie, this.site.cookieName('session'));
  }

  #provider(index: number): LoginProvider {
    const provider = this.#providers[index];
    if (provider !== undefined) return provider;
    throw new ChartsealError('NO_ROUTE', 'there is no such identity provider here');
  }

  /** Of an ID token whose signature, issuer, audience, nonce and times have been checked. */
  async #claims(
    configuration: Configuration,
    url: URL,
    { state, nonce, verifier }: Begun,
    { algorithms = DEFAULT_ALGORITHMS }: IssuerConfig,
  ): Promise<Claims> {
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
    const tokens = await authorizationCodeGrant(configuration, url, checks).catch((error) => {
      const own = ownCause(error);
      if (own !== undefined) throw own;
      const isTold = error instanceof AuthorizationResponseError;
      if (isTold) refuse('the provider did not let this person log in', error);
      refuse("the provider's answer to the login does not hold", error);
    });
    const claims = tokens.claims();
    const { alg = '' } = decodeProtectedHeader(tokens.id_token ?? '');
    if (claims === undefined || !algorithms.includes(alg)) {
      refuse("the ID token's algorithm is not allowed");
    }
    return claims as unknown as Claims;
  }

  /** A new session, whatever the browser showed; the one before it ends. */
  #start(caller: Caller, before: string | undefined, provider?: number): Omit<LoggedIn, 'goal'> {
    const { sessions } = this.#options;
    if (before !== undefined) sessions.end(before);
    const token = sessions.begin(caller, provider);
    return { caller, cookies: [this.#cookie('session', token), this.forgetLogin] };
  }

  /** The login cookie must come with the way back from the provider, which is another site. */
  #cookie(kind: 'session' | 'login', value: string, maxAgeSeconds?: number): string {
    return formatCookie(this.site.cookieName(kind), value, {
      isSecure: this.site.isSecure,
      sameSite: kind === 'session' ? 'Strict' : 'Lax',
      ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    });
  }

  #forget(kind: 'session' | 'login'): string {
    return this.#cookie(kind, '', 0);
  }

  /** OpenID Connect RP-Initiated Logout; without a session at the one provider that there is. */
  async #endUrl(index: number | undefined, browser: BrowserFacts): Promise<string | undefined> {
    const isOnly = this.#providers.length === 1;
    const provider = this.#providers[index ?? (isOnly ? 0 : -1)];
    if (provider === undefined) return undefined;
    try {
      const configuration = await provider.configuration();
      const back = { post_logout_redirect_uri: `${this.site.originOf(browser)}/` };
      return addressAt(() => buildEndSessionUrl(configuration, back));
    } catch (error) {
      // The session here has ended all the same.
      if (ownCause(error)?.code === 'IDENTITY_PROVIDER_UNREACHABLE') return undefined;
      throw error;
    }
  }
}
