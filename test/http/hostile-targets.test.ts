import { expect } from 'chai';
import { type HostileListener, openHostile, TOKEN } from '../support/hostile-gateway.js';
import { type RawAnswer, RawConnection } from '../support/raw-http.js';

const HOST = 'Host: gateway.example';
const AUTH = `Authorization: Bearer ${TOKEN}`;
const CANARY = 'zebra7391';
const get = (target: string) => `GET ${target} HTTP/1.1\r\n${HOST}\r\n\r\n`;

describe('a target that', () => {
  let gateway: HostileListener;
  let connection: RawConnection;
  before(async () => {
    gateway = await openHostile();
  });
  beforeEach(async () => {
    gateway.seen.facts.length = 0;
    connection = await RawConnection.plain(gateway.listener.port);
  });
  afterEach(() => connection.close());
  after(() => gateway.end(1000));

  const only = async (bytes: string): Promise<RawAnswer> => {
    await connection.send(bytes);
    const [answer] = await connection.take(1);
    return answer ?? expect.fail('no answer came');
  };

  for (const [what, target] of [
    ['is an address without an end', `http://[/things/${CANARY}`],
    ['is an address with a port that is none', `https://${CANARY}:x/v1/things/1`],
  ] as const) {
    it(`${what} is answered by its path, in our words`, async () => {
      const { status, headers, body } = await only(get(target));
      const isThing = target.endsWith('/v1/things/1');
      expect(status).to.equal(isThing ? 200 : 404);
      expect(headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
      expect(`${JSON.stringify(headers)}${body}`).to.not.include(CANARY);
      if (!isThing) expect(JSON.parse(body)).to.include({ status: 404, code: 'NO_ROUTE' });
      expect(gateway.seen.facts.map((facts) => facts.status)).to.deep.equal([status]);
    });
  }

  for (const [what, target] of [
    ['nobody can read, with a fragment,', `//${CANARY}@[/#`],
    ['is an address of another protocol', `ftp://[/${CANARY}`],
  ] as const) {
    it(`${what} is refused in our words, and counted`, async () => {
      const { status, headers, body } = await only(get(target));
      expect(JSON.parse(body)).to.include({ status: 400, code: 'BAD_INPUT' });
      expect(status).to.equal(400);
      expect(headers['content-type']).to.equal('application/problem+json');
      expect(headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
      expect(`${JSON.stringify(headers)}${body}`).to.not.include(CANARY);
      expect(gateway.seen.facts.map((facts) => facts.status)).to.deep.equal([400]);
    });
  }

  it('nobody can read is refused behind the requests before it, and nothing is taken after it', async () => {
    const thing = `{"name":"a"}`;
    const posted = `POST /v1/things HTTP/1.1\r\n${HOST}\r\n${AUTH}\r\nContent-Type: application/json\r\nContent-Length: ${thing.length}\r\n\r\n${thing}`;
    await connection.send(`${get('/v1/things/1')}${posted}${get('//a@[/#')}${posted}`);
    const received = await connection.end();
    expect(received.match(/HTTP\/1\.1 [0-9]{3}/g)).to.deep.equal([
      'HTTP/1.1 200',
      'HTTP/1.1 202',
      'HTTP/1.1 400',
    ]);
    expect(gateway.seen.stored.splice(0)).to.have.length(1);
  });

  it('is an address below /fhir is refused in the words of FHIR', async () => {
    const { headers, body } = await only(get('http://gateway.example/fhir/Patient/1'));
    expect(headers['content-type']).to.equal('application/fhir+json; charset=utf-8');
    expect(JSON.parse(body)).to.include({ resourceType: 'OperationOutcome' });
  });

  it('is an address with a query and no path is that of the root', async () => {
    const { status, body } = await only(get(`http://gateway.example?${CANARY}=1`));
    expect(JSON.parse(body)).to.include({ status: 404, code: 'NO_ROUTE' });
    expect(status).to.equal(404);
  });
});
