// The gateway's HTTP on loopback over a real hospital, with issuers of two organisations whose
// tokens a test signs itself.
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createDataFolder } from '../../gateway/data/create.js';
import type { FhirSources } from '../../gateway/fhir/sources.js';
import { createApp } from '../../gateway/http/app.js';
import type { IssuerConfig } from '../../gateway/http/auth/auth-config.js';
import { Authenticator } from '../../gateway/http/auth/authenticator.js';
import { ROLES, type Role } from '../../gateway/http/caller.js';
import type { Display } from '../../gateway/http/display.js';
import { Patients } from '../../gateway/http/patients.js';
import { HttpListener } from '../../gateway/http/server.js';
import { Login } from '../../gateway/http/session/login.js';
import { OwnSite } from '../../gateway/http/session/own-site.js';
import { Sessions } from '../../gateway/http/session/sessions.js';
import { ROUTES } from '../../gateway/http/table.js';
import { WebFiles } from '../../gateway/http/web-files.js';
import { Health } from '../../gateway/operation/health.js';
import { ArchiveCounter } from '../../gateway/services/archive/counter.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import { KeyServer } from './key-server.js';
import { newTempFolder, removeTempFolder } from './temp-folder.js';
import { signToken } from './tokens.js';

export const OWN = 'HospitalMSP';
export const OTHER = 'AuditorMSP';
const AUDIENCE = 'chartseal';
/** Patients of this system may be named by references. */
const PATIENT_SYSTEM = 'urn:hospital-a';
const FHIR_SOURCES: FhirSources = {
  organisation: 'Example Hospital',
  sources: [
    {
      system: 'emr',
      category: 'inpatient',
      patientReferences: [
        { system: PATIENT_SYSTEM },
        { base: 'https://fhir.east.example.org/r4', system: PATIENT_SYSTEM },
      ],
      purposes: {},
      breakGlass: [],
      roles: {},
    },
    {
      match: { observer: 'urn:test|counting' },
      system: 'counting',
      patientReferences: [],
      purposes: {},
      breakGlass: [],
      roles: {},
      withoutPatient: 'count',
    },
  ],
};
const MANY = 1_000_000;

export interface Bearer {
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly organisation?: typeof OWN | typeof OTHER;
  readonly patient?: { readonly system: string; readonly value: string };
}

export interface ApiPlaceOptions {
  readonly answerWithinDays?: number;
  readonly outboxEntries?: number;
  /** As `people.url` of the configuration. */
  readonly publicUrl?: string;
  /** `name` when it is left out. */
  readonly display?: Display;
  /** Values of `source.system` by subject of the own organisation. */
  readonly sources?: Readonly<Record<string, readonly string[]>>;
}

const issuer = (
  organisation: string,
  address: string,
  { sources }: ApiPlaceOptions,
): IssuerConfig => ({
  issuer: `https://issuer.test/${organisation}`,
  audience: AUDIENCE,
  organisation,
  jwksUri: `${address}/${organisation}`,
  rolesClaims: ['roles'],
  roles: Object.fromEntries(ROLES.map((role) => [role, role])),
  patient: { systemClaim: 'patient.system', valueClaim: 'patient.value' },
  subjectPrefix: `${organisation}:`,
  ...(sources === undefined ? {} : { sources }),
});

export class ApiPlace {
  readonly folder: string;
  readonly hospital: Hospital;
  readonly url: string;
  readonly #listener: HttpListener;
  readonly #keyServer: KeyServer;
  readonly #keys: Readonly<Record<string, KeyObject>>;
  /** What the gateway did not foresee. */
  readonly failures: unknown[];

  private constructor(
    parts: Pick<ApiPlace, 'folder' | 'hospital' | 'failures'>,
    listener: HttpListener,
    keyServer: KeyServer,
    keys: Readonly<Record<string, KeyObject>>,
  ) {
    this.folder = parts.folder;
    this.hospital = parts.hospital;
    this.failures = parts.failures;
    this.url = listener.url;
    this.#listener = listener;
    this.#keyServer = keyServer;
    this.#keys = keys;
  }

  static async open(options: ApiPlaceOptions = {}): Promise<ApiPlace> {
    const folder = newTempFolder();
    const data = join(folder, 'data');
    const origin = 'hospital-a.example/archive';
    await createDataFolder({
      folder: data,
      origin,
      mspId: OWN,
      description: 'test',
      recordLabels: 'hmac',
      patientSystems: [],
    });
    const { outboxEntries } = options;
    const hospital = await openHospital({
      folder: data,
      operator: 'test',
      ...(outboxEntries === undefined ? {} : { outboxEntries }),
    });
    const keyServer = await KeyServer.start();
    const keys: Record<string, KeyObject> = {};
    for (const organisation of [OWN, OTHER]) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      keyServer.answers[`/${organisation}`] = {
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256' }],
      };
      keys[organisation] = privateKey;
    }
    const issuers = [OWN, OTHER].map((organisation) =>
      issuer(organisation, keyServer.address, options),
    );
    const failures: unknown[] = [];
    const authenticator = Authenticator.create({ ownOrganisation: OWN, issuers, systems: [] });
    const login = new Login({
      issuers: [],
      authenticator,
      site: new OwnSite(options.publicUrl, () => listener.url),
      sessions: new Sessions({ idleMinutes: 1, minutes: 1 }),
    });
    const health = new Health({ hospital });
    // It counts when it is asked: no test waits for it.
    const archive = new ArchiveCounter(hospital);
    const app = createApp({
      routes: ROUTES,
      services: {
        hospital,
        health,
        archive,
        patients: new Patients(hospital.context),
        fhir: FHIR_SOURCES,
        organisation: 'Example Hospital',
        display: options.display ?? 'name',
        answerWithinDays: options.answerWithinDays ?? 30,
        login,
        web: new WebFiles(folder),
      },
      authenticator,
      observer: { answered: () => undefined, failed: (_id, error) => failures.push(error) },
      listener: 'people',
      rateLimits: { requestsPerMinute: MANY, refusedLoginsPerMinute: MANY },
      ending: new AbortController().signal,
    });
    const listener: HttpListener = await HttpListener.open(app, {
      host: '127.0.0.1',
      port: 0,
      maxConnections: 256,
    });
    return new ApiPlace({ folder, hospital, failures }, listener, keyServer, keys);
  }

  token({ sub, roles, organisation = OWN, patient }: Bearer): string {
    const key = this.#keys[organisation];
    if (key === undefined) throw new Error(`no issuer of ${organisation}`);
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: `https://issuer.test/${organisation}`,
      aud: AUDIENCE,
      sub,
      iat: now - 5,
      exp: now + 3600,
      jti: randomUUID(),
      roles,
      ...(patient === undefined ? {} : { patient }),
    };
    return signToken({ alg: 'ES256', typ: 'at+jwt', kid: 'test' }, claims, key);
  }

  async close(): Promise<void> {
    await this.#listener.close(0);
    await this.#keyServer.stop();
    await this.hospital.close();
    removeTempFolder(this.folder);
  }
}
