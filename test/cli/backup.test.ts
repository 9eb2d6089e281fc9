import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Ran, Workplace } from '../support/cli.js';
import { accessSubmission } from '../support/hospital.js';

const PASSPHRASE = '病案科 correct horse battery';
const KEY_NAMES = [
  'admin-certificate.pem',
  'admin-key.pem',
  'ca-certificate.pem',
  'ca-key.pem',
  'master-key.hex',
  'note-key.pem',
  'writer-certificate.pem',
  'writer-key.pem',
];

describe('backups on the command line', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(() => {
    place = new Workplace();
    writeFileSync(place.path('pw'), `${PASSPHRASE}\r\nanother line\n`);
    expectDone(place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']));
    mkdirSync(place.path('archive'));
    for (let number = 0; number < 5; number++) {
      writeFileSync(place.path('archive', `${number}.txt`), `document ${number}`);
    }
    expectDone(place.run(['ingest', 'archive', '--data', 'd', '--receipts', 'receipts']));
    const events = [1, 2, 3].map((number) =>
      JSON.stringify(accessSubmission(`P${number}`, `event ${number}`)),
    );
    writeFileSync(place.path('events'), `${events.join('\n')}\n`);
    expectDone(place.run(['access', 'import', 'events', '--data', 'd']));
    expectDone(place.run(['trust', 'export', '--data', 'd', '--out', 't.json']));
    expectDone(place.run(['keys', 'backup', 'k.json', '--data', 'd', ...passphrase]));
    expectDone(place.run(['export', 'e.jsonl', '--data', 'd']));
  });
  after(() => place.remove());

  const passphrase = ['--passphrase-file', 'pw'];
  const mode = (...names: string[]) => statSync(place.path(...names)).mode & 0o777;
  const names = (...path: string[]) => readdirSync(place.path(...path)).sort();

  function expectDone(ran: Ran): void {
    expect(ran.status, ran.stderr).to.equal(0);
  }

  function expectError(ran: Ran, code: string, status: number): void {
    expect(ran.stderr).to.match(new RegExp(`^error: ${code} .+\nhint: .+\n$`, 'm'));
    expect(ran.status).to.equal(status);
  }

  const restore = (data: string, ...more: string[]) =>
    place.run(['keys', 'restore', 'k.json', '--data', data, ...passphrase, ...more]);

  it('bring a log back after everything was lost: old receipts verify, nothing is new', () => {
    renameSync(place.path('d'), place.path('lost'));
    expectDone(restore('d'));
    expect(names('d')).to.deep.equal(['keys']);
    expectDone(place.run(['import', 'e.jsonl', '--data', 'd']));
    const verify = ['verify', 'archive', '--receipt', 'receipts', '--trust', 't.json'];
    const verified = place.json(verify);
    expect(verified.status).to.equal(0);
    expect(verified.rows.every(({ verdict }) => verdict === 'unchanged')).to.equal(true);
    const again = place.json(['ingest', 'archive', '--data', 'd', '--receipts', 'again']);
    expect(again.rows.at(-1)?.['summary']).to.include({ anchored: 0, unchanged: 5, proven: 8 });
    for (const name of names('receipts')) {
      expect(names('again')).to.include(name);
      if (!name.endsWith('.json')) continue;
      const before = readFileSync(place.path('receipts', name), 'utf8');
      expect(readFileSync(place.path('again', name), 'utf8')).to.equal(before);
    }
    const imported = place.json(['access', 'import', 'events', '--data', 'd']);
    expect(imported.rows.at(-1)?.['summary']).to.include({ accepted: 8, duplicates: 3 });
    expectDone(place.run(['history', 'urn:hospital-a|P2', '--data', 'd', '--out', 'h.json']));
    expectDone(place.run(['verify', 'h.json', '--trust', 't.json']));
    expectDone(place.run(['trust', 'export', '--data', 'd', '--out', 't2.json']));
    expect(readFileSync(place.path('t2.json'))).to.deep.equal(readFileSync(place.path('t.json')));
    writeFileSync(place.path('archive', 'new.txt'), 'new');
    const more = place.json(['ingest', 'archive', '--data', 'd']);
    expect(more.rows.at(-1)?.['summary']).to.include({ anchored: 1, unchanged: 5, proven: 9 });
    rmSync(place.path('archive', 'new.txt'));
    rmSync(place.path('d'), { recursive: true });
    renameSync(place.path('lost'), place.path('d'));
  });

  describe('export', () => {
    it('gives the same bytes on stdout and in a file for its owner alone', () => {
      const whole = readFileSync(place.path('e.jsonl'), 'utf8');
      for (const args of [[], ['-'], ['--json']]) {
        const ran = place.run(['export', ...args, '--data', 'd']);
        expectDone(ran);
        expect(ran.stdout).to.equal(whole);
      }
      expect(mode('e.jsonl')).to.equal(0o600);
      const { rows } = place.json(['export', 'e2.jsonl', '--data', 'd']);
      expect(rows).to.have.length(1);
      expect(rows[0]).to.include({ file: 'e2.jsonl', entries: 8 });
      expect(readFileSync(place.path('e2.jsonl'), 'utf8')).to.equal(whole);
    });

    it('says what of the folder is not in it, refused events before all', () => {
      const { stderr } = place.run(['export', 'e3.jsonl', '--data', 'd']);
      expect(stderr).to.match(/not in it: what sources sent and .+ refused, in DATA\/feed\n/);
    });

    it('never takes the place of another file, and leaves nothing where it cannot write', () => {
      const before = readFileSync(place.path('e.jsonl'));
      expectError(place.run(['export', 'e.jsonl', '--data', 'd']), 'FILE_EXISTS', 64);
      expect(readFileSync(place.path('e.jsonl'))).to.deep.equal(before);
      const nowhere = place.run(['export', 'no/such/e.jsonl', '--data', 'd']);
      expectError(nowhere, 'FILE_UNWRITABLE', 2);
      expectError(place.run(['export', 'n.jsonl', '--data', 'nothing']), 'NO_DATA', 64);
      writeFileSync(place.path('killed.jsonl.part'), 'left by a killed export');
      expectDone(place.run(['export', 'killed.jsonl', '--data', 'd']));
      expect(names().filter((name) => /^(no|n\.jsonl|.*\.part)/.test(name))).to.deep.equal([]);
      expect(readFileSync(place.path('killed.jsonl'))).to.deep.equal(before);
    });

    it('of a store with a damaged row says so and leaves no file', () => {
      place.run(['keys', 'restore', 'k.json', '--data', 'bad', ...passphrase]);
      expectDone(place.run(['import', 'e.jsonl', '--data', 'bad']));
      // Behind whatever LevelDB reads at the start: into the middle of the newest table or log.
      const store = place.path('bad', 'store');
      const files = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /\.(log|ldb)$/.test(name),
      );
      for (const name of files) {
        const path = join(store, name);
        const bytes = readFileSync(path);
        for (let at = 64; at < bytes.length; at += 512) bytes[at] = (bytes[at] as number) ^ 0xff;
        writeFileSync(path, bytes);
      }
      const ran = place.run(['export', 'bad.jsonl', '--data', 'bad']);
      expect(ran.status, ran.stderr).to.equal(2);
      expect(ran.stderr).to.match(/^error: STORE_(CORRUPT|BEHIND|FAILED) /m);
      expect(names().filter((name) => name.startsWith('bad.jsonl'))).to.deep.equal([]);
    });
  });

  describe('import', () => {
    it('says what is wrong with a file, and leaves the folder as it was', () => {
      expectDone(restore('i'));
      const whole = readFileSync(place.path('e.jsonl'));
      writeFileSync(place.path('cut'), whole.subarray(0, -1000));
      writeFileSync(place.path('more'), whole);
      appendFileSync(place.path('more'), '{}\n');
      for (const name of ['cut', 'more', 't.json', 'k.json']) {
        expectError(place.run(['import', name, '--data', 'i']), 'BAD_FORMAT', 2);
      }
      expectError(place.run(['import', 'archive', '--data', 'i']), 'BAD_FORMAT', 2);
      expectError(place.run(['import', 'nothing', '--data', 'i']), 'FILE_MISSING', 2);
      expectError(place.run(['import', 'e.jsonl', '--data', 'd']), 'DATA_EXISTS', 64);
      expectError(place.run(['import', 'e.jsonl', '--data', 'none']), 'KEY_UNREADABLE', 2);
      expect(existsSync(place.path('none'))).to.equal(false);
      expect(names('i')).to.deep.equal(['keys']);
    });

    it('into another log is refused', () => {
      const other = ['init', '--data', 'o', '--origin', 'b.example/x', '--org', 'B'];
      expectDone(place.run(other));
      const before = names('o');
      const ran = place.run(['import', 'e.jsonl', '--data', 'o']);
      expectError(ran, 'OTHER_LOG', 1);
      expect(ran.stderr).to.include('import into another ledger is refused');
      expect(names('o')).to.deep.equal(before);
    });
  });

  describe('keys', () => {
    it('are in one file for its owner alone, and come back as they were', () => {
      expect(mode('k.json')).to.equal(0o600);
      expectDone(restore('k'));
      expect(mode('k')).to.equal(0o700);
      expect(names('k', 'keys')).to.deep.equal(KEY_NAMES);
      for (const name of KEY_NAMES) {
        const text = readFileSync(place.path('d', 'keys', name), 'utf8');
        expect(readFileSync(place.path('k', 'keys', name), 'utf8')).to.equal(text);
        expect(mode('k', 'keys', name)).to.equal(0o600);
        // No line of a secret stands in the backup as it is.
        const [line = ''] = text.split('\n').filter((one) => !one.startsWith('---'));
        expect(readFileSync(place.path('k.json'), 'utf8')).to.not.include(line);
      }
    });

    it('never take the place of a file or of other keys', () => {
      const file = readFileSync(place.path('k.json'));
      const backup = ['keys', 'backup', 'k.json', '--data', 'd', ...passphrase];
      expectError(place.run(backup), 'FILE_EXISTS', 64);
      expect(readFileSync(place.path('k.json'))).to.deep.equal(file);
      expectError(restore('d'), 'DATA_EXISTS', 64);
      mkdirSync(place.path('full'));
      writeFileSync(place.path('full', 'notes'), 'x');
      expectError(restore('full'), 'DATA_EXISTS', 64);
      expect(names('full')).to.deep.equal(['notes']);
    });

    it('go back into the data folder that lost them, and into no other', () => {
      renameSync(place.path('d', 'keys'), place.path('kept'));
      expectError(place.run(['export', '--data', 'd']), 'KEY_UNREADABLE', 2);
      expectDone(restore('d'));
      expectDone(place.run(['export', 'd.jsonl', '--data', 'd']));
      place.run(['init', '--data', 'p', '--origin', 'c.example/x', '--org', 'C']);
      rmSync(place.path('p', 'keys'), { recursive: true });
      const before = names('p');
      expectError(restore('p'), 'OTHER_LOG', 1);
      expect(names('p')).to.deep.equal(before);
    });

    it('are refused with another passphrase or from a damaged file, with nothing written', () => {
      writeFileSync(place.path('wrong'), 'another passphrase');
      const wrong = place.run([
        ...['keys', 'restore', 'k.json', '--data', 'w', '--passphrase-file', 'wrong'],
      ]);
      expectError(wrong, 'BACKUP_REFUSED', 2);
      expect(wrong.stderr).to.match(/passphrase is wrong, or the file is damaged/);
      writeFileSync(place.path('damaged'), readFileSync(place.path('k.json')).subarray(10));
      const args = ['keys', 'restore', 'damaged', '--data', 'w', ...passphrase];
      expectError(place.run(args), 'BACKUP_REFUSED', 2);
      expect(existsSync(place.path('w'))).to.equal(false);
    });

    it('are backed up without those that were taken to a safe, which is said', () => {
      renameSync(place.path('d', 'keys', 'ca-key.pem'), place.path('safe'));
      const args = ['keys', 'backup', 'part.json', '--data', 'd', ...passphrase];
      expect(place.json(args).rows[0]?.['missing']).to.deep.equal(['ca-key.pem']);
      renameSync(place.path('safe'), place.path('d', 'keys', 'ca-key.pem'));
    });

    it('are not backed up when others may read them or when they are of another log', () => {
      const backup = ['keys', 'backup', 'x.json', '--data', 'd', ...passphrase];
      const master = place.path('d', 'keys', 'master-key.hex');
      chmodSync(master, 0o640);
      expectError(place.run(backup), 'KEY_EXPOSED', 2);
      chmodSync(master, 0o600);
      const text = readFileSync(master, 'utf8');
      writeFileSync(master, `${'ab'.repeat(32)}\n`);
      expectError(place.run(backup), 'KEY_UNREADABLE', 2);
      writeFileSync(master, text);
      expect(names().filter((name) => name.startsWith('x.json'))).to.deep.equal([]);
    });

    it('want a passphrase of 12 characters from a file or a terminal', () => {
      const backup = ['keys', 'backup', 'x.json', '--data', 'd'];
      expectError(place.run(backup, `${PASSPHRASE}\n`), 'USAGE', 64);
      writeFileSync(place.path('short'), '十一个字的口令是太短的\n');
      expectError(place.run([...backup, '--passphrase-file', 'short']), 'USAGE', 64);
      expectError(place.run([...backup, '--passphrase-file', 'nothing']), 'FILE_MISSING', 2);
      expectError(place.run([...backup, '--passphrase', PASSPHRASE]), 'USAGE', 64);
      expect(names().filter((name) => name.startsWith('x.json'))).to.deep.equal([]);
    });

    // util-linux has a terminal for us; elsewhere there is none.
    const onTerminal = spawnSync('script', ['--version']).status === 0 ? it : () => undefined;
    onTerminal('ask for it twice on a terminal and do not show it', async () => {
      const program = join(process.cwd(), 'cli', 'chartseal.mjs');
      /** Answers each prompt with the next line; gives exit code and all that is shown. */
      const typed = async (command: string, ...lines: string[]) => {
        const run = `'${process.execPath}' '${program}' ${command}`;
        const child = spawn('script', ['-qec', run, '/dev/null'], { cwd: place.folder });
        let shown = '';
        child.stdout.on('data', (chunk: Buffer) => {
          shown += chunk.toString();
          if (shown.endsWith(': ')) child.stdin.write(`${lines.shift()}\r`);
        });
        const [status] = await once(child, 'close');
        return { status, shown };
      };
      const made = await typed('keys backup tty.json --data d', PASSPHRASE, PASSPHRASE);
      expect(made.status, made.shown).to.equal(0);
      expect(made.shown).to.match(/passphrase of the backup: .*the same again: /s);
      expect(made.shown).to.not.include('horse');
      const back = await typed('keys restore tty.json --data tty', PASSPHRASE);
      expect(back.status, back.shown).to.equal(0);
      expect(names('tty', 'keys')).to.deep.equal(KEY_NAMES);
      for (const lines of [[PASSPHRASE, `${PASSPHRASE}!`], ['short', 'short'], ['\u0003']]) {
        const refused = await typed('keys backup no.json --data d', ...lines);
        expect(refused.status, refused.shown).to.equal(64);
      }
      expect(existsSync(place.path('no.json'))).to.equal(false);
    });
  });
});
