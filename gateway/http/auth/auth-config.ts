// What the operator configures of those who may call: the issuers of tokens, and the systems that
// show certificates. The reader of the configuration file fills these.
import type { Role } from '../caller.js';

/**
 * A path is the name of a claim, or names with dots between them that lead into nested claims:
 * `realm_access.roles`. A claim that itself has dots in its name is found first.
 */
export type ClaimPath = string;

/** Where a token says whose file its bearer may see: in a system of the hospital, or named too. */
export type PatientClaims =
  | { readonly system: string; readonly claim: ClaimPath }
  | { readonly systemClaim: ClaimPath; readonly valueClaim: ClaimPath };

/** How people log in at an OpenID Connect provider: authorization-code flow with PKCE. */
export interface LoginConfig {
  readonly clientId: string;
  /** File with the secret of a confidential client; a public one has none. */
  readonly clientSecretFile?: string | undefined;
  /** Asked for beside `openid`. */
  readonly scopes?: readonly string[] | undefined;
  /** Shown where there are several to choose from; the host of the issuer when it is left out. */
  readonly name?: string | undefined;
}

/** One OpenID Connect provider or OAuth 2.0 authorization server that signs its tokens. */
export interface IssuerConfig {
  /** Compared byte by byte with `iss`; https, or http on loopback. */
  readonly issuer: string;
  /** `aud` must hold one of these. */
  readonly audience: string | readonly string[];
  /** MSP id of the organisation that vouches for the bearers of these tokens. */
  readonly organisation: string;
  /** Found at `/.well-known/openid-configuration` below the issuer when it is left out. */
  readonly jwksUri?: string | undefined;
  /** PEM file of the authorities of the provider's HTTPS; those of Node when it is left out. */
  readonly authority?: string | undefined;
  /** DEFAULT_ALGORITHMS when it is left out; never `none`, never a shared secret. */
  readonly algorithms?: readonly string[] | undefined;
  /** 30 when it is left out, at most 300. */
  readonly clockToleranceSeconds?: number | undefined;
  /** Refuses tokens whose `iat` is older, and those without. */
  readonly maxTokenAgeSeconds?: number | undefined;
  /** Claims with a list of texts, or one text with spaces between the values, as `scope` has. */
  readonly rolesClaims: readonly ClaimPath[];
  /** Values of those claims that mean something here. */
  readonly roles: Readonly<Record<string, Role>>;
  /** Needed where `roles` gives the role `patient`. */
  readonly patient?: PatientClaims | undefined;
  readonly nameClaim?: ClaimPath | undefined;
  /**
   * Stands before `sub` in the caller's id. Issuers of one organisation need one each that
   * differs, because two issuers may give the same subject to two people.
   */
  readonly subjectPrefix?: string | undefined;
  /**
   * The token is a system's (client credentials) when this claim has this value, as
   * `gty` = `client-credentials`; without a value, when the claim equals `sub`, as `client_id`
   * does. Left out: every token is a person's.
   */
  readonly system?: { readonly claim: ClaimPath; readonly value?: string | undefined } | undefined;
  /** Values of `source.system` by `sub`; whoever is not named here is bound by `sourcesClaim`. */
  readonly sources?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Claim with the values of `source.system` that the bearer may speak for. */
  readonly sourcesClaim?: ClaimPath | undefined;
  /**
   * Lets people log in on the pages; roles, patient and name then come from the ID token, by the
   * same claims as from access tokens. Left out: its tokens are taken, and nobody logs in with it.
   */
  readonly login?: LoginConfig | undefined;
}

/** How a system's certificate is known; compared exactly, wildcards match nothing. */
export type CertificateMatch =
  | { readonly sha256: string }
  | { readonly commonName: string }
  | { readonly dnsName: string };

/** A program that shows a client certificate. */
export interface SystemConfig {
  readonly id: string;
  /** MSP id of the organisation that it belongs to. */
  readonly organisation: string;
  readonly roles: readonly Role[];
  /** Values of `source.system` that it may speak for; all when it is left out. */
  readonly sources?: readonly string[] | undefined;
  /** sha256: hexadecimal fingerprint of the DER, colons and capitals allowed. */
  readonly certificate: CertificateMatch;
}

export interface AuthConfig {
  /** MSP id of the organisation that owns this gateway's log. */
  readonly ownOrganisation: string;
  readonly issuers: readonly IssuerConfig[];
  readonly systems: readonly SystemConfig[];
}

/** Signatures with a public key; those with a shared secret would make every reader a signer. */
export const DEFAULT_ALGORITHMS: readonly string[] = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
  'EdDSA',
  'Ed25519',
];
