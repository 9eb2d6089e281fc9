// Checkpoints and proofs for the Go program: good ones, and ones spoilt in every small way.
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { MAX_NOTE_SIGNATURES } from '../../chaincode/core/limits.js';
import { EMPTY_ROOT } from '../../chaincode/core/merkle.js';
import { formatVerifierKey, noteKeyId, signNote } from '../../chaincode/core/signed-note.js';
import { consistencyProof, inclusionProof } from '../../chaincode/core/tree-proofs.js';
import { mutatedPaths, turnBit } from '../core/mutated-paths.js';
import {
  denseTree,
  type ReferenceTree,
  referenceLeaf,
  sparseTree,
} from '../core/reference-tree.js';
import { cachedReaderOf } from '../core/sample-tree.js';
import { noteKey } from '../support/note-key.js';
import type { ConsistencyCase, InclusionCase } from './go-program.js';

export const NAME = 'hospital-a.example/archive';
export const key = noteKey(1);
export const VERIFIER_KEY = formatVerifierKey(NAME, key.publicKey);

const MOST = 24;
const contents = Array.from({ length: MOST }, (_, index) => Buffer.from(`content ${index}`));
const small = denseTree(contents.map(referenceLeaf));
const readSmall = cachedReaderOf(small, MOST);
const LARGE = [2 ** 31 + 1, 2 ** 32 + 3, 2 ** 40 + 12_345, 2 ** 53 - 1];
const [COMMON, SPECIAL] = [referenceLeaf(Buffer.from('c')), referenceLeaf(Buffer.from('s'))];
const large = sparseTree(COMMON, new Map(LARGE.map((size) => [BigInt(size - 2), SPECIAL])));

const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');
const rootOf = (tree: ReferenceTree, size: number) => base64(tree.root(0n, BigInt(size)));
const sign = (text: string): string => signNote(text, NAME, key.publicKey, key.sign);

/** A line by a key that nobody asked about; 72 bytes leave no spare bits in its base64. */
const stranger = (name: string): string => {
  const blob = base64(Buffer.alloc(72, name));
  return `\u2014 ${name} ${blob}\n`;
};

/** Signed checkpoints of small and large trees, some with strangers' signatures around. */
export function validNotes(): string[] {
  const sizes = [...Array.from({ length: MOST + 1 }, (_, size) => size), ...LARGE];
  return sizes.flatMap((size) => {
    const root = size > MOST ? COMMON : small.root(0n, BigInt(size));
    const text = formatCheckpoint({ origin: NAME, size, root });
    const note = sign(text);
    const line = note.slice(text.length + 1);
    return [
      note,
      `${note}${stranger('witness.example')}`,
      `${text}\n${stranger('witness.example')}${line}${stranger('w\u9662')}`,
      `${note}${line}`,
    ];
  });
}

/** Replaces, leaves out and inserts at every character, with changing bits. */
export function mutatedNotes(): string[] {
  const [note = ''] = validNotes().slice(5, 6);
  const lastOfOwn = note.indexOf('=\n\u2014') - 1;
  const out: string[] = [];
  for (let at = 0; at < note.length; at++) {
    // Its two spare bits are for notesOnlyGoTakes.
    if (at === lastOfOwn) continue;
    const unit = note.charCodeAt(at);
    const turned = String.fromCharCode(unit ^ (1 << (at % 16)));
    const near = String.fromCharCode(unit ^ (1 << (at % 6)));
    const [before, here, after] = [note.slice(0, at), note.charAt(at), note.slice(at + 1)];
    out.push(
      `${before}${near}${after}`,
      `${before}${after}`,
      `${before}${here}${here}${after}`,
      `${before} ${here}${after}`,
      `${before}\n${here}${after}`,
    );
    // Half a surrogate pair cannot be put into JSON for another program.
    if (!/\p{Surrogate}/u.test(turned)) out.push(`${before}${turned}${after}`);
  }
  for (const space of ['\u0085', '\u00a0', '\u1680', '\u2003', '\u2028', '\u3000', '\ufeff']) {
    out.push(note.replace('witness.example', `witness${space}example`));
  }
  for (const bad of ['\0', '\t', '\r', '\x1f', '\x7f', '\u0080']) {
    out.push(note.replace('witness', `witness${bad}`), sign(note).replace('example', bad));
  }
  for (const size of ['-1', '+1', '01', '1e3', '0x1', ' 1', '']) {
    out.push(sign(`${NAME}\n${size}\n${base64(COMMON)}\n`));
  }
  for (const root of ['', 'AAAA', base64(COMMON).slice(0, -1), base64(COMMON).toLowerCase()]) {
    out.push(sign(`${NAME}\n1\n${root}\n`));
  }
  const body = `${NAME}\n1\n${base64(COMMON)}\n`;
  out.push(...[`${body}extension\n`, `\n${body}`, `${body}\n`, '\n'].map(sign));
  out.push(sign(body.replace('hospital-a', 'hospital-b')));
  return out;
}

/** Where we are stricter than Go's packages, and why. */
export function notesOnlyGoTakes(): { why: string; note: string }[] {
  const text = formatCheckpoint({ origin: NAME, size: 1, root: COMMON });
  const note = sign(text);
  const keyId = noteKeyId(NAME, key.publicKey);
  const failing = base64(Buffer.concat([keyId, new Uint8Array(64)]));
  const last = note.at(-3) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const spare = alphabet.charAt(alphabet.indexOf(last) + 1);
  return [
    {
      why: 'a second signature of the known key fails',
      note: `${note}\u2014 ${NAME} ${failing}\n`,
    },
    { why: 'base64 with spare bits set', note: `${note.slice(0, -3)}${spare}=\n` },
    {
      why: 'more signatures than we read',
      note: `${note}${stranger('witness.example').repeat(MAX_NOTE_SIGNATURES)}`,
    },
    {
      why: 'a size that JSON numbers cannot carry',
      note: sign(`${NAME}\n9007199254740992\n${base64(COMMON)}\n`),
    },
    { why: 'an empty tree with another root', note: sign(`${NAME}\n0\n${base64(COMMON)}\n`) },
  ];
}

export function inclusionCases(): InclusionCase[] {
  const out: InclusionCase[] = [];
  for (let size = 1; size <= MOST; size++) {
    for (let index = 0; index < size; index++) {
      const content = contents[index] as Buffer;
      out.push({
        index,
        size,
        leaf: base64(content),
        leafHash: base64(referenceLeaf(content)),
        root: rootOf(small, size),
        path: inclusionProof(index, size, readSmall).map(base64),
      });
    }
  }
  for (const size of LARGE) {
    const read = cachedReaderOf(large, size);
    for (const [index, hash] of [
      [0, COMMON],
      [2 ** 31, COMMON],
      [size - 2, SPECIAL],
      [size - 1, COMMON],
    ] as const) {
      const path = inclusionProof(index, size, read).map(base64);
      out.push({ index, size, leafHash: base64(hash), root: rootOf(large, size), path });
    }
  }
  return out;
}

export function consistencyCases(): ConsistencyCase[] {
  const out: ConsistencyCase[] = [];
  const add = (size1: number, size2: number, tree: ReferenceTree, path: Uint8Array[]) => {
    const [root1, root2] = [rootOf(tree, size1), rootOf(tree, size2)];
    out.push({ size1, size2, root1, root2, path: path.map(base64) });
  };
  for (let size2 = 1; size2 <= MOST; size2++) {
    for (let size1 = 1; size1 <= size2; size1++) {
      add(size1, size2, small, consistencyProof(size1, size2, readSmall));
    }
  }
  for (const size2 of LARGE) {
    const read = cachedReaderOf(large, size2);
    for (const size1 of [1, 3, ...LARGE].filter((size) => size <= size2)) {
      add(size1, size2, large, consistencyProof(size1, size2, read));
    }
  }
  return out;
}

const spoiltPaths = (path: readonly string[], bit: number): string[][] =>
  mutatedPaths(
    path.map((hash) => Buffer.from(hash, 'base64')),
    bit,
  ).map((spoilt) => spoilt.path.map(base64));

const turned = (hash: string, bit: number): string =>
  base64(turnBit(Buffer.from(hash, 'base64'), bit));

/** Among them are some that still lead to the root: a path alone does not bind the size. */
export function spoiltInclusions(): InclusionCase[] {
  return inclusionCases().flatMap(({ leaf, ...one }, at) => [
    ...spoiltPaths(one.path, at % 256).map((path) => ({ ...one, path })),
    { ...one, index: one.index + 1 },
    { ...one, index: one.index - 1 },
    { ...one, index: one.size },
    { ...one, size: one.size - 1 },
    { ...one, size: Math.min(one.size + 1, Number.MAX_SAFE_INTEGER) },
    { ...one, size: 0 },
    { ...one, root: turned(one.root, at % 256) },
    { ...one, root: base64(EMPTY_ROOT) },
    { ...one, leafHash: turned(one.leafHash, at % 256) },
  ]);
}

/** Sizes start at 1: Go's package has no consistency with the empty tree. */
export function spoiltConsistencies(): ConsistencyCase[] {
  return consistencyCases()
    .flatMap((one, at) => [
      ...spoiltPaths(one.path, at % 256).map((path) => ({ ...one, path })),
      { ...one, size1: one.size1 + 1 },
      { ...one, size1: one.size1 - 1 },
      { ...one, size1: one.size2, size2: one.size1 },
      { ...one, size2: one.size2 - 1 },
      { ...one, size2: Math.min(one.size2 + 1, Number.MAX_SAFE_INTEGER) },
      { ...one, root1: turned(one.root1, at % 256) },
      { ...one, root2: turned(one.root2, at % 256) },
      { ...one, root1: one.root2, root2: one.root1 },
    ])
    .filter(({ size1 }) => size1 > 0 && size1 <= Number.MAX_SAFE_INTEGER);
}
