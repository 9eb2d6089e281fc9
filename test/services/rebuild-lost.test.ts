import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type RebuildResult, rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import type { Part } from '../../gateway/store/keys.js';
import { partFolder } from '../../gateway/store/store-database.js';
import { AuditSample, addEvents, audit, openData } from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';

const PATIENTS = 4;

describe('rebuild of a store that lacks a part', () => {
  let sample: AuditSample;
  let folder: string;

  before(async () => {
    sample = await AuditSample.create();
  });
  after(() => sample.remove());
  beforeEach(() => {
    folder = sample.copy();
  });
  afterEach(() => sample.drop(folder));

  const place = (part: Part) => partFolder(join(folder, 'store'), part);
  const droppedOf = ({ mended }: RebuildResult, kind: string) =>
    mended.find(({ rows }) => rows === kind)?.dropped;
  const failed = async () => (await audit(folder, { isLogOnly: true })).named('FAILED');

  async function addMore(name: string): Promise<void> {
    const hospital = await openData(folder);
    await addEvents(hospital, name);
    await hospital.close();
  }

  const losses: Readonly<Record<string, (part: Part) => void>> = {
    'is gone': (part) => rmSync(place(part), { recursive: true, force: true }),
    'is empty': (part) => {
      rmSync(place(part), { recursive: true, force: true });
      mkdirSync(place(part));
    },
    'is a file': (part) => {
      rmSync(place(part), { recursive: true, force: true });
      writeFileSync(place(part), 'no folder');
    },
    'does not say what is current': (part) => rmSync(join(place(part), 'CURRENT')),
  };
  for (const [what, lose] of Object.entries(losses)) {
    it(`is what is advised where the index ${what}, and tells whose names are lost`, async () => {
      lose('index');
      await expectCodeAsync(() => openData(folder), 'STORE_CORRUPT');
      const result = await rebuildStore(folder);
      const isLost = what !== 'does not say what is current';
      expect(droppedOf(result, 'patients')).to.equal(isLost ? PATIENTS : 0);
      expect(await failed()).to.deep.equal(isLost ? ['patients'] : []);
      await addMore('third');
      expect(await failed()).to.deep.equal([]);
    });

    it(`is what is advised where the map ${what}`, async () => {
      lose('map');
      await expectCodeAsync(() => openData(folder), 'STORE_CORRUPT');
      const { mended } = await rebuildStore(folder);
      expect(mended.filter(({ dropped }) => dropped > 0)).to.deep.equal([]);
      expect(await failed()).to.deep.equal([]);
    });
  }

  it('is what is advised where the entries do not say what is current', async () => {
    losses['does not say what is current']?.('entries');
    await expectCodeAsync(() => openData(folder), 'STORE_CORRUPT');
    await rebuildStore(folder);
    expect(await failed()).to.deep.equal([]);
  });

  it('is what is advised where the map is that of another log', async () => {
    const other = await AuditSample.create();
    try {
      const theirs = other.copy();
      rmSync(place('map'), { recursive: true });
      cpSync(partFolder(join(theirs, 'store'), 'map'), place('map'), { recursive: true });
    } finally {
      other.remove();
    }
    // Pages of before are read when entries after them are applied again.
    await expectCodeAsync(() => openData(folder), 'STORE_CORRUPT');
    await rebuildStore(folder);
    expect(await failed()).to.deep.equal([]);
  });

  it('is what is advised where the index is that of a copy that went on otherwise', async () => {
    const kept = join(folder, 'kept');
    cpSync(join(folder, 'store'), join(kept, 'store'), { recursive: true });
    cpSync(join(folder, 'ledger'), join(kept, 'ledger'), { recursive: true });
    cpSync(join(folder, 'checkpoint'), join(kept, 'checkpoint'));
    await addMore('one');
    const theirs = join(folder, 'theirs');
    cpSync(place('index'), theirs, { recursive: true });
    for (const name of ['store', 'ledger', 'checkpoint']) {
      rmSync(join(folder, name), { recursive: true });
      cpSync(join(kept, name), join(folder, name), { recursive: true });
    }
    await addMore('other');
    rmSync(place('index'), { recursive: true });
    cpSync(theirs, place('index'), { recursive: true });
    await expectCodeAsync(() => addMore('one'), 'STORE_CORRUPT');
    await rebuildStore(folder);
    expect(await failed()).to.deep.equal([]);
    const hospital = await openData(folder);
    const { accepted } = hospital.sequencer.counts;
    await addEvents(hospital, 'other');
    expect(hospital.sequencer.counts.accepted).to.equal(accepted);
    await addEvents(hospital, 'one');
    expect(hospital.sequencer.counts.accepted).to.be.above(accepted);
    await hospital.close();
  });

  it('is not for a store whose entries are gone', async () => {
    for (const what of ['is gone', 'is empty']) {
      losses[what]?.('entries');
      await expectCodeAsync(() => openData(folder), 'STORE_BEHIND');
      await expectCodeAsync(() => rebuildStore(folder), 'STORE_BEHIND');
    }
  });

  it('refuses a ledger that lacks what was attested, and so does nobody advise it', async () => {
    const [ledger, checkpoint] = [join(folder, 'ledger'), join(folder, 'checkpoint')];
    cpSync(ledger, join(folder, 'older'), { recursive: true });
    cpSync(checkpoint, join(folder, 'older-checkpoint'));
    await addMore('third');
    const restore = () => {
      rmSync(ledger, { recursive: true });
      cpSync(join(folder, 'older'), ledger, { recursive: true });
      cpSync(join(folder, 'older-checkpoint'), checkpoint);
    };
    const kept = join(folder, 'newer');
    cpSync(ledger, kept, { recursive: true });
    cpSync(checkpoint, join(folder, 'newer-checkpoint'));
    restore();
    await expectCodeAsync(() => openData(folder), 'LEDGER_BEHIND');
    await expectCodeAsync(() => rebuildStore(folder), 'LEDGER_BEHIND');
    const { log } = await audit(folder, { isLogOnly: true });
    const advice = log.flatMap(({ findings }) => findings.map(({ next }) => next));
    expect(advice).to.not.be.empty;
    expect(advice.filter((next) => next.includes('rebuild'))).to.deep.equal([]);
    rmSync(ledger, { recursive: true });
    cpSync(kept, ledger, { recursive: true });
    cpSync(join(folder, 'newer-checkpoint'), checkpoint);
    expect(await failed()).to.deep.equal([]);
  });
});
