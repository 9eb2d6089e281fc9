import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import {
  ByteCounter,
  type DigestOptions,
  digestFile,
  digestFiles,
  type FileToDigest,
} from '../../gateway/services/digest.js';
import { digestRegularFile } from '../../gateway/services/file-digest.js';
import { expectCode } from '../support/expect-code.js';
import {
  asOrdinaryUser,
  makeFifo,
  newTempFolder,
  removeTempFolder,
  writeFiles,
} from '../support/temp-folder.js';

const MEBIBYTE = 1024 * 1024;

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Bytes that differ from place to place, so that a piece left out or doubled shows. */
function content(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  return bytes;
}

describe('digests of files', () => {
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const at = (...names: string[]) => join(folder, ...names);

  async function* listed(names: Iterable<string>): AsyncGenerator<FileToDigest> {
    for (const name of names) yield { path: Buffer.from(at(name)) };
  }

  async function outcomes(
    files: AsyncIterable<FileToDigest>,
    options?: DigestOptions,
  ): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const result of digestFiles(files, options)) {
      const name = result.file.path.toString().slice(folder.length + 1);
      expect(found.has(name), `${name} twice`).to.equal(false);
      if ('skipped' in result) found.set(name, result.skipped);
      else found.set(name, 'error' in result ? result.error.code : result.digest);
    }
    return found;
  }

  it('are SHA-256 of the bytes, with size and time, for every way of reading', async () => {
    const sizes = [1, 4096, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 5 * MEBIBYTE + 3];
    for (const size of sizes) writeFileSync(at(String(size)), content(size));
    const counter = new ByteCounter();
    const left = new Set(sizes);
    for await (const result of digestFiles(listed(sizes.map(String)), { counter })) {
      const path = result.file.path.toString();
      const size = Number(basename(path));
      expect(left.delete(size)).to.equal(true);
      const { mtimeMs } = statSync(path);
      expect(result).to.include({ digest: sha256(content(size)), size, mtimeMs });
    }
    expect(left.size).to.equal(0);
    expect(counter.total()).to.equal(sizes.reduce((sum, size) => sum + size));
  });

  it('come once for each of thousands of files, whatever the number of threads', async () => {
    const names = Array.from({ length: 3000 }, (_, number) => `病历 ${number}\n.txt`);
    for (const name of names) writeFileSync(at(name), name);
    for (const threads of [1, 2, 3]) {
      const found = await outcomes(listed(names), { threads });
      expect(found.size).to.equal(names.length);
      for (const name of names) expect(found.get(name)).to.equal(sha256(name));
    }
  });

  it('and reasons why there is none belong to their own files, in any mixture', async () => {
    const names = Array.from({ length: 900 }, (_, number) =>
      number > 600 && number % 5 === 0 ? `Röntgen ${number}` : `${number}.txt`,
    );
    const isThere = (name: string) => name.length % 2 === 0 || name.startsWith('1');
    for (const name of names.filter(isThere)) writeFileSync(at(name), name);
    const found = await outcomes(listed(names));
    expect(found.size).to.equal(names.length);
    for (const name of names) {
      expect(found.get(name)).to.equal(isThere(name) ? sha256(name) : 'FILE_MISSING');
    }
  });

  it('come once for each when large files stand among small ones', async () => {
    const names = Array.from({ length: 400 }, (_, number) => String(number));
    const isLarge = (name: string) => Number(name) % 40 === 7;
    const large = content(4 * MEBIBYTE + 1);
    for (const name of names) writeFileSync(at(name), isLarge(name) ? large : name);
    const found = await outcomes(listed(names));
    expect(found.size).to.equal(names.length);
    const digest = sha256(large);
    for (const name of names)
      expect(found.get(name)).to.equal(isLarge(name) ? digest : sha256(name));
  });

  it('do not wait behind a large file', async () => {
    const names = Array.from({ length: 200 }, (_, number) => `small ${number}`);
    for (const name of names) writeFileSync(at(name), name);
    // Sparse: takes a while to read, and no place.
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 256 * MEBIBYTE);
    const order = [...(await outcomes(listed(['large', ...names]))).keys()];
    expect(order).to.have.length(201);
    expect(order.indexOf('large')).to.be.above(190);
  });

  it('come for names that are not UTF-8', async () => {
    const path = Buffer.from(`${folder}/caf\xe9`, 'latin1');
    writeFileSync(path, 'x');
    const files = async function* () {
      yield { path };
    };
    for await (const result of digestFiles(files())) {
      expect(result).to.include({ digest: sha256('x') });
    }
  });

  it('are none for no files', async () => {
    expect((await outcomes(listed([]))).size).to.equal(0);
  });

  it('say why there is none, and for which file', async () => {
    writeFiles(folder, { good: 'x', closed: 'x', empty: '', 'folder/x': 'x' });
    chmodSync(at('closed'), 0);
    symlinkSync(at('good'), at('link'));
    makeFifo(at('fifo'));
    const server = createServer().listen(at('socket'));
    const names = ['good', 'gone', 'closed', 'empty', 'folder', 'link', 'fifo', 'socket', 'good/x'];
    const found = await asOrdinaryUser(() => outcomes(listed(names)));
    await new Promise((done) => server.close(done));
    expect(Object.fromEntries(found)).to.deep.equal({
      good: sha256('x'),
      gone: 'FILE_MISSING',
      closed: 'FILE_UNREADABLE',
      empty: 'empty file',
      folder: 'FILE_CHANGED',
      link: 'FILE_CHANGED',
      fifo: 'FILE_CHANGED',
      socket: 'FILE_CHANGED',
      'good/x': 'FILE_MISSING',
    });
  });

  it('pass on what the list of files throws', async () => {
    writeFiles(folder, { good: 'x' });
    const files = async function* () {
      yield* listed(['good']);
      throw new RangeError('the list broke');
    };
    let thrown: unknown;
    try {
      await outcomes(files());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(RangeError);
  });

  it('are asked for a bounded number of files ahead, and may be left early', async () => {
    writeFiles(folder, { good: 'x' });
    let asked = 0;
    let closed = false;
    const files = async function* () {
      try {
        for (;;) {
          asked++;
          yield* listed(['good']);
        }
      } finally {
        closed = true;
      }
    };
    let taken = 0;
    for await (const result of digestFiles(files())) {
      expect(result).to.include({ digest: sha256('x') });
      if (++taken === 10_000) break;
      expect(asked - taken).to.be.below(10_000);
    }
    expect(closed).to.equal(true);
  });

  describe('of a file that changes while it is read', () => {
    const size = 3 * MEBIBYTE;
    let path: Buffer;
    beforeEach(() => {
      path = Buffer.from(at('scan.dcm'));
      writeFileSync(path, content(size));
    });

    /** Digests it; `change` happens after the first piece of each of the first `times` readings. */
    function digestWhile(change: () => void, times: number): string | ErrorCode {
      let pieces = 0;
      let changes = 0;
      const onBytes = () => {
        if (pieces++ % 3 === 0 && changes++ < times) change();
      };
      const { digest } = digestRegularFile(path, { onBytes });
      return digest;
    }

    const grow = () => appendFileSync(path, 'x');
    const shrink = () => truncateSync(path, statSync(path).size - MEBIBYTE / 2);
    const rewrite = () => {
      // The same size, and the time put back, as a copying program does.
      const { atime, mtime } = statSync(path);
      writeFileSync(path, content(size).reverse(), { flag: 'r+' });
      utimesSync(path, atime, mtime);
    };
    const replace = () => {
      writeFileSync(at('new'), content(size).reverse());
      renameSync(at('new'), path.toString());
    };

    for (const change of [grow, shrink, rewrite, replace]) {
      it(`is refused when it goes on (${change.name})`, () => {
        expectCode(() => digestWhile(change, 2), 'FILE_CHANGED');
      });

      it(`is of the new bytes when it was done by the second reading (${change.name})`, () => {
        const digest = digestWhile(change, 1);
        expect(digest).to.not.equal(sha256(content(size)));
        expect(digest).to.equal(digestFile(path.toString()).digest);
      });
    }

    it('is refused when the file is removed while it is read', () => {
      expectCode(() => digestWhile(() => rmSync(path), 1), 'FILE_MISSING');
    });
  });

  describe('of a file that somebody named', () => {
    it('follow links and take an empty file too', () => {
      writeFiles(folder, { 'a.txt': 'x', empty: '' });
      symlinkSync('a.txt', at('link'));
      expect(digestFile(at('link')).digest).to.equal(sha256('x'));
      expect(digestFile(at('empty'))).to.include({ digest: sha256(''), size: 0 });
    });

    it('are refused for what is no file', () => {
      mkdirSync(at('folder'));
      makeFifo(at('fifo'));
      symlinkSync('nowhere', at('dangling'));
      expectCode(() => digestFile(at('folder')), 'FILE_UNREADABLE');
      expectCode(() => digestFile(at('fifo')), 'FILE_UNREADABLE');
      expectCode(() => digestFile('/dev/null'), 'FILE_UNREADABLE');
      expectCode(() => digestFile(at('missing')), 'FILE_MISSING');
      expectCode(() => digestFile(at('dangling')), 'FILE_MISSING');
      expectCode(() => digestFile(at('x'.repeat(256))), 'FILE_UNREADABLE');
    });
  });
});
