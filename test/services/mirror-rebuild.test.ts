import { expect } from 'chai';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { parseTrustFile, type TrustFile } from '../../gateway/evidence/trust.js';
import { Alarm } from '../../gateway/services/mirror/alarm.js';
import type {
  ChannelBlock,
  ChannelTransaction,
} from '../../gateway/services/mirror/channel-block.js';
import { ChannelLogs, type RebuiltLog } from '../../gateway/services/mirror/channel-logs.js';
import { rebuildChannel, rootOf } from '../../gateway/services/mirror/rebuild-channel.js';
import {
  BlockList,
  changeTransaction,
  openTestSource,
  readTestBlocks,
} from '../support/channel-blocks.js';
import { TestEngine } from '../support/embedded-engine.js';
import { newFolder, ORGANISATIONS } from '../support/embedded-network.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';
import { LogWriter } from '../support/log-writer.js';
import { removeTempFolder } from '../support/temp-folder.js';

const ORIGIN = 'hospital-a.example/archive';
const OTHER = 'hospital-a.example/other';
/** Blocks: the first, two registrations, then appends to one log and the other in turn. */
const FIRST_APPEND = 3;

describe('the logs of a channel, rebuilt from its blocks', () => {
  const folder = newFolder();
  const writer = new LogWriter(ORIGIN);
  const other = new LogWriter(OTHER);
  let logId: string;
  let blocks: ChannelBlock[];

  before(async () => {
    const engine = await TestEngine.open(folder, { create: true });
    try {
      logId = await engine.registerLog(ORIGIN);
      const otherId = await engine.registerLog(OTHER);
      for (const count of [1, 5, 3]) {
        await engine.append(logId, writer, count);
        await engine.append(otherId, other, count + 1);
      }
    } finally {
      await engine.close();
    }
    blocks = await readTestBlocks(folder);
  });
  after(() => removeTempFolder(folder));

  const openSource = () => openTestSource(folder);

  async function rebuild(trust?: TrustFile) {
    const source = await openSource();
    const options = trust === undefined ? {} : { trust: parseTrustFile(canonicalBytes(trust)) };
    try {
      return await rebuildChannel(source, options);
    } finally {
      await source.close();
    }
  }

  it('come to the sizes and roots that a slow writer computes', async () => {
    const { logs, appends, leaves, blocks: count } = await rebuild();
    const found = new Map(logs.map((log) => [log.registration.origin, log]));
    for (const [origin, one] of [
      [ORIGIN, writer],
      [OTHER, other],
    ] as const) {
      const log = found.get(origin);
      expect(log?.frontier.size).to.equal(one.size);
      expect(log?.appends).to.equal(3);
      expect(rootOf(log as RebuiltLog)).to.deep.equal(one.rootAt(one.size));
    }
    expect({ appends, leaves, count }).to.deep.equal({ appends: 6, leaves: 12 + 9 + 6, count: 9 });
  });

  describe('raise the alarm, naming block and transaction, and apply nothing', () => {
    const changes: Record<string, (one: ChannelTransaction) => Partial<ChannelTransaction>> = {
      'a leaf hash is another': ({ request }) => {
        const asked = JSON.parse(request);
        const hashes = Buffer.from(asked.leafHashes, 'base64');
        hashes[7] = (hashes[7] as number) ^ 1;
        return { request: canonicalJson({ ...asked, leafHashes: hashes.toString('base64') }) };
      },
      'half a hash is there': ({ request }) => {
        const asked = JSON.parse(request);
        const hashes = Buffer.from(asked.leafHashes, 'base64').subarray(16);
        return { request: canonicalJson({ ...asked, leafHashes: hashes.toString('base64') }) };
      },
      'no hash is there': ({ request }) => ({
        request: canonicalJson({ ...JSON.parse(request), leafHashes: '' }),
      }),
      'it was built for another size': ({ request }) => ({
        request: canonicalJson({ ...JSON.parse(request), expectedSize: 1 }),
      }),
      'the log is not registered': ({ request }) => ({
        request: canonicalJson({ ...JSON.parse(request), logId: '11'.repeat(32) }),
      }),
      'another organisation appends': () => ({ creator: { mspId: ORGANISATIONS['hospital-b'] } }),
      'another contract wrote': () => ({ contract: 'weak' }),
      'the transaction has another name': () => ({ name: 'shrink' }),
      'what was asked is no JSON': () => ({ request: '{' }),
      'no closing leaf is announced': (one) => ({ event: { ...one.event, name: 'else' } as never }),
      'the closing leaf is none': (one) => ({
        event: { name: 'append', payload: (one.event?.payload ?? utf8('')).slice(1) },
      }),
      'the closing leaf has another number': changeEvent(41),
      'the closing leaf names another one before': changeEvent(50, 2),
      'the closing leaf has another map root': changeEvent(100),
      'the closing leaf is of an earlier time': changeEvent(28, 0, true),
      'its time is another than the transaction states': ({ at = 0 }) => ({ at: at - 1 }),
      'the transaction states no time': () => ({ at: undefined }),
      'the head states another root': changeRow('head/', 'root', '00'.repeat(32)),
      'the head states another map root': changeRow('head/', 'mapRoot', '00'.repeat(32)),
      'the head states another size': changeRow('head/', 'size', 1),
      'the head states another edge': changeRow('head/', 'frontier', []),
      'the head holds one member more': changeRow('head/', 'more', 1),
      'the checkpoint states another root': changeRow('checkpoint/', 'root', '00'.repeat(32)),
      'the checkpoint states other leaves': changeRow('checkpoint/', 'leaves', 9),
      'a row is no JSON': ({ writes }) => ({
        writes: writes.map(({ key }) => ({ key, value: utf8('{') })),
      }),
      'a row is not written': ({ writes }) => ({ writes: writes.slice(1) }),
      'a row is deleted': ({ writes }) => ({
        writes: writes.map(({ key }) => ({ key, value: undefined })),
      }),
      'an old checkpoint is written over': ({ writes }) => ({
        writes: [...writes, { key: `checkpoint/${logId}/${'0'.repeat(16)}`, value: utf8('{}') }],
      }),
    };

    function changeEvent(at: number, bit = 1, isSmaller = false) {
      return ({ event }: ChannelTransaction): Partial<ChannelTransaction> => {
        const payload = Uint8Array.from(event?.payload ?? []);
        payload[at] = isSmaller ? 0 : (payload[at] as number) ^ bit;
        return { event: { name: 'append', payload } };
      };
    }

    function changeRow(table: string, member: string, value: unknown) {
      return ({ writes }: ChannelTransaction): Partial<ChannelTransaction> => ({
        writes: writes.map((row) => {
          if (!row.key.startsWith(table)) return row;
          const now = JSON.parse(Buffer.from(row.value ?? []).toString()) as JsonObject;
          return { key: row.key, value: canonicalBytes({ ...now, [member]: value }) };
        }),
      });
    }

    for (const [what, change] of Object.entries(changes)) {
      it(`when ${what}`, () => {
        const logs = new ChannelLogs('chartseal');
        const at = FIRST_APPEND + 2;
        for (const block of blocks.slice(0, at)) logs.apply(block);
        const before = logs.logs;
        let thrown: unknown;
        try {
          logs.apply(changeTransaction(blocks[at] as ChannelBlock, change));
        } catch (error) {
          thrown = error;
        }
        expect(thrown).to.be.instanceOf(Alarm);
        const { code, place } = thrown as Alarm;
        expect(code).to.equal('LOG_BROKEN');
        expect(place).to.include({ block: at, transaction: 0 });
        expect(logs.logs).to.deep.equal(before);
        logs.apply(blocks[at] as ChannelBlock);
      });
    }

    it('when an append is left out, repeated, or comes before another', () => {
      const orders = [
        [0, 1, 2, 5],
        [0, 1, 2, 3, 3],
        [0, 1, 2, 4, 3, 7],
        [0, 2],
        [0, 1, 1],
      ];
      for (const order of orders) {
        const logs = new ChannelLogs('chartseal');
        const run = () => {
          for (const at of order) logs.apply(blocks[at] as ChannelBlock);
        };
        expectCode(run, 'LOG_BROKEN');
      }
    });

    it('when a registration is another than its rows say', () => {
      const register = blocks[1] as ChannelBlock;
      for (const change of [
        changeRow('log/', 'registeredAt', '2026-01-01T00:00:00.000Z'),
        changeRow('owner/', 'logs', []),
        changeRow('head/', 'size', 5),
        () => ({ creator: { mspId: ORGANISATIONS['hospital-b'] } }),
        () => ({ writes: [] }),
      ]) {
        const logs = new ChannelLogs('chartseal');
        expectCode(() => logs.apply(changeTransaction(register, change)), 'LOG_BROKEN');
        expect(logs.logs).to.deep.equal([]);
      }
    });
  });

  it('raise the alarm when the ledger states less, or something else, than its blocks lead to', async () => {
    class Forgetful extends BlockList {
      override async findCheckpoint() {
        return undefined;
      }
    }
    class Other extends BlockList {
      override async findCheckpoint(id: string, size: number) {
        const stated = await super.findCheckpoint(id, size);
        return stated && { ...stated, root: sha256(stated.root) };
      }
    }
    class Empty extends BlockList {
      override async *logIds() {}
    }
    await rebuildChannel(new BlockList(blocks));
    for (const Source of [Forgetful, Other, Empty]) {
      await expectCodeAsync(() => rebuildChannel(new Source(blocks)), 'LOG_BROKEN');
    }
  });

  describe('with a trust file', () => {
    let trust: TrustFile;
    before(async () => {
      const { logs } = await rebuild();
      trust = {
        format: 'chartseal-trust/1',
        channel: 'archive',
        ordering: 'embedded',
        contract: [],
        organisations: [],
        policy: { k: 1, required: [], tolerated: 0 },
        logs: logs.map(({ logId: id, registration }) => ({
          origin: registration.origin,
          logId: id,
          registration,
        })),
      };
      trust = {
        ...trust,
        organisations: [{ mspId: 'A', roots: [], intermediates: [], revoked: [] }],
      };
    });

    it('agree with its registrations and with checkpoints that it pins', async () => {
      const root = encodeHex(writer.rootAt(2));
      const pinnedCheckpoints = [{ origin: ORIGIN, size: 2, root }];
      await rebuild({ ...trust, pinnedCheckpoints });
    });

    it('raise the alarm for another root, for a size that no append has, and for a shorter log', async () => {
      const root = encodeHex(writer.rootAt(8));
      for (const size of [2, 3, 1000]) {
        const pinnedCheckpoints = [{ origin: ORIGIN, size, root }];
        await expectCodeAsync(() => rebuild({ ...trust, pinnedCheckpoints }), 'LOG_BROKEN');
      }
    });

    it('raise the alarm for a log that the blocks do not register, and refuse another channel', async () => {
      const source = new BlockList(blocks.slice(0, 2));
      const parsed = parseTrustFile(canonicalBytes(trust));
      await expectCodeAsync(() => rebuildChannel(source, { trust: parsed }), 'LOG_BROKEN');
      await expectCodeAsync(() => rebuild({ ...trust, channel: 'else' }), 'BAD_INPUT');
    });
  });
});
