import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { HttpMirrorPlace, on, reached } from '../support/http-mirror-place.js';
import { type Answer, SERVED, type TileServer } from '../support/tile-server.js';

describe('a reader of a log over HTTP', () => {
  let place: HttpMirrorPlace;
  let log: TileServer;
  const run: HttpMirrorPlace['run'] = (options) => place.run(options);
  beforeEach(async () => {
    place = await HttpMirrorPlace.create();
    log = place.log;
  });
  afterEach(() => place.remove());

  describe('believes no answer that is not what it asked for:', () => {
    const refused: readonly (readonly [string, ErrorCode, Answer])[] = [
      [
        'a checkpoint of another key',
        'GATEWAY_FAILED',
        on(/^checkpoint$/, (_path, response) => {
          const note = log.checkpoint();
          response.end(note.replace(/(.*\n\n— \S+ )(\S{12})/s, '$1AAAAAAAAAAAA'));
        }),
      ],
      [
        'a checkpoint with a signature that fails',
        'GATEWAY_FAILED',
        on(/^checkpoint$/, (_path, response) => {
          response.end(log.checkpoint().replace('\n502\n', '\n503\n'));
        }),
      ],
      [
        'a checkpoint of another origin under the same key',
        'GATEWAY_FAILED',
        on(/^checkpoint$/, (_path, response) => {
          const text = log.checkpoint().split('\n\n')[0]?.replace(SERVED, 'other.example/log');
          response.end(signNote(`${text}\n`, SERVED, log.key.publicKey, log.key.sign));
        }),
      ],
      [
        'a tile that is too short',
        'GATEWAY_FAILED',
        on(/tile\/0\/000/, (path, response) => response.end(log.bytesOf(path)?.subarray(32))),
      ],
      [
        'a tile that is too long',
        'GATEWAY_FAILED',
        on(/tile\/0\/000/, (path, response) => {
          response.end(Buffer.concat([log.bytesOf(path) as Uint8Array, Buffer.alloc(32)]));
        }),
      ],
      [
        'leaves of other lengths',
        'GATEWAY_FAILED',
        on(/entries\/000/, (path, response) => {
          const bytes = Buffer.from(log.bytesOf(path) as Uint8Array);
          bytes[1] = 105;
          response.end(bytes);
        }),
      ],
      [
        'an answer that is cut off',
        'GATEWAY_UNREACHABLE',
        on(/entries\/000/, (path, response) => {
          const bytes = log.bytesOf(path) as Uint8Array;
          response.writeHead(200, { 'Content-Length': bytes.length });
          response.write(bytes.subarray(0, 500), () => response.destroy());
        }),
      ],
      [
        'an answer without an end',
        'GATEWAY_FAILED',
        on(/^checkpoint$/, (_path, response) => {
          const more = () => {
            if (!response.destroyed) response.write(Buffer.alloc(16 * 1024, 'a'), () => more());
          };
          more();
        }),
      ],
      [
        'another protocol',
        'GATEWAY_UNREACHABLE',
        on(/^checkpoint$/, (_path, response) => {
          const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade';
          response.socket?.end(`${head}\r\n\r\n`);
        }),
      ],
      [
        'a way elsewhere',
        'GATEWAY_FAILED',
        on(/^checkpoint$/, (_path, response) => {
          response.writeHead(302, { Location: `${log.url}/elsewhere` }).end();
        }),
      ],
      [
        'a packed answer',
        'GATEWAY_FAILED',
        on(/tile\/0\/000/, (path, response) => {
          const packed = gzipSync(log.bytesOf(path) as Uint8Array);
          response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed);
        }),
      ],
      [
        'a refusal of who it is',
        'UNAUTHENTICATED',
        on(/entries/, (_path, response) => response.writeHead(401).end()),
      ],
      [
        'a refusal that says more than anybody reads',
        'LEAVES_WITHHELD',
        on(/entries/, (_path, response) => response.writeHead(404).end(Buffer.alloc(70_000, 'a'))),
      ],
      [
        'half of what was asked for',
        'GATEWAY_FAILED',
        on(/entries/, (path, response) => {
          response.writeHead(206).end(log.bytesOf(path));
        }),
      ],
    ];
    for (const [what, code, answer] of refused) {
      it(what, async () => {
        log.answer = answer;
        await expectCodeAsync(() => run(), code);
        expect(log.asked).to.not.include('elsewhere');
        log.answer = () => false;
        expect(reached(await run())).to.deep.equal([502, 502, 2]);
      });
    }
  });

  it('waits for no answer without an end', async () => {
    log.answer = on(/tile\/0\/000/, (_path, response) => response.writeHead(200).write('a'));
    const client = log.client({ requestMs: 500 });
    await expectCodeAsync(() => run({ client }), 'GATEWAY_UNREACHABLE');
    client.close();
    log.answer = () => false;
    expect(reached(await run())).to.deep.equal([502, 502, 2]);
  });

  it('tries again what may pass, as long as the server asks for', async () => {
    let refusals = 3;
    log.answer = (_path, response) => {
      if (refusals-- <= 0) return false;
      if (refusals === 2) response.destroy();
      else if (refusals === 1) response.writeHead(503).end(Buffer.alloc(70_000, 'a'));
      else response.writeHead(429, { 'Retry-After': '0' }).end();
      return true;
    };
    const client = log.client({ retryMs: 20_000 });
    expect(reached(await run({ client }))).to.deep.equal([502, 502, 2]);
    client.close();
    expect(log.asked.slice(0, 4)).to.deep.equal(Array(4).fill('checkpoint'));
  });

  it('shows its token on this machine or under TLS alone', () => {
    const bad = (url: string) => {
      let thrown: unknown;
      try {
        log.client({ url, token: 'secret' });
      } catch (error) {
        thrown = error;
      }
      expect(thrown, url).to.be.instanceOf(ChartsealError);
      expect((thrown as ChartsealError).code).to.equal('USAGE');
    };
    for (const url of [
      'http://hospital.example/v1/log',
      'http://127.0.0.1.example/v1/log',
      'ftp://127.0.0.1/',
      'https://me:secret@hospital.example/v1/log',
      'https://hospital.example/v1/log?x=1',
      'hospital.example',
    ]) {
      bad(url);
    }
  });
});
