import { expect } from 'chai';
import fc from 'fast-check';
import { formatCheckpoint, parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { MAX_PROOF_HASHES } from '../../chaincode/core/limits.js';
import { verifyInclusion } from '../../chaincode/core/merkle.js';
import { signNote, verifyNote } from '../../chaincode/core/signed-note.js';
import { formatTlogProof, parseTlogProof } from '../../chaincode/core/tlog-proof.js';
import { inclusionProof } from '../../chaincode/core/tree-proofs.js';
import { expectCode } from '../support/expect-code.js';
import { noteKey } from '../support/note-key.js';
import { denseTree } from './reference-tree.js';
import { hex, readerOf, sampleLeaves } from './sample-tree.js';

const origin = 'hospital-a.example/archive';
const leaves = sampleLeaves(11);
const tree = denseTree(leaves);
const key = noteKey(1);
const root = tree.root(0n, 11n);
const checkpoint = signNote(
  formatCheckpoint({ origin, size: 11, root }),
  origin,
  key.publicKey,
  key.sign,
);
const path = inclusionProof(6, 11, readerOf(tree, 11));
const [zeros, ones] = [Buffer.alloc(32).toString('base64'), Buffer.alloc(32, 1).toString('base64')];

describe('tlog-proof', () => {
  it('is the text that C2SP describes', () => {
    const hashes = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    expect(formatTlogProof({ index: 73_894, path: hashes, checkpoint: 'C\n' })).to.equal(
      `c2sp.org/tlog-proof@v1\nindex 73894\n${zeros}\n${ones}\n\nC\n`,
    );
    const extra = Uint8Array.of(1, 2, 3);
    expect(formatTlogProof({ extra, index: 0, path: [], checkpoint: 'C\n' })).to.equal(
      'c2sp.org/tlog-proof@v1\nextra AQID\nindex 0\n\nC\n',
    );
  });

  it('carries all that an inclusion is verified with', () => {
    const proof = parseTlogProof(formatTlogProof({ index: 6, path, checkpoint }));
    const read = parseCheckpoint(verifyNote(proof.checkpoint, origin, key.publicKey));
    verifyInclusion(proof.index, read.size, leaves[6] as Uint8Array, proof.path, read.root);
  });

  it('reads back as it was written, and is written again as it was read', () => {
    const proof = fc.record(
      {
        extra: fc.uint8Array({ minLength: 1, maxLength: 100 }),
        index: fc.maxSafeNat(),
        path: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
          maxLength: MAX_PROOF_HASHES,
        }),
        checkpoint: fc.constant(checkpoint),
      },
      { requiredKeys: ['index', 'path', 'checkpoint'] },
    );
    fc.assert(
      fc.property(proof, (wanted) => {
        const text = formatTlogProof(wanted);
        const read = parseTlogProof(text);
        expect(read.extra && hex(read.extra)).to.equal(wanted.extra && hex(wanted.extra));
        expect('extra' in read).to.equal(wanted.extra !== undefined);
        expect(read.index).to.equal(wanted.index);
        expect(read.path.map(hex)).to.deep.equal(wanted.path.map(hex));
        expect(read.checkpoint).to.equal(checkpoint);
        expect(formatTlogProof(read)).to.equal(text);
      }),
    );
  });

  it('is refused when a line is missing, moved, doubled or misspelt', () => {
    const first = 'c2sp.org/tlog-proof@v1\n';
    for (const text of [
      '',
      checkpoint,
      first,
      `${first}index 6\n`,
      `${first}index 6\n\n`,
      `${first}index 6\n${zeros}\n`,
      `${first}\n${checkpoint}`,
      `${first}${zeros}\n\n${checkpoint}`,
      `${first}index 6\nindex 6\n\n${checkpoint}`,
      `${first}index 6\nextra AQID\n\n${checkpoint}`,
      `${first}extra AQID\nextra AQID\nindex 6\n\n${checkpoint}`,
      `${first}extra AQID\n\n${checkpoint}`,
      `${first}extra \nindex 6\n\n${checkpoint}`,
      `${first}extra\nindex 6\n\n${checkpoint}`,
      `${first}Extra AQID\nindex 6\n\n${checkpoint}`,
      `${first}extra  AQID\nindex 6\n\n${checkpoint}`,
      `${first}extra AQI\nindex 6\n\n${checkpoint}`,
      `${first}extra AR==\nindex 6\n\n${checkpoint}`,
      `${first}Index 6\n\n${checkpoint}`,
      `${first}index  6\n\n${checkpoint}`,
      `${first}index 6 \n\n${checkpoint}`,
      `${first}index 6\r\n\n${checkpoint}`,
      `\n${first}index 6\n\n${checkpoint}`,
      ` ${first}index 6\n\n${checkpoint}`,
      `c2sp.org/tlog-proof@v2\nindex 6\n\n${checkpoint}`,
      `c2sp.org/tlog-proof@v1 \nindex 6\n\n${checkpoint}`,
    ]) {
      expectCode(() => parseTlogProof(text), 'BAD_FORMAT');
    }
    expect(parseTlogProof(`${first}index 6\n\n${checkpoint}`).index).to.equal(6);
  });

  it('is refused with an index that is no plain decimal of at most 2^53 - 1', () => {
    for (const index of ['', '-1', '06', '00', '6.0', '6e0', '0x6', '9007199254740992']) {
      const text = `c2sp.org/tlog-proof@v1\nindex ${index}\n\n${checkpoint}`;
      expectCode(() => parseTlogProof(text), 'BAD_FORMAT');
    }
  });

  it('is refused with a hash that is not canonical base64 of 32 bytes', () => {
    const short = Buffer.alloc(31).toString('base64');
    const long = Buffer.alloc(33).toString('base64');
    for (const bad of ['x', short, long, zeros.replace('A=', 'B='), ` ${zeros}`, `${zeros}\r`]) {
      const text = `c2sp.org/tlog-proof@v1\nindex 6\n${ones}\n${bad}\n\n${checkpoint}`;
      expectCode(() => parseTlogProof(text), 'BAD_FORMAT');
    }
  });

  it('is refused with more hashes than any tree has levels', () => {
    for (const extra of ['', 'extra AQID\n']) {
      const head = `c2sp.org/tlog-proof@v1\n${extra}index 6\n`;
      const most = `${zeros}\n`.repeat(MAX_PROOF_HASHES);
      expect(parseTlogProof(`${head}${most}\n${checkpoint}`).path).to.have.length(64);
      expectCode(() => parseTlogProof(`${head}${most}${zeros}\n\n${checkpoint}`), 'BAD_FORMAT');
      expectCode(() => parseTlogProof(`${head}${most.repeat(9)}\n${checkpoint}`), 'BAD_FORMAT');
    }
  });

  it('is not written for what could not be read back', () => {
    const good = { index: 6, path, checkpoint };
    const many = Array.from({ length: MAX_PROOF_HASHES + 1 }, () => new Uint8Array(32));
    for (const bad of [
      { ...good, index: -1 },
      { ...good, index: 0.5 },
      { ...good, index: 2 ** 53 },
      { ...good, path: [new Uint8Array(31)] },
      { ...good, path: many },
      { ...good, extra: new Uint8Array() },
      { ...good, checkpoint: '' },
    ]) {
      expectCode(() => formatTlogProof(bad), 'BAD_INPUT');
    }
  });
});
