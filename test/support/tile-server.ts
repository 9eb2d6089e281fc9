// A log that a test writes itself, served over HTTP as C2SP tlog-tiles lays it out, computed the
// slow and obvious way; a test may answer otherwise.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { formatVerifierKey, signNote } from '../../chaincode/core/signed-note.js';
import { LogClient } from '../../gateway/client/log-client.js';
import type { HttpPeer } from '../../gateway/client/strict-get.js';
import { LogWriter, labelOf, type Step, slowTreeRoot } from './log-writer.js';
import { noteKey } from './note-key.js';

const WIDTH = 256;
export const SERVED = 'hospital-a.example/archive';

/** Answers in place of the log; false leaves the answer to it. */
export type Answer = (path: string, response: ServerResponse, request: IncomingMessage) => boolean;

export class TileServer {
  readonly key = noteKey(7);
  writer = new LogWriter(SERVED);
  /** In place of the leaves of the writer. */
  leaves: readonly Uint8Array[] | undefined;
  answer: Answer = () => false;
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Server;
  #time = Date.UTC(2026, 10, 1);

  private constructor() {
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  static async start(): Promise<TileServer> {
    const server = new TileServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/log`;
  }

  get verifierKey(): string {
    return formatVerifierKey(SERVED, this.key.publicKey);
  }

  get shown(): readonly Uint8Array[] {
    return this.leaves ?? this.writer.leaves;
  }

  /** One append of events; `name` makes logs differ. */
  append(events: number, name = 'event', writer = this.writer): void {
    const steps = Array.from({ length: events }, (_, at): Step => {
      const entry = labelOf(`${name} ${writer.size + at}`);
      return { act: 'access', subject: labelOf(`patient ${at % 50}`), entry };
    });
    this.#time += 1000;
    writer.commit(writer.batch(steps), this.#time);
  }

  checkpoint(leaves = this.shown): string {
    const root = slowTreeRoot(leaves.map(leafHash));
    const text = formatCheckpoint({ origin: SERVED, size: leaves.length, root });
    return signNote(text, SERVED, this.key.publicKey, this.key.sign);
  }

  client(peer: Partial<HttpPeer> = {}): LogClient {
    const key = { origin: SERVED, publicKey: this.key.publicKey };
    return new LogClient(key, { url: this.url, retryMs: 0, ...peer });
  }

  /** What the log itself would answer; undefined where nothing is. */
  bytesOf(path: string): Uint8Array | undefined {
    if (path === 'checkpoint') return Buffer.from(this.checkpoint());
    const [, level = '', groups = '', partial] =
      /^tile\/([^/]+)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]+))?$/.exec(path) ?? [];
    const start = Number(groups.replace(/[x/]/g, '')) * WIDTH;
    const count = Number(partial ?? WIDTH);
    const rows = level === 'entries' ? this.#entries() : this.#hashes(Number(level));
    const found = rows.slice(start, start + count);
    return found.length === count ? Buffer.concat(found) : undefined;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #entries(): Uint8Array[] {
    return this.shown.map((leaf) => Buffer.concat([Buffer.of(0, leaf.length), leaf]));
  }

  #hashes(level: number): readonly Uint8Array[] {
    let hashes = this.shown.map(leafHash);
    for (let at = 0; at < level; at++) {
      const full = Math.floor(hashes.length / WIDTH);
      hashes = Array.from({ length: full }, (_, tile) =>
        slowTreeRoot(hashes.slice(tile * WIDTH, (tile + 1) * WIDTH)),
      );
    }
    return hashes;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').replace('/log/', '');
    this.asked.push(path);
    if (this.answer(path, response, request)) return;
    const bytes = this.bytesOf(path);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  }
}
