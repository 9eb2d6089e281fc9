// Two issuers that sign with known keys, a gateway's authenticator that takes their tokens, and a
// clock that a test moves.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { AuthConfig, IssuerConfig } from '../../gateway/http/auth/auth-config.js';
import { Authenticator } from '../../gateway/http/auth/authenticator.js';
import { KeyServer } from './key-server.js';
import { signToken } from './tokens.js';

const START = Date.UTC(2026, 10, 1);
/** Where the clock begins, in seconds since 1970. */
export const SECONDS = START / 1000;
export const ISSUER = 'https://issuer.test/hospital';
export const OTHER_ISSUER = 'https://issuer.test/auditors';
export const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: 'one' };
/** Must stand in no message. */
export const CANARY = 'canary-7031';

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });

export class TokenPlace {
  readonly ours = newKey();
  readonly rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly others = newKey();
  readonly nobody = newKey();
  now = START;
  #keys: KeyServer | undefined;
  #authenticator: Authenticator | undefined;

  get keys(): KeyServer {
    if (this.#keys === undefined) throw new Error('not started');
    return this.#keys;
  }

  get authenticator(): Authenticator {
    if (this.#authenticator === undefined) throw new Error('not reset');
    return this.#authenticator;
  }

  async start(): Promise<void> {
    this.#keys = await KeyServer.start();
    const { ours, rsa, others } = this;
    this.keys.answers['/ours'] = { keys: [jwk(ours.publicKey, 'one'), jwk(rsa.publicKey, 'rsa')] };
    this.keys.answers['/others'] = { keys: [jwk(others.publicKey, 'other')] };
  }

  async stop(): Promise<void> {
    await this.#keys?.stop();
  }

  /** An authenticator that has seen nothing, at the first moment. */
  reset(config: AuthConfig = this.config()): void {
    this.now = START;
    this.#authenticator = Authenticator.create(config, { now: () => this.now });
  }

  issuer(): IssuerConfig {
    return {
      issuer: ISSUER,
      audience: ['chartseal', 'chartseal-test'],
      organisation: 'HospitalMSP',
      jwksUri: `${this.keys.address}/ours`,
      rolesClaims: ['realm_access.roles', 'https://hospital.test/roles', 'scope'],
      roles: { clerk: 'archivist', me: 'patient', look: 'auditor', machine: 'source-system' },
      patient: { systemClaim: 'patient.system', valueClaim: 'patient.value' },
      nameClaim: 'name',
      subjectPrefix: 'staff:',
      system: { claim: 'client_id' },
      sources: { pacs: ['pacs-1'] },
    };
  }

  config(): AuthConfig {
    return {
      ownOrganisation: 'HospitalMSP',
      issuers: [
        this.issuer(),
        {
          ...this.issuer(),
          issuer: OTHER_ISSUER,
          organisation: 'AuditorMSP',
          jwksUri: `${this.keys.address}/others`,
          subjectPrefix: '',
          maxTokenAgeSeconds: 600,
        },
      ],
      systems: [
        {
          id: 'staff:ris',
          organisation: 'HospitalMSP',
          roles: ['source-system'],
          certificate: { commonName: 'ris' },
        },
      ],
    };
  }

  readonly claims = (changes: Record<string, unknown> = {}) => ({
    iss: ISSUER,
    aud: 'chartseal',
    sub: CANARY,
    iat: SECONDS - 10,
    exp: SECONDS + 600,
    ...changes,
  });

  readonly made = (changes: Record<string, unknown> = {}) =>
    signToken(HEADER, this.claims(changes), this.ours.privateKey);

  readonly send = (token: string) =>
    this.authenticator.authenticate({
      authorization: `Bearer ${token}`,
      certificate: undefined,
      listener: 'people',
    });

  readonly expectRefused = async (token: string, message: RegExp): Promise<void> => {
    const error = await this.send(token).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ChartsealError)) throw error ?? new Error('it was taken');
    expect(error.code).to.equal('UNAUTHENTICATED');
    expect(error.message).to.match(message);
    expect(error.message).to.not.include(CANARY);
  };
}
