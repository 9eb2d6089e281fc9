// `chartseal serve` over a log on a live channel, as a hospital runs it: systems show client
// certificates, on a port that stays the same when the process does not.
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openHospital } from '../../gateway/services/hospital.js';
import { LiveHospital } from './live-hospital.js';
import type { LiveNetwork } from './live-network.js';
import { ask, type RequestOptions, type Response } from './loopback-request.js';
import { ServeProcess } from './serve-process.js';
import { newTempFolder, removeTempFolder } from './temp-folder.js';
import { issueTlsCertificate, newTlsAuthority } from './tls-certificates.js';

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class LiveGateway {
  readonly folder = newTempFolder();
  readonly hospital: LiveHospital;
  readonly url: string;
  readonly #ownsPlace: boolean;
  #tls: { readonly ca: string; readonly cert: string; readonly key: string };
  #serving: ServeProcess | undefined;

  private constructor(hospital: LiveHospital, port: number, ownsPlace: boolean) {
    this.#ownsPlace = ownsPlace;
    this.hospital = hospital;
    this.url = `https://127.0.0.1:${port}`;
    this.#tls = { ca: '', cert: '', key: '' };
  }

  /** @param place where its data folder is made; a folder that goes with the gateway by default */
  static async make(live: LiveNetwork, place?: string): Promise<LiveGateway> {
    const folder = place ?? newTempFolder();
    const hospital = await LiveHospital.make(folder, live.profile('hospital-a'));
    const port = await freePort();
    const gateway = new LiveGateway(hospital, port, place === undefined);
    await gateway.#configure(live.organisation('hospital-a').mspId, port);
    return gateway;
  }

  async #configure(organisation: string, port: number): Promise<void> {
    const authority = await newTlsAuthority('ca of the hospital');
    const addresses = ['127.0.0.1'];
    const server = await issueTlsCertificate(authority, { commonNames: ['gateway'], addresses });
    const client = await issueTlsCertificate(authority, { commonNames: ['emr'] });
    this.#tls = {
      ca: authority.certificatePem,
      cert: client.certificatePem,
      key: client.keyPem,
    };
    const files = {
      'ca.pem': authority.certificatePem,
      'server.pem': server.certificatePem,
      'server.key': server.keyPem,
      'client.pem': client.certificatePem,
      'client.key': client.keyPem,
    };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(this.path(name), text, { mode: 0o600 });
    }
    const tls = { certificate: 'server.pem', key: 'server.key', clientAuthorities: 'ca.pem' };
    const emr = {
      id: 'emr',
      organisation,
      roles: ['source-system', 'archivist', 'admin'],
      certificate: { commonName: 'emr' },
    };
    const systems = { host: '127.0.0.1', port, tls };
    const config = { data: this.hospital.data, systems, auth: { systems: [emr] } };
    writeFileSync(this.path('config.json'), JSON.stringify(config));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes the trust file as it is given out while no gateway runs. */
  async writeTrust(): Promise<string> {
    const hospital = await openHospital({ folder: this.hospital.data, operator: 'test' });
    writeFileSync(this.path('trust.json'), hospital.trustFile());
    await hospital.close();
    return this.path('trust.json');
  }

  get serving(): ServeProcess {
    if (this.#serving === undefined) throw new Error('the gateway does not run');
    return this.#serving;
  }

  /** @param preload loaded before the program */
  async start(preload?: string): Promise<ServeProcess> {
    const more = preload === undefined ? {} : { preload };
    const args = ['--config', this.path('config.json')];
    this.#serving = new ServeProcess(args, { cwd: this.folder, ...more });
    return this.#serving.listening();
  }

  /** As the system with the client certificate. */
  ask(path: string, options: RequestOptions = {}): Promise<Response> {
    return ask(new URL(path, this.url), { ...options, ...this.#tls });
  }

  async remove(): Promise<void> {
    await this.#serving?.kill();
    // The folder around it may be a file system of its own.
    removeTempFolder(this.hospital.data);
    if (this.#ownsPlace) removeTempFolder(join(this.hospital.data, '..'));
    removeTempFolder(this.folder);
  }
}
