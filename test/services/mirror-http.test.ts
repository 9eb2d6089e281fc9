import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { ChartsealError } from '../../chaincode/core/errors.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { LogClient } from '../../gateway/client/log-client.js';
import type { Alarm } from '../../gateway/services/mirror/alarm.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { HttpMirrorPlace, on, reached } from '../support/http-mirror-place.js';
import { slowTreeRoot } from '../support/log-writer.js';
import { expectAlarm } from '../support/mirror-place.js';
import { type Answer, SERVED, type TileServer } from '../support/tile-server.js';

describe('a mirror of one log over HTTP', () => {
  let place: HttpMirrorPlace;
  let log: TileServer;
  const run: HttpMirrorPlace['run'] = (options) => place.run(options);
  beforeEach(async () => {
    place = await HttpMirrorPlace.create();
    log = place.log;
  });
  afterEach(() => place.remove());

  it('verifies every leaf and every map root, and goes on where it stopped', async () => {
    expect(reached(await run())).to.deep.equal([502, 502, 2]);
    log.append(70);
    log.append(1);
    const before = log.asked.length;
    const status = await run();
    expect(reached(status)).to.deep.equal([575, 575, 4]);
    expect(encodeHex(status.root)).to.equal(encodeHex(slowTreeRoot(log.shown.map(leafHash))));
    expect(log.asked.slice(before)).to.not.include('tile/entries/000');
    expect(reached(await run())).to.deep.equal([575, 575, 4]);
  });

  it('takes a full tile where the server has dropped the one that was not full', async () => {
    const refuse = (pattern: RegExp): Answer => {
      const first = log.checkpoint(log.shown.slice(0, 301));
      return (path, response) => {
        if (path === 'checkpoint') response.end(first);
        else if (pattern.test(path)) response.writeHead(404).end();
        else return false;
        return true;
      };
    };
    log.answer = refuse(/001\.p/);
    await expectAlarm(() => run(), 'LEAVES_WITHHELD', { index: 256 });
    log.append(100);
    expect(reached(await run())).to.deep.equal([301, 301, 1]);
    expect(log.asked).to.include('tile/entries/001');
  });

  it('mirrors an empty log', async () => {
    log.leaves = [];
    expect(reached(await run())).to.deep.equal([0, 0, 0]);
    log.leaves = undefined;
    expect(reached(await run())).to.deep.equal([502, 502, 2]);
  });

  it('refuses a folder of another log', async () => {
    await run();
    const other = new LogClient(
      { origin: 'hospital-b.example/archive', publicKey: log.key.publicKey },
      { url: log.url },
    );
    await expectCodeAsync(() => run({ client: other }), 'DATA_EXISTS');
    other.close();
  });

  describe('raises the alarm', () => {
    it('when the log has shrunk, and keeps both checkpoints', async () => {
      await run();
      const before = log.checkpoint();
      log.leaves = log.writer.leaves.slice(0, 301);
      const checkpoints = [before, log.checkpoint()];
      for (const _ of [1, 2]) {
        await expectAlarm(() => run(), 'LOG_SHRUNK', { origin: SERVED });
        try {
          await run();
        } catch (error) {
          expect((error as { place: object }).place).to.deep.include({ checkpoints });
        }
      }
      log.leaves = undefined;
      expect(reached(await run())).to.deep.equal([502, 502, 2]);
    });

    it('when it signs two trees of one size', async () => {
      await run();
      place.fork(300, 200);
      await expectAlarm(() => run(), 'LOG_FORKED', { origin: SERVED });
    });

    it('when a larger tree does not begin with the one that was seen', async () => {
      await run();
      place.fork(300, 201);
      await expectAlarm(() => run(), 'LOG_FORKED', { origin: SERVED });
      place.fork(300, 200, 700);
      await expectAlarm(() => run(), 'LOG_FORKED', { origin: SERVED });
    });

    it('in the same run too, when full tiles of both trees are alike', async () => {
      log.append(600);
      const stop = new AbortController();
      const act = () =>
        run({
          follow: true,
          pollMs: 1,
          stop: stop.signal,
          onStatus: () => place.fork(300, 200, 600, 5),
        });
      await expectAlarm(act, 'LOG_FORKED', { origin: SERVED });
    });

    it('when tiles do not lead to the root that was signed', async () => {
      for (const path of ['tile/0/000', 'tile/0/001.p/246', 'tile/1/000.p/1']) {
        log.answer = on(new RegExp(`^${path}$`), (_path, response) => {
          const bytes = Buffer.from(log.bytesOf(path) ?? expect.fail(path));
          bytes[5] = (bytes[5] as number) ^ 1;
          response.end(bytes);
        });
        await expectAlarm(() => run(), 'LOG_BROKEN', { origin: SERVED });
      }
    });

    it('when a leaf is not the one of the tree', async () => {
      log.answer = on(/entries\/001/, (path, response) => {
        const bytes = Buffer.from(log.bytesOf(path) ?? expect.fail(path));
        bytes[108 * 4 + 60] = (bytes[108 * 4 + 60] as number) ^ 1;
        response.end(bytes);
      });
      await expectAlarm(() => run(), 'LEAF_DIFFERS', { index: 260 });
      log.answer = () => false;
      expect(reached(await run())).to.deep.equal([502, 502, 2]);
    });

    it('when leaves are refused or are not there', async () => {
      for (const status of [403, 404]) {
        log.answer = on(/entries\/001/, (_path, response) => response.writeHead(status).end());
        await expectAlarm(() => run(), 'LEAVES_WITHHELD', { origin: SERVED, index: 256 });
      }
      log.answer = () => false;
      expect(reached(await run())).to.deep.equal([502, 502, 2]);
    });

    /** Follows until an alarm; gives what it told before. */
    async function expectFollowed(...alarm: [code: 'LEAVES_WITHHELD' | 'LOG_SHRUNK', at: object]) {
      let now = 0;
      const told: string[] = [];
      const onTrouble = ({ code }: ChartsealError) => {
        told.push(code);
        now += 6;
      };
      const following = { follow: true, pollMs: 1, withheldMs: 10, now: () => now, onTrouble };
      await expectAlarm(() => run(following), ...alarm);
      return told;
    }

    it('when leaves cannot be had for too long, and not before', async () => {
      log.answer = on(/entries/, (_path, response) => response.writeHead(503).end());
      const told = await expectFollowed('LEAVES_WITHHELD', { index: 0 });
      expect(told).to.deep.equal(['GATEWAY_FAILED', 'GATEWAY_FAILED']);
    });

    it('when leaves cannot be had for too long by a machine whose clock is set back', async () => {
      log.answer = on(/entries/, (_path, response) => response.writeHead(503).end());
      const real = Date.now;
      const onTrouble = () => {
        Date.now = () => real() - 3_600_000;
      };
      const following = { follow: true, pollMs: 1, withheldMs: 30, onTrouble };
      try {
        await expectAlarm(() => run(following), 'LEAVES_WITHHELD', { index: 0 });
      } finally {
        Date.now = real;
      }
    });

    it('when it signs a larger tree and gives none of its tiles, at once or for too long', async () => {
      await run();
      log.append(70);
      const promise = { index: 512, checkpoints: [log.checkpoint()] };
      const missing = on(/tile/, (_path, response) => response.writeHead(404).end());
      log.answer = missing;
      const thrown = await run().catch((error: Alarm) => error);
      expect(thrown).to.include({ code: 'LEAVES_WITHHELD' });
      expect((thrown as Alarm).place).to.deep.include(promise);
      log.answer = on(/tile/, (_path, response) => response.writeHead(503).end());
      const told = await expectFollowed('LEAVES_WITHHELD', { index: 502 });
      expect(told).to.deep.equal(['GATEWAY_FAILED', 'GATEWAY_FAILED']);
      log.answer = () => false;
      expect(reached(await run())).to.deep.equal([573, 573, 3]);
    });

    it('when it takes back a larger tree that it signed and gave no tile of', async () => {
      await run();
      const { writer } = log;
      place.fork(300, 400);
      log.answer = on(/tile/, (_path, response) => {
        log.writer = writer;
        response.writeHead(503).end();
      });
      expect(await expectFollowed('LOG_SHRUNK', {})).to.deep.equal(['GATEWAY_FAILED']);
    });

    it('when it takes such a tree back in a later run', async () => {
      await run();
      const { writer } = log;
      place.fork(300, 400);
      log.answer = on(/tile/, (_path, response) => response.writeHead(503).end());
      await expectCodeAsync(() => run(), 'GATEWAY_FAILED');
      const promised = log.checkpoint();
      Object.assign(log, { writer, answer: () => false });
      for (let again = 0; again < 2; again++) {
        const thrown = await run().catch((error: Alarm) => error);
        expect(thrown).to.include({ code: 'LOG_SHRUNK' });
        const checkpoints = [promised, log.checkpoint()];
        expect((thrown as Alarm).place).to.deep.include({ checkpoints });
      }
    });

    it('when a tree ends without a closing leaf, closes nothing or closes out of order', async () => {
      const { leaves } = log.writer;
      const closing = leaves[300] as Uint8Array;
      log.leaves = leaves.slice(0, 400);
      await expectAlarm(() => run(), 'LOG_BROKEN', { appendNumber: 1, index: 301 });
      for (const shown of [
        [...leaves.slice(0, 301), closing],
        [...leaves.slice(0, 400), closing],
        [closing],
        [...leaves.slice(0, 300), leaves[501] as Uint8Array],
      ]) {
        log.leaves = shown;
        const fresh = { folder: `${place.folder}/${shown.length}` };
        await expectAlarm(() => run(fresh), 'LOG_BROKEN', { origin: SERVED });
      }
    });

    it('when an append leads to another map root than its closing leaf states', async () => {
      const shown = log.writer.leaves.map((leaf) => Uint8Array.from(leaf));
      (shown[310] as Uint8Array)[80] = 1;
      log.leaves = shown;
      for (const _ of [1, 2]) {
        await expectAlarm(() => run(), 'LOG_BROKEN', { appendNumber: 1, origin: SERVED });
      }
      const only = [...log.writer.leaves];
      only.splice(305, 1);
      log.leaves = only;
      await expectAlarm(() => run({ folder: `${place.folder}/2` }), 'LOG_BROKEN', {
        appendNumber: 1,
      });
    });

    it('when the log is not the one that a trust file pins', async () => {
      const root = (size: number) => encodeHex(log.writer.rootAt(size));
      await run({ pins: [{ size: 301, root: root(301) }] });
      const bad = (size: number, of: number) => () => run({ pins: [{ size, root: root(of) }] });
      await expectAlarm(bad(301, 300), 'LOG_BROKEN', { origin: SERVED });
      await expectAlarm(bad(503, 300), 'LOG_BROKEN', { origin: SERVED });
    });
  });
});
