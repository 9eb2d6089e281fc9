// The REST interface of a Fabric certificate authority, as far as identities of a log need it:
// enrol, renew, register, revoke, list what is revoked. Refusals come with the authority's words.
import { randomBytes } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { ChartsealError } from '../chaincode/core/errors.js';
import { type JsonObject, type JsonValue, parseJsonBytes } from '../chaincode/core/json.js';
import { type CertificateWithKey, signLowS } from './ca-keys.js';
import type { RevocationReason } from './revocation-reasons.js';

export interface CaEndpoint {
  /** `https://host:port`. */
  readonly url: string;
  /** Its name within the server. */
  readonly name: string;
  /** PEM roots of its TLS certificate. */
  readonly tlsRootsPem: string;
}

export interface Registration {
  readonly id: string;
  /** Each may stand in the identity's certificates, or only be known to the authority. */
  readonly attributes: readonly {
    readonly name: string;
    readonly value: string;
    readonly inCertificate: boolean;
  }[];
}

type Method = 'GET' | 'POST' | 'PUT';

interface Answer {
  /** Of HTTP. */
  readonly status: number;
  readonly success: boolean;
  readonly result: JsonObject;
  readonly errors: readonly { readonly code: number; readonly message: string }[];
}

interface Exchanged {
  readonly status: number;
  readonly bytes: Uint8Array;
}

const DEADLINE_MS = 20_000;
/** From here on it is not the request that is at fault: its disk is full, say. */
const ITS_OWN_FAULT = 500;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Of the authority's table of errors: what is asked for is so already. */
const NAME_TAKEN = 74;
const REVOKED_BEFORE = 66;
const API = '/api/v1';

const toBase64 = (text: string) => Buffer.from(text).toString('base64');

function unavailable(reason: string, cause?: unknown): ChartsealError {
  return new ChartsealError('CA_UNAVAILABLE', `certificate authority: ${reason}`, { cause });
}

function badAnswer(): ChartsealError {
  return unavailable('its answer is not that of a Fabric certificate authority');
}

function parseAnswer({ status, bytes }: Exchanged): Answer {
  let value: JsonValue;
  try {
    value = parseJsonBytes(bytes, 'answer of the certificate authority');
  } catch (cause) {
    throw unavailable('its answer is not JSON', cause);
  }
  const { success, errors, result } = (value ?? {}) as JsonObject;
  if (typeof success !== 'boolean') throw badAnswer();
  const known = Array.isArray(errors) ? errors : [];
  return { status, success, result: result ?? {}, errors: known } as unknown as Answer;
}

/** Member of the result that is base64 of a text. */
function textOf(result: JsonObject, member: string): string {
  const value = result[member];
  if (typeof value !== 'string') throw badAnswer();
  return Buffer.from(value, 'base64').toString('utf8');
}

export class CaClient {
  readonly #endpoint: CaEndpoint;

  constructor(endpoint: CaEndpoint) {
    this.#endpoint = endpoint;
  }

  #exchange(method: Method, path: string, body: string, authorization: string): Promise<Exchanged> {
    const { url, tlsRootsPem } = this.#endpoint;
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(authorization === '' ? {} : { authorization }),
    };
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) => reject(unavailable(`${url}: ${cause.message}`, cause));
      const signal = AbortSignal.timeout(DEADLINE_MS);
      const options = { method, headers, ca: tlsRootsPem, agent: false, signal } as const;
      const call = httpsRequest(new URL(path, url), options, (answer) => {
        const pieces: Buffer[] = [];
        let total = 0;
        answer.on('data', (piece: Buffer) => {
          total += piece.length;
          if (total > MAX_ANSWER_BYTES) call.destroy(new Error('its answer is too long'));
          else pieces.push(piece);
        });
        answer.once('error', fail);
        const status = answer.statusCode ?? ITS_OWN_FAULT;
        answer.once('end', () => resolve({ status, bytes: Buffer.concat(pieces) }));
      });
      call.once('error', fail);
      call.end(body);
    });
  }

  async #call(
    method: Method,
    path: string,
    request: object | undefined,
    authorize: (body: string) => string,
  ): Promise<Answer> {
    const body =
      request === undefined ? '' : JSON.stringify({ ...request, caname: this.#endpoint.name });
    return parseAnswer(await this.#exchange(method, path, body, authorize(body)));
  }

  #checked({ status, success, result, errors }: Answer): JsonObject {
    if (success) return result;
    const { name } = this.#endpoint;
    const said = errors.map(({ message }) => message).join('; ') || 'no reason given';
    if (status >= ITS_OWN_FAULT) throw unavailable(`${name} failed: ${said}`);
    throw new ChartsealError('CA_REFUSED', `the certificate authority ${name} refused: ${said}`);
  }

  /** As an enrolled identity: the request is signed by its key. */
  #asIdentity(
    method: Method,
    path: string,
    request: object,
    { certificatePem, keyPem }: CertificateWithKey,
  ): Promise<Answer> {
    return this.#call(method, path, request, (body) => {
      const certificate = toBase64(certificatePem);
      const text = [method, toBase64(path), toBase64(body), certificate].join('.');
      const signature = Buffer.from(signLowS(keyPem, Buffer.from(text))).toString('base64');
      return `${certificate}.${signature}`;
    });
  }

  /** Whether it answers at all. */
  async isUp(): Promise<boolean> {
    try {
      return (await this.#call('GET', `${API}/cainfo`, undefined, () => '')).success;
    } catch (error) {
      if (error instanceof ChartsealError && error.code === 'CA_UNAVAILABLE') return false;
      throw error;
    }
  }

  /** A certificate for the key of the request, by the secret that registration gave. PEM. */
  async enrol(id: string, secret: string, requestPem: string): Promise<string> {
    const basic = `Basic ${toBase64(`${id}:${secret}`)}`;
    const request = { certificate_request: requestPem };
    const answer = await this.#call('POST', `${API}/enroll`, request, () => basic);
    return textOf(this.#checked(answer), 'Cert');
  }

  /** A new certificate by one that is in date; the name in the request must be the same. */
  async renew(identity: CertificateWithKey, requestPem: string): Promise<string> {
    const request = { certificate_request: requestPem };
    const answer = await this.#asIdentity('POST', `${API}/reenroll`, request, identity);
    return textOf(this.#checked(answer), 'Cert');
  }

  /** Registers a client; gives the secret with which it enrols, anew for an id that is known. */
  async register(registrar: CertificateWithKey, given: Registration): Promise<string> {
    const { id } = given;
    const attrs = given.attributes.map(({ name, value, inCertificate }) => ({
      name,
      value,
      ecert: inCertificate,
    }));
    const request = { id, type: 'client', max_enrollments: -1, affiliation: '', attrs };
    const answer = await this.#asIdentity('POST', `${API}/register`, request, registrar);
    if (answer.errors.some(({ code }) => code === NAME_TAKEN)) {
      return this.#resetSecret(registrar, id, attrs);
    }
    const { secret } = this.#checked(answer);
    if (typeof secret !== 'string') throw badAnswer();
    return secret;
  }

  async #resetSecret(
    registrar: CertificateWithKey,
    id: string,
    attrs: readonly object[],
  ): Promise<string> {
    const secret = randomBytes(24).toString('base64url');
    const path = `${API}/identities/${encodeURIComponent(id)}`;
    const request = { secret, max_enrollments: -1, attrs };
    this.#checked(await this.#asIdentity('PUT', path, request, registrar));
    return secret;
  }

  /**
   * Revokes one certificate; the identity may enrol again. Gives the list of all that is revoked,
   * PEM. One that was revoked before is no fault.
   */
  async revoke(
    registrar: CertificateWithKey,
    certificate: { readonly serial: string; readonly authorityKeyId: string },
    reason: RevocationReason,
  ): Promise<string> {
    const { serial, authorityKeyId } = certificate;
    const request = { serial, aki: authorityKeyId, reason, gencrl: true };
    const answer = await this.#asIdentity('POST', `${API}/revoke`, request, registrar);
    if (answer.errors.some(({ code }) => code === REVOKED_BEFORE)) {
      return this.revocationList(registrar);
    }
    return textOf(this.#checked(answer), 'CRL');
  }

  /** The list of all that is revoked and would be in date still, PEM. */
  async revocationList(registrar: CertificateWithKey): Promise<string> {
    return textOf(
      this.#checked(await this.#asIdentity('POST', `${API}/gencrl`, {}, registrar)),
      'CRL',
    );
  }
}
