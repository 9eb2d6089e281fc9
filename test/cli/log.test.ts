import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeBase64, decodeHex, encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { appendHashes, EMPTY_FRONTIER, frontierRoot } from '../../chaincode/core/compact-range.js';
import { leafHash, parseClosingLeaf } from '../../chaincode/core/leaf.js';
import { EMPTY_ROOT, verifyConsistency } from '../../chaincode/core/merkle.js';
import { verifyNote } from '../../chaincode/core/signed-note.js';
import { parseNoteKey } from '../../gateway/data/keys.js';
import { type JsonRow, Workplace } from '../support/cli.js';
import { withRaw } from '../support/raw-store.js';

const ORIGIN = 'a.example/x';

describe('the log on the command line', function () {
  this.timeout(60_000);
  const place = new Workplace();
  /** Newest checkpoint after each of three runs, saved as a witness would. */
  const saved: string[] = [];

  const log = (...args: string[]) => place.run(['log', ...args, '--data', 'd']);
  const rows = (...args: string[]) => place.json(['log', ...args, '--data', 'd']);
  const sizeOf = (note: string) => Number(note.split('\n')[1]);

  before(() => {
    place.run(['init', '--data', 'd', '--origin', ORIGIN, '--org', 'A']);
    const early = log('checkpoint');
    expect(early.status).to.equal(2);
    expect(early.stderr).to.match(/^error: NOT_PROVEN_YET /);
    mkdirSync(place.path('archive'));
    for (const [turn, files] of [300, 40, 1].entries()) {
      for (let file = 0; file < files; file++) {
        writeFileSync(place.path('archive', `${turn}-${file}`), `${turn} ${file}`);
      }
      expect(place.run(['ingest', 'archive', '--data', 'd']).status).to.equal(0);
      const { status, stdout } = log('checkpoint');
      expect(status).to.equal(0);
      saved.push(stdout);
      writeFileSync(place.path(`saved-${turn}`), stdout);
    }
  });
  after(() => place.remove());

  const noteKey = () =>
    parseNoteKey(readFileSync(place.path('d', 'keys', 'note-key.pem'), 'utf8')).notePublicKey;
  const [first, second, third] = [0, 1, 2].map((turn) => () => saved[turn] as string) as [
    () => string,
    () => string,
    () => string,
  ];

  it('gives checkpoints as notes that the log signed, of every size that was attested', () => {
    for (const note of saved) {
      const { size, root } = parseCheckpoint(verifyNote(note, ORIGIN, noteKey()));
      expect(log('checkpoint', '--size', String(size)).stdout).to.equal(note);
      const { rows: json } = rows('checkpoint', '--size', String(size));
      const row = { origin: ORIGIN, size, root: encodeHex(root), checkpoint: note };
      expect(json).to.deep.equal([row]);
    }
  });

  it('names the nearest attested sizes for any other', () => {
    const [low, high] = [sizeOf(second()), sizeOf(third())];
    const ran = log('checkpoint', '--size', String(low + 1));
    expect(ran.status).to.equal(1);
    expect(ran.stderr).to.include(`NOT_FOUND `).and.to.include(`${low} and ${high}`);
    expect(log('checkpoint', '--size', String(high + 1)).stderr).to.match(/NOT_FOUND .*: \d+\n/);
    expect(log('checkpoint', '--size', '-1').status).to.equal(64);
  });

  it('proves its growth from a size and from a saved checkpoint, in the form of witnesses', () => {
    for (const from of ['saved-0', String(sizeOf(first())), './saved-0']) {
      const { status, stdout } = log('consistency', from);
      expect(status).to.equal(0);
      const [head = '', ...note] = stdout.split('\n\n');
      const [old, ...hashes] = head.split('\n');
      expect(old).to.equal(`old ${sizeOf(first())}`);
      expect(note.join('\n\n')).to.equal(third());
      const [one, other] = [first(), third()].map((text) =>
        parseCheckpoint(verifyNote(text, ORIGIN, noteKey())),
      );
      const path = hashes.map((hash) => decodeBase64(hash, 'hash', 32));
      if (one === undefined || other === undefined) throw new Error('no checkpoint');
      verifyConsistency(one.size, other.size, one.root, other.root, path);
    }
    const { rows: json } = rows('consistency', '7', '--size', String(sizeOf(second())));
    const [{ size1, root1, size2, root2, path, checkpoint }] = json as [JsonRow];
    expect([size1, size2, checkpoint]).to.deep.equal([7, sizeOf(second()), second()]);
    const hashes = (path as string[]).map((hash) => decodeBase64(hash, 'hash', 32));
    const roots = [root1, root2].map((root) => decodeHex(root, 'root', 32));
    verifyConsistency(7, size2 as number, roots[0] as Uint8Array, roots[1] as Uint8Array, hashes);
    expect(log('consistency', '0').stdout).to.equal(`old 0\n\n${third()}`);
    const [nothing] = rows('consistency', '0').rows;
    expect(nothing).to.include({ root1: encodeHex(EMPTY_ROOT) });
  });

  it('finds that a saved checkpoint is of another history, and that the log has shrunk', () => {
    place.run(['init', '--data', 'other', '--origin', ORIGIN, '--org', 'A']);
    execFileSync('cp', [
      '-a',
      place.path('d', 'keys', 'note-key.pem'),
      place.path('other', 'keys'),
    ]);
    rmSync(place.path('other', 'store'), { recursive: true });
    execFileSync('cp', ['-a', place.path('d', 'store'), place.path('other', 'store')]);
    execFileSync('cp', ['-a', place.path('d', 'config.json'), place.path('other')]);
    // Keys cannot be read: the roots are compared all the same, and it is said.
    rmSync(place.path('d', 'keys', 'master-key.hex'));
    const lines = first().split('\n');
    lines[2] = encodeBase64(new Uint8Array(32).fill(7));
    writeFileSync(place.path('forged'), lines.join('\n'));
    const forked = rows('consistency', 'forged');
    expect(forked.status).to.equal(1);
    expect(forked.rows[0]?.['finding']).to.include({ code: 'LOG_FORKED' });
    lines[1] = '9000';
    writeFileSync(place.path('beyond'), lines.join('\n'));
    const shrunk = log('consistency', 'beyond');
    expect(shrunk.status).to.equal(1);
    expect(shrunk.stdout).to.equal('');
    expect(shrunk.stderr).to.include('not checked: the signature').and.to.include('STORE_BEHIND: ');
    execFileSync('cp', [
      '-a',
      place.path('other', 'keys', 'master-key.hex'),
      place.path('d', 'keys'),
    ]);
    rmSync(place.path('other'), { recursive: true });
    // With the key at hand it is seen that nobody signed that.
    const signed = log('consistency', 'forged');
    expect(signed.status).to.equal(2);
    expect(signed.stderr).to.include('error: BAD_FORMAT');
  });

  it('refuses files that are no checkpoint of this log', () => {
    const cases: readonly (readonly [content: string | Buffer, code: string])[] = [
      ['', 'BAD_FORMAT'],
      [first().replace(ORIGIN, 'b.example/y'), 'BAD_INPUT'],
      [Buffer.from([0xff, 0xfe]), 'BAD_INPUT'],
      [Buffer.alloc(2 * 1024 * 1024, 'a'), 'TOO_LARGE'],
    ];
    for (const [content, code] of cases) {
      writeFileSync(place.path('wrong'), content);
      const ran = log('consistency', 'wrong');
      expect(ran.status, code).to.equal(2);
      expect(ran.stderr).to.include(`error: ${code} `);
      expect(ran.stdout).to.equal('');
    }
    expect(log('consistency', 'absent').stderr).to.include('error: FILE_MISSING');
    expect(log('consistency', String(sizeOf(third()) + 1)).stderr).to.include('error: NOT_FOUND');
  });

  it('gives all leaves in the order of the tree, closing leaves among them', () => {
    const { status, rows: leaves } = rows('leaves');
    expect(status).to.equal(0);
    const { size, root } = parseCheckpoint(verifyNote(third(), ORIGIN, noteKey()));
    expect(leaves.map(({ index }) => index)).to.deep.equal([...Array(size).keys()]);
    const bytes = leaves.map(({ leaf }) => decodeBase64(leaf, 'leaf', 106));
    const hashes = bytes.map((leaf) => leafHash(leaf));
    expect(leaves.map((row) => row['leafHash'])).to.deep.equal(hashes.map(encodeHex));
    expect(frontierRoot(appendHashes(EMPTY_FRONTIER, hashes))).to.deep.equal(root);
    for (const note of saved) parseClosingLeaf(bytes[sizeOf(note) - 1] as Uint8Array);
    const part = (from: number, count: number) =>
      log('leaves', '--from', String(from), '--count', String(count)).stdout;
    const whole = leaves.map((row) => `${JSON.stringify(row)}\n`);
    for (const [from, count] of [
      [0, 1],
      [255, 3],
      [sizeOf(first()) - 1, 2],
      [size - 1, 9],
    ] as const) {
      expect(part(from, count)).to.equal(whole.slice(from, from + count).join(''));
    }
    const beyond = log('leaves', '--from', String(size));
    expect(beyond.status).to.equal(1);
    expect(beyond.stderr).to.include('error: NOT_FOUND');
  });

  it('ends at once when the reader of the leaves has enough', () => {
    const line = 'set -o pipefail; "$0" "$1" log leaves --data d | head -1';
    const program = join(process.cwd(), 'cli', 'chartseal.mjs');
    const cut = spawnSync('bash', ['-c', line, process.execPath, program], {
      cwd: place.folder,
      encoding: 'utf8',
    });
    expect(cut.status).to.be.at.most(2);
    expect(cut.stdout.split('\n')).to.have.lengthOf(2);
    expect(cut.stderr).to.equal('');
  });

  it('needs neither keys nor ledger', () => {
    execFileSync('cp', ['-a', place.path('d'), place.path('bare')]);
    for (const name of ['keys', 'ledger', 'checkpoint', 'run']) {
      rmSync(place.path('bare', name), { recursive: true });
    }
    const bare = (...args: string[]) => place.run(['log', ...args, '--data', 'bare']);
    expect(bare('checkpoint').stdout).to.equal(third());
    expect(bare('consistency', 'saved-1').status).to.equal(0);
    expect(bare('leaves', '--count', '1').status).to.equal(0);
  });

  it('gives no leaf that its tree does not have', async () => {
    execFileSync('cp', ['-a', place.path('d'), place.path('torn')]);
    await withRaw(place.path('torn', 'store'), async (raw) => {
      const entries = await raw.keys({ gte: 'e/', lt: 'e/~' });
      await raw.del(entries[10] as string);
    });
    const torn = place.json(['log', 'leaves', '--data', 'torn']);
    expect(torn.status).to.equal(2);
    expect(torn.rows.at(-1)?.['error']).to.include({ code: 'STORE_CORRUPT' });
    // Ten entries, and the closing leaves between them.
    const indexes = torn.rows.slice(0, -1).map(({ index }) => index);
    expect(indexes).to.deep.equal([...indexes.keys()]);
    expect(indexes.length).to.be.within(10, 20);
  });
});
