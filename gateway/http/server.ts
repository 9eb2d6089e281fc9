// One listener: sockets, their timeouts, and an end that lets requests in flight finish.
import { randomUUID } from 'node:crypto';
import { createServer as createHttp, type Server, STATUS_CODES } from 'node:http';
import { createServer as createHttps, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Express } from 'express';
import { ChartsealError } from '../../chaincode/core/errors.js';
import {
  CONNECTIONS_CHECK_MS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  MAX_HEADER_BYTES,
  MAX_REQUESTS_PER_SOCKET,
} from './limits.js';
import { problemOf } from './problem.js';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly maxConnections: number;
  /** HTTPS when it is given. */
  readonly tls?: SecureContextOptions & {
    /** Every client must show a certificate of one of the authorities in `ca`. */
    readonly requireClientCertificate: boolean;
  };
}

const SERVER_OPTIONS = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: HEADERS_TIMEOUT_MS,
  // Bodies have bounds of their own: a document may take hours.
  requestTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
} as const;

/** Requests that are not HTTP never reach the application. */
const RAW_REFUSALS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, `request line and headers have more than ${MAX_HEADER_BYTES} bytes`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the headers did not arrive in time'],
};

function refuseRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, detail] = RAW_REFUSALS[error.code ?? ''] ?? [400, 'the request is not HTTP/1.1'];
  const title = STATUS_CODES[status] as string;
  const code = status === 408 ? 'REQUEST_TIMEOUT' : status === 431 ? 'TOO_LARGE' : 'BAD_INPUT';
  const requestId = randomUUID();
  const problem = problemOf(new ChartsealError(code, detail), requestId);
  const body = JSON.stringify({ ...problem, title, status });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\n` +
      `X-Request-Id: ${requestId}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function makeServer(app: Express, { tls }: ListenOptions): Server | TlsServer {
  if (tls === undefined) return createHttp(SERVER_OPTIONS, app);
  const { requireClientCertificate: required, ...context } = tls;
  return createHttps(
    {
      ...SERVER_OPTIONS,
      ...context,
      minVersion: 'TLSv1.2',
      requestCert: required,
      rejectUnauthorized: required,
      handshakeTimeout: HEADERS_TIMEOUT_MS,
    },
    app,
  );
}

function listen(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const text = `the gateway cannot listen on ${host} port ${port}: ${cause.code}`;
      reject(new ChartsealError('PORT_TAKEN', text, { cause }));
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
  readonly #host: string;
  readonly isTls: boolean;

  private constructor(server: Server | TlsServer, { host, tls }: ListenOptions) {
    this.#server = server;
    this.#host = host;
    this.isTls = tls !== undefined;
  }

  /** Throws PORT_TAKEN. */
  static async open(app: Express, options: ListenOptions): Promise<HttpListener> {
    const server = makeServer(app, options);
    server.maxConnections = options.maxConnections;
    server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
    server.on('clientError', refuseRaw);
    await listen(server, options);
    return new HttpListener(server, options);
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

  /** For new connections; those that are open keep what they have. */
  setSecureContext(context: SecureContextOptions): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(context);
  }

  /** Takes no new connection; resolves when all are closed, those in flight after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(cut);
  }
}
