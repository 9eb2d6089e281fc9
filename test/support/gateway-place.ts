// A gateway in this process over a folder of its own: real store, real ledger, real sockets. What
// it logs is kept line by line.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataFolder } from '../../gateway/data/create.js';
import type { DemoBearer } from '../../gateway/http/auth/local-issuer.js';
import { type ConfigSources, readGatewayConfig } from '../../gateway/operation/config.js';
import { Gateway } from '../../gateway/operation/gateway.js';
import { GatewayLog } from '../../gateway/operation/log.js';
import { findGateway, type RunningGateway } from '../../gateway/operation/run-file.js';
import { ask, type RequestOptions, type Response } from './loopback-request.js';

export class GatewayPlace {
  readonly folder = mkdtempSync(join(tmpdir(), 'chartseal-gateway-'));
  readonly lines: string[] = [];
  /** Who signs in with one click in the demo. */
  demoPeople: readonly DemoBearer[] = [];
  /** How far the clock by which sessions end is ahead of this machine's. */
  sessionsAheadMs = 0;
  #gateway: Gateway | undefined;
  /** Data folder of the gateway that is open. */
  #opened = '';

  get data(): string {
    return join(this.folder, 'data');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A data folder with a log of its own. */
  static async create(): Promise<GatewayPlace> {
    const place = new GatewayPlace();
    await createDataFolder({
      folder: place.data,
      origin: 'hospital-a.example/archive',
      mspId: 'HospitalMSP',
      description: 'test',
      recordLabels: 'hmac',
      patientSystems: [],
    });
    return place;
  }

  /** On any free port; the environment sets members of the configuration. */
  async open(
    environment: Readonly<Record<string, string>> = {},
    sources: ConfigSources = {},
  ): Promise<Gateway> {
    const config = await readGatewayConfig({
      data: this.data,
      environment: { CHARTSEAL_PEOPLE_PORT: '0', CHARTSEAL_LOG_LEVEL: 'debug', ...environment },
      ...sources,
    });
    this.#opened = config.data;
    const log = new GatewayLog(config.log.level, { write: (line) => void this.lines.push(line) });
    this.#gateway = await Gateway.open({
      config,
      version: '9.9.9',
      log,
      demoPeople: this.demoPeople,
      now: () => Date.now() + this.sessionsAheadMs,
    });
    return this.#gateway;
  }

  /** Lines of one event, parsed. */
  events(event: string): Readonly<Record<string, unknown>>[] {
    const all = this.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    return all.filter((line) => line['event'] === event);
  }

  url(kind: 'people' | 'systems' | 'local', path: string): URL {
    const found = this.#gateway?.listening.find((one) => one.kind === kind);
    return new URL(path, found?.url);
  }

  ask(path: string, options: RequestOptions = {}): Promise<Response> {
    return ask(this.url('people', path), options);
  }

  /** As a command beside the gateway. */
  async askAsOperator(path: string): Promise<Response> {
    const { url, token } = (await findGateway(this.#opened)) as RunningGateway;
    return ask(new URL(path, url), { headers: { authorization: `Bearer ${token}` } });
  }

  /** Value of a figure; undefined when it is not there. @param row with its labels, in order */
  async figure(row: string): Promise<number | undefined> {
    const { text } = await ask(this.url('local', '/metrics'));
    const line = text.split('\n').find((one) => one.startsWith(`${row} `));
    return line === undefined ? undefined : Number(line.slice(row.length + 1));
  }

  async remove(): Promise<void> {
    await this.#gateway?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
