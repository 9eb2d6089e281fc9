import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { COMMANDS } from '../../cli/commands.js';
import type { CommandContext } from '../../cli/context.js';
import { reportError } from '../../cli/exit.js';
import { Progress } from '../../cli/progress.js';
import { forTerminal } from '../../cli/render.js';
import { ByteCounter } from '../../gateway/services/digest.js';
import type { WalkedFile } from '../../gateway/services/walk.js';
import { Workplace } from '../support/cli.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');

interface Said {
  readonly data: string[];
  readonly prose: string[];
  readonly drawn: string[];
}

function listen(changes: Partial<CommandContext> = {}): { context: CommandContext; said: Said } {
  const said: Said = { data: [], prose: [], drawn: [] };
  const context: CommandContext = {
    json: false,
    columns: 0,
    stdin: process.stdin,
    data: (line) => void said.data.push(line),
    tell: (line) => void said.prose.push(line),
    draw: (text) => void said.drawn.push(text),
    ...changes,
  };
  return { context, said };
}

describe('the frame of the command line', function () {
  this.timeout(30_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.remove());

  describe('refuses wrong usage with 64, an error line and a hint line, and does nothing', () => {
    const wrong: readonly (readonly [what: string, args: string[]])[] = [
      ['an unknown command', ['anchor']],
      ['an unknown option', ['init', '--force']],
      ['an argument too many', ['init', 'here']],
      ['a missing argument', ['ingest']],
      ['a missing option', ['verify', 'a.pdf']],
      ['an option without its value', ['init', '--data']],
      ['another option in the place of a value', ['init', '--data', '--origin']],
      ['an empty value', ['init', '--data', '']],
      ['an option given twice', ['init', '--data', 'a', '--data', 'b']],
      ['a word that is none of the choices', ['init', '--record-labels', 'sha']],
      ['an empty path, which would be the folder one stands in', ['ingest', '']],
      ['a number that is none', ['receipt', 'x', '--version', '0']],
    ];
    for (const [what, args] of wrong) {
      it(what, () => {
        const { status, stdout, stderr } = place.run(args);
        expect(status).to.equal(64);
        expect(stdout).to.equal('');
        expect(stderr).to.match(/^error: USAGE [^\n]+\nhint: [^\n]+\n$/);
        expect(readdirSync(place.folder)).to.deep.equal([]);
      });
    }

    it('also as JSON', () => {
      const { status, rows } = place.json(['ingest']);
      expect(status).to.equal(64);
      expect(rows).to.have.length(1);
      expect(rows[0]?.['error']).to.include({ code: 'USAGE' });
    });
  });

  it('prints help and version as data, and help on stderr when no command is given', () => {
    for (const args of [['--help'], ['help'], ['ingest', '--help'], ['--version']]) {
      const { status, stdout, stderr } = place.run(args);
      expect(status).to.equal(0);
      expect(stdout).to.not.equal('');
      expect(stderr).to.equal('');
    }
    for (const args of [[], ['access'], ['trust']]) {
      const { status, stdout, stderr } = place.run(args);
      expect(status).to.equal(64);
      expect(stdout).to.equal('');
      expect(stderr).to.match(/^Usage: chartseal/);
    }
  });

  it('shows for every command an example with options that the command has', () => {
    expect(COMMANDS.length).to.be.at.least(9);
    for (const { name, example, flags } of COMMANDS) {
      expect(example.startsWith(name), name).to.equal(true);
      const known = Object.values(flags).map(({ make }) => make().long);
      for (const [used] of example.matchAll(/--[a-z-]+/g)) expect(known, name).to.include(used);
    }
  });

  it('never ends with 1, which means altered, because its output has no taker', () => {
    place.run(['init', '--data', 'd']);
    mkdirSync(place.path('archive'));
    // More lines than a pipe holds: else all of them are written before head has gone.
    for (let number = 0; number < 600; number++) {
      writeFileSync(place.path('archive', String(number).padStart(120, '0')), 'x');
    }
    const shell = (line: string) =>
      spawnSync('bash', ['-c', line, process.execPath, PROGRAM], {
        cwd: place.folder,
        encoding: 'utf8',
      });
    const full = shell('"$0" "$1" ingest archive --data d --json >/dev/full');
    expect(full.status).to.equal(2);
    expect(full.stderr).to.match(/error: FILE_UNWRITABLE stdout: no space left on device\nhint: /);
    const cut = shell('set -o pipefail; "$0" "$1" ingest archive --data d --json | head -1');
    expect(cut.status).to.equal(2);
    expect(cut.stderr).to.not.include('error');
    expect(cut.stdout.split('\n')).to.have.length(2);
    const deaf = shell('"$0" "$1" ingest archive --data d 2>/dev/full');
    expect(deaf.status).to.equal(0);
  });

  it('loads what makes certificates, and reads a configuration, only where it is used', () => {
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    const env = { ...process.env, NODE_DEBUG: 'module' };
    const args = [PROGRAM, 'trust', 'export', '--data', 'd'];
    const { stderr } = spawnSync(process.execPath, args, {
      cwd: place.folder,
      encoding: 'utf8',
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    // Of both threads: the ledger's runs the contract.
    for (const used of ['node_modules/commander/', 'chaincode/contract/append.js']) {
      expect(stderr).to.contain(used);
    }
    const others = ['@peculiar/x509', 'zod', 'express', '@grpc/grpc-js', 'fabric-contract-api'];
    for (const unused of [...others, '@noble/curves']) {
      expect(stderr).not.to.contain(`node_modules/${unused}/`);
    }
  });

  it('writes no character that a terminal obeys, whatever files are called', () => {
    place.run(['init', '--data', 'd']);
    mkdirSync(place.path('archive'));
    symlinkSync('x', place.path('archive', 'a\u001b[2Jb\nc\u202ed\u009be'));
    const { stderr } = place.run(['ingest', 'archive', '--data', 'd']);
    expect(stderr).to.include('a\\u{1b}[2Jb\\u{a}c\\u{202e}d\\u{9b}e: skipped, symbolic link\n');
  });

  it('shows JSON on a terminal as the same value without such characters', () => {
    const value = { name: 'a\u001b[2J\n\u009b\u202e病历\u{e0001}\u2028' };
    const shown = forTerminal(JSON.stringify(value));
    expect(JSON.parse(shown)).to.deep.equal(value);
    expect(shown).to.match(/^[ -~病历]+$/);
  });

  describe('reports an error', () => {
    it('of ours with its code, message, hint and exit code', () => {
      const { context, said } = listen({ json: true });
      const error = new ChartsealError('NOT_FOUND', 'no record\u001b has this identifier');
      expect(reportError(error, context)).to.equal(1);
      expect(said.prose).to.deep.equal([
        'error: NOT_FOUND no record\\u{1b} has this identifier',
        `hint: ${error.hint}`,
      ]);
      const { message, hint } = error;
      expect(said.data.map((line) => JSON.parse(line))).to.deep.equal([
        { error: { code: 'NOT_FOUND', message, hint } },
      ]);
    });

    it('that nobody foresaw with its message, without its stack, and with 2', () => {
      const { context, said } = listen({ json: true });
      expect(reportError(new TypeError('x is not a function'), context)).to.equal(2);
      expect(said.prose[0]).to.equal('error: UNEXPECTED x is not a function');
      expect(said.prose).to.have.length(2);
      expect(JSON.parse(said.data[0] as string).error).to.include({ code: 'UNEXPECTED' });
      expect(reportError('thrown text', listen().context)).to.equal(2);
    });
  });
});

describe('progress', () => {
  const MEBIBYTE = 1024 * 1024;
  let now: number;
  const clock = () => now;
  let place: Workplace;
  beforeEach(() => {
    now = 1000;
    place = new Workplace();
    writeFileSync(place.path('file'), Buffer.alloc(MEBIBYTE));
  });
  afterEach(() => place.remove());

  /** The same file again and again: of one mebibyte, on the disk. */
  async function* files(count: number): AsyncGenerator<WalkedFile> {
    const path = Buffer.from(place.path('file'));
    for (let number = 0; number < count; number++) {
      yield { kind: 'file', path, relative: String(number), folder: 'f' };
    }
  }

  function counterAt(bytes: number): ByteCounter {
    const counter = new ByteCounter();
    new BigInt64Array(counter.shared)[0] = BigInt(bytes);
    return counter;
  }

  it('is not drawn where there is no terminal', async () => {
    const { context, said } = listen();
    const progress = new Progress(context, new ByteCounter(), clock);
    await progress.count(files(10));
    progress.done();
    progress.end();
    expect(said.drawn).to.deep.equal([]);
  });

  it('tells rate and time left once everything is counted', async () => {
    const { context, said } = listen({ columns: 100 });
    const progress = new Progress(context, counterAt(50 * MEBIBYTE), clock);
    progress.done();
    expect(said.drawn[0]).to.match(/K1 files, .*still counting$/);
    await progress.count(files(200));
    for (let number = 1; number < 50; number++) progress.done();
    now += 10_000;
    progress.done();
    expect(said.drawn.at(-1)).to.equal(
      '\r\u001b[K[#####...............] 25% of 200 files, 5 files/s, 5.0 MiB/s, 30 s left',
    );
  });

  it('is drawn seldom, fits in the line, and goes away for good', async () => {
    const { context, said } = listen({ columns: 20 });
    const progress = new Progress(context, counterAt(MEBIBYTE), clock);
    await progress.count(files(1000));
    for (let number = 0; number < 1000; number++) {
      progress.done();
      now += 1;
    }
    expect(said.drawn).to.have.length(5);
    for (const text of said.drawn) expect(text.slice('\r\u001b[K'.length)).to.have.length(19);
    progress.end();
    now += 1000;
    progress.done();
    expect(said.drawn.at(-1)).to.equal('\r\u001b[K');
    expect(said.drawn).to.have.length(6);
  });
});
