import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { MerkleTree } from 'merkletreejs';
import {
  type InclusionRow,
  judgeAct,
  judgeChain,
  judgeConsistency,
  judgeInclusion,
  judgeLeaf,
  judgeWitness,
} from './support/vector-judges.js';
import { judgeLabel, judgeMap, type MapRoot, rootOfMap } from './support/vector-label-judges.js';
import type { Outcome, VectorRow } from './support/vector-outcome.js';
import { readVectors } from './support/vectors.js';

interface VectorFile {
  readonly format: string;
  readonly family: string;
  readonly cases: readonly VectorRow[];
}

type Judge = (row: never) => Outcome;

const JUDGES: Readonly<Record<string, Judge>> = {
  inclusion: judgeInclusion,
  consistency: judgeConsistency,
  map: judgeMap,
  witness: judgeWitness,
  labels: judgeLabel,
  leaves: judgeLeaf,
  lifecycle: judgeAct,
  chains: judgeChain,
};

for (const [family, judge] of Object.entries(JUDGES)) {
  describe(`the vectors of ${family}`, () => {
    const { format, cases, ...file } = readVectors<VectorFile>(`${family}.json`);
    const valid = cases.filter(({ expect }) => expect === 'ok');
    const hostile = cases.filter(({ expect }) => expect !== 'ok');

    it('are of this family, valid and hostile, each with a name of its own', () => {
      expect({ format, family: file.family }).to.deep.equal({
        format: 'chartseal-vectors/1',
        family,
      });
      expect(valid.length).to.be.above(10);
      expect(hostile.length).to.be.above(10);
      const names = cases.map(({ name }) => name);
      expect(new Set(names).size).to.equal(names.length);
      const misnamed = names.filter((name) => !name.startsWith(`${family}/`));
      expect(misnamed).to.deep.equal([]);
    });

    it('are taken where they are valid', () => {
      for (const row of valid) expect(judge(row as never), row.name).to.equal('ok');
    });

    it('are refused where they are hostile, with the code and the step that they name', () => {
      for (const row of hostile) expect(judge(row as never), row.name).to.deep.equal(row.expect);
    });
  });
}

describe('the vectors', () => {
  it('have the roots of merkletreejs, and its paths', () => {
    const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();
    const concatenator = (pair: Buffer[]) => Buffer.concat([Buffer.of(1), ...pair]);
    const leaves = Array.from({ length: 130 }, (_, index) =>
      sha256(Buffer.concat([Buffer.of(0), Buffer.from(`leaf ${index}`)])),
    );
    const { cases } = readVectors<{ cases: InclusionRow[] }>('inclusion.json');
    const small = cases.filter(({ name, size }) => /index-[0-9]+$/.test(name) && size <= 130);
    expect(small.length).to.be.above(100);
    for (const { name, index, size, path, root } of small) {
      const tree = new MerkleTree(leaves.slice(0, size), sha256, { concatenator });
      const proof = tree.getProof(leaves[index] as Buffer, index);
      expect(tree.getRoot().toString('hex'), name).to.equal(root);
      expect(
        proof.map(({ data }) => data.toString('hex')),
        name,
      ).to.deep.equal(path);
    }
  });

  it('have the roots of our own maps', () => {
    const { maps } = readVectors<{ maps: MapRoot[] }>('map.json');
    for (const map of maps) expect(rootOfMap(map), map.map).to.equal(map.root);
  });

  it('are made by the script again, byte for byte', () => {
    const script = join(__dirname, '../scripts/vectors.js');
    const printed = execFileSync(process.execPath, [script], { encoding: 'utf8' });
    expect(printed).to.match(/^[0-9]+ files, 0 differences\n$/);
  });
});
