import { once } from 'node:events';
import { type AddressInfo, connect as connectPlain, createServer, type Server } from 'node:net';
import { connect } from 'node:tls';
import { expect } from 'chai';
import type { CertificateWithKey } from '../../gateway/pki/issue.js';
import { issueTlsCertificate } from '../support/tls-certificates.js';
import { TlsPlace } from '../support/tls-place.js';

/** A way to a port that holds back all but the first piece of what a client sends. */
class Holding {
  readonly #server: Server;
  #release: () => void = () => undefined;
  /** Something is held back. */
  readonly held: Promise<void>;

  constructor(port: number) {
    const released = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    let hold: () => void = () => undefined;
    this.held = new Promise((resolve) => {
      hold = resolve;
    });
    this.#server = createServer((client) => {
      const gateway = connectPlain(port, '127.0.0.1');
      gateway.pipe(client);
      let pieces = 0;
      client.on('data', async (piece) => {
        if (pieces++ > 0) {
          hold();
          await released;
        }
        gateway.write(piece);
      });
      for (const end of [client, gateway]) {
        end.on('error', () => undefined);
        end.on('close', () => [client, gateway].map((one) => one.destroy()));
      }
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  release(): void {
    this.#release();
  }

  close(): void {
    this.#server.close();
  }
}

describe('a client that a new list revokes', () => {
  let place: TlsPlace;

  beforeEach(async () => {
    place = await TlsPlace.create();
  });
  afterEach(() => place.remove());

  /** What is answered to a request whose handshake went on only after `meanwhile`. */
  const answerAfter = async (
    client: CertificateWithKey,
    maxVersion: 'TLSv1.2' | 'TLSv1.3',
    meanwhile: () => Promise<void>,
  ): Promise<string> => {
    const holding = new Holding(place.port);
    const port = await holding.listen();
    const { certificatePem: cert, keyPem: key } = client;
    const ca = place.servers.certificatePem;
    const socket = connect({ host: '127.0.0.1', port, ca, cert, key, maxVersion });
    let answer = '';
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      answer += piece;
    });
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await holding.held;
    await meanwhile();
    holding.release();
    await closed;
    holding.close();
    return answer.split('\r\n')[0] ?? '';
  };

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`does not get in by a handshake of ${version} that it began before`, async () => {
      const client = await issueTlsCertificate(place.clients, { commonNames: ['emr'] });
      // Nobody knows this system; TLS takes it.
      const before = await answerAfter(client, version, async () => undefined);
      expect(before).to.equal('HTTP/1.1 401 Unauthorized');
      const after = await answerAfter(client, version, () => place.revoke([client]));
      expect(after).to.equal('');
    });
  }
});
