// The issuer of the demo: a key in memory that ends with the process, and nothing on the network.
// Whoever can reach its listeners could be given any role, so none may be reachable from outside.
import { type CryptoKey, exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { ROLES, type Role } from '../caller.js';
import type { IssuerConfig } from './auth-config.js';
import { isLoopback } from './loopback.js';

const ISSUER = 'https://demo.invalid/chartseal';
const AUDIENCE = 'chartseal-demo';
const ALGORITHM = 'ES256';
const KEY_ID = 'demo';
/** A working day. */
const LIFETIME_SECONDS = 8 * 3600;

export interface DemoBearer {
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly patient?: PatientIdentifier;
  readonly name?: string;
}

export class LocalIssuer {
  readonly config: IssuerConfig;
  readonly jwks: JSONWebKeySet;
  readonly #key: CryptoKey;

  private constructor(config: IssuerConfig, jwks: JSONWebKeySet, key: CryptoKey) {
    this.config = config;
    this.jwks = jwks;
    this.#key = key;
  }

  /** @param organisation MSP id of the organisation of those who get its tokens */
  static async create(organisation: string): Promise<LocalIssuer> {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
    const config: IssuerConfig = {
      issuer: ISSUER,
      audience: AUDIENCE,
      organisation,
      algorithms: [ALGORITHM],
      rolesClaims: ['roles'],
      roles: Object.fromEntries(ROLES.map((role) => [role, role])),
      patient: { systemClaim: 'patient.system', valueClaim: 'patient.value' },
      nameClaim: 'name',
      subjectPrefix: 'demo:',
    };
    const key = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' };
    return new LocalIssuer(config, { keys: [key] }, privateKey);
  }

  /** A bearer token. */
  issue({ sub, ...claims }: DemoBearer) {
    const issuedAt = Math.floor(Date.now() / 1000);
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: KEY_ID })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(sub)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_SECONDS)
      .sign(this.#key);
  }
}

/**
 * @param hosts of every listener
 * @throws CONFIG_INVALID unless all are loopback
 */
export function assertDemoAllowed(hosts: readonly string[]): void {
  if (hosts.length > 0 && hosts.every(isLoopback)) return;
  throw new ChartsealError(
    'CONFIG_INVALID',
    'the demo gives tokens to whoever asks, so every listener must be on loopback',
  );
}
