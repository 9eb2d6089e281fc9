// A real OpenID provider on loopback (oidc-provider): JWT access tokens for systems by client
// credentials, and for people by the authorization-code flow, which plain requests drive.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { ask, type Response } from './loopback-request.js';

export const AUDIENCE = 'https://chartseal.test/v1';
export const PERSON_CLIENT = 'portal';
export const SECRET = 'secret of the clients of a test';
/** In seconds, of everything that a provider remembers. */
const TTL = {
  Session: 600,
  Grant: 600,
  Interaction: 600,
  IdToken: 600,
  AccessToken: 600,
  ClientCredentials: 600,
  AuthorizationCode: 60,
};
const CALLBACK = 'https://portal.test/callback';

/** Claims by subject: of people, and of systems under their client's name. */
export type Accounts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface ProviderOptions {
  readonly accounts: Accounts;
  readonly systems: readonly string[];
  /** Claims that ID tokens have beside `sub`. */
  readonly idTokenClaims?: readonly string[];
  /** HTTPS with these, PEM. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
}

/** As much of oidc-provider as is used here; it has no types of its own. */
interface Provider {
  callback(): RequestListener;
  interactionDetails(request: unknown, response: unknown): Promise<{ uid: string }>;
  interactionFinished(request: unknown, response: unknown, result: unknown): Promise<void>;
  Grant: new (of: {
    clientId: string;
    accountId: string;
  }) => {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  };
}
interface ProviderContext {
  readonly oidc: {
    readonly provider: Provider;
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
}

/** Not the package's main module, which prints advice on the version of Node. */
async function loadProvider() {
  const main: string = 'oidc-provider/lib/provider.js';
  const memory: string = 'oidc-provider/lib/adapters/memory_adapter.js';
  const { Provider } = await import(main);
  const { createMemoryAdapter } = await import(memory);
  return {
    Provider: Provider as new (issuer: string, configuration: object) => Provider,
    adapter: createMemoryAdapter() as unknown,
  };
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = randomBytes(8).toString('hex');
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
}

function clients(systems: readonly string[], redirectUris: readonly string[]) {
  return [
    {
      client_id: PERSON_CLIENT,
      client_secret: SECRET,
      grant_types: ['authorization_code'],
      redirect_uris: [CALLBACK, ...redirectUris],
      post_logout_redirect_uris: redirectUris.map((uri) => new URL('/', uri).href),
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
    },
    ...systems.map((system) => ({
      client_id: system,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
  ];
}

/** Whoever has logged in has consented. */
async function grantOf({ oidc }: ProviderContext) {
  const { client, session, provider } = oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid');
  grant.addResourceScope(AUDIENCE, 'records');
  await grant.save();
  return grant;
}

function configuration(
  { accounts, systems, idTokenClaims = [] }: ProviderOptions,
  redirectUris: readonly string[],
  key: JWK,
  adapter: unknown,
) {
  return {
    adapter,
    clients: clients(systems, redirectUris),
    claims: { openid: ['sub', ...idTokenClaims] },
    conformIdTokenClaims: idTokenClaims.length === 0,
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, ...accounts[sub] }),
    }),
    extraTokenClaims: (_context: unknown, token: { accountId?: string; clientId: string }) =>
      accounts[token.accountId ?? token.clientId],
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/login/${uid}` },
    loadExistingGrant: grantOf,
    ttl: TTL,
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'records',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

export class IdentityProvider {
  readonly #options: ProviderOptions;
  #server: Server | undefined;
  #port = 0;
  #subject = '';
  #redirectUris: readonly string[] = [];
  /** Paths asked for, in order. */
  readonly asked: string[] = [];

  private constructor(options: ProviderOptions) {
    this.#options = options;
  }

  static async start(options: ProviderOptions): Promise<IdentityProvider> {
    const provider = new IdentityProvider(options);
    await provider.start();
    return provider;
  }

  get issuer(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  get keysAddress(): string {
    return `${this.issuer}/jwks`;
  }

  /** How often its keys were asked for. */
  get keysAsked(): number {
    return this.asked.filter((path) => path === '/jwks').length;
  }

  /** With a new signing key; at the same port as before. */
  async start(): Promise<void> {
    const { tls } = this.#options;
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    const { Provider, adapter } = await loadProvider();
    const key = await signingKey();
    const provider = new Provider(
      this.issuer,
      configuration(this.#options, this.#redirectUris, key, adapter),
    );
    const answer = provider.callback();
    server.on('request', (request, response) => {
      this.asked.push((request.url ?? '').split('?')[0] as string);
      if (!request.url?.startsWith('/login/')) return answer(request, response);
      const result = { login: { accountId: this.#subject } };
      void provider.interactionFinished(request, response, result);
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** Whoever comes to log in from now on is this one. */
  logInAs(subject: string): void {
    this.#subject = subject;
  }

  /** People may be sent back there too; ends, and comes back. */
  async allow(...redirectUris: readonly string[]): Promise<void> {
    this.#redirectUris = redirectUris;
    await this.rotate();
  }

  /** Ends, and comes back with another key. */
  async rotate(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #ask(path: string, options: Parameters<typeof ask>[1]): Promise<Response> {
    const { tls } = this.#options;
    const url = new URL(path, this.issuer);
    return ask(url, { ...options, ...(tls === undefined ? {} : { ca: tls.ca }) });
  }

  async #token(client: string, form: Record<string, string>): Promise<Record<string, string>> {
    const credentials = `${encodeURIComponent(client)}:${encodeURIComponent(SECRET)}`;
    const { status, text } = await this.#ask('/token', {
      body: new URLSearchParams(form).toString(),
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    if (status !== 200) throw new Error(`the provider gave no token: ${status} ${text}`);
    return JSON.parse(text);
  }

  /** Access token of a system. */
  async systemToken(client: string): Promise<string> {
    const form = { grant_type: 'client_credentials', resource: AUDIENCE, scope: 'records' };
    return (await this.#token(client, form))['access_token'] as string;
  }

  /** Access token and ID token of a person who logs in at the portal. */
  async personTokens(subject: string): Promise<{ accessToken: string; idToken: string }> {
    this.#subject = subject;
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: PERSON_CLIENT,
      response_type: 'code',
      scope: 'openid records',
      resource: AUDIENCE,
      redirect_uri: CALLBACK,
      state: randomBytes(8).toString('hex'),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const cookies = new Map<string, string>();
    let next = `/auth?${query}`;
    for (let step = 0; !next.startsWith(CALLBACK); step++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const { status, headers, text } = await this.#ask(next, { headers: { cookie } });
      if (status !== 303 || step > 5) throw new Error(`the login failed: ${status} ${text}`);
      for (const line of headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      next = String(headers.location).replace(this.issuer, '');
    }
    const code = new URL(next).searchParams.get('code');
    if (code === null) throw new Error(`the login failed: ${next}`);
    const form = { grant_type: 'authorization_code', redirect_uri: CALLBACK };
    const tokens = await this.#token(PERSON_CLIENT, { ...form, code, code_verifier: verifier });
    return { accessToken: tokens['access_token'] ?? '', idToken: tokens['id_token'] ?? '' };
  }
}
