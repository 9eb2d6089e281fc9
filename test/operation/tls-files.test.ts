import { once } from 'node:events';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { Gateway } from '../../gateway/operation/gateway.js';
import type { CertificateWithKey } from '../../gateway/pki/issue.js';
import { GatewayPlace } from '../support/gateway-place.js';
import {
  issueTlsCertificate,
  newTlsAuthority,
  revocationList,
} from '../support/tls-certificates.js';

const HOUR_MS = 3_600_000;

describe('the TLS of a gateway that runs', () => {
  let place: GatewayPlace;
  let gateway: Gateway;
  let authority: CertificateWithKey;
  let clients: CertificateWithKey;

  const issue = (commonName: string, notAfterAt?: number) =>
    issueTlsCertificate(authority, {
      commonNames: [commonName],
      addresses: ['127.0.0.1'],
      ...(notAfterAt === undefined ? {} : { notBeforeAt: Date.now() - 2 * HOUR_MS, notAfterAt }),
    });

  function put(name: string, content: string): string {
    // As tools do that renew certificates: never half a file.
    writeFileSync(place.path(`${name}.new`), content);
    chmodSync(place.path(`${name}.new`), 0o600);
    renameSync(place.path(`${name}.new`), place.path(name));
    return place.path(name);
  }

  function putPair({ certificatePem, keyPem }: CertificateWithKey) {
    return { certificate: put('c.pem', certificatePem), key: put('k.pem', keyPem) };
  }

  before(async () => {
    authority = await newTlsAuthority('servers');
    clients = await newTlsAuthority('clients');
  });

  beforeEach(async () => {
    place = await GatewayPlace.create();
    const { certificate, key } = putPair(await issue('first'));
    gateway = await place.open({
      CHARTSEAL_PEOPLE_CERTIFICATE: certificate,
      CHARTSEAL_PEOPLE_KEY: key,
      CHARTSEAL_SYSTEMS_PORT: '0',
      CHARTSEAL_SYSTEMS_CERTIFICATE: certificate,
      CHARTSEAL_SYSTEMS_KEY: key,
      CHARTSEAL_SYSTEMS_CLIENT_AUTHORITIES: put('clients.pem', clients.certificatePem),
      CHARTSEAL_SYSTEMS_REVOCATION_LIST: put('list.pem', await revocationList(clients, [])),
    });
  });
  afterEach(() => place.remove());

  async function open(
    options: { maxVersion?: 'TLSv1.1' | 'TLSv1.2'; minVersion?: 'TLSv1' } = {},
    listener: 'people' | 'systems' = 'people',
    client?: CertificateWithKey,
  ): Promise<TLSSocket> {
    const { port } = place.url(listener, '/');
    const socket = connect({
      host: '127.0.0.1',
      port: Number(port),
      ca: authority.certificatePem,
      ...options,
      ...(client === undefined ? {} : { cert: client.certificatePem, key: client.keyPem }),
    });
    await once(socket, 'secureConnect');
    return socket;
  }

  /** Name in the certificate that a new connection is shown. */
  async function shown(): Promise<string> {
    const socket = await open();
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return String(CN);
  }

  function isAlive(agent: Agent): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const asked = request(place.url('people', '/healthz'), {
        agent,
        ca: authority.certificatePem,
      });
      asked.on('error', reject);
      asked.on('response', (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      asked.end();
    });
  }

  it('shows a new certificate to new connections, and drops none that is open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await isAlive(agent)).to.equal(200);
    const [before] = Object.values(agent.freeSockets).flat();
    putPair(await issue('second'));
    await gateway.reload();
    expect(await shown()).to.equal('second');
    expect(await isAlive(agent)).to.equal(200);
    expect(Object.values(agent.freeSockets).flat()).to.deep.equal([before]);
    agent.destroy();
    expect(place.events('tls-reloaded').map(({ listener }) => listener)).to.have.members([
      'people',
      'systems',
    ]);
  });

  it('keeps what it has while the new files are broken or do not fit, says so, and mends itself', async () => {
    const second = await issue('second');
    put('c.pem', second.certificatePem);
    await gateway.reload();
    await gateway.reload();
    expect(await shown()).to.equal('first');
    expect(place.events('tls-kept')).to.have.length(2);
    expect(place.events('tls-kept')[0]?.['error']).to.include({ code: 'CONFIG_INVALID' });
    expect(await place.figure('chartseal_tls_reload_failed{listener="people"}')).to.equal(1);
    const ready = JSON.parse((await place.askAsOperator('/readyz')).text) as {
      ready: boolean;
      checks: { name: string; ok: boolean; nextStep?: string }[];
    };
    const check = ready.checks.find(({ name, ok }) => name === 'TLS files' && !ok);
    expect(check?.nextStep).to.be.a('string');
    expect(ready.ready).to.equal(true);
    put('k.pem', second.keyPem);
    await gateway.reload();
    expect(await shown()).to.equal('second');
    expect(await place.figure('chartseal_tls_reload_failed{listener="people"}')).to.equal(0);
  });

  it('takes neither a certificate that has ended nor a key that others may read', async () => {
    putPair(await issue('ended', Date.now() - HOUR_MS));
    await gateway.reload();
    expect(await shown()).to.equal('first');
    putPair(await issue('open'));
    chmodSync(place.path('k.pem'), 0o644);
    await gateway.reload();
    expect(await shown()).to.equal('first');
    chmodSync(place.path('k.pem'), 0o600);
    await gateway.reload();
    expect(await shown()).to.equal('open');
  });

  it('speaks TLS 1.2 and later, also after new files', async () => {
    putPair(await issue('second'));
    await gateway.reload();
    const socket = await open({ maxVersion: 'TLSv1.2' });
    expect(socket.getProtocol()).to.equal('TLSv1.2');
    socket.destroy();
    const refused = await open({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }).catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(refused).to.match(/^ERR_SSL_/);
  });

  it('refuses a client from the moment on that a new list revokes it', async () => {
    const client = await issueTlsCertificate(clients, { commonNames: ['emr'] });
    /** Whether the listener answers: with TLS 1.3 the client learns it when it reads. */
    const isTaken = async () => {
      const socket = await open({ maxVersion: 'TLSv1.2' }, 'systems', client).catch(
        () => undefined,
      );
      socket?.destroy();
      return socket !== undefined;
    };
    expect(await isTaken()).to.equal(true);
    put('list.pem', await revocationList(clients, [client]));
    await gateway.reload();
    expect(await isTaken()).to.equal(false);
  });

  it('ends the connections of clients when a new list comes, behind what is in flight', async () => {
    const answered = (client: CertificateWithKey, agent: Agent) =>
      new Promise<number | string | undefined>((resolve) => {
        const pair = { cert: client.certificatePem, key: client.keyPem };
        const options = { agent, ca: authority.certificatePem, ...pair };
        const asked = request(place.url('systems', '/healthz'), options);
        asked.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
        asked.on('response', (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        });
        asked.end();
      });
    const [good, bad] = [
      await issueTlsCertificate(clients, { commonNames: ['pacs'] }),
      await issueTlsCertificate(clients, { commonNames: ['emr'] }),
    ];
    const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })] as const;
    // Nobody knows these systems; TLS takes them.
    expect(await answered(good, agents[0])).to.equal(401);
    expect(await answered(bad, agents[1])).to.equal(401);
    const open = agents.map(({ freeSockets }) => Object.values(freeSockets).flat()[0] as TLSSocket);
    const ended = Promise.all(open.map((socket) => once(socket, 'close')));
    put('list.pem', await revocationList(clients, [bad]));
    await gateway.reload();
    await ended;
    expect(await answered(good, agents[0])).to.equal(401);
    expect(await answered(bad, agents[1])).to.match(/^(ERR_SSL_|ECONNRESET|EPIPE)/);
    for (const agent of agents) agent.destroy();
  });

  it('says when each of its files ends', async () => {
    for (const name of ['people certificate', 'systems revocation list', 'writer identity']) {
      const left = await place.figure(`chartseal_certificate_expiry_seconds{name="${name}"}`);
      expect(left, name).to.be.above(60);
    }
  });
});
