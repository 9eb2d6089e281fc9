// The sockets of one listener: which requests each has in flight, how it ends so that its last
// answer arrives, and when one that nobody serves or reads is cut off.
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { MAX_HEADER_BYTES, MAX_PIPELINED_REQUESTS, type Timeouts } from './limits.js';
import { problemOf } from './problem.js';
import { takeSlot } from './socket-slots.js';

/** A request that was refused before the application saw it. */
export interface UnreadRequest {
  /** UUID, made here; the answer carries it too. */
  readonly requestId: string;
  readonly status: number;
  readonly code: 'BAD_INPUT' | 'TOO_LARGE' | 'REQUEST_TIMEOUT';
}

/** What of a request never reaches the application. */
interface Broken extends Omit<UnreadRequest, 'requestId'> {
  readonly detail: string;
}

interface Connection {
  readonly inFlight: Map<ServerResponse, IncomingMessage>;
  /** No request is taken any more. */
  isEnding: boolean;
  /** Nothing more is taken behind the requests in flight. */
  isLast: boolean;
  /** Answered when all that came before it is. */
  broken: Broken | undefined;
  /** What is broken was answered. */
  isRefused: boolean;
  /** Of a handshake of TLS. */
  readonly bytesBefore: number;
}

/** No more of it is read for now. */
const isFull = ({ inFlight, broken }: Connection) =>
  inFlight.size > MAX_PIPELINED_REQUESTS || (broken !== undefined && inFlight.size > 0);

const NOT_HTTP: Broken = { status: 400, code: 'BAD_INPUT', detail: 'the request is not HTTP/1.1' };

const TUNNEL: Broken = { status: 400, code: 'BAD_INPUT', detail: 'the gateway opens no tunnels' };

const NO_TARGET: Broken = {
  status: 400,
  code: 'BAD_INPUT',
  detail: 'the target of the request is no path and no address',
};

const BROKEN: Readonly<Record<string, Broken>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'TOO_LARGE',
    detail: `request line and headers have more than ${MAX_HEADER_BYTES} bytes`,
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'TOO_LARGE',
    detail: 'the extensions of a chunk are too long',
  },
  HPE_INVALID_EOF_STATE: {
    status: 400,
    code: 'BAD_INPUT',
    detail: 'the request ended before its end',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'REQUEST_TIMEOUT',
    detail: 'the headers did not arrive in time',
  },
};

/** Undefined for what is wrong with the connection itself: nobody could read an answer. */
function brokenOf({ code = '' }: NodeJS.ErrnoException): Broken | undefined {
  return BROKEN[code] ?? (code.startsWith('HPE_') ? NOT_HTTP : undefined);
}

function rawAnswer({ status, code, detail }: Broken, requestId: string): string {
  const title = STATUS_CODES[status] as string;
  const problem = problemOf(new ChartsealError(code, detail), requestId);
  const body = JSON.stringify({ ...problem, title, status });
  return (
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\n` +
    `X-Request-Id: ${requestId}\r\nCache-Control: no-store\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}

const nameOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket) =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;

export class Connections {
  readonly #open = new Map<Socket, Connection>();
  /** In their handshake, by both ends: TLS has a socket of its own for each. */
  readonly #greeted = new Map<string, Socket>();
  readonly #timeouts: Timeouts;
  readonly #unread: (request: UnreadRequest) => void;
  #isEnding = false;

  constructor(timeouts: Timeouts, unread: (request: UnreadRequest) => void) {
    this.#timeouts = timeouts;
    this.#unread = unread;
  }

  /** A connection whose handshake of TLS begins: it is checked by what counts now. */
  greet(socket: Socket): void {
    if (!takeSlot(socket)) {
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    this.#greeted.set(name, socket);
    socket.once('close', () => this.#greeted.delete(name));
  }

  /** A connection that can carry requests: behind TLS, when its handshake is done. */
  add(socket: Socket): void {
    const hasSlot = this.#greeted.delete(nameOf(socket));
    if (!hasSlot && !takeSlot(socket)) {
      socket.destroy();
      return;
    }
    const connection: Connection = {
      inFlight: new Map(),
      isEnding: false,
      isLast: false,
      broken: undefined,
      isRefused: false,
      bytesBefore: socket.bytesRead,
    };
    this.#open.set(socket, connection);
    socket.destroySoon = () => this.#end(socket, connection);
    // Node reads on behind every request, whoever paused it.
    const resume = socket.resume.bind(socket);
    socket.resume = () => (isFull(connection) ? socket : resume());
    socket.once('close', () => {
      this.#open.delete(socket);
      // Node tells it only to the answer that is being written, not to those behind it.
      for (const response of connection.inFlight.keys()) {
        if (!response.closed) response.emit('close');
      }
    });
  }

  /** False for what comes after the last request of its connection: it is not looked at. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.isEnding || connection.isLast) {
      request.resume();
      return false;
    }
    const { inFlight } = connection;
    inFlight.set(response, request);
    if (isFull(connection)) socket.pause();
    response.once('finish', () => {
      if (request.complete) return;
      // What was not read of a request would be taken for the next one.
      request.resume();
      this.#end(socket, connection);
    });
    response.once('close', () => {
      inFlight.delete(response);
      if (!isFull(connection) && socket.isPaused()) socket.resume();
      if (inFlight.size > 0) return;
      if (connection.broken !== undefined) this.#refuse(socket, connection, connection.broken);
      else if (this.#isEnding || connection.isLast) this.#end(socket, connection);
    });
    return true;
  }

  /** Something came that is not HTTP, or not in time. */
  fail(error: NodeJS.ErrnoException, socket: Socket): void {
    this.#break(socket, brokenOf(error));
  }

  /** CONNECT: what follows it would be for somebody else. */
  refuseTunnel(socket: Socket): void {
    this.#break(socket, TUNNEL);
  }

  /** What is asked for cannot be read: no route could be looked for. */
  refuseTarget(request: IncomingMessage): void {
    request.resume();
    this.#break(request.socket, NO_TARGET);
  }

  #break(socket: Socket, broken: Broken | undefined): void {
    const connection = this.#open.get(socket);
    if (connection === undefined || broken === undefined || !socket.writable) {
      socket.destroy();
      return;
    }
    if (connection.broken !== undefined) return;
    connection.broken = broken;
    const [first] = connection.inFlight;
    if (first === undefined) this.#refuse(socket, connection, broken);
    else if (connection.inFlight.size === 1 && !first[1].complete) {
      // It is the body of that request that cannot be read.
      if (first[0].headersSent) socket.destroy();
      else {
        // The application tells of it, when it finds its caller gone.
        first[0].statusCode = broken.status;
        this.#answer(socket, connection, broken);
      }
    } else {
      connection.isEnding = true;
      socket.pause();
    }
  }

  /** Nothing went in or out of a socket for its time. */
  idle(socket: Socket): void {
    const inFlight = this.#open.get(socket)?.inFlight.size ?? 0;
    if (inFlight === 0 || socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(this.#idleMs);
  }

  get #idleMs(): number {
    const { answerIdleMs, endingMs } = this.#timeouts;
    return this.#isEnding ? Math.min(endingMs, answerIdleMs) : answerIdleMs;
  }

  /**
   * Connections end as soon as nothing is in flight on them, and where nobody takes the answer any
   * more.
   */
  end(): void {
    this.#isEnding = true;
    this.renew();
    for (const socket of this.#open.keys()) socket.setTimeout(this.#idleMs);
  }

  /** As {@link end} for those that are open now: whoever goes on comes anew. */
  renew(): void {
    for (const socket of this.#greeted.values()) socket.destroy();
    for (const [socket, connection] of this.#open) {
      connection.isLast = true;
      if (connection.inFlight.size === 0) this.#end(socket, connection);
    }
  }

  #refuse(socket: Socket, connection: Connection, broken: Broken): void {
    if (connection.isRefused) return;
    const requestId = this.#answer(socket, connection, broken);
    // Browsers open connections that they may need, and send nothing.
    if (socket.bytesRead === connection.bytesBefore) return;
    this.#unread({ requestId, status: broken.status, code: broken.code });
  }

  #answer(socket: Socket, connection: Connection, broken: Broken): string {
    const requestId = randomUUID();
    connection.isRefused = true;
    socket.write(rawAnswer(broken, requestId));
    this.#end(socket, connection);
    return requestId;
  }

  /**
   * Sends all that is to be sent, and goes on reading for a while: the other side may still be
   * writing, and would be told of a reset before it sees the answer.
   */
  #end(socket: Socket, connection: Connection): void {
    if (connection.isEnding && socket.writableEnded) return;
    connection.isEnding = true;
    socket.end();
    socket.resume();
    const lingering = setTimeout(() => socket.destroy(), this.#timeouts.lingerMs);
    socket.once('close', () => clearTimeout(lingering));
  }
}
