// Who calls: a bearer token, a client certificate, or the token of a command beside the gateway.
// Nothing here needs the ledger or the store.
import { hash, timingSafeEqual, type X509Certificate } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { BoundedMap } from '../../services/bounded-map.js';
import { type Caller, ROLES } from '../caller.js';
import type { ListenerKind } from '../observer.js';
import type { AuthConfig, IssuerConfig } from './auth-config.js';
import { checkAuthConfig } from './auth-faults.js';
import {
  MAX_AUTHORIZATION_BYTES,
  MAX_REMEMBERED_TOKENS,
  TOKEN_REMEMBERED_MS,
} from './auth-limits.js';
import { callerOfCertificate } from './certificate-match.js';
import type { Claims } from './claims.js';
import { refuse } from './identity.js';
import { IssuerKeys, type IssuerState } from './issuer-keys.js';
import type { LocalIssuer } from './local-issuer.js';
import { findBinding } from './token-binding.js';
import { callerOfToken } from './token-caller.js';
import { checkToken, claimedIssuer } from './token-check.js';

export interface AuthenticatorOptions {
  /** In ms since 1970; the clock of this machine when it is left out. */
  readonly now?: () => number;
  /** Only where {@link assertDemoAllowed} allows it. */
  readonly localIssuer?: LocalIssuer;
  /** What the local listener takes; `id` begins with `cli:`. */
  readonly operator?: { readonly token: string; readonly id: string };
}

export interface Credentials {
  /** The header Authorization as it came. */
  readonly authorization: string | undefined;
  /** Of a client that TLS has verified; {@link verifiedCertificate} takes it from the socket. */
  readonly certificate: X509Certificate | undefined;
  readonly listener: ListenerKind;
}

interface Issuer {
  readonly config: IssuerConfig;
  readonly find: JWTVerifyGetKey;
}

/** A token that was found good. */
interface Remembered {
  readonly caller: Caller;
  /** Fingerprint of the certificate without which the token means nothing. */
  readonly boundTo: string | undefined;
  readonly checkedAt: number;
  readonly until: number;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
const digestOf = (text: string) => hash('sha256', text, 'base64');

function readBearer(authorization: string): string {
  if (authorization.length > MAX_AUTHORIZATION_BYTES) {
    refuse(`the header Authorization has more than ${MAX_AUTHORIZATION_BYTES} bytes`);
  }
  return BEARER.exec(authorization)?.[1] ?? refuse('the header Authorization is no bearer token');
}

function checkReadable({ issuer, authority }: IssuerConfig): void {
  if (authority === undefined) return;
  try {
    accessSync(authority, constants.R_OK);
  } catch (cause) {
    const message = `the authorities of the issuer ${issuer} cannot be read from their file`;
    throw new ChartsealError('CONFIG_INVALID', message, { cause });
  }
}

export class Authenticator {
  readonly #config: AuthConfig;
  readonly #now: () => number;
  readonly #issuers = new Map<string, Issuer>();
  readonly #keys: IssuerKeys[] = [];
  readonly #remembered = new BoundedMap<string, Remembered>(MAX_REMEMBERED_TOKENS);
  readonly #systemIds: ReadonlySet<string>;
  readonly #operator: { readonly digest: Buffer; readonly caller: Caller } | undefined;

  private constructor(config: AuthConfig, options: AuthenticatorOptions) {
    const { now = Date.now, localIssuer, operator } = options;
    this.#config = config;
    this.#now = now;
    this.#systemIds = new Set(config.systems.map(({ id }) => id));
    for (const issuer of config.issuers) {
      const keys = new IssuerKeys(issuer, now);
      this.#keys.push(keys);
      this.#issuers.set(issuer.issuer, { config: issuer, find: keys.find });
    }
    if (localIssuer !== undefined) {
      const find = createLocalJWKSet(localIssuer.jwks);
      this.#issuers.set(localIssuer.config.issuer, { config: localIssuer.config, find });
    }
    if (operator !== undefined) {
      const caller: Caller = {
        kind: 'operator',
        id: operator.id,
        organisation: config.ownOrganisation,
        isOwn: true,
        roles: ROLES.filter((role) => role !== 'patient'),
      };
      this.#operator = { digest: Buffer.from(digestOf(operator.token), 'base64'), caller };
    }
  }

  /** No issuer is asked before its first token comes. @throws CONFIG_INVALID with every fault */
  static create(config: AuthConfig, options: AuthenticatorOptions = {}): Authenticator {
    const demo = options.localIssuer === undefined ? [] : [options.localIssuer.config];
    checkAuthConfig({ ...config, issuers: [...config.issuers, ...demo] });
    config.issuers.forEach(checkReadable);
    return new Authenticator(config, options);
  }

  /** What is known of the issuers' keys. */
  issuers(): readonly IssuerState[] {
    return this.#keys.map(({ state }) => state);
  }

  /**
   * The caller, or undefined when no credentials were given. On the local listener only the
   * operator's token counts. On the listener of systems the certificate says who calls; a token
   * beside it must be of the same system, and without a certificate it must be of a system.
   * @throws UNAUTHENTICATED saying which check failed; IDENTITY_PROVIDER_UNREACHABLE
   */
  async authenticate(credentials: Credentials): Promise<Caller | undefined> {
    const { authorization, certificate, listener } = credentials;
    const token = authorization === undefined ? undefined : readBearer(authorization);
    if (listener === 'local') return token === undefined ? undefined : this.#checkOperator(token);
    const system =
      listener === 'systems' && certificate !== undefined ? this.#system(certificate) : undefined;
    if (token === undefined) return system;
    const caller = await this.#bearer(token, certificate);
    if (listener === 'people') return caller;
    if (caller.kind !== 'system') refuse('this listener is for systems, and the token is not');
    if (system === undefined) return caller;
    if (caller.id !== system.id || caller.organisation !== system.organisation) {
      refuse('the token and the client certificate are of two systems');
    }
    return system;
  }

  /**
   * The person whom a checked ID token names.
   * @throws UNAUTHENTICATED when it names nobody in a fit way, or a system
   */
  personOf(claims: Claims, issuer: IssuerConfig): Caller {
    const caller = callerOfToken(claims, issuer, this.#config.ownOrganisation);
    if (caller.kind === 'system') refuse('the token is of a system, and people log in here');
    this.#checkSubject(caller);
    return caller;
  }

  #checkSubject({ kind, id }: Caller): void {
    if (kind !== 'system' && this.#systemIds.has(id)) {
      refuse("the token's subject is the name of a system");
    }
  }

  #checkOperator(token: string): Caller {
    const given = Buffer.from(digestOf(token), 'base64');
    if (this.#operator === undefined || !timingSafeEqual(given, this.#operator.digest)) {
      refuse('the token is not that of this gateway');
    }
    return this.#operator.caller;
  }

  #system(certificate: X509Certificate): Caller {
    const { systems, ownOrganisation } = this.#config;
    return callerOfCertificate(certificate, systems, ownOrganisation, this.#now());
  }

  async #bearer(token: string, certificate: X509Certificate | undefined): Promise<Caller> {
    const digest = digestOf(token);
    const now = this.#now();
    let known = this.#remembered.get(digest);
    // Before checkedAt the clock was put back, and a time that had come may be ahead again.
    if (known === undefined || now < known.checkedAt || now >= known.until) {
      known = await this.#check(token, now);
      this.#remembered.set(digest, known);
    }
    if (known.boundTo !== undefined && known.boundTo !== certificate?.fingerprint256) {
      refuse('the token is bound to a client certificate that was not shown');
    }
    return known.caller;
  }

  async #check(token: string, now: number): Promise<Remembered> {
    const issuer = this.#issuers.get(claimedIssuer(token));
    if (issuer === undefined) refuse('the token is of an issuer that is not known here');
    const { claims, expiresAt } = await checkToken(token, issuer.config, issuer.find, now);
    const caller = callerOfToken(claims, issuer.config, this.#config.ownOrganisation);
    this.#checkSubject(caller);
    return {
      caller,
      boundTo: findBinding(claims),
      checkedAt: now,
      until: Math.min(expiresAt, now + TOKEN_REMEMBERED_MS),
    };
  }
}
