import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { type WalkItem, type WalkOptions, walk } from '../../gateway/services/walk.js';
import {
  asOrdinaryUser,
  makeFifo,
  newTempFolder,
  removeTempFolder,
  writeFiles,
} from '../support/temp-folder.js';

const RECEIPTS = join(process.cwd(), 'test/vectors/receipts/v1');

async function collect(paths: string[], options: WalkOptions = {}): Promise<WalkItem[]> {
  const items: WalkItem[] = [];
  for await (const item of walk(paths, options)) items.push(item);
  return items;
}

/** One line per item: `relative kind` with the reason or the code. */
function shown(items: readonly WalkItem[]): string[] {
  return items.map((item) => {
    if (item.kind === 'file') return `${item.relative} file`;
    return `${item.relative} ${item.kind === 'skipped' ? item.reason : item.error.code}`;
  });
}

describe('walk', () => {
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const at = (...names: string[]) => join(folder, ...names);

  it('finds every file, hidden ones too, in the order of the bytes of their names', async () => {
    writeFiles(folder, {
      'b.txt': 'b',
      'a/z.txt': 'zz',
      'a/Z.txt': 'Z',
      'a.txt': 'a',
      '.hidden/.file': 'h',
      '病历/入院记录.txt': '记录',
      'é.txt': 'e',
      'B.txt': 'B',
    });
    expect(shown(await collect([folder]))).to.deep.equal([
      '.hidden/.file file',
      'B.txt file',
      'a/Z.txt file',
      'a/z.txt file',
      'a.txt file',
      'b.txt file',
      'é.txt file',
      '病历/入院记录.txt file',
    ]);
  });

  it('gives paths that open the very files, whatever stands in their names', async () => {
    const names = ['two  spaces', 'line\nbreak', '"quoted"', '\\', '*', '-rf', '~', '\u001b[2J'];
    const long = `${'长'.repeat(84)}abc`;
    expect(Buffer.byteLength(long)).to.equal(255);
    for (const name of [...names, long]) writeFileSync(at(name), name);
    const items = await collect([folder]);
    expect(items.map(({ relative }) => relative)).to.have.members([...names, long]);
    for (const { path, relative } of items) expect(path.toString()).to.equal(at(relative));
  });

  it('tells the same names however the folder was filled', async () => {
    const names = Array.from({ length: 300 }, (_, number) => `${(number * 7919) % 300}.txt`);
    for (const name of names) writeFileSync(at(name), 'x');
    const first = shown(await collect([folder]));
    for (const name of names) renameSync(at(name), at(`${name}.moved`));
    for (const name of names.reverse()) renameSync(at(`${name}.moved`), at(name));
    expect(shown(await collect([folder]))).to.deep.equal(first);
    expect(first).to.have.length(300);
  });

  it('reports names that are not UTF-8, showing their bytes, and goes on', async () => {
    writeFileSync(Buffer.from(`${folder}/caf\xe9.txt`, 'latin1'), 'x');
    const inner = Buffer.from(`${folder}/gbk\xb2\xa1`, 'latin1');
    mkdirSync(inner);
    writeFileSync(Buffer.concat([inner, Buffer.from('/病.txt')]), 'x');
    writeFileSync(at('zoo.txt'), 'x');
    expect(shown(await collect([folder]))).to.deep.equal([
      'caf\\xe9.txt NAME_NOT_UTF8',
      'gbk\\xb2\\xa1/病.txt NAME_NOT_UTF8',
      'zoo.txt file',
    ]);
  });

  describe('what is no document', () => {
    let server: Server;
    beforeEach((done) => {
      server = createServer().listen(at('socket'), () => done());
    });
    afterEach((done) => {
      server.close(() => done());
    });

    it('is skipped with its reason, and never opened', async () => {
      writeFiles(folder, { 'inner/file.txt': 'x' });
      makeFifo(at('fifo'));
      symlinkSync(at('inner'), at('link to a folder'));
      symlinkSync(at('inner', 'file.txt'), at('link to a file'));
      symlinkSync('nowhere', at('link to nothing'));
      symlinkSync('..', at('inner', 'loop'));
      expect(shown(await collect([folder]))).to.deep.equal([
        'fifo FIFO',
        'inner/file.txt file',
        'inner/loop symbolic link',
        'link to a file symbolic link',
        'link to a folder symbolic link',
        'link to nothing symbolic link',
        'socket socket',
      ]);
    });

    it('is skipped also when it is named itself', async () => {
      makeFifo(at('fifo'));
      expect(shown(await collect([at('fifo'), at('socket'), '/dev/null']))).to.deep.equal([
        'fifo FIFO',
        'socket socket',
        'null device',
      ]);
    });
  });

  it('names a folder that cannot be read and walks the others', async () => {
    writeFiles(folder, { 'a/1': 'x', 'closed/2': 'x', 'z/3': 'x' });
    chmodSync(at('closed'), 0);
    const items = await asOrdinaryUser(() => collect([folder]));
    expect(shown(items)).to.deep.equal(['a/1 file', 'closed FILE_UNREADABLE', 'z/3 file']);
  });

  it('names what lies deeper than the system can reach', async () => {
    const deep = 'd'.repeat(250);
    execFileSync('sh', [
      '-c',
      `cd "$0" && for i in $(seq 20); do mkdir ${deep} && cd -P ${deep} || exit 1; done; echo x > f`,
      folder,
    ]);
    writeFileSync(at('z.txt'), 'x');
    const lines = shown(await collect([folder]));
    expect(lines).to.have.length(2);
    expect(lines[0]).to.match(/^(d{250}\/)+d{250} FILE_UNREADABLE$/);
    expect(lines[1]).to.equal('z.txt file');
  });

  it('names a folder that is gone, and goes into no link that took its place', async () => {
    writeFiles(folder, { 'a/1': 'x', 'b/2': 'x', 'c/3': 'x', 'd/4': 'x' });
    const lines: string[] = [];
    for await (const item of walk([folder])) {
      lines.push(...shown([item]));
      rmSync(at('b'), { recursive: true, force: true });
      if (lines.length > 1) continue;
      rmSync(at('c'), { recursive: true });
      symlinkSync('d', at('c'));
    }
    expect(lines).to.deep.equal(['a/1 file', 'b FILE_MISSING', 'c symbolic link', 'd/4 file']);
  });

  it('resolves a path that is itself a link, once, and keeps the name that was given', async () => {
    writeFiles(folder, { 'real/a.txt': 'x' });
    symlinkSync(at('real', 'a.txt'), at('real', 'link'));
    symlinkSync(at('real'), at('archive'));
    const items = await collect([at('archive'), at('real', 'link')]);
    expect(shown(items)).to.deep.equal(['a.txt file', 'link symbolic link', 'link file']);
    expect(items.map((item) => item.folder)).to.deep.equal(['archive', 'archive', 'real']);
    expect(items[0]?.path.toString()).to.equal(at('real', 'a.txt'));
    expect(items[2]?.path.toString()).to.equal(at('real', 'a.txt'));
  });

  it('names a path that is missing, or a link to nothing, and walks the other paths', async () => {
    writeFiles(folder, { 'good/a': 'x' });
    symlinkSync('nowhere', at('dangling'));
    const lines = shown(
      await collect([at('missing'), at('dangling'), at('good', 'a', 'b'), at('good')]),
    );
    expect(lines).to.deep.equal([
      'missing FILE_MISSING',
      'dangling FILE_MISSING',
      'b FILE_MISSING',
      'a file',
    ]);
  });

  it('takes a file by its name and by the name of the folder that holds it', async () => {
    writeFiles(folder, { 'ward 3/a.txt': 'x' });
    const [item] = await collect([at('ward 3', 'a.txt')]);
    expect(item).to.include({ kind: 'file', relative: 'a.txt', folder: 'ward 3' });
  });

  it('leaves out the folders of its own, also those that come to be during the walk', async () => {
    writeFiles(folder, { 'a/1': 'x', 'data/keys/note-key.pem': 'x', 'z/3': 'x' });
    const lines: string[] = [];
    for await (const item of walk([folder], { exclude: [at('data'), at('receipts', 'x', '..')] })) {
      lines.push(...shown([item]));
      writeFiles(folder, { 'receipts/1.receipt.json': '{}' });
    }
    expect(lines).to.deep.equal(['a/1 file', 'data own folder', 'z/3 file']);
    const again = shown(await collect([folder], { exclude: [at('data'), at('receipts')] }));
    expect(again).to.include('receipts own folder');
  });

  it('knows a folder of its own through links', async () => {
    writeFiles(folder, { 'archive/data/secret': 'x', 'archive/a': 'x' });
    symlinkSync(at('archive'), at('link'));
    const lines = shown(await collect([at('link')], { exclude: [at('link', 'data')] }));
    expect(lines).to.deep.equal(['a file', 'data own folder']);
    expect(shown(await collect([at('archive')], { exclude: [at('link', 'data')] }))).to.deep.equal(
      lines,
    );
  });

  it('walks nothing inside a folder of its own', async () => {
    writeFiles(folder, { 'data/keys/note-key.pem': 'x' });
    const lines = shown(
      await collect([at('data'), at('data', 'keys'), at('data', 'keys', 'note-key.pem')], {
        exclude: [at('data')],
      }),
    );
    expect(lines).to.deep.equal([' own folder', ' own folder', 'note-key.pem own folder']);
  });

  it('does not take a folder for its own because the name begins alike', async () => {
    writeFiles(folder, { 'data-old/a': 'x' });
    expect(shown(await collect([at('data-old')], { exclude: [at('data')] }))).to.deep.equal([
      'a file',
    ]);
  });

  it('passes over receipts when they lie beside the documents, known by what stands in them', async () => {
    const receipt = readFileSync(join(RECEIPTS, 'archive.receipt.json'), 'utf8');
    writeFiles(folder, {
      'a.pdf': 'x',
      'a.pdf.receipt.json': receipt,
      'b.receipt.json': '{}',
      'c.receipt.json': '{"attestation":{},"format":"chartseal-receipt/1"}',
      'd.receipt.json': `${receipt}\n`,
      '.chartseal-0123456789abcdef': receipt.slice(0, 5),
      'e/.chartseal-0123456789abcdef': 'a letter',
      'e/.chartseal-0123456789abcde': receipt,
      'e/receipt.json': receipt,
    });
    const lines = shown(await collect([folder], { skipReceipts: true }));
    expect(lines).to.deep.equal([
      '.chartseal-0123456789abcdef unfinished file',
      'a.pdf file',
      'a.pdf.receipt.json receipt',
      'b.receipt.json file',
      'c.receipt.json file',
      'd.receipt.json file',
      'e/.chartseal-0123456789abcde file',
      'e/.chartseal-0123456789abcdef file',
      'e/receipt.json file',
    ]);
    expect(shown(await collect([folder]))).to.include('a.pdf.receipt.json file');
  });

  it('lets timers run while it walks', async () => {
    for (let number = 0; number < 3000; number++) symlinkSync('x', at(String(number)));
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    expect(await collect([folder])).to.have.length(3000);
    clearInterval(timer);
    expect(ticks).to.be.above(0);
  });
});
