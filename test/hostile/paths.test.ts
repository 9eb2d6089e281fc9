// Paths at which nothing lies, or something that is no file: each with a code and a hint, at once,
// and nothing written.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { verify } from '../../cli/commands/verify.js';
import type { CommandContext } from '../../cli/context.js';
import { makeFolder, writeWhole } from '../../gateway/services/receipt-files.js';
import { readSmallFile } from '../../gateway/services/small-file.js';
import { Workplace } from '../support/cli.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';
import { asOrdinaryUser, makeFifo } from '../support/temp-folder.js';
import { Untouched } from '../support/untouched.js';

const LONG = 'x'.repeat(300);
/** What lies at the path, and what reading it is answered with. */
const STRANGE: Readonly<Record<string, 'FILE_MISSING' | 'FILE_UNREADABLE'>> = {
  nothing: 'FILE_MISSING',
  'document/below': 'FILE_MISSING',
  dangling: 'FILE_MISSING',
  loop: 'FILE_UNREADABLE',
  fifo: 'FILE_UNREADABLE',
  socket: 'FILE_UNREADABLE',
  '/dev/null': 'FILE_UNREADABLE',
  '/dev/zero': 'FILE_UNREADABLE',
};

describe('a strange path', function () {
  this.timeout(90_000);
  let place: Workplace;
  let server: Server;
  let untouched: Untouched;

  before(async () => {
    place = new Workplace();
    place.run(['init', '--data', 'data']);
    writeFileSync(place.path('document'), 'a document\n');
    const ran = place.run(['ingest', 'document', '--data', 'data', '--receipts', 'receipts']);
    expect(ran.status, ran.stderr).to.equal(0);
    place.run(['trust', 'export', '--data', 'data', '--out', 'trust.json']);
    symlinkSync('nowhere', place.path('dangling'));
    symlinkSync('loop', place.path('loop'));
    makeFifo(place.path('fifo'));
    mkdirSync(place.path('folder'));
    server = createServer().listen(place.path('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    untouched = await Untouched.remember(place.folder, 'data');
  });
  afterEach(() => untouched.expectSame());
  after(() => {
    server.close();
    place.remove();
  });

  it('to verify is missing or unreadable, and stops no other file', () => {
    const files = [...Object.keys(STRANGE), LONG, 'folder', 'document'];
    const args = ['verify', ...files, '--trust', 'trust.json', '--json'];
    const ran = runIn(place, args);
    expectNoStack(ran);
    const rows = ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const found = Object.fromEntries(rows.map((row) => [row.file, row.error.code]));
    expect(found).to.deep.equal({
      ...STRANGE,
      [LONG]: 'FILE_MISSING',
      folder: 'NO_RECEIPT',
      document: 'NO_RECEIPT',
    });
    for (const { verdict, exitCode, error } of rows) {
      const isMissing = error.code === 'FILE_MISSING';
      expect(exitCode).to.equal(isMissing ? 1 : 2);
      if (error.code !== 'NO_RECEIPT') {
        expect(verdict).to.equal(isMissing ? 'missing' : 'unreadable');
      }
      expect(error.hint).to.not.equal('');
    }
    expect(ran.status).to.equal(1);
    const prose = runIn(place, ['verify', 'fifo', 'loop', '--trust', 'trust.json']);
    expect(prose.status).to.equal(2);
    expect(prose.stderr).to.match(/^hint: FILE_UNREADABLE: [^\n]+\n$/);
  });

  it('of a receipt says nothing about the document', () => {
    for (const receipt of ['nothing', 'loop', 'fifo', 'socket', '/dev/zero', LONG, 'folder']) {
      const args = ['verify', 'document', '--receipt', receipt, '--trust', 'trust.json', '--json'];
      const ran = runIn(place, args);
      expectNoStack(ran);
      const row = JSON.parse(ran.stdout);
      expect(row, receipt).to.include({ verdict: 'not checked', exitCode: 2 });
      expect(row.error, receipt).to.include({
        code: 'NO_RECEIPT',
      });
      expect(ran.status).to.equal(2);
    }
  });

  it('of a trust file stops everything', () => {
    for (const [path, code] of [...Object.entries(STRANGE), ['folder', 'FILE_UNREADABLE']]) {
      const args = ['verify', 'document', '--receipt', 'receipts', '--trust', path as string];
      expectRefused(runIn(place, args), code as string, 2);
    }
  });

  it('of events is refused before the data folder is opened', () => {
    for (const path of ['nothing', 'dangling', 'loop', 'socket', '/dev/zero', 'folder', LONG]) {
      const code = STRANGE[path] ?? 'FILE_UNREADABLE';
      const ran = runIn(place, ['access', 'import', path, '--data', 'no-data']);
      expectRefused(ran, code, 2);
    }
  });

  it('of events that is a pipe is waited for, and others may work meanwhile', async () => {
    const args = ['access', 'import', 'fifo', '--data', 'data'];
    const waiting = place.start(args);
    try {
      const ran = runIn(place, ['trust', 'export', '--data', 'data']);
      expect(ran.status, ran.stderr).to.equal(0);
    } finally {
      const ended = once(waiting, 'exit');
      waiting.kill('SIGKILL');
      // As long as it is there, the writer takes it for its reader.
      await ended;
    }
    const writer = spawn('bash', ['-c', 'exec > fifo'], { cwd: place.folder });
    const ran = runIn(place, args);
    expect(ran.status, ran.stderr).to.equal(0);
    writer.kill();
  });

  it('to ingest is told in the list, and nothing is anchored', () => {
    const paths = ['nothing', 'dangling', 'loop', 'fifo', 'socket', '/dev/zero', LONG];
    const ran = runIn(place, ['ingest', ...paths, '--data', 'data', '--json']);
    expectNoStack(ran);
    const rows = ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { summary } = rows.pop();
    expect(rows).to.have.length(paths.length);
    expect(summary).to.include({ anchored: 0, skipped: 3, failed: 4, accepted: 1 });
    expect(ran.stderr).to.match(/hint: FILE_MISSING: /);
    expect(ran.status).to.equal(2);
  });

  it('for receipts is refused before anything is anchored', async () => {
    writeFileSync(place.path('folder', 'new'), 'a new document\n');
    const strange = ['document', 'fifo', 'loop', 'dangling'].map((name) => place.path(name));
    // Node's own way to make folders with their parents never ends there.
    const takesNone = process.platform === 'linux' ? ['/proc/new', '/proc/new/below'] : [];
    for (const path of [...strange, '/dev/null', '/dev/null/below', ...takesNone]) {
      await expectCodeAsync(() => makeFolder(path), 'FILE_UNWRITABLE');
    }
    const args = ['ingest', 'folder', '--data', 'data', '--receipts', 'document'];
    expectRefused(runIn(place, args), 'FILE_UNWRITABLE', 2);
    rmSync(place.path('folder', 'new'));
  });

  it('for what a command makes is refused at once where a file system takes no folders', () => {
    if (process.platform !== 'linux') return;
    const receipts = ['--data', 'data', '--receipts', '/proc/new/below'];
    const mirror = ['--url', 'http://127.0.0.1:1/v1/log', '--trust', 'trust.json'];
    for (const args of [
      ['ingest', 'document', ...receipts],
      ['init', '--data', '/proc/new/below'],
      ['receipt', '#0', '--data', 'data', '--out', '/proc/new/below'],
      ['demo', '--keep', '/proc/new'],
      ['log', 'mirror', '--to', '/proc/new/below', ...mirror],
      ['network', 'up', '--state', '/proc/new/below'],
    ]) {
      const ran = runIn(place, args);
      expectNoStack(ran);
      expect(ran.stderr, args.join(' ')).to.match(/^error: FILE_UNWRITABLE [^\n]+\nhint: /m);
      expect(ran.status).to.equal(2);
    }
  });

  it('of a demo that is kept in the place of another one is refused', () => {
    mkdirSync(place.path('kept', 'archive'), { recursive: true });
    const ran = runIn(place, ['demo', '--keep', 'kept']);
    expect(ran.stderr).to.match(/^error: FILE_EXISTS the folder to keep holds "archive"/m);
    expectNoStack(ran);
    expect(ran.status).to.equal(64);
    rmSync(place.path('kept'), { recursive: true });
  });

  it('to write to is never replaced unless it is a file', async () => {
    const bytes = Buffer.from('evidence');
    const kinds = () =>
      ['fifo', 'socket', 'loop', 'dangling', 'folder', 'device'].map(
        (name) => lstatSync(place.path(name), { throwIfNoEntry: false })?.mode,
      );
    // Only root makes devices.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) execFileSync('mknod', [place.path('device'), 'c', '1', '3']);
    const before = kinds();
    const others = ['folder/', 'document/below', LONG, ...(isRoot ? ['device'] : [])];
    for (const path of ['fifo', 'socket', 'loop', 'dangling', 'folder', ...others]) {
      await expectCodeAsync(() => writeWhole(place.path(path), bytes), 'FILE_UNWRITABLE');
    }
    expect(kinds()).to.deep.equal(before);
    if (isRoot) rmSync(place.path('device'));
    for (const path of ['fifo', 'dangling', '/dev/full', 'folder']) {
      const args = ['receipt', '#0', '--data', 'data', '--out', path];
      expectRefused(runIn(place, args), 'FILE_UNWRITABLE', 2);
    }
  });

  it('of a data folder is none', () => {
    for (const path of ['nothing', 'document', 'dangling', 'fifo', 'folder', '/dev/null']) {
      expectRefused(runIn(place, ['receipt', '#0', '--data', path]), 'NO_DATA', 64);
    }
    for (const path of ['loop', LONG]) {
      expectRefused(runIn(place, ['receipt', '#0', '--data', path]), 'FILE_UNREADABLE', 2);
    }
    for (const path of ['document', 'fifo', 'dangling', 'receipts', 'data']) {
      expectRefused(runIn(place, ['init', '--data', path]), 'DATA_EXISTS', 64);
    }
  });

  it('that may not be read is unreadable', async () => {
    const secret = place.path('secret');
    writeFileSync(secret, '{}');
    chmodSync(secret, 0o000);
    chmodSync(place.folder, 0o755);
    const trust = place.path('trust.json');
    const receipt = place.path('receipts', 'document.receipt.json');
    const rows: { verdict: string; error: { code: string } }[] = [];
    const context: CommandContext = {
      json: true,
      columns: 0,
      stdin: process.stdin,
      data: (line) => void rows.push(JSON.parse(line)),
      tell: () => {},
      draw: () => {},
    };
    await asOrdinaryUser(async () => {
      expectCode(() => readSmallFile(secret), 'FILE_UNREADABLE');
      await expectCodeAsync(() => verify(['x'], { trust: secret }, context), 'FILE_UNREADABLE');
      expect(await verify([secret], { trust }, context)).to.equal(2);
      expect(await verify([secret], { trust, receipt }, context)).to.equal(2);
      expect(await verify([place.path('document')], { trust, receipt: secret }, context)).to.equal(
        2,
      );
    });
    expect(rows.map(({ verdict, error }) => `${verdict} ${error.code}`)).to.deep.equal([
      'unreadable FILE_UNREADABLE',
      'unreadable FILE_UNREADABLE',
      'not checked NO_RECEIPT',
    ]);
    rmSync(secret);
  });

  it('that holds the receipt of a document with the longest of names is found', () => {
    const name = `${'n'.repeat(247)}.txt`;
    writeFileSync(place.path('folder', name), readFileSync(place.path('document')));
    const ran = runIn(place, ['verify', `folder/${name}`, '--trust', 'trust.json', '--json']);
    expect(JSON.parse(ran.stdout).error).to.include({ code: 'NO_RECEIPT' });
    rmSync(place.path('folder', name));
  });
});
