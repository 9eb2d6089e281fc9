// HTTP byte by byte: what no client library would send, and all that comes back.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Offset behind it in what was received. */
  readonly end: number;
}

function readChunks(text: string, start: number): { body: string; end: number } | undefined {
  let body = '';
  for (let at = start; ; ) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(text.slice(at, line), 16);
    const next = line + 2 + size + 2;
    if (text.length < next) return undefined;
    if (size === 0) return { body, end: next };
    body += text.slice(line + 2, line + 2 + size);
    at = next;
  }
}

/** The answer that begins at this offset; undefined when it is not whole. */
export function readAnswer(text: string, at: number): RawAnswer | undefined {
  const headEnd = text.indexOf('\r\n\r\n', at);
  if (headEnd < 0) return undefined;
  const [first = '', ...lines] = text.slice(at, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new Error(`this is no answer: ${first.slice(0, 80)}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(': ');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2);
  }
  const start = headEnd + 4;
  if (headers['transfer-encoding'] === 'chunked') {
    const chunks = readChunks(text, start);
    return chunks && { status, headers, ...chunks };
  }
  const end = start + Number(headers['content-length'] ?? 0);
  return text.length < end ? undefined : { status, headers, body: text.slice(start, end), end };
}

/** One connection; it ends in whatever way it ends, and that is no error. */
export class RawConnection {
  readonly socket: Socket;
  /** Bytes as Latin-1. */
  received = '';
  /** Errors of the socket, by code. */
  readonly errors: string[] = [];
  readonly #closed: Promise<unknown>;
  readonly #answers: RawAnswer[] = [];
  #readTo = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      this.received += piece;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.errors.push(error.code ?? ''));
    this.#closed = new Promise((resolve) => {
      socket.once('end', resolve);
      socket.once('close', resolve);
    });
  }

  static async plain(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  /** Resolves when the handshake is done, or has failed. */
  static async tls(port: number, options: ConnectionOptions): Promise<RawConnection> {
    const socket = connectTls({ port, host: '127.0.0.1', ...options });
    const connection = new RawConnection(socket);
    await Promise.race([
      new Promise((resolve) => socket.once('secureConnect', resolve)),
      connection.#closed,
    ]);
    return connection;
  }

  /** Resolves when the system has taken it all, or the connection is gone. */
  async send(bytes: string | Uint8Array): Promise<void> {
    const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    await Promise.race([
      new Promise<void>((resolve) => this.socket.write(data, () => resolve())),
      this.#closed,
    ]);
  }

  /** All answers that are whole by now; those before the final one of a request left out. */
  answers(): readonly RawAnswer[] {
    for (;;) {
      const answer = readAnswer(this.received, this.#readTo);
      if (answer === undefined) return this.#answers;
      if (answer.status >= 200) this.#answers.push(answer);
      this.#readTo = answer.end;
    }
  }

  /** Waits until so many answers are there; fewer when the connection ends first. */
  async take(count: number): Promise<readonly RawAnswer[]> {
    let isClosed = false;
    this.#closed.then(() => {
      isClosed = true;
    });
    for (;;) {
      const answers = this.answers();
      if (answers.length >= count || isClosed) return answers;
      await Promise.race([once(this.socket, 'data').catch(() => undefined), this.#closed]);
    }
  }

  /** Everything that came until the other side ended it; then this side ends too. */
  async end(): Promise<string> {
    await this.#closed;
    this.close();
    return this.received;
  }

  close(): void {
    this.socket.destroy();
  }
}
