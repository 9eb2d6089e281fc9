import { expect } from 'chai';
import { decodeBase64, encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { logLabel } from '../../chaincode/core/labels.js';
import { formatLeaf, type Leaf, leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { formatTlogProof, parseTlogProof } from '../../chaincode/core/tlog-proof.js';
import { findMisplaced } from '../../gateway/evidence/place-check.js';
import type { Receipt } from '../../gateway/evidence/receipt.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { accessEntry } from '../support/evidence-entries.js';
import { DOCUMENT, INDEX, sampleLog } from '../support/evidence-sample.js';
import { expectVerdict, judgeReceipt, stepsWith, trustOf } from '../support/evidence-verdicts.js';

const log = sampleLog();
const trust = trustOf(log.trustFile());
const receipt = log.receipt(INDEX.archive, 8);
const access = log.receipt(INDEX.access1, 8);

function refused(given: object, failing: readonly string[]): void {
  expectVerdict(judgeReceipt(given, trust, DOCUMENT), 'not proven', failing);
}

/** The receipt with parts of its proof replaced. */
function withProof(changes: Partial<ReturnType<typeof parseTlogProof>>): Receipt {
  return { ...receipt, proof: formatTlogProof({ ...parseTlogProof(receipt.proof), ...changes }) };
}

describe('evidence/verify-receipt: format', () => {
  const bytes = canonicalBytes(receipt);
  const text = canonicalJson(receipt);
  const judge = (given: string) => verifyReceipt({ receipt: utf8(given), trust });

  it('says not checked for what is no receipt at all', () => {
    const others = ['', '{', '[]', 'null', '"x"', '{}', '{"format":"chartseal-history/1"}'];
    const numbers = ['chartseal-receipt/0', 'chartseal-receipt/01', 'chartseal-receipt/x'];
    for (const given of [...others, ...numbers.map((format) => JSON.stringify({ format }))]) {
      expectVerdict(judge(given), 'not checked', ['format']);
    }
    expectVerdict(verifyReceipt({ receipt: Uint8Array.of(0xff), trust }), 'not checked', [
      'format',
    ]);
    const doubled = `{"format":"chartseal-receipt/1",${text.slice(1)}`;
    expectVerdict(judge(doubled), 'not checked', ['format']);
    expectVerdict(judge(text.slice(0, -9)), 'not checked', ['format']);
  });

  it('says not checked, newer, for a receipt of a later version', () => {
    const outcome = judge('{"format":"chartseal-receipt/2","anything":[1]}');
    expectVerdict(outcome, 'not checked');
    expect(outcome.steps[0]).to.deep.include({ status: 'NOT CHECKED', code: 'NEWER_VERSION' });
  });

  it('says not proven for a receipt that is damaged', () => {
    for (const given of [` ${text}`, `${text}\n`, text.replace('"leaf"', '"\\u006ceaf"')]) {
      expectVerdict(judge(given), 'not proven', ['format']);
    }
    const { leaf, ...rest } = receipt;
    const damaged = [
      rest,
      { ...receipt, leaf: null },
      { ...receipt, leaf: leaf.replace('=', '') },
      { ...receipt, more: 1 },
      { ...receipt, openings: [] },
      { ...receipt, attestation: 'embedded/1' },
      { ...receipt, attestation: { type: 'embedded' } },
      { ...receipt, attestation: { ...receipt.attestation, more: 1 } },
    ];
    for (const given of damaged) refused(given, ['format']);
    expect(bytes.length).to.be.lessThan(8192);
  });

  it('decides nothing after a format that could not be read', () => {
    const outcome = judge('{}');
    expect(stepsWith(outcome, 'NOT CHECKED')).to.have.length(7);
    expect(outcome.checkpoint).to.equal(undefined);
  });
});

describe('evidence/verify-receipt: entry', () => {
  it('fails another entry than the leaf commits to', () => {
    refused({ ...receipt, entry: access.entry, openings: {} }, ['entry']);
    const entry = encodeBase64(
      utf8(Buffer.from(receipt.entry, 'base64').toString().replace('r', 's')),
    );
    refused({ ...receipt, entry }, ['entry']);
  });

  it('fails an act in the leaf that is not the entry’s, also under a leaf that is in the tree', () => {
    const forged = sampleLog({ seed: 3 });
    const entry = accessEntry({
      origin: forged.origin,
      at: '2026-11-04T08:00:00.000Z',
      seed: 'swapped',
    });
    const subject = forged.recordLabel('another');
    const index = forged.append('2026-11-04T09:00:00.000Z', [{ act: 'archive', subject, entry }]);
    const outcome = judgeReceipt(forged.receipt(index), trustOf(forged.trustFile()));
    expectVerdict(outcome, 'not proven', ['entry']);
  });

  it('fails an entry of another log, although its leaf is in this one', () => {
    const forged = sampleLog({ seed: 3 });
    const entry = accessEntry({
      origin: 'hospital-b.example/archive',
      at: '2026-11-04T08:00:00.000Z',
      seed: 'elsewhere',
    });
    const subject = forged.patientLabel('P1');
    const index = forged.append('2026-11-04T09:00:00.000Z', [{ act: 'access', subject, entry }]);
    const outcome = judgeReceipt(forged.receipt(index), trustOf(forged.trustFile()));
    expectVerdict(outcome, 'not proven', ['entry']);
  });

  it('fails openings that do not open, that open nothing, or that have no shape of ours', () => {
    const actor = access.openings?.['actor'];
    const openings: object[] = [
      { actor: { ...actor, value: { id: 'dr-2', name: '张医师' } } },
      { actor: { ...actor, salt: encodeBase64(new Uint8Array(16)) } },
      { client: actor },
      { name: actor },
      { toString: actor },
    ];
    for (const one of openings) refusedAccess({ ...access, openings: one });
    function refusedAccess(given: object): void {
      const outcome = judgeReceipt(given, trust);
      expectVerdict(outcome, 'not proven', ['entry']);
      expect(outcome.opened).to.deep.equal({});
    }
  });

  it('fails an act that no chain of the log can have at its place', () => {
    const leafOf = (given: Receipt) => parseLeaf(decodeBase64(given.leaf, 'leaf'));
    const previous = leafHash(formatLeaf(leafOf(receipt)));
    const subject = logLabel(log.origin);
    const amend = log.receipt(INDEX.amend, 8);
    const zeros = new Uint8Array(32);
    const moves: [Receipt, Partial<Leaf>][] = [
      [receipt, { sequence: 1, previous }],
      [amend, { sequence: 0, previous: zeros }],
      [receipt, { subject }],
      [access, { subject }],
    ];
    for (const [given, changes] of moves) {
      const leaf = encodeBase64(formatLeaf({ ...leafOf(given), ...changes }));
      const outcome = judgeReceipt({ ...given, leaf }, trust);
      expectVerdict(outcome, 'not proven', ['entry', 'inclusion']);
      expect(outcome.steps.find(({ step }) => step === 'entry')?.code).to.equal('ACT_REFUSED');
    }
  });

  it('takes from the law of chains which acts can stand first, later and on the log itself', () => {
    const log32 = new Uint8Array(32).fill(1);
    const other = new Uint8Array(32).fill(2);
    const found = (subject: Uint8Array, sequence: number) =>
      Object.entries(ACTS).flatMap(([name, act]) => {
        const leaf = { ...parseLeaf(decodeBase64(receipt.leaf, 'leaf')), subject, sequence, act };
        return findMisplaced(leaf, log32) === undefined ? [name] : [];
      });
    expect(found(other, 0)).to.deep.equal(['access', 'archive', 'receive']);
    expect(found(log32, 0)).to.deep.equal(['fixity', 'admin']);
    expect(found(log32, 1)).to.deep.equal(['fixity', 'admin']);
    const never = ['fixity', 'admin', 'archive', 'receive', 'hold-by', 'release-by'];
    const later = Object.keys(ACTS).filter((name) => !never.includes(name));
    expect(found(other, 1)).to.deep.equal(later);
  });

  it('does not judge leaves and entries of a later version', () => {
    const leaf = decodeBase64(receipt.leaf, 'leaf');
    const newerLeaf = Uint8Array.from(leaf);
    newerLeaf[0] = 2;
    const outcome = judgeReceipt({ ...receipt, leaf: encodeBase64(newerLeaf) }, trust, DOCUMENT);
    expectVerdict(outcome, 'not proven', ['inclusion']);
    const forged = sampleLog({ seed: 3 });
    const made = {
      bytes: canonicalBytes({ v: 2, act: 'archive', log: forged.origin }),
      openings: {},
    };
    const subject = forged.recordLabel('newer');
    const index = forged.append('2026-11-04T09:00:00.000Z', [
      { act: 'archive', subject, entry: made },
    ]);
    const later = judgeReceipt(forged.receipt(index), trustOf(forged.trustFile()), DOCUMENT);
    expectVerdict(later, 'not checked');
    expect(stepsWith(later, 'NOT CHECKED')).to.deep.equal(['document', 'entry', 'time']);
  });
});

describe('evidence/verify-receipt: inclusion and checkpoint', () => {
  const { index, path, checkpoint } = parseTlogProof(receipt.proof);

  it('fails another index, path or leaf', () => {
    for (const other of [1, 2, 6, 7, 8, 9_007_199_254_740_991]) {
      refused(withProof({ index: other }), ['inclusion']);
    }
    refused(withProof({ path: path.slice(1) }), ['inclusion']);
    refused(withProof({ path: [...path, path[0] as Uint8Array] }), ['inclusion']);
    refused(withProof({ path: [...path].reverse() }), ['inclusion']);
    const leaf = parseLeaf(decodeBase64(receipt.leaf, 'leaf'));
    const moved = formatLeaf({ ...leaf, sequence: 1, previous: leafHash(formatLeaf(leaf)) });
    refused({ ...receipt, leaf: encodeBase64(moved) }, ['entry', 'inclusion']);
    const act = formatLeaf({ ...leaf, act: ACTS.amend });
    refused({ ...receipt, leaf: encodeBase64(act) }, ['entry', 'inclusion']);
    expect(index).to.equal(INDEX.archive);
  });

  it('fails a closing leaf passed off as a leaf, by its act and by its place', () => {
    const closing = log.writer.leaves[7] as Uint8Array;
    const proof = formatTlogProof({ index: 7, path: log.path(7, 8), checkpoint });
    refused({ ...receipt, leaf: encodeBase64(closing), proof }, ['entry', 'inclusion']);
  });

  it('fails a proof that is none, or carries extra data', () => {
    refused({ ...receipt, proof: checkpoint }, ['inclusion']);
    refused({ ...receipt, proof: receipt.proof.replace('@v1', '@v2') }, ['inclusion']);
    refused(withProof({ extra: Uint8Array.of(1) }), ['inclusion']);
    const outcome = judgeReceipt({ ...receipt, proof: '' }, trust, DOCUMENT);
    expect(stepsWith(outcome, 'NOT CHECKED')).to.deep.equal([
      'document',
      'entry',
      'checkpoint',
      'attestation',
      'policy',
      'time',
    ]);
  });

  it('fails a checkpoint that the log did not sign', () => {
    const stranger = sampleLog({ seed: 9 });
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
    const forged = signNote(text, log.origin, stranger.key.publicKey, stranger.key.sign);
    refused(withProof({ checkpoint: forged }), ['checkpoint']);
    refused(withProof({ checkpoint: stranger.note(8) }), ['inclusion', 'checkpoint']);
    refused(withProof({ checkpoint: text }), ['checkpoint']);
    refused(withProof({ checkpoint: checkpoint.replace('\n8\n', '\n9\n') }), [
      'inclusion',
      'checkpoint',
    ]);
  });

  it('accepts cosignatures of others beside the log’s signature, and no second one that fails', () => {
    const stranger = sampleLog({ seed: 9 });
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
    const { publicKey, sign } = stranger.key;
    const cosigned = signNote(text, 'witness.example', publicKey, sign);
    const line = cosigned.slice(cosigned.indexOf('\n\n') + 2);
    const both = withProof({ checkpoint: `${checkpoint}${line}` });
    expectVerdict(judgeReceipt(both, trust, DOCUMENT), 'unchanged');
    const [, last = ''] = checkpoint.split('\n\n');
    const broken = last.replace(
      /(.{8})(.)(=*\n)$/,
      (_, a, b, c) => `${a}${b === 'A' ? 'E' : 'A'}${c}`,
    );
    refused(withProof({ checkpoint: `${checkpoint}${broken}` }), ['checkpoint']);
  });

  it('fails a log that the trust file does not name', () => {
    const other = sampleLog({ seed: 9, origin: 'hospital-b.example/archive' });
    expectVerdict(judgeReceipt(other.receipt(0, 4), trust, DOCUMENT), 'not proven', ['checkpoint']);
  });

  it('fails a fork: another root, well signed and attested, for a size that is pinned', () => {
    const root = formatRoot(log.note(4));
    const pinned = (size: number, hex: string) =>
      trustOf(log.trustFile({ pinnedCheckpoints: [{ origin: log.origin, size, root: hex }] }));
    const judge = (hex: string) =>
      judgeReceipt(log.receipt(INDEX.archive, 4), pinned(4, hex), DOCUMENT);
    expectVerdict(judge(root), 'unchanged');
    expectVerdict(judge('00'.repeat(32)), 'not proven', ['checkpoint']);
    const elsewhere = judgeReceipt(receipt, pinned(4, '00'.repeat(32)), DOCUMENT);
    expectVerdict(elsewhere, 'unchanged');
  });

  it('fails a tree of size 0', () => {
    const root = log.writer.rootAt(0);
    const text = formatCheckpoint({ origin: log.origin, size: 0, root });
    const empty = signNote(text, log.origin, log.key.publicKey, log.key.sign);
    const given = { ...withProof({ checkpoint: empty, path: [] }), attestation: log.attest(0) };
    refused(given, ['inclusion', 'time']);
  });
});

function formatRoot(note: string): string {
  return Buffer.from(note.split('\n')[2] ?? '', 'base64').toString('hex');
}
