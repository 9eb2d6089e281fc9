import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { TlsFiles } from '../../gateway/operation/tls-files.js';
import type { CertificateWithKey } from '../../gateway/pki/issue.js';
import {
  issueTlsCertificate,
  newTlsAuthority,
  revocationList,
} from '../support/tls-certificates.js';
import { TlsPlace } from '../support/tls-place.js';

describe('a session of TLS that a client with a certificate would go on with', () => {
  let place: TlsPlace;
  let client: CertificateWithKey;

  beforeEach(async () => {
    place = await TlsPlace.create();
    client = await issueTlsCertificate(place.clients, { commonNames: ['emr'] });
  });
  afterEach(() => place.remove());

  interface Asked {
    /** Of the answer. */
    readonly line: string;
    readonly isResumed: boolean;
    readonly session: Buffer | undefined;
  }

  async function ask(version: 'TLSv1.2' | 'TLSv1.3', session?: Buffer): Promise<Asked> {
    const { certificatePem: cert, keyPem: key } = client;
    const { port, servers } = place;
    const options = { host: '127.0.0.1', port, ca: servers.certificatePem, cert, key };
    const socket: TLSSocket = connect({
      ...options,
      minVersion: version,
      maxVersion: version,
      ...(session === undefined ? {} : { session }),
    });
    let answer = '';
    let given: Buffer | undefined;
    let isResumed = false;
    socket.on('secureConnect', () => {
      isResumed = socket.isSessionReused();
    });
    socket.on('session', (one) => {
      given = one;
    });
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      answer += piece;
    });
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    return { line: answer.split('\r\n')[0] ?? '', isResumed, session: given };
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`is not taken up again in ${version}: each handshake looks at the list`, async () => {
      const first = await ask(version);
      const again = await ask(version, first.session);
      // Nobody knows this system; TLS takes it.
      const served = { line: 'HTTP/1.1 401 Unauthorized', isResumed: false };
      expect([first, again].map(({ line, isResumed }) => ({ line, isResumed }))).to.deep.equal([
        served,
        served,
      ]);
      await place.revoke([]);
      expect(await ask(version, again.session)).to.include(served);
    });
  }
});

describe('a revocation list that ends while it is served', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chartseal-list-'));
  after(() => rmSync(folder, { recursive: true }));

  it('ends what it let in, once, and a new one counts again', async () => {
    const authority = await newTlsAuthority('all');
    const own = await issueTlsCertificate(authority, { commonNames: ['gateway'] });
    const put = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const told: string[] = [];
    let now = Date.now();
    const list = put('list.pem', await revocationList(authority, []));
    const files = await TlsFiles.open({
      listener: 'systems',
      paths: {
        certificate: put('c.pem', own.certificatePem),
        key: put('k.pem', own.keyPem),
        clientAuthorities: put('a.pem', authority.certificatePem),
        revocationList: list,
      },
      onMaterial: (_material, why) => told.push(why),
      onFault: ({ code }) => told.push(code),
      now: () => now,
    });
    await files.look();
    expect(told).to.deep.equal([]);
    now = files.material.listEndsAt + 1;
    await files.look();
    await files.look();
    expect(told).to.deep.equal(['tls-list-ended']);
    now = Date.now();
    put('list.pem', `\n${await revocationList(authority, [])}`);
    await files.look();
    expect(told).to.deep.equal(['tls-list-ended', 'tls-reloaded']);
    now = files.material.listEndsAt + 1;
    await files.look();
    expect(told).to.deep.equal(['tls-list-ended', 'tls-reloaded', 'tls-list-ended']);
  });
});
