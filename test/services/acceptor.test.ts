import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseLeaf } from '../../chaincode/core/leaf.js';
import { Acceptor } from '../../gateway/services/sequencer/acceptor.js';
import type { Submission } from '../../gateway/services/submission.js';
import { createStore, openStore, type Store } from '../../gateway/store/store.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, BY, recordSubmission, TestHospital } from '../support/hospital.js';
import { canMountTmpfs, mountTmpfs } from '../support/temp-folder.js';

const storeFolder = ({ folder }: TestHospital) => `${folder}/store`;

function acceptorOn(store: Store, { context }: TestHospital, faults: ChartsealError[] = []) {
  return new Acceptor({
    store,
    context,
    by: BY,
    now: Date.now,
    onAccepted: () => {},
    onFault: (fault) => faults.push(fault),
  });
}

/** Leaves of every chain in order of their sequence, by label; checks that none is left out. */
async function readChains(store: Store): Promise<Map<string, string[]>> {
  const chains = new Map<string, string[]>();
  for await (const { leaf, hash } of store.leavesFrom(0)) {
    const { subject, sequence, previous } = parseLeaf(leaf);
    const chain = chains.get(encodeHex(subject)) ?? [];
    expect(sequence).to.equal(chain.length);
    if (sequence > 0) expect(encodeHex(previous)).to.equal(chain.at(-1));
    chain.push(encodeHex(hash));
    chains.set(encodeHex(subject), chain);
  }
  return chains;
}

describe('the acceptor', () => {
  let hospital: TestHospital;
  let store: Store;

  beforeEach(async () => {
    hospital = await TestHospital.create();
    store = await openStore(storeFolder(hospital), hospital.context.logId);
  });
  afterEach(async () => {
    await store.close();
    await hospital.remove();
  });

  it('lets others have a turn while it builds a large group', async () => {
    const acceptor = acceptorOn(store, hospital);
    const watched = (name: string, read: () => void): Submission => {
      const { occurredAt, ...rest } = accessSubmission('P1', name);
      const get = () => {
        read();
        return occurredAt;
      };
      return Object.defineProperty(rest, 'occurredAt', { get, enumerable: true }) as Submission;
    };
    let hadTurn = false;
    let hadTurnAtLast: boolean | undefined;
    const first = watched('first', () => {
      setImmediate(() => {
        hadTurn = true;
      });
    });
    const last = watched('last', () => {
      hadTurnAtLast ??= hadTurn;
    });
    const between = Array.from({ length: 200 }, (_, at) => accessSubmission('P1', `r${at}`));
    await Promise.all([first, ...between, last].map((one) => acceptor.accept(one)));
    expect(hadTurnAtLast).to.equal(true);
  });

  it('gives each of many concurrent callers one place in its chain, over groups in flight', async () => {
    const acceptor = acceptorOn(store, hospital);
    const events = Array.from({ length: 1500 }, (_, at) =>
      accessSubmission(`P${at % 5}`, `r${at}`),
    );
    const records = Array.from({ length: 700 }, (_, at) =>
      recordSubmission(`record-${at}`, 1, `content ${at}`),
    );
    const once: Submission[] = [...events, ...records];
    // Everything comes twice, the second time while the first is still on its way.
    const answers = await Promise.all([...once, ...once].map((one) => acceptor.accept(one)));
    const [first, second] = [answers.slice(0, once.length), answers.slice(once.length)];
    expect(first.every(({ duplicate }) => !duplicate)).to.equal(true);
    expect(second.every(({ duplicate }) => duplicate)).to.equal(true);
    expect(second.map(({ leafHash }) => encodeHex(leafHash))).to.deep.equal(
      first.map(({ leafHash }) => encodeHex(leafHash)),
    );
    expect(first.map(({ ordinal }) => ordinal)).to.deep.equal([...once.keys()]);
    const chains = await readChains(store);
    expect([...chains.values()].map(({ length }) => length).sort((a, b) => b - a)).to.deep.equal([
      ...Array(5).fill(300),
      ...Array(700).fill(1),
    ]);
  });

  it('goes on with the chains of another process', async () => {
    await acceptorOn(store, hospital).accept(accessSubmission('P1', 'r1'));
    await store.close();
    store = await openStore(storeFolder(hospital), hospital.context.logId);
    const acceptor = acceptorOn(store, hospital);
    const again = await acceptor.accept(accessSubmission('P1', 'r1'));
    const next = await acceptor.accept(accessSubmission('P1', 'r2'));
    expect([again.duplicate, again.ordinal, next.duplicate, next.ordinal]).to.deep.equal([
      true,
      0,
      false,
      1,
    ]);
    expect([...(await readChains(store)).values()]).to.have.lengthOf(1);
  });

  /**
   * Breaks the store while thousands of submissions are on their way; what was answered is there
   * then, in a store whose entries can all be read, and what was refused was so by its code.
   */
  async function breakWhileAccepting(acceptor: Acceptor, breakIt: () => Promise<void>) {
    const some = Array.from({ length: 4000 }, (_, at) => recordSubmission(`r-${at}`, 1, `c${at}`));
    await acceptor.accept(accessSubmission('P0', 'r0'));
    const answers = some.map((one) => acceptor.accept(one));
    const settling = Promise.allSettled(answers);
    await answers[600];
    await breakIt();
    const settled = await settling;
    const accepted = settled.filter(({ status }) => status === 'fulfilled').length;
    for (const one of settled) {
      if (one.status === 'fulfilled') continue;
      expect(one.reason).to.be.instanceOf(ChartsealError);
      expect((one.reason as ChartsealError).code).to.equal('STORE_FAILED');
    }
    expect(accepted).to.be.within(601, 3999);
    const next = accessSubmission('P1', 'r1');
    await expectCodeAsync(() => acceptor.accept(next), 'STORE_FAILED');
    return accepted;
  }

  async function expectWhole(of: Store, accepted: number): Promise<void> {
    expect(of.entriesAtOpen).to.be.at.least(accepted + 1);
    let ordinal = 0;
    for await (const _ of of.leavesFrom(0)) ordinal++;
    expect(ordinal).to.equal(of.entriesAtOpen);
  }

  it('answers nobody whose entry did not become durable, once the store is closed', async () => {
    // Whether a write meets it or what has to be read before one is a matter of the moment.
    const faults: ChartsealError[] = [];
    const acceptor = acceptorOn(store, hospital, faults);
    const accepted = await breakWhileAccepting(acceptor, () => store.close());
    expect(faults.length).to.be.at.most(1);
    store = await openStore(storeFolder(hospital), hospital.context.logId);
    await expectWhole(store, accepted);
  });

  if (canMountTmpfs()) {
    it('tells its one fault, and answers nobody after it, once the disk is full', async () => {
      const disk = `${hospital.folder}/disk`;
      mkdirSync(disk);
      expect(mountTmpfs(disk, 'size=32m')).to.equal(true);
      const { logId } = hospital.context;
      const ballast = `${disk}/ballast`;
      const fill = () => writeFileSync(ballast, Buffer.alloc(64 * 1024 * 1024));
      try {
        await createStore(`${disk}/store`, logId);
        const small = await openStore(`${disk}/store`, logId);
        const faults: ChartsealError[] = [];
        const acceptor = acceptorOn(small, hospital, faults);
        const accepted = await breakWhileAccepting(acceptor, async () => {
          expect(fill).to.throw(/ENOSPC/);
        }).finally(() => rmSync(ballast, { force: true }));
        expect(faults.map(({ code }) => code)).to.deep.equal(['STORE_FAILED']);
        await small.close();
        const again = await openStore(`${disk}/store`, logId);
        await expectWhole(again, accepted).finally(() => again.close());
      } finally {
        spawnSync('umount', [disk]);
      }
    });
  }

  it('keeps the name of a patient whose first submission was refused', async () => {
    const acceptor = acceptorOn(store, hospital);
    const bad = { ...accessSubmission('P9', 'r1'), action: 'X' } as unknown as Submission;
    const [refused, accepted] = await Promise.allSettled([
      acceptor.accept(bad),
      acceptor.accept(accessSubmission('P9', 'r2')),
    ]);
    expect(refused?.status).to.equal('rejected');
    expect(accepted?.status).to.equal('fulfilled');
    const { subject } = parseLeaf(store.readEntry(0).leaf);
    expect(store.findPatient(subject)).to.deep.equal({ system: 'urn:hospital-a', value: 'P9' });
  });

  it('rejects a patient of no form at all, and takes the next one', async () => {
    const acceptor = acceptorOn(store, hospital);
    const bad = { ...accessSubmission('P1', 'r1'), patient: {} } as unknown as Submission;
    let refused: Promise<unknown> | undefined;
    expect(() => {
      refused = acceptor.accept(bad).catch((error: unknown) => error);
    }).to.not.throw();
    expect(await refused).to.be.instanceOf(Error);
    expect((await acceptor.accept(accessSubmission('P1', 'r1'))).ordinal).to.equal(0);
  });

  it('refuses members that it does not know instead of losing them', async () => {
    const acceptor = acceptorOn(store, hospital);
    const event = { ...accessSubmission('P1', 'r1'), ward: '3' } as unknown as Submission;
    const record = recordSubmission('record-1', 1, 'content');
    const inner = { ...record, record: { ...record.record, ward: '3' } } as unknown as Submission;
    const outer = { ...record, ward: '3' } as unknown as Submission;
    for (const one of [event, inner, outer]) {
      await expectCodeAsync(() => acceptor.accept(one), 'BAD_INPUT');
    }
    expect(acceptor.count).to.equal(0);
  });
});
