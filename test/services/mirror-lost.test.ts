// What a mirror makes of a folder in which its memory is gone, and what is left to compare by.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { HttpMirrorPlace, reached } from '../support/http-mirror-place.js';
import { slowTreeRoot } from '../support/log-writer.js';
import { expectAlarm, MirrorPlace, ORIGIN } from '../support/mirror-place.js';
import { SERVED } from '../support/tile-server.js';

/** Ways in which the memory of a mirror in `folder` goes. */
const LOSSES: readonly (readonly [what: string, lose: (folder: string) => void])[] = [
  ['has lost a file of its database', (folder) => rmSync(join(folder, 'db', 'CURRENT'))],
  ['has lost its database', (folder) => rmSync(join(folder, 'db'), { recursive: true })],
  [
    'has an empty database',
    (folder) => {
      rmSync(join(folder, 'db'), { recursive: true });
      mkdirSync(join(folder, 'db'));
    },
  ],
];

const listed = (folder: string) => readdirSync(folder, { recursive: true }).sort();

describe('a mirror over HTTP and its folder', () => {
  let place: HttpMirrorPlace;
  let folder: string;
  beforeEach(async () => {
    place = await HttpMirrorPlace.create();
    folder = join(place.folder, 'mirror');
  });
  afterEach(() => place.remove());

  const saved = () => readFileSync(join(folder, 'checkpoint'), 'utf8');

  /** How often a run says that it begins. */
  async function begun(): Promise<number> {
    let count = 0;
    const onBegin = () => {
      count++;
    };
    await place.run({ onBegin });
    return count;
  }

  it('keeps the newest checkpoint as the log gave it, also in a folder that had none', async () => {
    await place.run();
    expect(saved()).to.equal(place.log.checkpoint());
    expect(statSync(join(folder, 'checkpoint')).mode & 0o777).to.equal(0o600);
    place.log.append(5);
    await place.run();
    expect(saved()).to.equal(place.log.checkpoint());
    for (const text of [undefined, 'damaged']) {
      rmSync(join(folder, 'checkpoint'));
      if (text !== undefined) writeFileSync(join(folder, 'checkpoint'), text);
      expect(reached(await place.run())[0]).to.equal(place.log.shown.length);
      expect(saved()).to.equal(place.log.checkpoint());
    }
    expect(readdirSync(folder).sort()).to.deep.equal(['checkpoint', 'db']);
  });

  it('keeps the checkpoint of before where the log forked', async () => {
    await place.run();
    const before = saved();
    place.fork(300, 200, 700);
    await expectAlarm(() => place.run(), 'LOG_FORKED', { origin: SERVED });
    expect(saved()).to.equal(before);
  });

  it('begins where the folder is absent or empty, and says so', async () => {
    expect([await begun(), await begun()]).to.deep.equal([1, 0]);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect(await begun()).to.equal(1);
    rmSync(folder, { recursive: true });
    // All that a first run leaves that was killed at once.
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    mkdirSync(join(folder, `db.new-${pid}-0123456789ab`), { recursive: true });
    expect(await begun()).to.equal(1);
    expect(readdirSync(folder).sort()).to.deep.equal(['checkpoint', 'db']);
  });

  for (const [what, lose] of LOSSES) {
    it(`does not begin anew where it ${what}, and takes no fork`, async () => {
      await place.run();
      const [before, asked] = [saved(), place.log.asked.length];
      lose(folder);
      const names = listed(folder);
      place.fork(300, 200);
      await expectCodeAsync(() => place.run(), 'MIRROR_CORRUPT');
      expect(listed(folder)).to.deep.equal(names);
      expect(saved()).to.equal(before);
      expect(place.log.asked).to.have.lengthOf(asked);
    });
  }

  it('does not go on from an older state that was put back', async () => {
    await place.run();
    cpSync(join(folder, 'db'), join(place.folder, 'older'), { recursive: true });
    place.log.append(5);
    await place.run();
    const before = saved();
    rmSync(join(folder, 'db'), { recursive: true });
    cpSync(join(place.folder, 'older'), join(folder, 'db'), { recursive: true });
    await expectCodeAsync(() => place.run(), 'MIRROR_CORRUPT');
    expect(saved()).to.equal(before);
  });
});

describe('a mirror of blocks and its folder', () => {
  let place: MirrorPlace;
  beforeEach(async () => {
    place = await MirrorPlace.create();
  });
  afterEach(() => place.remove());

  const saved = () => readFileSync(place.path('mirror', `checkpoint-${place.logId}`), 'utf8');

  it('keeps the checkpoint of each log to which the blocks lead', async () => {
    await place.run();
    const { leaves } = place.writer;
    const root = slowTreeRoot(leaves.map(leafHash));
    expect(saved()).to.equal(formatCheckpoint({ origin: ORIGIN, size: leaves.length, root }));
    await place.addOtherLog();
    await place.run();
    expect(readdirSync(place.path('mirror'))).to.have.lengthOf(3);
  });

  for (const [what, lose] of LOSSES) {
    it(`does not begin anew where it ${what}`, async () => {
      await place.run();
      const before = saved();
      lose(place.path('mirror'));
      const names = listed(place.path('mirror'));
      await expectCodeAsync(() => place.run(), 'MIRROR_CORRUPT');
      expect(listed(place.path('mirror'))).to.deep.equal(names);
      expect(saved()).to.equal(before);
    });
  }

  it('does not go on from an older state that was put back', async () => {
    await place.run();
    cpSync(place.path('mirror', 'db'), place.path('older'), { recursive: true });
    await place.withEngine((engine) => engine.append(place.logId, place.writer, 2));
    await place.run();
    rmSync(place.path('mirror', 'db'), { recursive: true });
    cpSync(place.path('older'), place.path('mirror', 'db'), { recursive: true });
    await expectCodeAsync(() => place.run(), 'MIRROR_CORRUPT');
  });
});
