import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
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
