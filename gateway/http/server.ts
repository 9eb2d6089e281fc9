// One listener: sockets, their timeouts, and an end that lets requests in flight finish.
import { constants } from 'node:crypto';
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Express } from 'express';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { Connections, type UnreadRequest } from './connections.js';
import { pathOf } from './head.js';
import {
  KEEP_ALIVE_MS,
  MAX_HEADER_BYTES,
  MAX_REQUESTS_PER_SOCKET,
  TIMEOUTS,
  type Timeouts,
} from './limits.js';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly maxConnections: number;
  /** TIMEOUTS when it is left out. */
  readonly timeouts?: Timeouts;
  /** Told of each request that is refused before the application sees it. */
  readonly unread?: (request: UnreadRequest) => void;
  /** HTTPS when it is given. */
  readonly tls?: SecureContextOptions & {
    /** Every client must show a certificate of one of the authorities in `ca`. */
    readonly requireClientCertificate: boolean;
  };
}

const serverOptions = ({ headersMs, checkMs }: Timeouts) => ({
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: headersMs,
  // Bodies have bounds of their own: a document may take hours.
  requestTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: checkMs,
  // The application looks at it, and refuses in its own words.
  requireHostHeader: false,
});

/**
 * What holds for certificates that come later too. Nobody who shows a certificate goes on with an
 * older session: its list of revoked ones may have ended since, and only a handshake looks at it.
 */
function strictContext(
  context: SecureContextOptions,
  requiresCertificate: boolean,
): SecureContextOptions {
  const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_TICKET } = constants;
  return {
    ...context,
    minVersion: 'TLSv1.2',
    // TLS 1.2 lets clients ask for handshakes without end.
    secureOptions:
      SSL_OP_NO_RENEGOTIATION |
      (requiresCertificate ? SSL_OP_NO_TICKET : 0) |
      (context.secureOptions ?? 0),
  };
}

function makeServer({ tls, timeouts = TIMEOUTS }: ListenOptions): Server | TlsServer {
  if (tls === undefined) return createHttp(serverOptions(timeouts));
  const { requireClientCertificate: required, ...context } = tls;
  return createHttps({
    ...serverOptions(timeouts),
    ...strictContext(context, required),
    requestCert: required,
    rejectUnauthorized: required,
    handshakeTimeout: timeouts.headersMs,
  });
}

function serve(
  server: Server,
  app: Express,
  connections: Connections,
  { tls, timeouts = TIMEOUTS }: ListenOptions,
): void {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = pathOf(request.url ?? '');
    if (path === undefined) return connections.refuseTarget(request);
    request.url = path;
    if (connections.begin(request, response)) app(request, response);
  };
  server.on('request', answer);
  // Whoever waits before sending a body is told to go on when somebody wants to read it.
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  server.on('connect', (_request, socket) => connections.refuseTunnel(socket as Socket));
  if (tls) server.on('connection', (socket) => connections.greet(socket));
  server.on(tls ? 'secureConnection' : 'connection', (socket) => connections.add(socket));
  server.on('clientError', (error, socket) => connections.fail(error, socket as Socket));
  server.setTimeout(timeouts.answerIdleMs, (socket) => connections.idle(socket));
}

function listenFault({ code = 'unknown fault' }: NodeJS.ErrnoException): string {
  if (code === 'EACCES') return 'this user may not take that port';
  if (code === 'EMFILE') return 'this process may open no more files (ulimit -n, LimitNOFILE)';
  const isNoAddress = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code);
  return isNoAddress ? `that is no address of this machine (${code})` : code;
}

function listen(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const text = `the gateway cannot listen on ${host} port ${port}`;
      const fault =
        cause.code === 'EADDRINUSE'
          ? new ChartsealError('PORT_TAKEN', `${text}: another program does`, { cause })
          : new ChartsealError('LISTEN_FAILED', `${text}: ${listenFault(cause)}`, { cause });
      reject(fault);
    };
    server.once('error', fail);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

export class HttpListener {
  readonly #server: Server | TlsServer;
  readonly #connections: Connections;
  readonly #host: string;
  readonly isTls: boolean;
  readonly #requiresCertificate: boolean;

  private constructor(
    server: Server | TlsServer,
    connections: Connections,
    { host, tls }: ListenOptions,
  ) {
    this.#server = server;
    this.#connections = connections;
    this.#host = host;
    this.isTls = tls !== undefined;
    this.#requiresCertificate = tls?.requireClientCertificate ?? false;
  }

  /** Throws PORT_TAKEN, LISTEN_FAILED. */
  static async open(app: Express, options: ListenOptions): Promise<HttpListener> {
    const server = makeServer(options);
    const connections = new Connections(
      options.timeouts ?? TIMEOUTS,
      options.unread ?? (() => undefined),
    );
    server.maxConnections = options.maxConnections;
    server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
    // MAX_HEADER_BYTES bounds them; Node would pass over what comes behind the 2000th, unseen.
    server.maxHeadersCount = 0;
    serve(server, app, connections, options);
    await listen(server, options);
    return new HttpListener(server, connections, options);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    return `${this.isTls ? 'https' : 'http'}://${host}:${this.port}`;
  }

  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /**
   * For new connections. Those that are open keep what they have; but where clients show
   * certificates they end behind the requests in flight, because one of them may be revoked now.
   */
  setSecureContext(context: SecureContextOptions): void {
    if (!('setSecureContext' in this.#server)) return;
    this.#server.setSecureContext(strictContext(context, this.#requiresCertificate));
    if (this.#requiresCertificate) this.#connections.renew();
  }

  /** Takes no new connection; resolves when all are closed, those in flight after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#connections.end();
    const cut = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(cut);
  }
}
