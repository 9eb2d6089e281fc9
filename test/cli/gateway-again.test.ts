import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { GatewayConnection } from '../../gateway/client/connection.js';
import { RemoteFeedDoor } from '../../gateway/client/remote-feed.js';
import { RemoteInquiryDoor } from '../../gateway/client/remote-inquiries.js';

const ID = 'a'.repeat(64);

describe('a request whose connection ends before it is answered', () => {
  let server: Server;
  let connection: GatewayConnection;
  /** Those that were sent to change something. */
  let came: IncomingMessage[];

  beforeEach(async () => {
    came = [];
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        if (request.method === 'POST') came.push(request);
        // As when an idle connection is closed, or the gateway just then.
        if (came.length === 1) request.socket.resetAndDestroy();
        else response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    connection = new GatewayConnection({ url: `http://127.0.0.1:${port}` });
    // From here on there is one that served before.
    await connection.json('GET', '/');
  });
  afterEach(async () => {
    connection.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function refusal(ask: () => Promise<unknown>): Promise<string> {
    try {
      await ask();
    } catch (error) {
      if (error instanceof ChartsealError) return `${error.code} ${error.message}`;
      throw error;
    }
    return 'none';
  }
  const TAKEN = /^GATEWAY_UNREACHABLE .*what was sent may have been taken: look before you repeat/;

  it('is sent again as the same answer to an inquiry, which is taken once', async () => {
    const inquiries = new RemoteInquiryDoor(connection);
    // The answer to the second is whole, and no inquiry.
    const told = await refusal(() => inquiries.answer(ID, { status: 'in-progress' }));
    expect(told).to.match(/^GATEWAY_FAILED /);
    const keys = came.map(({ headers }) => headers['idempotency-key']);
    expect(keys).to.have.length(2);
    expect(keys[0]).to.match(/^[0-9a-f-]{36}$/);
    expect(keys[1]).to.equal(keys[0]);
  });

  it('is not sent again where the gateway would not know it, and may have been taken', async () => {
    expect(await refusal(() => new RemoteFeedDoor(connection).discard(7))).to.match(TAKEN);
    expect(came).to.have.length(1);
  });

  it('is sent again where nothing comes of it', async () => {
    const ask = () => connection.json('POST', '/', {}, undefined, 'harmless');
    expect(await refusal(ask)).to.equal('none');
    expect(came).to.have.length(2);
  });

  it('says so over a new connection too, and not where nothing was sent', async () => {
    connection.close();
    const { port } = server.address() as AddressInfo;
    connection = new GatewayConnection({ url: `http://127.0.0.1:${port}` });
    const inquiries = new RemoteInquiryDoor(connection);
    const answer = () => inquiries.answer(ID, { status: 'in-progress' });
    expect(await refusal(answer)).to.match(TAKEN);
    expect(came).to.have.length(1);
    connection.close();
    await new Promise((resolve) => server.close(resolve));
    const told = await refusal(answer);
    expect(told).to.match(/^GATEWAY_UNREACHABLE .*ECONNREFUSED$/);
  });
});
