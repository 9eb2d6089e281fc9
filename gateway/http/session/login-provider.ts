// One OpenID Connect provider at which people log in: what its discovery document says, kept for a
// while, and every question to it bounded as all questions to issuers are.
import {
  allowInsecureRequests,
  ClientSecretBasic,
  type Configuration,
  type CustomFetch,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { IssuerConfig, LoginConfig } from '../auth/auth-config.js';
import { addressFault } from '../auth/auth-faults.js';
import {
  DEFAULT_CLOCK_TOLERANCE_SECONDS,
  ISSUER_PAUSE_MS,
  KEYS_FRESH_MS,
} from '../auth/auth-limits.js';
import { askIssuer } from '../auth/issuer-answer.js';
import { readIssuerFile } from '../auth/issuer-file.js';

export interface LoginIssuer extends IssuerConfig {
  readonly login: LoginConfig;
}

export const hasLogin = (issuer: IssuerConfig): issuer is LoginIssuer => issuer.login !== undefined;

function unreachable(cause: unknown): ChartsealError {
  const message = 'nobody can log in now: the identity provider does not answer as it must';
  return new ChartsealError('IDENTITY_PROVIDER_UNREACHABLE', message, { cause });
}

/**
 * An address that the provider's own word leads to.
 * @throws IDENTITY_PROVIDER_UNREACHABLE where that is none, or none that is safe
 */
export function addressAt(make: () => URL): string {
  try {
    const { href } = make();
    const fault = addressFault(href);
    if (fault === undefined) return href;
    throw new Error(`an address of the provider ${fault}`);
  } catch (error) {
    throw unreachable(error);
  }
}

const bodyless: ReadonlySet<number> = new Set([204, 205, 304]);

function boundedFetch(authority: string | undefined): CustomFetch {
  return async (address, { method, headers, body }) => {
    const fault = addressFault(address);
    if (fault !== undefined) throw unreachable(new Error(`an address of the provider ${fault}`));
    const text = body === null || body === undefined ? undefined : String(body);
    const question = { method, headers, body: text, authority };
    const { status, type, bytes } = await askIssuer(new URL(address), question).catch((error) => {
      throw unreachable(error);
    });
    // What is out of order or has no time there is no word on whoever logs in.
    const isAway = status >= 500 || status === 429 || (method === 'GET' && status !== 200);
    if (isAway) throw unreachable(new Error(`status ${status}`));
    return new Response(bodyless.has(status) ? null : new Uint8Array(bytes), {
      status,
      headers: { 'content-type': type },
    });
  };
}

/** The error of ours that is the cause, however deep. */
export function ownCause(error: unknown): ChartsealError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ChartsealError) return at;
  }
  return undefined;
}

export class LoginProvider {
  readonly issuer: LoginIssuer;
  readonly #now: () => number;
  #known: { readonly configuration: Configuration; readonly at: number } | undefined;
  #failed: { readonly error: ChartsealError; readonly at: number } | undefined;
  #pending: Promise<Configuration> | undefined;

  constructor(issuer: LoginIssuer, now: () => number) {
    this.issuer = issuer;
    this.#now = now;
  }

  get name(): string {
    return this.issuer.login.name ?? new URL(this.issuer.issuer).host;
  }

  /** @throws IDENTITY_PROVIDER_UNREACHABLE */
  async configuration(): Promise<Configuration> {
    const now = this.#now();
    const isWithin = (at: number, ms: number) => now >= at && now < at + ms;
    if (this.#known !== undefined && isWithin(this.#known.at, KEYS_FRESH_MS)) {
      return this.#known.configuration;
    }
    // Whoever asks to log in does not make us ask the provider each time.
    if (this.#failed !== undefined && isWithin(this.#failed.at, ISSUER_PAUSE_MS)) {
      throw this.#failed.error;
    }
    this.#pending ??= this.#discover().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #discover(): Promise<Configuration> {
    const at = this.#now();
    try {
      const configuration = await this.#ask();
      this.#known = { configuration, at };
      this.#failed = undefined;
      return configuration;
    } catch (error) {
      this.#failed = { error: ownCause(error) ?? unreachable(error), at };
      throw this.#failed.error;
    }
  }

  /** OpenID Connect Discovery 1.0 section 4; the answer must be about this very issuer. */
  async #ask(): Promise<Configuration> {
    const { issuer, authority, login, clockToleranceSeconds } = this.issuer;
    const { clientId, clientSecretFile: file } = login;
    // Read each time: the secret may be renewed while the gateway runs.
    const secret = file === undefined ? undefined : readIssuerFile(file).toString().trim();
    const isPlain = issuer.startsWith('http:');
    const configuration = await discovery(
      new URL(issuer),
      clientId,
      { [clockTolerance]: clockToleranceSeconds ?? DEFAULT_CLOCK_TOLERANCE_SECONDS },
      secret === undefined ? None() : ClientSecretBasic(secret),
      {
        [customFetch]: boundedFetch(authority),
        execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
      },
    );
    if (configuration.serverMetadata().issuer !== issuer) {
      throw new Error('its discovery document names another issuer');
    }
    return configuration;
  }
}
