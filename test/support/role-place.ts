// A gateway with all its listeners, and a caller of every kind: people of two organisations with
// tokens, systems of both with certificates, the operator beside it. Two patients, two sources.
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ROLES, type Role } from '../../gateway/http/caller.js';
import type { ListenerKind } from '../../gateway/http/observer.js';
import { findGateway } from '../../gateway/operation/run-file.js';
import type { CertificateWithKey } from '../../gateway/pki/issue.js';
import { GatewayPlace } from './gateway-place.js';
import { KeyServer } from './key-server.js';
import { asJson, eventOf, type RoleRequest, recordOf, type Shelf } from './role-shelf.js';
import { issueTlsCertificate, newTlsAuthority } from './tls-certificates.js';
import { signToken } from './tokens.js';

export const OWN = 'HospitalMSP';
export const FOREIGN = 'AuditorMSP';
export type Organisation = typeof OWN | typeof FOREIGN;
export const SYSTEM = 'urn:hospital-a';
/** Stand in what was stored of the two patients, and in no refusal. */
export const MARKS = { mine: 'MARK-A', theirs: 'MARK-B' } as const;
const PATIENTS = { mine: 'CANARY-A', theirs: 'CANARY-B' } as const;
const SOURCES = { mine: 'emr', theirs: 'lis' } as const;
const AUDIENCE = 'chartseal';
/** Systems are never patients: the configuration refuses it. */
export const SYSTEM_ROLES = ROLES.filter((role) => role !== 'patient');

export type Whose = 'mine' | 'theirs';

export interface Credentials {
  readonly token?: string;
  readonly certificate?: CertificateWithKey;
}

export interface RoleAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export class RolePlace {
  readonly gateway: GatewayPlace;
  readonly #keyServer: KeyServer;
  readonly #keys: Readonly<Record<Organisation, KeyObject>>;
  readonly #servers: CertificateWithKey;
  readonly #certificates: Readonly<Record<string, CertificateWithKey>>;
  /** Connections by who shows a certificate on them: handshakes cost more than requests. */
  readonly #agents = new Map<CertificateWithKey | string, HttpAgent>();
  /** Whether the pages were built. */
  hasPages = false;
  #operator = '';
  #shelves: Readonly<Record<string, Shelf>> = {};

  private constructor(
    gateway: GatewayPlace,
    keyServer: KeyServer,
    keys: Readonly<Record<Organisation, KeyObject>>,
    servers: CertificateWithKey,
    certificates: Readonly<Record<string, CertificateWithKey>>,
  ) {
    this.gateway = gateway;
    this.#keyServer = keyServer;
    this.#keys = keys;
    this.#servers = servers;
    this.#certificates = certificates;
  }

  static async open(): Promise<RolePlace> {
    const gateway = await GatewayPlace.create();
    const keyServer = await KeyServer.start();
    const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pairs = { [OWN]: newKeys(), [FOREIGN]: newKeys() };
    for (const [name, { publicKey }] of Object.entries(pairs)) {
      const key = { ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256' };
      keyServer.answers[`/${name}`] = { keys: [key] };
    }
    const authority = await newTlsAuthority('authority');
    const names = [OWN, FOREIGN].flatMap((name) => SYSTEM_ROLES.map((role) => `${name} ${role}`));
    const certificates: Record<string, CertificateWithKey> = {};
    for (const name of [...names, 'lis', 'unknown', 'server']) {
      const addresses = name === 'server' ? ['127.0.0.1'] : [];
      certificates[name] = await issueTlsCertificate(authority, { commonNames: [name], addresses });
    }
    const keys = { [OWN]: pairs[OWN].privateKey, [FOREIGN]: pairs[FOREIGN].privateKey };
    const place = new RolePlace(gateway, keyServer, keys, authority, certificates);
    await place.#serve();
    await place.#fill();
    place.hasPages = (await place.ask('people', { target: '/' })).status === 200;
    return place;
  }

  async #serve(): Promise<void> {
    const { gateway } = this;
    const put = (name: string, content: string) => {
      writeFileSync(gateway.path(name), content, { mode: 0o600 });
      return gateway.path(name);
    };
    const issuers = [OWN, FOREIGN].map((organisation) => ({
      issuer: `https://issuer.test/${organisation}`,
      audience: AUDIENCE,
      organisation,
      jwksUri: `${this.#keyServer.address}/${organisation}`,
      rolesClaims: ['roles'],
      roles: Object.fromEntries(ROLES.map((role) => [role, role])),
      patient: { systemClaim: 'patient.system', valueClaim: 'patient.value' },
      subjectPrefix: `${organisation}:`,
      sources: { archivist: ['emr', 'lis'], 'source-system': ['emr'], lis: ['lis'] },
    }));
    const known = Object.keys(this.#certificates).filter((name) => name.includes(' '));
    const systemOf = (id: string, organisation: string, role: string, sources?: string[]) => ({
      id,
      organisation,
      roles: [role],
      certificate: { commonName: id },
      ...(sources === undefined ? {} : { sources }),
    });
    const systems = known.map((id) => {
      const [organisation = '', role = ''] = id.split(' ');
      return systemOf(id, organisation, role, role === 'source-system' ? ['emr'] : undefined);
    });
    const { certificatePem = '', keyPem = '' } = this.#certificates['server'] ?? {};
    const tls = {
      certificate: put('server.pem', certificatePem),
      key: put('server.key', keyPem),
      clientAuthorities: put('clients.pem', this.#servers.certificatePem),
    };
    const config = {
      people: { port: 0 },
      systems: { port: 0, tls },
      auth: { issuers, systems: [...systems, systemOf('lis', OWN, 'source-system', ['lis'])] },
      limits: { requestsPerMinute: 1_000_000, refusedLoginsPerMinute: 1_000_000 },
    };
    await gateway.open({}, { file: put('gateway.json', JSON.stringify(config)) });
    this.#operator = (await findGateway(gateway.data))?.token ?? '';
  }

  operator(): Credentials {
    return { token: this.#operator };
  }

  /** A person, by role; a patient is the one whose data are `mine`. */
  person(organisation: Organisation, role: Role, whose: Whose = 'mine', sub: string = role) {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: `https://issuer.test/${organisation}`,
      ...{ aud: AUDIENCE, sub, iat: now - 5, exp: now + 3600, jti: randomUUID() },
      roles: [role],
      ...(role === 'patient' ? { patient: { system: SYSTEM, value: PATIENTS[whose] } } : {}),
    };
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'test' };
    return { token: signToken(header, claims, this.#keys[organisation]) };
  }

  /** A program, by the name in its certificate. */
  system(name: string): Credentials {
    const certificate = this.#certificates[name];
    if (certificate === undefined) throw new Error(`no certificate for ${name}`);
    return { certificate };
  }

  shelf(listener: ListenerKind, whose: Whose): Shelf {
    const shelf = this.#shelves[`${listener === 'systems' ? 'systems' : 'people'} ${whose}`];
    if (shelf === undefined) throw new Error('nothing is stored yet');
    return shelf;
  }

  #agent(isTls: boolean, certificate: CertificateWithKey | undefined): HttpAgent {
    const key = certificate ?? (isTls ? 'no certificate' : 'no TLS');
    const found = this.#agents.get(key);
    if (found !== undefined) return found;
    const pair = certificate && { cert: certificate.certificatePem, key: certificate.keyPem };
    const made = isTls
      ? new HttpsAgent({ keepAlive: true, ca: this.#servers.certificatePem, ...pair })
      : new HttpAgent({ keepAlive: true });
    this.#agents.set(key, made);
    return made;
  }

  async ask(listener: ListenerKind, asked: RoleRequest, by: Credentials = {}): Promise<RoleAnswer> {
    const { target, headers = {}, body } = asked;
    const { token, certificate } = by;
    const url = this.gateway.url(listener, target);
    const isTls = url.protocol === 'https:';
    const options = {
      agent: this.#agent(isTls, certificate),
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
    } as const;
    const answer = await new Promise<IncomingMessage | undefined>((resolve, reject) => {
      const request = (isTls ? httpsRequest : httpRequest)(url, options, resolve);
      // A connection may be closed behind its last answer, before anything of the next is read.
      request.on('error', (error) => (request.reusedSocket ? resolve(undefined) : reject(error)));
      request.end(body);
    });
    if (answer === undefined) return this.ask(listener, asked, by);
    let text = '';
    for await (const piece of answer.setEncoding('latin1')) text += piece;
    return { status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text };
  }

  async #json(listener: ListenerKind, request: RoleRequest, by: Credentials) {
    const { status, text } = await this.ask(listener, request, by);
    if (status >= 300) throw new Error(`${request.target} answers ${status} ${text}`);
    return JSON.parse(text) as Readonly<Record<string, string>>;
  }

  /** Entries that the ledger will know of: accepted in all. */
  async accepted(): Promise<number> {
    const target = '/operator/v1/standing';
    const standing = await this.#json('local', { target }, this.operator());
    return (standing as unknown as { counts: { accepted: number } }).counts.accepted;
  }

  /** Two events and a record of each patient, each by the source that a listener has for them. */
  async #fill(): Promise<void> {
    const shelves: Record<string, Shelf> = {};
    for (const listener of ['people', 'systems'] as const) {
      for (const whose of ['mine', 'theirs'] as const) {
        shelves[`${listener} ${whose}`] = await this.#store(listener, whose);
      }
    }
    const wait = { target: '/operator/v1/proven', ...asJson({ waitMs: 20_000 }) };
    await this.ask('local', wait, this.operator());
    for (const [name, shelf] of Object.entries(shelves)) {
      const whose = name.endsWith('mine') ? 'mine' : 'theirs';
      const own = { target: '/v1/patients/me/access-history?limit=1' };
      const page = await this.#json('people', own, this.person(OWN, 'patient', whose));
      const staff = this.person(OWN, 'archivist');
      const resolve = { target: '/v1/patients/resolve', ...asJson(shelf.patient) };
      const { pseudonym = '' } = await this.#json('people', resolve, staff);
      const wanted = { target: `/v1/receipts/${shelf.leafHash}` };
      const { text: receipt } = await this.ask('people', wanted, staff);
      const event = { target: `/fhir/AuditEvent/${shelf.leafHash}` };
      const { text: resource } = await this.ask('people', event, staff);
      const cursor = page['next'] ?? '';
      const inquiry = await this.#inquire(whose, shelf);
      const answered = await this.#inquire(whose, shelf);
      const { mark: text } = shelf;
      const answer = asJson({ status: 'answered', outcome: 'justified', text });
      const officer = this.person(OWN, 'privacy-officer');
      await this.#json(
        'people',
        { target: `/v1/inquiries/${answered}/answers`, ...answer },
        officer,
      );
      shelves[name] = { ...shelf, cursor, pseudonym, receipt, resource, inquiry, answered };
    }
    this.#shelves = shelves;
  }

  /** Id of a new inquiry. */
  async #inquire(whose: Whose, { mark: question }: Shelf): Promise<string> {
    const asked = { target: '/v1/patients/me/inquiries', ...asJson({ question }) };
    const { id = '' } = await this.#json('people', asked, this.person(OWN, 'patient', whose));
    return id;
  }

  async #store(listener: 'people' | 'systems', whose: Whose): Promise<Shelf> {
    const name = whose === 'mine' ? 'source-system' : 'lis';
    const by =
      listener === 'people'
        ? this.person(OWN, 'source-system', whose, name)
        : this.system(whose === 'mine' ? `${OWN} ${name}` : name);
    const patient = { system: SYSTEM, value: PATIENTS[whose] };
    const about = { patient, source: SOURCES[whose], mark: MARKS[whose] };
    const record = `${listener}/${whose}`;
    const { record: facts, ...rest } = recordOf(record, about);
    const named = { record: { ...facts, name: about.mark }, ...rest };
    await this.#json(listener, { target: '/v1/records', ...asJson(named) }, by);
    const [first, second] = [eventOf(about), eventOf(about)];
    const target = '/v1/access-events';
    await this.#json(listener, { target, ...asJson(first) }, by);
    const { leafHash = '' } = await this.#json(listener, { target, ...asJson(second) }, by);
    const { requestId = '' } = second.source;
    const later = {
      ...{ pseudonym: '', cursor: '', receipt: '', resource: '' },
      ...{ inquiry: '', answered: '' },
    };
    return { ...about, record, leafHash, requestId, ...later };
  }

  async close(): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    await this.gateway.remove();
    await this.#keyServer.stop();
  }
}
