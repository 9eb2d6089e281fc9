import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { GatewayConnection } from '../../gateway/client/connection.js';
import { RemoteDoor } from '../../gateway/client/remote-door.js';
import { RemoteLogDoor } from '../../gateway/client/remote-log.js';
import { examineThrough, exportThrough } from '../../gateway/client/remote-upkeep.js';
import { createDataFolder } from '../../gateway/data/create.js';
import type { DigestResult } from '../../gateway/services/digest.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission } from '../support/hospital.js';

type Act = (request: IncomingMessage, response: ServerResponse) => void;

const HASH = 'a'.repeat(64);
const TOKEN = 't'.repeat(43);
const LINES = { 'Content-Type': 'application/x-ndjson' };
const COUNTS = { accepted: 1, committed: 1, proven: 1 };

const rows =
  (...lines: readonly string[]): Act =>
  (_request, response) => {
    response.writeHead(200, LINES);
    response.end(lines.join(''));
  };
const whole =
  (body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Act =>
  (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(body);
  };
const problem = (code: unknown, detail: unknown = 'why', status = 409): Act =>
  whole(JSON.stringify({ code, detail, hint: 'do not' }), status, {
    'Content-Type': 'application/problem+json',
  });

/** Pieces without end, as fast as they are taken. */
function endlessly(piece: string, type: string): Act {
  return (_request, response) => {
    response.writeHead(200, { 'Content-Type': type });
    const more = () => {
      while (response.write(piece));
    };
    response.on('drain', more);
    more();
  };
}

async function all(pieces: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}

async function* batches(count = 1): AsyncGenerator<readonly DigestResult[]> {
  for (let at = 0; at < count; at++) {
    const file = { kind: 'file', path: Buffer.from('/x'), relative: 'x', folder: 'a' } as const;
    yield [{ file, digest: HASH, size: 1, mtimeMs: 1.5 }];
  }
}

async function* lines(count = 1) {
  for (let number = 1; number <= count; number++) yield { number, value: {} };
}

describe('the client of a gateway', () => {
  let folder: string;
  let logId: string;
  let server: Server;
  let act: Act;
  let connection: GatewayConnection;

  before(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'chartseal-client-')), 'd');
    ({ logId } = await createDataFolder({
      folder,
      origin: 'a.example/x',
      mspId: 'A',
      description: '',
      recordLabels: 'hmac',
      patientSystems: [],
    }));
    server = createServer((request, response) => {
      const isHello = request.url === '/operator/v1/standing';
      if (isHello) whole(JSON.stringify({ logId, counts: COUNTS }))(request, response);
      else act(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    // Patient: where another fault is looked for than silence, a busy machine must not tell it.
    connection = new GatewayConnection({ url: address(), token: TOKEN });
  });
  afterEach(() => connection.close());
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(join(folder, '..'), { recursive: true });
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** For the tests of silence alone. */
  function hasten(ms = 150) {
    connection.close();
    connection = new GatewayConnection({
      url: address(),
      token: TOKEN,
      headersMs: ms,
      idleMs: ms,
    });
  }
  const door = () => RemoteDoor.open(connection, folder);
  const anchorOptions = { category: 'x', moved: false, recordId: () => 'a/x' };

  /** Everything that is asked of a gateway, each in its own way. */
  const ASKED: Readonly<Record<string, () => Promise<unknown>>> = {
    accept: async () => (await door()).accept(accessSubmission('P', 'q')),
    import: async () => all((await door()).importAccess(lines())),
    ingest: async () => all((await door()).anchor(anchorOptions)(batches())),
    wait: async () => (await door()).waitProven(1000),
    receipt: async () => (await door()).receipt({ index: 0 }),
    history: async () => (await door()).history({ log: true }),
    checkpoint: () => new RemoteLogDoor(connection).readCheckpoint(),
    consistency: () => new RemoteLogDoor(connection).proveConsistency(0),
    leaves: () => all(new RemoteLogDoor(connection).leaves()),
    export: () => all(exportThrough(connection)),
    doctor: () => examineThrough(connection),
  };

  async function everythingEnds(code: ErrorCode, misbehave: Act, but: readonly string[] = []) {
    act = misbehave;
    for (const [name, ask] of Object.entries(ASKED)) {
      if (but.includes(name)) continue;
      try {
        await expectCodeAsync(ask, code);
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  it('takes no answer of a wrong kind for a right one', async () => {
    await everythingEnds('GATEWAY_FAILED', whole('garbage\u0000'));
    await everythingEnds('GATEWAY_FAILED', whole('[1,2]'));
    await everythingEnds('GATEWAY_FAILED', whole('{"a":1,"a":2}'));
    await everythingEnds('GATEWAY_FAILED', whole('<html>', 200, { 'Content-Type': 'text/html' }));
    await everythingEnds('GATEWAY_FAILED', rows('{"row":{"line":"1"}}\n{"end":{}}\n'));
    await everythingEnds('GATEWAY_FAILED', rows('nonsense\n'));
    await everythingEnds('GATEWAY_FAILED', rows('{"row":1,"end":2}\n'));
    await everythingEnds('GATEWAY_FAILED', rows('{"end":{"isProven":1}}\n'), ['import']);
  });

  it('follows no gateway elsewhere, and sends it nothing there', async () => {
    let asked = 0;
    const away: Act = (request, response) => {
      asked++;
      whole('', 307, { Location: `${address()}${request.url}` })(request, response);
    };
    await everythingEnds('GATEWAY_FAILED', away);
    expect(asked).to.equal(Object.keys(ASKED).length);
  });

  it('waits for nobody who says nothing, at once or in the middle', async () => {
    hasten();
    await everythingEnds('GATEWAY_UNREACHABLE', () => {});
    await everythingEnds('GATEWAY_UNREACHABLE', (_request, response) => {
      response.writeHead(200, LINES);
      response.write('\n');
    });
  }).timeout(20_000);

  it('takes an answer that was cut off for none', async () => {
    const cut: Act = (_request, response) => {
      response.writeHead(200, LINES);
      response.write('\n', () => response.destroy());
    };
    await everythingEnds('GATEWAY_UNREACHABLE', cut);
    await everythingEnds('GATEWAY_UNREACHABLE', (request) => void request.socket.destroy());
    // Whole as HTTP has it, and without its last row.
    act = rows('\n');
    for (const name of ['import', 'ingest', 'wait', 'export']) {
      await expectCodeAsync(ASKED[name] as () => Promise<unknown>, 'GATEWAY_UNREACHABLE');
    }
  });

  it('reads no answer without an end into memory', async () => {
    const before = process.memoryUsage().rss;
    const long = 'x'.repeat(64 * 1024);
    // A history may have 64 MiB.
    const but = ['history', 'receipt'];
    await everythingEnds('GATEWAY_FAILED', endlessly(long, LINES['Content-Type']), but);
    expect(process.memoryUsage().rss - before).to.be.below(256 * 1024 * 1024);
  });

  it('ends with the code that a gateway names, and with its own for what nobody knows', async () => {
    await everythingEnds('LOG_STOPPED', problem('LOG_STOPPED'));
    await everythingEnds('GATEWAY_FAILED', problem('NO_SUCH_CODE'));
    await everythingEnds('GATEWAY_FAILED', problem('toString'));
    await everythingEnds('GATEWAY_FAILED', problem(7));
    await everythingEnds('GATEWAY_FAILED', problem('LOG_STOPPED', { a: 1 }));
    await everythingEnds('GATEWAY_FAILED', problem('UNEXPECTED', 'the text of a fault', 500));
    const named: Act = (request, response) => {
      response.setHeader('X-Request-Id', '0c537b89-59ae-4d02-b980-d3861f0a9196');
      problem('UNEXPECTED', 'x', 500)(request, response);
    };
    act = named;
    const failed = await examineThrough(connection).catch((error: Error) => error.message);
    expect(failed).to.include('0c537b89-59ae-4d02-b980-d3861f0a9196');
  });

  it('ends with the fault of a row that comes after others', async () => {
    const row = JSON.stringify({ row: { line: 1, leafHash: HASH, duplicate: false, ordinal: 4 } });
    const error = JSON.stringify({ error: { code: 'STORE_FAILED', message: 'the disk' } });
    act = rows(`${row}\n\n`, `${error}\n`);
    const outcomes = (await door()).importAccess(lines());
    expect((await outcomes.next()).value).to.nested.include({ 'accepted.ordinal': 4 });
    await expectCodeAsync(() => outcomes.next(), 'STORE_FAILED');
  });

  it('believes no gateway that answers twice, for nothing, or not for all', async () => {
    const answer = (line: number) =>
      `${JSON.stringify({ row: { line, state: 'anchored', version: 1, ordinal: 0 } })}\n`;
    const end = '{"end":{}}\n';
    const bad = [
      [answer(1), answer(1), end],
      [answer(2), end],
      [end],
      ['{"row":{"line":1}}\n', end],
    ];
    for (const told of bad) {
      act = rows(...told);
      const anchor = (await door()).anchor(anchorOptions);
      await expectCodeAsync(() => all(anchor(batches())), 'GATEWAY_FAILED');
    }
  });

  it('keeps few files in hand when a gateway does not answer for them', async () => {
    hasten(2000);
    let given = 0;
    async function* counted() {
      for await (const batch of batches(100_000)) {
        given += batch.length;
        yield batch;
      }
    }
    act = (request, response) => {
      response.writeHead(200, LINES);
      response.write('\n');
      request.resume();
    };
    const anchor = (await door()).anchor(anchorOptions);
    await expectCodeAsync(() => all(anchor(counted())), 'GATEWAY_UNREACHABLE');
    expect(given).to.be.within(1, 4200);
  });

  it('throws what its own source throws, not what becomes of the request then', async () => {
    act = (request, response) => {
      response.writeHead(200, LINES);
      response.write('\n');
      request.resume();
    };
    async function* failing(): AsyncGenerator<readonly DigestResult[]> {
      yield* batches();
      throw new RangeError('of the source');
    }
    const anchor = (await door()).anchor(anchorOptions);
    const error = await all(anchor(failing())).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(RangeError);
  });

  it('sends nothing to the gateway of another log', async () => {
    const known = logId;
    logId = 'b'.repeat(64);
    try {
      await expectCodeAsync(door, 'GATEWAY_FAILED');
    } finally {
      logId = known;
    }
  });

  it('says that a gateway which is not there cannot be reached', async () => {
    const nobody = new GatewayConnection({ url: 'http://127.0.0.1:1', token: TOKEN });
    await expectCodeAsync(() => RemoteDoor.open(nobody, folder), 'GATEWAY_UNREACHABLE');
  });
});
