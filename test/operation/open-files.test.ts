import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { RESERVED_FILES } from '../../gateway/http/limits.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { ask } from '../support/loopback-request.js';
import { ServeProcess } from '../support/serve-process.js';
import { issueTlsCertificate, newTlsAuthority } from '../support/tls-certificates.js';

const FREE = 100;
const MANY = 3 * FREE;

describe('connections on which nothing is ever said', function () {
  this.timeout(60_000);
  let place: GatewayPlace;
  let gateway: ServeProcess | undefined;
  let authority: string;
  let tls: Readonly<Record<string, string>>;

  before(async () => {
    place = await GatewayPlace.create();
    const servers = await newTlsAuthority('servers');
    const names = { commonNames: ['gateway'], addresses: ['127.0.0.1'] };
    const { certificatePem, keyPem } = await issueTlsCertificate(servers, names);
    authority = servers.certificatePem;
    writeFileSync(place.path('c.pem'), certificatePem);
    writeFileSync(place.path('k.pem'), keyPem, { mode: 0o600 });
    tls = {
      CHARTSEAL_PEOPLE_CERTIFICATE: place.path('c.pem'),
      CHARTSEAL_PEOPLE_KEY: place.path('k.pem'),
    };
  });
  afterEach(() => gateway?.kill());
  after(() => place.remove());

  for (const kind of ['without TLS', 'with TLS'] as const) {
    it(`leave stores and ledger the files that they need (${kind})`, async () => {
      gateway = await new ServeProcess(['--data', place.data], {
        cwd: place.folder,
        environment: kind === 'with TLS' ? tls : {},
        openFiles: RESERVED_FILES + FREE,
      }).listening();
      const { port } = gateway.url('people', '/');
      const open = new Set<Socket>();
      for (let at = 0; at < MANY; at++) {
        const socket = connect(Number(port), '127.0.0.1');
        open.add(socket);
        socket.on('error', () => undefined).on('close', () => open.delete(socket));
        await once(socket, 'connect');
      }
      while (open.size > FREE) await setTimeout(20);
      expect(open.size).to.be.above(0);
      const health = gateway.url('people', '/healthz');
      const answer = () => ask(health, { ca: authority });
      for (const socket of open) socket.destroy();
      while ((await answer().catch(() => undefined)) === undefined) await setTimeout(20);
      // Places that are free again are given to others, as often as one likes.
      for (let at = 0; at < MANY; at++) {
        expect((await answer()).status).to.equal(200);
      }
    });
  }

  it('are few where the process may open few files, and whoever starts it is told', async () => {
    const options = { cwd: place.folder, environment: {}, openFiles: 128 };
    gateway = await new ServeProcess(['--data', place.data], options).listening();
    // It comes by another way than what says that it listens.
    while (!gateway.stderr.includes('warning')) await setTimeout(10);
    expect(gateway.stderr).to.include(
      'warning: this process may open 128 files, which leaves 1 of them to connections',
    );
  });
});
