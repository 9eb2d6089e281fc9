import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import type { Timeouts } from '../../gateway/http/limits.js';
import {
  type HostileListener,
  newTlsFiles,
  openHostile,
  TOKEN,
} from '../support/hostile-gateway.js';
import { RawConnection } from '../support/raw-http.js';

/** As in production, but shorter. */
const SHORT: Timeouts = {
  headersMs: 600,
  bodyMs: 800,
  bodyIdleMs: 800,
  answerIdleMs: 800,
  checkMs: 100,
  lingerMs: 200,
  endingMs: 800,
};
const HEAD = `Host: a\r\nAuthorization: Bearer ${TOKEN}\r\n`;
const GET = `GET /v1/things/1 HTTP/1.1\r\n${HEAD}\r\n`;
const JSON_BODY = `POST /v1/things HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n`;
const LINES = `POST /v1/lines HTTP/1.1\r\n${HEAD}Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`;
const LARGE = `GET /v1/large HTTP/1.1\r\n${HEAD}\r\n`;

describe('a slow client', () => {
  let gateway: HostileListener;
  let slow: RawConnection;
  beforeEach(async () => {
    gateway = await openHostile(undefined, SHORT);
    slow = await RawConnection.plain(gateway.listener.port);
  });
  afterEach(async () => {
    slow.close();
    expect(gateway.seen.failures).to.deep.equal([]);
    await gateway.end(1000);
  });

  /** Another client is served, on a connection of its own. */
  async function othersAreServed(): Promise<void> {
    const other = await RawConnection.plain(gateway.listener.port);
    await other.send(GET);
    expect((await other.take(1))[0]?.status).to.equal(200);
    other.close();
  }

  /** Sends a piece again and again until the gateway has ended the connection. */
  async function trickle(piece: string): Promise<void> {
    let isOver = false;
    const ended = slow.end().then(() => {
      isOver = true;
    });
    while (!isOver) {
      await slow.send(piece);
      await othersAreServed();
      await Promise.race([setTimeout(20), ended]);
    }
  }

  function expectTimeout(): void {
    const [answer] = slow.answers();
    expect(answer?.status).to.equal(408);
    expect(JSON.parse(answer?.body ?? '{}').code).to.equal('REQUEST_TIMEOUT');
    expect(gateway.seen.stored).to.deep.equal([]);
  }

  it('that never ends its headers is cut off', async () => {
    await slow.send('GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX: ');
    await trickle('a');
    expectTimeout();
  });

  it('that sends nothing at all is cut off', async () => {
    await slow.end();
    expect(gateway.seen.facts).to.deep.equal([]);
  });

  it('that never ends the headers of its second request is cut off', async () => {
    await slow.send(`${GET}GET /v1/thi`);
    await trickle('n');
    expect(slow.answers().map(({ status }) => status)).to.deep.equal([200, 408]);
  });

  it('that never ends a JSON body is cut off', async () => {
    await slow.send(JSON_BODY);
    await trickle(' ');
    expectTimeout();
  });

  it('that stops in the middle of a body is cut off', async () => {
    await slow.send(`${JSON_BODY}{"name":`);
    await slow.end();
    expectTimeout();
  });

  it('that sends lines byte by byte is cut off', async () => {
    await slow.send(LINES);
    await trickle('1\r\n{\r\n');
    expectTimeout();
  });

  it('that stops between lines is cut off, and what it was answered before says so', async () => {
    await slow.send(`${LINES}d\r\n{"name":"a"}\n\r\n`);
    const received = await slow.end();
    expect(received).to.match(/^HTTP\/1\.1 200 /);
    expect(received).to.include('{"line":1,"code":"OK"}');
    // No last chunk: nobody takes it for whole.
    expect(received).to.not.match(/0\r\n\r\n$/);
    while (gateway.seen.facts.length === 0) await setTimeout(10);
    expect(gateway.seen.facts.map(({ code }) => code)).to.deep.equal(['REQUEST_TIMEOUT']);
    expect(gateway.seen.stored).to.deep.equal([{ name: 'a' }]);
  });

  it('that sends lines in its own time, but enough, is not', async () => {
    await slow.send(LINES);
    const line = `{"name":"${'a'.repeat(400)}"}\n`;
    const count = 12;
    for (let sent = 0; sent < count; sent++) {
      await slow.send(`${line.length.toString(16)}\r\n${line}\r\n`);
      await setTimeout(SHORT.bodyIdleMs / 6);
    }
    await slow.send('0\r\n\r\n');
    const [answer] = await slow.take(1);
    expect(answer?.body.trim().split('\n').length).to.equal(count);
  });

  it('that never reads a large answer is cut off, and whoever makes it stops', async () => {
    slow.socket.pause();
    await slow.send(LARGE);
    while (gateway.seen.left === 0) await othersAreServed();
    while (!gateway.seen.facts.some(({ route, isCut }) => route === '/v1/large' && isCut)) {
      await setTimeout(10);
    }
    while ((await gateway.listener.connections()) > 0) await setTimeout(10);
  });

  it('that never reads thousands of small answers is cut off', async () => {
    slow.socket.pause();
    void slow.send(GET.repeat(60_000));
    while ((await gateway.listener.connections()) === 0) await setTimeout(10);
    while ((await gateway.listener.connections()) > 0) await setTimeout(10);
    await othersAreServed();
  });

  it('that is only idle between requests keeps its connection', async () => {
    for (let round = 1; round <= 3; round++) {
      await slow.send(GET);
      expect((await slow.take(round)).length).to.equal(round);
      await setTimeout(SHORT.answerIdleMs * 1.5);
    }
    expect(slow.socket.destroyed).to.equal(false);
  });

  it('that never ends its handshake is cut off', async () => {
    const secure = await openHostile(await newTlsFiles(), SHORT);
    const silent = await RawConnection.plain(secure.listener.port);
    const half = await RawConnection.plain(secure.listener.port);
    await half.send('\x16\x03\x01\x02\x00\x01');
    await Promise.all([silent.end(), half.end()]);
    await secure.end(1000);
  });
});
