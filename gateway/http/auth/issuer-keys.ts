// The keys of one issuer: found, fetched, kept while the issuer is away, and asked for again when a
// token names a key that is not known, but never more often than ISSUER_PAUSE_MS.
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { IssuerConfig } from './auth-config.js';
import { addressFault } from './auth-faults.js';
import { ISSUER_PAUSE_MS, KEYS_FRESH_MS, MAX_ISSUER_KEYS, MAX_KEYS_AGE_MS } from './auth-limits.js';
import { fetchIssuerAnswer } from './issuer-answer.js';

/** For metrics and doctor. */
export interface IssuerState {
  readonly issuer: string;
  /** When its keys were last fetched, in ms since 1970; undefined when they never were. */
  readonly fetchedAt: number | undefined;
  /** Why the last attempt failed, in words for the operator; undefined when it did not. */
  readonly failure: string | undefined;
}

type FindKey = (...given: Parameters<JWTVerifyGetKey>) => Promise<CryptoKey>;

const DISCOVERY = '/.well-known/openid-configuration';

export class IssuerKeys {
  readonly #config: IssuerConfig;
  readonly #now: () => number;
  #known: { readonly find: FindKey; readonly fetchedAt: number } | undefined;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #failure: Error | undefined;
  #pending: Promise<void> | undefined;

  constructor(config: IssuerConfig, now: () => number) {
    this.#config = config;
    this.#now = now;
  }

  get state(): IssuerState {
    const { issuer } = this.#config;
    return { issuer, fetchedAt: this.#known?.fetchedAt, failure: this.#failure?.message };
  }

  /**
   * Key for a token's header, as jwtVerify asks for it.
   * @throws IDENTITY_PROVIDER_UNREACHABLE when it cannot be known whether there is such a key
   */
  readonly find: FindKey = async (header, token) => {
    await this.#freshen();
    try {
      return await this.#usable()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // The issuer may have a new key.
      if (this.#mayAsk()) await this.#ask();
      if (this.#failure !== undefined) this.#unreachable();
      return this.#usable()(header, token);
    }
  };

  /** Neither a clock that was put back nor one that jumps keeps old keys for ever. */
  #isWithin(since: number, ms: number): boolean {
    const age = this.#now() - since;
    return age >= 0 && age < ms;
  }

  #mayAsk(): boolean {
    return this.#pending !== undefined || !this.#isWithin(this.#attemptedAt, ISSUER_PAUSE_MS);
  }

  async #freshen(): Promise<void> {
    const known = this.#known;
    if (known !== undefined && this.#isWithin(known.fetchedAt, KEYS_FRESH_MS)) return;
    if (!this.#mayAsk()) return;
    const isAway = this.#failure !== undefined;
    const asked = this.#ask();
    // While the issuer is away, whoever can be checked with its last keys does not wait for it.
    if (known === undefined || !isAway) await asked;
  }

  #usable(): FindKey {
    const known = this.#known;
    if (known === undefined || !this.#isWithin(known.fetchedAt, MAX_KEYS_AGE_MS)) {
      return this.#unreachable();
    }
    return known.find;
  }

  #unreachable(): never {
    throw new ChartsealError(
      'IDENTITY_PROVIDER_UNREACHABLE',
      "the token cannot be checked: its issuer's keys could not be fetched",
      { cause: this.#failure },
    );
  }

  /** One question at a time; never rejects, its failure is kept. */
  #ask(): Promise<void> {
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #fetch(): Promise<void> {
    this.#attemptedAt = this.#now();
    try {
      const address = this.#config.jwksUri ?? (await this.#discover());
      const answer = await fetchIssuerAnswer(address, this.#config.authority);
      const { keys } = answer;
      if (!Array.isArray(keys) || keys.length > MAX_ISSUER_KEYS) {
        throw new Error(`no list of at most ${MAX_ISSUER_KEYS} keys`);
      }
      const find = createLocalJWKSet(answer as unknown as JSONWebKeySet);
      this.#known = { find, fetchedAt: this.#now() };
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** OpenID Connect Discovery 1.0 section 4: the answer must be about this very issuer. */
  async #discover(): Promise<string> {
    const { issuer, authority } = this.#config;
    const answer = await fetchIssuerAnswer(issuer.replace(/\/$/, '') + DISCOVERY, authority);
    if (answer['issuer'] !== issuer) throw new Error('its discovery document names another issuer');
    const address = answer['jwks_uri'];
    if (typeof address !== 'string') throw new Error('its discovery document has no jwks_uri');
    const fault = addressFault(address);
    if (fault !== undefined) throw new Error(`jwks_uri of its discovery document ${fault}`);
    return address;
  }
}
