// The gateway as one process: a hospital, its listeners, and what watches over them; opened in
// order and ended so that everything accepted is finished or left for the next process.
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../http/app.js';
import type { AuthConfig } from '../http/auth/auth-config.js';
import { Authenticator } from '../http/auth/authenticator.js';
import { assertDemoAllowed, type DemoBearer, LocalIssuer } from '../http/auth/local-issuer.js';
import type { UnreadRequest } from '../http/connections.js';
import { type HttpObserver, type ListenerKind, unreadFacts } from '../http/observer.js';
import { Patients } from '../http/patients.js';
import { HttpListener, type ListenOptions } from '../http/server.js';
import type { GatewayServices } from '../http/services.js';
import { Login } from '../http/session/login.js';
import { OwnSite } from '../http/session/own-site.js';
import { Sessions } from '../http/session/sessions.js';
import { ROUTES } from '../http/table.js';
import { WebFiles } from '../http/web-files.js';
import { ArchiveCounter } from '../services/archive/counter.js';
import { type Hospital, openHospital } from '../services/hospital.js';
import type { GatewayConfig } from './config.js';
import { fhirSources } from './config-fhir.js';
import { Health } from './health.js';
import type { GatewayLog } from './log.js';
import { Metrics } from './metrics.js';
import { removeRunFile, writeRunFile } from './run-file.js';
import { TlsFiles, type TlsFilesOptions } from './tls-files.js';
import type { TlsPaths } from './tls-material.js';
import { watchWriteSide } from './watch.js';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly version: string;
  readonly log: GatewayLog;
  /** Who may sign in with one click in the demo. */
  readonly demoPeople?: readonly DemoBearer[];
  /** By which sessions end, in ms since 1970; the clock of this machine when it is left out. */
  readonly now?: () => number;
}

export interface Listening {
  readonly kind: ListenerKind;
  readonly url: string;
}

const TOKEN_BYTES = 32;
/** Beside the compiled sources. */
const WEB_FOLDER = join(__dirname, '..', '..', 'web');

type Close = () => Promise<void> | void;

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #ending = new AbortController();
  readonly #listeners = new Map<ListenerKind, HttpListener>();
  readonly #tls = new Map<ListenerKind, TlsFiles>();
  /** What was opened beside listeners, the newest first. */
  readonly #opened: Close[] = [];
  #observer: HttpObserver | undefined;
  #health: Health | undefined;
  #issuer: LocalIssuer | undefined;
  #ended: Promise<void> | undefined;

  private constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /**
   * Throws NO_DATA, STORE_LOCKED, PORT_TAKEN, LISTEN_FAILED, CONFIG_INVALID, and the codes of store
   * and ledger; then nothing is left open.
   */
  static async open(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    try {
      await gateway.#open();
      return gateway;
    } catch (error) {
      // Why it could not be opened says more than what then cannot be closed.
      await Promise.allSettled([gateway.#close()]);
      throw error;
    }
  }

  get listening(): readonly Listening[] {
    return [...this.#listeners].map(([kind, { url }]) => ({ kind, url }));
  }

  /** Gives tokens in the demo; undefined otherwise. */
  get issuer(): LocalIssuer | undefined {
    return this.#issuer;
  }

  /** Looks at the files of TLS now. */
  async reload(): Promise<void> {
    await Promise.all([...this.#tls.values()].map((files) => files.look()));
  }

  /** Requests in flight are finished within the bound of the configuration; then all is closed. */
  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #open(): Promise<void> {
    const { config, version, log } = this.#options;
    const { outboxEntries } = config.limits;
    const folder = config.data;
    const { refusedEvents: letters, refusedMebibytes } = config.feed;
    const feedBounds = { letters, lettersBytes: refusedMebibytes * 1024 ** 2 };
    const hospital = await openHospital({
      folder,
      operator: 'gateway',
      outboxEntries,
      feedBounds,
      // Systems go on sending: what they send is kept, and proven when the ledger answers.
      ledgerMayBeAway: true,
    });
    const archive = new ArchiveCounter(hospital);
    this.#opened.unshift(
      () => archive.close(),
      () => hospital.close(),
      watchWriteSide(hospital, log),
    );
    archive.start();
    hospital.inquiries.begin();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const authenticator = await this.#authenticator(hospital, token);
    const health = this.#watched(hospital, authenticator);
    const services: GatewayServices = {
      hospital,
      health,
      archive,
      fhir: fhirSources(config.fhir, config.organisation),
      patients: new Patients(hospital.context),
      organisation: config.organisation ?? hospital.config.mspId,
      display: config.web.display,
      answerWithinDays: config.inquiries.answerWithinDays,
      login: this.#login(authenticator),
      web: new WebFiles(WEB_FOLDER),
    };
    await this.#listen('people', services, authenticator, config.people);
    if (config.systems !== undefined) {
      await this.#listen('systems', services, authenticator, config.systems);
    }
    await this.#listen('local', services, authenticator, { host: '127.0.0.1', port: 0 });
    const { url = '' } = this.#listeners.get('local') ?? {};
    const left = (error: unknown) => log.event('run-file-left', { error });
    this.#opened.unshift(() => removeRunFile(hospital.run).catch(left));
    await writeRunFile(hospital.run, { url, pid: process.pid, token });
    const { pid } = process;
    const ledger = hospital.ledgerKind;
    log.event('started', { version, ledger, pid, log: hospital.context.registration.origin });
    if (!hospital.sequencer.isReconciled) log.event('ledger-away', { ledger });
  }

  async #authenticator({ config: { mspId } }: Hospital, token: string): Promise<Authenticator> {
    const { config } = this.#options;
    const auth: AuthConfig = { ownOrganisation: mspId, ...config.auth };
    const operator = { token, id: `cli:${userInfo().username}` };
    if (!config.demo) return Authenticator.create(auth, { operator });
    const { people, systems = people } = config;
    assertDemoAllowed([people.host, systems.host]);
    this.#issuer = await LocalIssuer.create(mspId);
    return Authenticator.create(auth, { operator, localIssuer: this.#issuer });
  }

  #login(authenticator: Authenticator): Login {
    const { config, demoPeople = [], now } = this.#options;
    const { sessionIdleMinutes: idleMinutes, sessionMinutes: minutes } = config.limits;
    const listens = () => this.#listeners.get('people')?.url ?? '';
    const issuer = this.#issuer;
    return new Login({
      issuers: config.auth.issuers,
      authenticator,
      site: new OwnSite(config.people.url, listens),
      sessions: new Sessions({ idleMinutes, minutes }, now),
      demo: issuer === undefined ? undefined : { issuer, people: demoPeople },
    });
  }

  /** Health and metrics know of each other. */
  #watched(hospital: Hospital, authenticator: Authenticator): Health {
    const { config, version, log } = this.#options;
    const health: Health = new Health({
      hospital,
      version,
      outboxEntries: config.limits.outboxEntries,
      silence: config.feed,
      certificates: () => [...this.#tls.values()].flatMap(({ dated }) => dated),
      tlsFaults: () => [...this.#tls.values()].flatMap(({ fault }) => fault ?? []),
      metrics: () => metrics.text(),
    });
    const metrics: Metrics = new Metrics({
      health,
      version,
      connections: () => this.#connections(),
      tlsFaults: () =>
        [...this.#tls].map(([listener, { fault }]) => ({ listener, isFault: fault !== undefined })),
      issuers: () => authenticator.issuers(),
      lostLogLines: () => log.lost,
    });
    this.#observer = {
      answered: (facts) => {
        metrics.http.answered(facts);
        log.answered(facts);
      },
      failed: (requestId, error) => {
        metrics.http.failed();
        log.failed(requestId, error);
      },
    };
    this.#health = health;
    return health;
  }

  #connections() {
    return Promise.all(
      [...this.#listeners].map(async ([listener, open]) => ({
        listener,
        count: await open.connections(),
      })),
    );
  }

  async #listen(
    kind: ListenerKind,
    services: GatewayServices,
    authenticator: Authenticator,
    at: { readonly host: string; readonly port: number; readonly tls?: TlsPaths | undefined },
  ): Promise<void> {
    const { config, log } = this.#options;
    const { connections, requestsPerMinute, refusedLoginsPerMinute } = config.limits;
    const observer = this.#observer as HttpObserver;
    const app = createApp({
      routes: ROUTES,
      services,
      authenticator,
      observer,
      listener: kind,
      rateLimits: { requestsPerMinute, refusedLoginsPerMinute },
      ending: this.#ending.signal,
    });
    const tls = at.tls === undefined || kind === 'local' ? {} : await this.#openTls(kind, at.tls);
    const { host, port } = at;
    const unread = (request: UnreadRequest) => observer.answered(unreadFacts(kind, request));
    const options: ListenOptions = { host, port, maxConnections: connections, unread, ...tls };
    const listener = await HttpListener.open(app, options);
    this.#listeners.set(kind, listener);
    log.event('listening', { listener: kind, port: listener.port });
  }

  async #openTls(
    listener: 'people' | 'systems',
    paths: TlsPaths,
  ): Promise<Pick<ListenOptions, 'tls'>> {
    const { log } = this.#options;
    const options: TlsFilesOptions = {
      listener,
      paths,
      onMaterial: ({ context }, why) => {
        this.#listeners.get(listener)?.setSecureContext(context);
        log.event(why, { listener });
      },
      onFault: (error) => log.event('tls-kept', { listener, error }),
    };
    const files = await TlsFiles.open(options);
    this.#tls.set(listener, files);
    this.#opened.unshift(() => files.stop());
    files.start();
    const requireClientCertificate = paths.clientAuthorities !== undefined;
    return { tls: { ...files.material.context, requireClientCertificate } };
  }

  async #end(): Promise<void> {
    const { log } = this.#options;
    log.event('ending');
    this.#health?.beginShutdown();
    this.#ending.abort();
    await this.#close();
    log.event('ended');
  }

  /** The listeners together, then the rest in order; a failure keeps nothing else open. */
  async #close(): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (close: Close) => {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    };
    const graceMs = this.#options.config.limits.shutdownSeconds * 1000;
    const listeners = [...this.#listeners.values()];
    await Promise.all(listeners.map((listener) => attempt(() => listener.close(graceMs))));
    for (const close of this.#opened.splice(0)) await attempt(close);
    if (failures.length > 0) throw failures[0];
  }
}
