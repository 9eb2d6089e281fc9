// An OpenID provider on loopback that answers a code with whatever ID token a test makes: for those
// that no honest provider gives out.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signToken } from './tokens.js';

export const ODD_CLIENT = 'chartseal';
const KID = 'odd';

export interface OddAnswer {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Another than the one that it publishes. */
  readonly key?: KeyObject;
}

export class OddProvider {
  readonly #server: Server;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  /** How the next code is answered. */
  answer: OddAnswer = {};
  /** Of the login that is under way. */
  nonce = '';
  /** Members that its discovery document has instead. */
  metadata: Readonly<Record<string, unknown>> = {};
  /** Status with which it answers a code instead. */
  failing: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<OddProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = new OddProvider(server);
    server.on('request', (request, response) => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      const failing = path === '/token' ? provider.failing : undefined;
      const body = failing === undefined ? provider.#answer(path) : undefined;
      response.statusCode = failing ?? (body === undefined ? 404 : 200);
      response.setHeader('content-type', 'application/json');
      request.resume().on('end', () => response.end(JSON.stringify(body ?? {})));
    });
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer(path: string): object | undefined {
    const { issuer } = this;
    if (path === '/.well-known/openid-configuration') {
      return {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['ES256', 'none'],
        ...this.metadata,
      };
    }
    if (path === '/jwks') {
      const key = this.#keys.publicKey.export({ format: 'jwk' });
      return { keys: [{ ...key, kid: KID, alg: 'ES256', use: 'sig' }] };
    }
    if (path !== '/token') return undefined;
    return { access_token: 'none', token_type: 'Bearer', id_token: this.#idToken() };
  }

  #idToken(): string {
    const now = Math.floor(Date.now() / 1000);
    const { header, claims, key = this.#keys.privateKey } = this.answer;
    return signToken(
      { alg: 'ES256', kid: KID, ...header },
      {
        iss: this.issuer,
        aud: ODD_CLIENT,
        sub: 'anna',
        iat: now,
        exp: now + 300,
        nonce: this.nonce,
        roles: ['archivist'],
        ...claims,
      },
      key,
    );
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
