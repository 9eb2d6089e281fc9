import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MerkleTree } from 'merkletreejs';
import { encodeHex } from '../chaincode/core/bytes.js';
import { referenceProve, referenceVerify } from './core/reference-vrf.js';
import { loadCases } from './support/evidence-cases.js';
import { listFiles } from './support/source-files.js';
import {
  type InclusionRow,
  judgeAct,
  judgeChain,
  judgeConsistency,
  judgeInclusion,
  judgeLeaf,
  judgeWitness,
} from './support/vector-judges.js';
import {
  checkMapOf,
  judgeLabel,
  judgeMap,
  judgeTrust,
  type LabelRow,
  type MapRoot,
  type MapRow,
} from './support/vector-label-judges.js';
import { bytesOf, type Outcome, type VectorRow } from './support/vector-outcome.js';
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
  trust: judgeTrust,
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

  it('have the roots of our own maps, and their proofs', () => {
    const { maps, cases } = readVectors<{ maps: MapRoot[]; cases: MapRow[] }>('map.json');
    for (const whole of maps) {
      const own = new RegExp(`^map/${whole.map}-(member|absent)-[0-9]+$`);
      checkMapOf(
        whole,
        cases.filter(({ name }) => own.test(name)),
      );
    }
  });

  it('have proofs that the reference takes and refuses too, as it does the examples of RFC 9381', () => {
    const { examples } = readVectors<{
      examples: Record<'sk' | 'pk' | 'alpha' | 'pi' | 'beta', string>[];
    }>('ecvrf-edwards25519-sha512-tai.json');
    for (const { sk, pk, alpha, pi, beta } of examples) {
      const made = referenceProve(bytesOf(sk), bytesOf(alpha));
      expect([made.proof, made.beta].map(encodeHex)).to.deep.equal([pi, beta]);
      expect(referenceVerify(bytesOf(pk), bytesOf(alpha), bytesOf(pi))).to.deep.equal(made.beta);
    }
    const { cases } = readVectors<{ cases: LabelRow[] }>('labels.json');
    const proofs = cases.filter(({ kind }) => kind === 'patient' || kind === 'record-vrf');
    expect(proofs.length).to.be.above(40);
    for (const row of proofs) {
      const [key, alpha, proof] = ['publicKey', 'alpha', 'proof'].map((member) =>
        bytesOf(String(row[member])),
      ) as [Uint8Array, Uint8Array, Uint8Array];
      const beta = referenceVerify(key, alpha, proof);
      expect(beta && encodeHex(beta), row.name).to.equal(row['beta']);
    }
  });

  it('are each named in README.md, and each used by a test', () => {
    const readme = readFileSync(join(process.cwd(), 'test/vectors/README.md'), 'utf8');
    const tests = listFiles()
      .filter((path) => /^test\/.*\.ts$/.test(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const inFolders = loadCases().flatMap(({ folder, expected: { name, kind, trust } }) =>
      [`${name}.${kind}`, `${trust}.trust`, 'cases', 'codes'].map(
        (file) => `${folder}/${file}.json`,
      ),
    );
    const files = readdirSync(join(process.cwd(), 'test/vectors'), { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.json'));
    const [inReceipts, others] = [true, false].map((wanted) =>
      files.filter((path) => path.startsWith('receipts/') === wanted),
    ) as [string[], string[]];
    const stray = inReceipts.filter((path) => !inFolders.includes(path.replace('receipts/', '')));
    const folders = new Set(inReceipts.map((path) => path.replace(/\/[^/]+$/, '')));
    const unnamed = [...others, ...folders].filter((name) => !readme.includes(`\`${name}\``));
    const unused = others.filter(
      (name) => !tests.includes(`${name}'`) && JUDGES[name.replace('.json', '')] === undefined,
    );
    expect({ stray, unnamed, unused }).to.deep.equal({ stray: [], unnamed: [], unused: [] });
  });

  it('are made by the script again, byte for byte', () => {
    const script = join(__dirname, '../scripts/vectors.js');
    const printed = execFileSync(process.execPath, [script], { encoding: 'utf8' });
    expect(printed).to.match(/^[0-9]+ files, 0 differences\n$/);
  });
});
