import { constants } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import {
  type HostileListener,
  MAX_DOCUMENT,
  newTlsFiles,
  openHostile,
  type TlsFiles,
  TOKEN,
} from '../support/hostile-gateway.js';
import { RawConnection } from '../support/raw-http.js';

const HOST = 'Host: gateway.example';
const AUTH = `Authorization: Bearer ${TOKEN}`;
const POST = `POST /v1/things HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nContent-Type: application/json\r\n`;
const DOCUMENT = `POST /v1/documents HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nContent-Type: application/octet-stream\r\n`;
const GET = `GET /v1/things/1 HTTP/1.1\r\n${HOST}\r\n\r\n`;
const SLOW = `GET /v1/slow HTTP/1.1\r\n${HOST}\r\n\r\n`;
const thing = (name: string) => {
  const body = `{"name":"${name}"}`;
  return `${POST}Content-Length: ${body.length}\r\n\r\n${body}`;
};

describe('a hostile connection', () => {
  let gateway: HostileListener;
  let connection: RawConnection;
  beforeEach(async () => {
    gateway = await openHostile();
    connection = await RawConnection.plain(gateway.listener.port);
  });
  afterEach(async () => {
    connection.close();
    expect(gateway.seen.failures).to.deep.equal([]);
    await gateway.end(1000);
  });

  const statuses = () => connection.answers().map(({ status }) => status);
  const codeOf = (at: number) => JSON.parse(connection.answers()[at]?.body ?? '{}').code;

  it('that sends 10,000 requests in one go gets 10,000 answers in their order', async () => {
    const count = 10_000;
    const target = (at: number) => (at % 100 === 99 ? '/nowhere' : `/v1/things/${at}`);
    const all = Array.from({ length: count }, (_, at) => GET.replace('/v1/things/1', target(at)));
    void connection.send(all.join(''));
    const answers = await connection.take(count);
    expect(answers.length).to.equal(count);
    for (const [at, { status, headers }] of answers.entries()) {
      if (at % 100 === 99) expect(status).to.equal(404);
      else expect(headers['location']).to.equal(`/v1/things/${at}`);
    }
  });

  it('that sends requests in one go has only so many of them answered at the same time', async () => {
    void connection.send(SLOW.repeat(20_000));
    const other = await RawConnection.plain(gateway.listener.port);
    await other.send(GET);
    expect((await other.take(1))[0]?.status).to.equal(200);
    connection.close();
    other.close();
    await gateway.end(5000);
    // Those in the piece of data that was read are in flight, those behind it were never seen.
    expect(gateway.seen.left).to.be.within(1, 3000);
    while (gateway.seen.facts.length < gateway.seen.left + 1) await setTimeout(10);
  });

  it('has what follows a request that it broke off never taken for a request', async () => {
    await connection.send(`${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n${thing('behind')}`);
    await connection.end();
    expect(statuses()).to.deep.equal([400]);
    expect(gateway.seen.stored).to.deep.equal([]);
  });

  it('has the rest of a refused body never taken for a request', async () => {
    const hidden = thing('hidden');
    const body = hidden.padEnd(MAX_DOCUMENT + 1);
    void connection.send(
      `${DOCUMENT}Content-Length: ${body.length}\r\n\r\n${body}${thing('next')}`,
    );
    await connection.end();
    expect(statuses()).to.deep.equal([413]);
    expect(gateway.seen.stored).to.deep.equal([]);
  });

  it('sees the refusal of a body that it never stops sending', async () => {
    const piece = Buffer.alloc(256 * 1024);
    const head = `${DOCUMENT}Transfer-Encoding: chunked\r\n\r\n`;
    await connection.send(head);
    while (connection.answers().length === 0 && !connection.socket.destroyed) {
      await connection.send(`${piece.length.toString(16)}\r\n`);
      await connection.send(piece);
      await connection.send('\r\n');
    }
    expect(statuses()).to.deep.equal([413]);
    expect(codeOf(0)).to.equal('TOO_LARGE');
    expect(connection.answers()[0]?.headers['connection']).to.equal('close');
    await connection.end();
    expect(gateway.seen.stored).to.deep.equal([]);
  });

  it('that ends in the middle of a body leaves nothing behind', async () => {
    for (const part of [`${POST}Content-Length: 1000\r\n\r\n{"name":"a"}`, `${POST}Content-Le`]) {
      const cut = await RawConnection.plain(gateway.listener.port);
      await cut.send(part);
      cut.socket.end();
      await cut.end();
      expect(cut.answers().length).to.be.at.most(1);
      const said = /^(?=.*"status":400)(?=.*"detail":"the request ended before its end")/;
      for (const { body } of cut.answers()) expect(body).to.match(said);
    }
    for (const head of [POST, DOCUMENT]) {
      const reset = await RawConnection.plain(gateway.listener.port);
      await reset.send(`${head}Content-Length: 1000\r\n\r\n{"name":"a"}`);
      reset.socket.resetAndDestroy();
      await reset.end();
    }
    await connection.send(thing('after'));
    await connection.take(1);
    expect(gateway.seen.stored).to.deep.equal([{ name: 'after' }]);
  });

  it('is answered in order when nonsense follows good requests', async () => {
    await connection.send(`${thing('good')}${GET}nonsense\r\n\r\n`);
    await connection.end();
    expect(statuses()).to.deep.equal([202, 200, 400]);
    expect(gateway.seen.stored.length).to.equal(1);
  });

  it('that gets its answer and stays is closed all the same', async () => {
    await connection.send('nonsense\r\n\r\n');
    await connection.end();
    expect(statuses()).to.deep.equal([400]);
    // Our end stays open: only the gateway's own time ends it.
    while ((await gateway.listener.connections()) > 0) await setTimeout(50);
  });

  describe('that waits to be asked for its body', () => {
    const expecting = (head: string, size: number) =>
      `${head}Expect: 100-continue\r\nContent-Length: ${size}\r\n\r\n`;

    it('is refused before it sends one that is too large', async () => {
      await connection.send(expecting(POST, 2_000_000));
      await connection.end();
      expect(connection.received).to.match(/^HTTP\/1\.1 413 /);
    });

    it('is refused before it sends one without credentials', async () => {
      await connection.send(expecting(POST.replace(`${AUTH}\r\n`, ''), 12));
      await connection.end();
      expect(connection.received).to.match(/^HTTP\/1\.1 401 /);
    });

    it('is refused before it sends one of the wrong type', async () => {
      await connection.send(expecting(POST.replace('json', 'xml'), 12));
      await connection.end();
      expect(connection.received).to.match(/^HTTP\/1\.1 415 /);
    });

    it('is asked for one that is wanted, once', async () => {
      await connection.send(expecting(POST, 12));
      while (!connection.received.includes('\r\n\r\n')) await once(connection.socket, 'data');
      expect(connection.received).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
      await connection.send('{"name":"a"}');
      expect((await connection.take(1))[0]?.status).to.equal(202);
      await connection.send(expecting(DOCUMENT, 3));
      while (connection.received.split('100 Continue').length < 3) {
        await once(connection.socket, 'data');
      }
      await connection.send('abc');
      await connection.take(2);
      expect(gateway.seen.stored).to.deep.equal([{ name: 'a' }, 3]);
    });
  });

  it('asks for another protocol and is answered in this one; a tunnel is refused', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    await connection.send(GET.replace('\r\n\r\n', `\r\n${upgrade}`));
    expect((await connection.take(1))[0]?.status).to.equal(200);
    const tunnel = await RawConnection.plain(gateway.listener.port);
    const bytes = `CONNECT 127.0.0.1:80 HTTP/1.1\r\n${HOST}\r\n\r\n`;
    await tunnel.send(`${GET}${bytes}${GET}`);
    const answers = await tunnel.take(2);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 400]);
    expect((await tunnel.end()).split('HTTP/1.1 ')).to.have.length(3);
  });

  it('of HTTP/1.0 gets one answer and is closed', async () => {
    await connection.send('GET /v1/things/1 HTTP/1.0\r\n\r\nGET /v1/things/2 HTTP/1.0\r\n\r\n');
    const received = await connection.end();
    expect(received.match(/HTTP\/1\.1 200 OK/g)?.length).to.equal(1);
    expect(received).to.match(/connection: close/i);
  });

  it('names an address instead of a path and gets what the path has', async () => {
    const target = 'http://another.example:1/v1/things/1';
    await connection.send(GET.replace('/v1/things/1', target));
    await connection.send(thing('a').replace('/v1/things', 'https://[::1]/v1/things'));
    await connection.take(2);
    expect(statuses()).to.deep.equal([200, 202]);
  });

  it('gets headers that hold nothing of what it sent but its own id, encoded', async () => {
    const hostile = 'a%0d%0aSet-Cookie:%20b=c%0d%0a%0d%0a%e5%bc%a0%22;';
    await connection.send(GET.replace('things/1', `things/${hostile}`));
    await connection.send(GET.replace('\r\n\r\n', '\r\nX-Request-Id: mine\r\n\r\n'));
    const [first, second] = await connection.take(2);
    expect(first?.status).to.equal(200);
    expect(first?.headers['location']).to.equal(
      '/v1/things/a%0D%0ASet-Cookie%3A%20b%3Dc%0D%0A%0D%0A%E5%BC%A0%22%3B',
    );
    expect(first?.headers).to.not.have.property('set-cookie');
    expect(second?.headers['x-request-id']).to.not.equal('mine');
  });
});

describe('a hostile client of HTTPS', () => {
  let files: TlsFiles;
  let gateway: HostileListener;
  before(async () => {
    files = await newTlsFiles();
    gateway = await openHostile(files);
  });
  after(() => gateway.end(1000));

  const { SSL_OP_LEGACY_SERVER_CONNECT } = constants;
  const shown = ({ certificatePem: cert, keyPem: key } = files.client) => ({
    ca: files.authority.certificatePem,
    cert,
    key,
  });
  /** What comes of a request over such a connection: an answer, or none. */
  async function outcome(options: object): Promise<string> {
    const connection = await RawConnection.tls(gateway.listener.port, options);
    if (!connection.socket.destroyed) {
      await connection.send(thing('a').replace(`${AUTH}\r\n`, ''));
      await connection.take(1);
    }
    const [answer] = connection.answers();
    connection.close();
    return answer === undefined ? 'none' : String(answer.status);
  }

  it('is served from TLS 1.2 on, with a certificate of a known authority', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const versions = { minVersion: version, maxVersion: version };
      expect(await outcome({ ...shown(), ...versions }), version).to.equal('202');
    }
    expect(gateway.seen.stored.splice(0).length).to.equal(2);
  });

  it('is not served with older versions', async () => {
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      const versions = { minVersion: version, maxVersion: version };
      const old = { ...shown(), ...versions, ciphers: 'ALL:@SECLEVEL=0' };
      const weak = { ...old, secureOptions: SSL_OP_LEGACY_SERVER_CONNECT };
      expect(await outcome(weak), version).to.equal('none');
    }
  });

  it('is not served without a certificate, or with one of another authority', async () => {
    expect(await outcome({ ca: files.authority.certificatePem })).to.equal('none');
    expect(await outcome(shown(files.foreign))).to.equal('none');
    const self = { ...shown(files.foreign), minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
    expect(await outcome(self)).to.equal('none');
    expect(gateway.seen.stored).to.deep.equal([]);
    expect(gateway.seen.facts.every(({ status }) => status === 202)).to.equal(true);
  });

  it('cannot have the handshake done anew', async () => {
    const versions = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    const connection = await RawConnection.tls(gateway.listener.port, { ...shown(), ...versions });
    const socket = connection.socket as TLSSocket;
    const failed = await new Promise<boolean>((resolve) => {
      socket.once('close', () => resolve(true));
      socket.renegotiate({}, (error) => resolve(error !== null));
    });
    expect(failed).to.equal(true);
    connection.close();
  });

  it('is told nothing when it speaks plain HTTP', async () => {
    const connection = await RawConnection.plain(gateway.listener.port);
    await connection.send(GET);
    expect(await connection.end()).to.not.include('HTTP/');
  });

  it('leaves others served while it floods the port with noise', async () => {
    const noise = await Promise.all(
      Array.from({ length: 50 }, () => RawConnection.plain(gateway.listener.port)),
    );
    await Promise.all(noise.map((one) => one.send(Buffer.alloc(4096, 0xfe))));
    expect(await outcome(shown())).to.equal('202');
    await Promise.all(noise.map((one) => one.end()));
    gateway.seen.stored.splice(0);
    expect(gateway.seen.failures).to.deep.equal([]);
  });
});
