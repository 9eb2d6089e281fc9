import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { TIMEOUTS } from '../../gateway/http/limits.js';
import { openHostile, TOKEN } from '../support/hostile-gateway.js';
import { RawConnection } from '../support/raw-http.js';

const work = (target: string) => `GET ${target} HTTP/1.1\r\nHost: gateway.example\r\n\r\n`;

describe('a request whose connection ends before its answer', () => {
  it('is told of as cut, and with no status that was never answered', async () => {
    const { listener, seen, end } = await openHostile();
    const half = `POST /v1/things HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`;
    for (const bytes of [work('/v1/work'), half]) {
      const connection = await RawConnection.plain(listener.port);
      await connection.send(bytes);
      await setTimeout(100);
      connection.socket.resetAndDestroy();
    }
    while (seen.facts.length < 2) await setTimeout(10);
    await end(1000);
    expect(seen.facts.map(({ status, isCut }) => [status, isCut])).to.deep.equal([
      [499, true],
      [499, true],
    ]);
    expect([...seen.failures, ...seen.stored]).to.deep.equal([]);
  });
});

describe('work in flight that the end of the gateway stops', () => {
  it('is refused because the gateway ends, and is no fault', async () => {
    const { listener, seen, end } = await openHostile();
    const connection = await RawConnection.plain(listener.port);
    await connection.send(work('/v1/things/1'));
    await connection.take(1);
    await connection.send(work('/v1/work'));
    await setTimeout(100);
    await end(5000);
    const [, stopped] = await connection.take(2);
    expect(stopped?.status).to.equal(503);
    expect(JSON.parse(stopped?.body ?? '{}')).to.include({ status: 503, code: 'SHUTTING_DOWN' });
    expect(stopped?.headers).to.include({ 'retry-after': '1', connection: 'close' });
    expect(seen.failures).to.deep.equal([]);
    expect(seen.facts.map(({ code }) => code)).to.deep.equal([undefined, 'SHUTTING_DOWN']);
    connection.close();
  });
});

describe('a request in flight when the gateway ends', () => {
  const GRACE_MS = 600_000;
  const HASTY = { ...TIMEOUTS, endingMs: 300 };
  const post = (target: string, type: string, size: number) =>
    `POST ${target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: ${type}\r\nContent-Length: ${size}\r\n\r\n`;
  const THING = '{"name":"a"}';
  const STALLED = {
    'a JSON body': post('/v1/things', 'application/json', THING.length),
    'a document': post('/v1/documents', 'application/octet-stream', THING.length),
    'JSON lines': post('/v1/lines', 'application/x-ndjson', THING.length),
  };

  for (const [what, head] of Object.entries(STALLED)) {
    it(`does not hold it with ${what} of which nothing more comes`, async () => {
      const { listener, seen, end } = await openHostile(undefined, HASTY);
      const connection = await RawConnection.plain(listener.port);
      await connection.send(head + THING.slice(0, 5));
      await setTimeout(100);
      await end(GRACE_MS);
      const [answer] = await connection.take(1);
      expect(answer?.status).to.equal(503);
      expect(JSON.parse(answer?.body ?? '{}').code).to.equal('SHUTTING_DOWN');
      expect(answer?.headers).to.include({ connection: 'close' });
      expect(seen.stored).to.deep.equal([]);
      expect(seen.failures).to.deep.equal([]);
      connection.close();
    });
  }

  it('is served when its body goes on coming', async () => {
    const { listener, seen, end } = await openHostile();
    const connection = await RawConnection.plain(listener.port);
    await connection.send(post('/v1/things', 'application/json', THING.length) + THING[0]);
    await setTimeout(100);
    const ended = end(GRACE_MS);
    for (const byte of THING.slice(1)) {
      await connection.send(byte);
      await setTimeout(20);
    }
    await ended;
    expect((await connection.take(1)).map(({ status }) => status)).to.deep.equal([202]);
    expect(seen.stored).to.deep.equal([{ name: 'a' }]);
    connection.close();
  });

  it('does not hold it with an answer that nobody takes', async () => {
    const { listener, seen, end } = await openHostile(undefined, HASTY);
    const connection = await RawConnection.plain(listener.port);
    connection.socket.pause();
    await connection.send('GET /v1/large HTTP/1.1\r\nHost: a\r\n\r\n');
    await setTimeout(100);
    await end(GRACE_MS);
    while (seen.facts.length === 0) await setTimeout(10);
    expect(seen.facts.map(({ isCut }) => isCut)).to.deep.equal([true]);
    expect(seen.failures).to.deep.equal([]);
    connection.close();
  });
});
