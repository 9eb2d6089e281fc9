import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type RebuildResult, rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import type { Part } from '../../gateway/store/keys.js';
import { partFolder } from '../../gateway/store/store-database.js';
import { AuditSample, addEvents, audit, eachOnACopy, openData } from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';

const PATIENTS = 4;
/** One of them was not read from a file. */
const RECORDS = 13;

describe('rebuild of a store that lacks a part', () => {
  let folder: string;

  eachOnACopy((copy) => {
    folder = copy;
  });

  const place = (part: Part) => partFolder(join(folder, 'store'), part);
  const droppedOf = ({ mended }: RebuildResult, kind: string) =>
    mended.find(({ rows }) => rows === kind)?.dropped;
  const failed = async () => (await audit(folder, { isLogOnly: true })).named('FAILED');

  async function addMore(name: string): Promise<void> {
    const hospital = await openData(folder);
    await addEvents(hospital, name);
    await hospital.close();
  }

  function put(from: string, to: string): void {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
  }

  /** Keeps these as they are now, and gives what puts them there again. */
  function kept(...names: readonly string[]): () => void {
    const aside = join(folder, `kept ${readdirSync(folder).length}`);
    for (const name of names) put(join(folder, name), join(aside, name));
    return () => {
      for (const name of names) put(join(aside, name), join(folder, name));
    };
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
    'is a link to nothing': (part) => {
      rmSync(place(part), { recursive: true, force: true });
      symlinkSync('nowhere', place(part));
    },
    'is a link to itself': (part) => {
      rmSync(place(part), { recursive: true, force: true });
      symlinkSync(place(part), place(part));
    },
    'does not say what is current': (part) => rmSync(join(place(part), 'CURRENT')),
  };
  /** Whoever cannot look cannot say that it is gone. */
  const codeOf = (what: string) =>
    what === 'is a link to itself' ? 'STORE_FAILED' : 'STORE_CORRUPT';
  for (const [what, lose] of Object.entries(losses)) {
    it(`mends where the index ${what}, and tells whose names are lost, and of which files`, async () => {
      lose('index');
      await expectCodeAsync(() => openData(folder), codeOf(what));
      const result = await rebuildStore(folder);
      const isLost = what !== 'does not say what is current';
      expect(droppedOf(result, 'patients')).to.equal(isLost ? PATIENTS : 0);
      expect(result.places).to.deep.equal({ records: RECORDS, known: isLost ? 0 : RECORDS - 1 });
      expect(await failed()).to.deep.equal(isLost ? ['patients'] : []);
      await addMore('third');
      expect(await failed()).to.deep.equal([]);
    });

    it(`mends where the map ${what}`, async () => {
      lose('map');
      await expectCodeAsync(() => openData(folder), codeOf(what));
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

  it('mends where the log of an index without its CURRENT is damaged too', async () => {
    await addMore('more');
    losses['does not say what is current']?.('index');
    const names = readdirSync(place('index')).filter((name) => name.endsWith('.log'));
    for (const path of names.map((name) => join(place('index'), name))) {
      const bytes = readFileSync(path);
      // The kind of its first record, which a repair drops and tells of.
      bytes.writeUInt8(0x7f, 6);
      writeFileSync(path, bytes);
    }
    await expectCodeAsync(() => openData(folder), 'STORE_CORRUPT');
    await rebuildStore(folder);
    expect((await failed()).filter((check) => check !== 'patients')).to.deep.equal([]);
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
    const restore = kept('store', 'ledger', 'checkpoint');
    await addMore('one');
    const putIndex = kept('store/index');
    restore();
    await addMore('other');
    putIndex();
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

  it('is what is advised where the map is that of a copy that went on otherwise', async () => {
    const restore = kept('store', 'ledger', 'checkpoint');
    await addMore('one');
    const putMap = kept('store/map');
    restore();
    await addMore('other');
    await addMore('more');
    // Leaves after those that it covers do not fit on it.
    putMap();
    await expectCodeAsync(() => openData(folder), 'STORE_CORRUPT');
    await rebuildStore(folder);
    expect(await failed()).to.deep.equal([]);
  });

  it('changes nothing behind a link', async () => {
    const elsewhere = join(folder, 'elsewhere');
    renameSync(place('index'), elsewhere);
    symlinkSync(elsewhere, place('index'));
    const files = () =>
      readdirSync(elsewhere).map((name) => [name, readFileSync(join(elsewhere, name), 'hex')]);
    const before = files();
    losses['does not say what is current']?.('entries');
    await rebuildStore(folder);
    expect(files()).to.deep.equal(before);
    expect(await failed()).to.deep.equal([]);
  });

  it('is not for a store whose entries are gone', async () => {
    for (const what of ['is gone', 'is empty']) {
      losses[what]?.('entries');
      await expectCodeAsync(() => openData(folder), 'STORE_BEHIND');
      await expectCodeAsync(() => rebuildStore(folder), 'STORE_BEHIND');
    }
  });

  it('refuses a ledger that lacks what was attested, and so does nobody advise it', async () => {
    const older = kept('ledger', 'checkpoint');
    await addMore('third');
    const newer = kept('ledger', 'checkpoint');
    older();
    await expectCodeAsync(() => openData(folder), 'LEDGER_BEHIND');
    await expectCodeAsync(() => rebuildStore(folder), 'LEDGER_BEHIND');
    const { log } = await audit(folder, { isLogOnly: true });
    const advice = log.flatMap(({ findings }) => findings.map(({ next }) => next));
    expect(advice).to.not.be.empty;
    expect(advice.filter((next) => next.includes('rebuild'))).to.deep.equal([]);
    newer();
    expect(await failed()).to.deep.equal([]);
  });
});
