// A web server on loopback that answers each path as a test says: the keys of an issuer, or what
// no issuer should answer.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A value is sent as JSON; a function answers by itself. */
export type Answers = Record<string, unknown>;

export class KeyServer {
  readonly #server: Server;
  /** By path; one that is not here is answered with 404. */
  readonly answers: Answers = {};
  /** Paths asked for, in order. */
  readonly asked: string[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', ({ url = '' }, response: ServerResponse) => {
      this.asked.push(url);
      const answer = this.answers[url];
      if (typeof answer === 'function') return answer(response);
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(JSON.stringify(answer ?? {}));
    });
  }

  static async start(): Promise<KeyServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new KeyServer(server);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
