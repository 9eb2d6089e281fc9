import { expect } from 'chai';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { appendHashes, EMPTY_FRONTIER, frontierRoot } from '../../chaincode/core/compact-range.js';
import { verifyConsistency } from '../../chaincode/core/merkle.js';
import { verifyNote } from '../../chaincode/core/signed-note.js';
import { LogReading, type SignedCheckpoint } from '../../gateway/services/log-reading.js';
import { entryKey } from '../../gateway/store/keys.js';
import { TILE_WIDTH } from '../../gateway/store/tiles.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';
import { TestHospital, type TestProcess } from '../support/hospital.js';
import { Traffic } from '../support/traffic.js';

const ROUNDS = 10;
/** Of each round. */
const ENTRIES = 80;

describe('reading a log while its sequencer writes', function () {
  this.timeout(30_000);
  let hospital: TestHospital;
  let open: TestProcess;
  before(async () => {
    hospital = await TestHospital.create();
    open = await hospital.open();
  });
  after(async () => {
    await open.close();
    await hospital.remove();
  });

  it('says NOT_PROVEN_YET until the first checkpoint is attested, then reads it', async () => {
    const log = LogReading.of(open.store);
    if (open.store.findMarker() === undefined) {
      expectCode(() => log.size, 'NOT_PROVEN_YET');
      await expectCodeAsync(() => log.readCheckpoint(), 'NOT_PROVEN_YET');
    }
    expect(await open.sequencer.waitProven(10_000)).to.equal(true);
    expect((await log.readCheckpoint()).size).to.equal(log.size);
  });

  it('gives checkpoints, consistency proofs and leaves of one proven size each', async () => {
    const log = LogReading.of(open.store);
    const traffic = new Traffic(open.sequencer, 'traffic', 16, 2 * ROUNDS * ENTRIES);
    const { origin } = hospital.context.registration;
    const { notePublicKey } = hospital.context.secrets;
    const seen: SignedCheckpoint[] = [];
    try {
      await traffic.reach(1);
      expect(await open.sequencer.waitProven(10_000)).to.equal(true);
      for (let round = 1; round <= ROUNDS; round++) {
        await traffic.reach(round * ENTRIES);
        if (round === ROUNDS) expect(await open.sequencer.waitProven(10_000)).to.equal(true);
        const newest = await log.readCheckpoint();
        verifyNote(newest.checkpoint, origin, notePublicKey);
        const before = seen.at(-1);
        if (before !== undefined) {
          const { path, newer, root1 } = await log.proveConsistency(before.size);
          expect(encodeHex(root1)).to.equal(encodeHex(before.root));
          verifyConsistency(before.size, newer.size, before.root, newer.root, path);
        }
        seen.push(newest);
        let next = 0;
        const hashes: Uint8Array[] = [];
        const { size } = log;
        for await (const { index, leafHash } of log.leaves(0)) {
          expect(index).to.equal(next++);
          hashes.push(leafHash);
        }
        expect(hashes.length).to.be.at.least(size);
        const end = await log.readCheckpoint(hashes.length);
        const derived = frontierRoot(appendHashes(EMPTY_FRONTIER, hashes));
        expect(encodeHex(derived)).to.equal(encodeHex(end.root));
      }
    } finally {
      await traffic.stop();
    }
    expect(seen.at(-1)?.size).to.be.greaterThan(seen[0]?.size ?? 0);
  });

  it('gives a slow reader what it had proven at first, whatever is appended meanwhile', async () => {
    const log = LogReading.of(open.store);
    const { size } = log;
    const hashes: Uint8Array[] = [];
    const slow = log.leaves(0);
    const first = await slow.next();
    if (first.done !== true) hashes.push(first.value.leafHash);
    const traffic = new Traffic(open.sequencer, 'later', 16, ENTRIES);
    await traffic.reach(ENTRIES);
    await traffic.stop();
    expect(await open.sequencer.waitProven(10_000)).to.equal(true);
    expect(log.size).to.be.greaterThan(size);
    for await (const { leafHash } of slow) hashes.push(leafHash);
    expect(hashes.length).to.equal(size);
    const derived = frontierRoot(appendHashes(EMPTY_FRONTIER, hashes));
    expect(encodeHex(derived)).to.equal(encodeHex((await log.readCheckpoint(size)).root));
  });

  it('leaves the store open when it is closed', async () => {
    const log = LogReading.of(open.store);
    await log.close();
    expect(log.size).to.be.greaterThan(0);
  });

  it('holds no iterator while a slow reader has a piece: the next is read as it then is', async () => {
    const log = LogReading.of(open.store);
    expect(log.size).to.be.greaterThan(3 * TILE_WIDTH);
    const slow = log.leaves(0);
    await slow.next();
    const last = await open.store.findOrdinal(2 * TILE_WIDTH + 1);
    const batch = open.store.db.batch();
    batch.put(entryKey(last ?? 0), utf8('no entry'));
    await batch.write();
    let read = 1;
    const rest = async () => {
      for await (const { index } of slow) expect(index).to.equal(read++);
    };
    await expectCodeAsync(rest, 'STORE_CORRUPT');
    expect(read)
      .to.be.at.least(TILE_WIDTH)
      .and.below(2 * TILE_WIDTH + 2);
  });
});
