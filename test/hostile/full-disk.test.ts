// A disk that is full: what was answered stays, what was not is refused, and the next run on a disk
// with room goes on where it ended. A file system of 4 MB where one may be mounted; elsewhere a
// limit on the size of files, which LevelDB meets in the same calls.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { openData } from '../support/data-sample.js';
import { expectNoStack, runIn } from '../support/refusals.js';
import { canMountTmpfs, mountTmpfs } from '../support/temp-folder.js';

const EVENTS = 700;

const event = (number: number) =>
  JSON.stringify({
    patient: { system: 'urn:hospital-a', value: `P${number % 7}` },
    occurredAt: '2026-11-01T08:00:00.000Z',
    action: 'R',
    outcome: 'success',
    actor: { id: 'dr-1' },
    role: 'physician',
    organisation: 'hospital-a',
    purpose: 'TREAT',
    breakGlass: false,
    records: [0, 1].map((at) => `${at}${'r'.repeat(3500)}${number}`),
    category: 'inpatient',
    source: { system: 'emr', requestId: `request ${number}` },
  });

describe('a full disk', function () {
  this.timeout(90_000);
  const mounts = canMountTmpfs();
  const how = mounts ? 'a file system of 4 MB' : 'a limit on the size of files';

  it(`(${how}) loses nothing that was answered, and is told with a code`, async () => {
    const place = new Workplace();
    const disk = place.path('disk');
    mkdirSync(disk);
    if (mounts) expect(mountTmpfs(disk, 'size=4m')).to.equal(true);
    try {
      const shell = mounts ? '"$@"' : 'ulimit -f 1200; trap "" XFSZ; "$@"';
      expect(place.run(['init', '--data', 'disk/data']).status).to.equal(0);
      const lines = Array.from({ length: EVENTS }, (_, number) => event(number));
      writeFileSync(place.path('events.jsonl'), lines.join('\n'));
      const args = ['access', 'import', 'events.jsonl', '--data', 'disk/data', '--json'];
      const full = runIn(place, args, { shell });
      expectNoStack(full);
      expect(full.status, full.stderr).to.equal(2);
      expect(full.stderr).to.match(
        /(^|\n)error: (STORE|LEDGER|LOG)_(FAILED|STOPPED) [^\n]+\nhint: /,
      );
      const rows = full.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const answered = rows.filter(({ leafHash }) => leafHash !== undefined);
      expect(answered.length).to.be.lessThan(EVENTS);

      // Still full: nothing can be opened, or nothing is taken; either way it is said.
      const again = runIn(place, args, { shell });
      expectNoStack(again);
      expect(again.status, again.stderr).to.equal(2);

      if (mounts) expect(mountTmpfs(disk, 'remount,size=64m')).to.equal(true);
      const roomy = runIn(place, args);
      expect(roomy.status, roomy.stderr).to.equal(0);
      const after = roomy.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(after.pop().summary).to.include({
        accepted: EVENTS,
        committed: EVENTS,
        proven: EVENTS,
        failed: 0,
      });
      for (const { line, leafHash } of answered) {
        const { leafHash: now, duplicate } = after[line - 1];
        expect({ now, duplicate }).to.deep.equal({ now: leafHash, duplicate: true });
      }
      const hospital = await openData(place.path('disk', 'data'));
      const leafHashes = new Set<string>();
      for await (const { hash } of hospital.store.leavesFrom(0)) {
        leafHashes.add(Buffer.from(hash).toString('hex'));
      }
      await hospital.close();
      expect([...leafHashes]).to.have.length(EVENTS);
      expect([...leafHashes].sort()).to.deep.equal(after.map((row) => row.leafHash).sort());
    } finally {
      if (mounts) spawnSync('umount', [disk]);
      place.remove();
    }
  });

  it(`(${how}) takes no new data folder, and leaves no half of one`, () => {
    const place = new Workplace();
    const disk = place.path('disk');
    mkdirSync(disk);
    if (mounts) expect(mountTmpfs(disk, 'size=16k')).to.equal(true);
    try {
      const shell = mounts ? '"$@"' : 'ulimit -f 0; trap "" XFSZ; "$@" 2>&1 | cat';
      const ran = runIn(place, ['init', '--data', 'disk/data'], { shell });
      expectNoStack(ran);
      expect(ran.stdout + ran.stderr).to.match(/error: [A-Z]+_[A-Z]+ [^\n]+\nhint: /);
      if (mounts) expect(ran.status).to.equal(2);
      expect(spawnSync('ls', ['-A', disk]).stdout.toString()).to.equal('');
    } finally {
      if (mounts) spawnSync('umount', [disk]);
      place.remove();
    }
  });
});
