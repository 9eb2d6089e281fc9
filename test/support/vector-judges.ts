// What the product's own code says about each case of test/vectors that is about tree, leaves,
// chains or witness. Values that a vector gives are compared on the way.
import { expect } from 'chai';
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import {
  formatClosingLeaf,
  formatLeaf,
  leafHash,
  parseClosingLeaf,
  parseLeaf,
} from '../../chaincode/core/leaf.js';
import { applyAct, type SubjectCondition } from '../../chaincode/core/lifecycle.js';
import { verifyConsistency, verifyInclusion } from '../../chaincode/core/merkle.js';
import { applyLeaf, type SubjectState } from '../../chaincode/core/subject.js';
import { findSubject, mapRoot, setSubject } from '../../chaincode/core/subject-map.js';
import { formatWitness, parseWitness } from '../../chaincode/core/witness.js';
import { checkChain } from '../../gateway/evidence/chain-check.js';
import { readLeaf } from '../../gateway/evidence/entry-check.js';
import { checkInclusion } from '../../gateway/evidence/inclusion-check.js';
import { checkClosingLeaf } from '../../gateway/evidence/map-check.js';
import {
  bytesOf,
  codeOf,
  type Outcome,
  outcomeOf,
  type StateRow,
  stateOfRow,
  stepOutcome,
  type VectorRow,
} from './vector-outcome.js';

export interface InclusionRow extends VectorRow {
  readonly index: number;
  readonly size: number;
  readonly leafHash: string;
  readonly path: readonly string[];
  readonly root: string;
}

export function judgeInclusion(row: InclusionRow): Outcome {
  const { index, size } = row;
  const [hash, root] = [bytesOf(row.leafHash), bytesOf(row.root)];
  const path = row.path.map(bytesOf);
  const code = codeOf(() => verifyInclusion(index, size, hash, path, root));
  if ([hash, root, ...path].some(({ length }) => length !== 32)) return outcomeOf(code);
  const stated = codeOf(() => parseCheckpoint(`a\n${size}\n${encodeBase64(root)}\n`));
  if (stated !== undefined) {
    expect(code).to.equal('BAD_INPUT');
    return outcomeOf(stated, 'checkpoint');
  }
  const closing = index === size - 1;
  const proof = { index, path, checkpoint: '' };
  const finding = checkInclusion(hash, proof, { origin: 'a', size, root }, closing);
  expect(finding.code).to.equal(code);
  return stepOutcome(finding, 'inclusion');
}

export interface ConsistencyRow extends VectorRow {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly path: readonly string[];
}

export function judgeConsistency({ size1, size2, root1, root2, path }: ConsistencyRow): Outcome {
  const [first, second] = [bytesOf(root1), bytesOf(root2)];
  return outcomeOf(codeOf(() => verifyConsistency(size1, size2, first, second, path.map(bytesOf))));
}

export interface WitnessRow extends VectorRow {
  readonly witness:
    | string
    | { readonly byte: string; readonly count: number }
    | { readonly depth: number; readonly end: string };
  readonly leafCount: number;
  readonly root?: string;
  readonly reads?: readonly { readonly label: string; readonly state?: StateRow | null }[];
  readonly writes?: readonly { readonly label: string; readonly state: StateRow }[];
  readonly rootAfter?: string;
}

const perfectTree = (depth: number, end: string): string =>
  depth === 0 ? end : `03${perfectTree(depth - 1, end).repeat(2)}`;

function witnessBytes(witness: WitnessRow['witness']): Uint8Array {
  if (typeof witness === 'string') return bytesOf(witness);
  if ('depth' in witness) return bytesOf(perfectTree(witness.depth, witness.end));
  return bytesOf(witness.byte.repeat(witness.count));
}

function readWitness({ witness, leafCount, ...row }: WitnessRow): void {
  const bytes = witnessBytes(witness);
  const map = parseWitness(bytes, leafCount);
  for (const { label, state } of row.reads ?? []) {
    const found = findSubject(map, bytesOf(label));
    const shown = found === undefined ? null : { ...found, head: encodeHex(found.head) };
    expect(shown).to.deep.equal(state);
  }
  let after = map;
  for (const { label, state } of row.writes ?? []) {
    after = setSubject(after, bytesOf(label), stateOfRow(state));
  }
  expect(encodeHex(mapRoot(map))).to.equal(row.root);
  expect(encodeHex(mapRoot(after))).to.equal(row.rootAfter);
  if (typeof witness !== 'string') return;
  const labels = (row.reads ?? []).map(({ label }) => bytesOf(label));
  expect(encodeHex(formatWitness(map, labels))).to.equal(encodeHex(bytes));
}

export const judgeWitness = (row: WitnessRow): Outcome => outcomeOf(codeOf(() => readWitness(row)));

export interface LeafRow extends VectorRow {
  readonly kind: 'leaf' | 'closing';
  readonly bytes: string;
  readonly leafHash: string;
  readonly fields?: Readonly<Record<string, string | number>>;
}

/** Fields as the file has them, back in their types. */
function fieldsOf(fields: Readonly<Record<string, string | number>>): object {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? bytesOf(value) : value,
  ]);
  return Object.fromEntries(entries);
}

/** A closing leaf alone in a tree of one leaf, which therefore has its root. */
function judgeClosing(bytes: Uint8Array): Outcome {
  const checkpoint = { origin: 'a', size: 1, root: leafHash(bytes) };
  const { finding } = checkClosingLeaf(bytes, { index: 0, path: [], checkpoint: '' }, checkpoint);
  return stepOutcome(finding, 'inclusion');
}

export function judgeLeaf(row: LeafRow): Outcome {
  const bytes = bytesOf(row.bytes);
  expect(encodeHex(leafHash(bytes))).to.equal(row.leafHash);
  if (row.fields !== undefined) {
    const fields = fieldsOf(row.fields);
    const [parsed, written] =
      row.kind === 'leaf'
        ? [parseLeaf(bytes), formatLeaf(fields as Parameters<typeof formatLeaf>[0])]
        : [
            parseClosingLeaf(bytes),
            formatClosingLeaf(fields as Parameters<typeof formatClosingLeaf>[0]),
          ];
    expect(encodeHex(written)).to.equal(row.bytes);
    expect(parsed).to.deep.equal(fields);
  }
  if (row.kind === 'closing') return judgeClosing(bytes);
  const read = readLeaf(bytes);
  return 'value' in read ? 'ok' : stepOutcome(read.fault, 'entry');
}

export interface ActRow extends VectorRow {
  readonly act: string;
  readonly ownLabel: boolean;
  readonly before: SubjectCondition | null;
  readonly after?: SubjectCondition;
}

export function judgeAct({ act, ownLabel, before, after }: ActRow): Outcome {
  return outcomeOf(
    codeOf(() => {
      const made = applyAct(before ?? undefined, Number.parseInt(act, 16), ownLabel);
      expect(made).to.deep.equal(after);
    }),
  );
}

export interface ChainRow extends VectorRow {
  readonly kind: 'patient' | 'record' | 'log';
  readonly label: string;
  readonly logLabel: string;
  readonly leaves: readonly string[];
  readonly state?: StateRow | null;
}

/** The contract's replay, for chains of which every leaf is of this version. */
function replay(leaves: readonly Uint8Array[], logLabel: Uint8Array): SubjectState | undefined {
  let state: SubjectState | undefined;
  for (const bytes of leaves) state = applyLeaf(state, parseLeaf(bytes), leafHash(bytes), logLabel);
  return state;
}

const isOf = (leaf: Uint8Array, label: Uint8Array) =>
  encodeHex(leaf.subarray(2, 34)) === encodeHex(label);

export function judgeChain(row: ChainRow): Outcome {
  const leaves = row.leaves.map(bytesOf);
  const [label, logLabel] = [bytesOf(row.label), bytesOf(row.logLabel)];
  const { finding, state } = checkChain(leaves, row.kind, label, logLabel);
  if (finding.status === 'OK') {
    const given = row.state === null || row.state === undefined ? undefined : stateOfRow(row.state);
    expect(state).to.deep.equal(given);
    expect(replay(leaves, logLabel)).to.deep.equal(given);
  }
  const inThisVersion = leaves.every((leaf) => leaf[0] === 1 && isOf(leaf, label));
  if (inThisVersion && /^(CHAIN_BROKEN|ACT_REFUSED)$/.test(finding.code ?? '')) {
    expect(codeOf(() => replay(leaves, logLabel))).to.equal(finding.code);
  }
  return stepOutcome(finding, 'chain');
}
