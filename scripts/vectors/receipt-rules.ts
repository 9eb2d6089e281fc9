// Receipts that one rule each of SPEC 19.2 and 19.3 refuses, or just does not.
import { decodeBase64, encodeBase64 } from '../../chaincode/core/bytes.js';
import { logLabel } from '../../chaincode/core/labels.js';
import { formatLeaf, type Leaf, parseLeaf } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { signEmbedded } from '../../gateway/evidence/attestation.js';
import type { Receipt } from '../../gateway/evidence/receipt.js';
import { AMENDED, INDEX, sampleLog } from '../../test/support/evidence-sample.js';
import { documentOf } from '../../test/support/evidence-verdicts.js';
import {
  bareReceipt,
  log,
  noteOf,
  type Ruling,
  receipt,
  stranger,
  utf8,
  withProof,
} from './rules.js';

const UNCHANGED: Ruling = { verdict: 'unchanged' };
const refused = (failed: readonly string[], not: readonly string[] = []): Ruling => {
  return { verdict: 'not proven', failed, not };
};
const WITHOUT_CHECKPOINT = refused(
  ['checkpoint'],
  ['document', 'entry', 'inclusion', 'attestation', 'policy', 'time'],
);
const WITHOUT_PROOF = refused(
  ['inclusion'],
  ['document', 'entry', 'checkpoint', 'attestation', 'policy', 'time'],
);
const DISBELIEVED = refused(['checkpoint'], ['attestation', 'policy', 'time']);
const UNATTESTED = refused(['attestation'], ['policy', 'time']);

const good = log.receipt(INDEX.archive, 4);
const access = log.receipt(INDEX.access1, 8);
const leafOf = (given: Receipt) => parseLeaf(decodeBase64(given.leaf, 'leaf'));

function documents(): void {
  const sized = (size: number) => ({ document: { ...documentOf('x'), size } });
  const [altered, asked] = [{ verdict: 'altered', failed: ['document'] }, documentOf(AMENDED)];
  receipt('document-of-another-version', good, altered, { document: asked });
  receipt('document-of-another-size', good, altered, sized(35));
  const same = documentOf('Discharge summary of no inpatient\n');
  receipt('document-of-the-same-size', good, altered, { document: same });
  const { digests } = documentOf('Discharge summary of an inpatient\n');
  receipt('document-without-a-size', good, UNCHANGED, { document: { digests } });
  receipt('document-of-the-digest-but-not-the-size', good, altered, {
    document: { digests, size: 33 },
  });
  const further = { digests: { ...digests, sm3: '11'.repeat(32) } };
  receipt('document-with-a-digest-that-the-entry-lacks', good, UNCHANGED, { document: further });
  const not = { verdict: 'not checked', not: ['document'] };
  receipt('document-given-for-an-access', access, not);
}

function leaves(): void {
  const raw = decodeBase64(good.leaf, 'leaf');
  const bytes = (leaf: Uint8Array) => ({ ...good, leaf: encodeBase64(leaf) });
  const changed = (changes: Partial<Leaf>, from = good) => ({
    ...from,
    leaf: encodeBase64(formatLeaf({ ...leafOf(from), ...changes })),
  });
  const unread = refused(['entry', 'inclusion'], ['document', 'time']);
  receipt('leaf-of-105-bytes', bytes(raw.subarray(0, 105)), unread);
  receipt('leaf-of-107-bytes', bytes(Uint8Array.of(...raw, 0)), unread);
  receipt('leaf-of-no-bytes', bytes(new Uint8Array()), unread);
  receipt('leaf-of-version-0', bytes(raw.with(0, 0)), unread);
  const newer = refused(['inclusion'], ['document', 'entry', 'time']);
  receipt('leaf-of-version-2', bytes(raw.with(0, 2)), newer);
  receipt('leaf-of-version-2-and-105-bytes', bytes(raw.with(0, 2).subarray(0, 105)), newer);
  receipt('leaf-of-another-entry', changed({ entry: leafOf(access).entry }), unread);
  receipt('leaf-with-another-act', changed({ act: ACTS.amend }), unread);
  const misplaced = refused(['entry', 'inclusion'], ['document']);
  receipt('leaf-under-the-label-of-the-log', changed({ subject: logLabel(log.origin) }), misplaced);
  const amended = log.receipt(INDEX.amend, 8);
  const first = changed({ sequence: 0, previous: new Uint8Array(32) }, amended);
  receipt('leaf-that-amends-first', first, misplaced, { document: documentOf(AMENDED) });
  const label = { subject: new Uint8Array(32).fill(7) };
  receipt('leaf-under-another-label', changed(label), refused(['inclusion']));
  const closing = {
    ...withProof(good, { index: 3, path: log.path(3, 4) }),
    leaf: encodeBase64(log.writer.leaves[3] as Uint8Array),
  };
  receipt('leaf-is-the-closing-leaf', closing, unread);
}

function openings(): void {
  const actor = access.openings?.['actor'];
  const unfit = refused(['entry']);
  const shown: Readonly<Record<string, object>> = {
    'opening-of-another-value': { actor: { ...actor, value: { id: 'dr-2' } } },
    'opening-of-another-salt': { actor: { ...actor, salt: encodeBase64(new Uint8Array(16)) } },
    'opening-of-a-member-that-is-not-there': { client: actor },
    'opening-of-an-unknown-name': { planet: actor },
    'opening-of-an-inherited-name': { toString: actor },
    'opening-under-another-name': { justification: actor },
  };
  for (const [name, given] of Object.entries(shown)) {
    bareReceipt(name, { ...access, openings: given }, unfit);
  }
  bareReceipt('openings-empty', { ...access, openings: {} }, UNCHANGED);
}

function places(): void {
  const path = log.path(INDEX.archive, 4);
  const inclusion = refused(['inclusion']);
  const changes: Readonly<Record<string, Parameters<typeof withProof>[1]>> = {
    'index-of-another-leaf': { index: 1 },
    'index-of-the-closing-leaf': { index: 3 },
    'index-is-the-size': { index: 4 },
    'index-2-to-53-less-1': { index: Number.MAX_SAFE_INTEGER },
    'path-empty': { path: [] },
    'path-too-short': { path: path.slice(1) },
    'path-too-long': { path: [...path, path[0] as Uint8Array] },
    'path-reversed': { path: [...path].reverse() },
  };
  for (const [name, change] of Object.entries(changes)) {
    receipt(name, withProof(good, change), inclusion);
  }
  const line = `${encodeBase64(path[0] as Uint8Array)}\n`;
  const proofs: Readonly<Record<string, string>> = {
    'proof-empty': '',
    'proof-is-the-checkpoint-alone': log.note(4),
    'proof-of-version-2': good.proof.replace('@v1', '@v2'),
    'proof-with-an-extra-line': good.proof.replace('@v1\n', '@v1\nextra AQ==\n'),
    'proof-index-with-a-leading-zero': good.proof.replace('index 0', 'index 00'),
    'proof-index-negative': good.proof.replace('index 0', 'index -1'),
    'proof-index-2-to-53': good.proof.replace('index 0', 'index 9007199254740992'),
    'proof-hash-of-31-bytes': good.proof.replace(line, `${encodeBase64(new Uint8Array(31))}\n`),
    'proof-of-65-hashes': good.proof.replace(line, line.repeat(64)),
    'proof-without-its-index-line': good.proof.replace('index 0\n', ''),
    'proof-without-an-empty-line': good.proof.replaceAll('\n\n', '\n'),
    'proof-with-carriage-returns': good.proof.replace('index 0\n', 'index 0\r\n'),
  };
  for (const [name, proof] of Object.entries(proofs)) {
    receipt(name, { ...good, proof }, WITHOUT_PROOF);
  }
}

/** A line as a witness would sign, over nothing. */
const lineOf = (keyName: string, size = 72) =>
  `\u2014 ${keyName} ${encodeBase64(new Uint8Array(size))}\n`;

function checkpoints(): void {
  const under = (checkpoint: string) => withProof(good, { checkpoint });
  const note = log.note(4);
  const malformed: Readonly<Record<string, string>> = {
    'checkpoint-with-an-extension-line': noteOf(4, (own) => `${own}more\n`),
    'checkpoint-with-two-lines': noteOf(4, (own) => own.replace(/[^\n]+\n$/, '')),
    'checkpoint-size-with-a-leading-zero': noteOf(4, (own) => own.replace('\n4\n', '\n04\n')),
    'checkpoint-size-2-to-53': noteOf(4, (own) => own.replace('\n4\n', '\n9007199254740992\n')),
    'checkpoint-root-of-31-bytes': noteOf(4, (own) =>
      own.replace(/\n[^\n]+\n$/, `\n${encodeBase64(new Uint8Array(31))}\n`),
    ),
    'checkpoint-origin-in-upper-case': noteOf(4, (own) => own.replace('hospital-a', 'Hospital-A')),
    'checkpoint-without-a-signature': note.slice(0, note.indexOf('\n\n') + 2),
    'checkpoint-with-a-tab': note.replace('\n4\n', '\n4\t\n'),
    'checkpoint-with-a-control-character': `${note}${lineOf('wit\u0001ness')}`,
    'checkpoint-with-a-plus-in-a-key-name': `${note}${lineOf('wit+ness')}`,
    'checkpoint-with-a-space-in-a-key-name': `${note}${lineOf('wit\u3000ness')}`,
    'checkpoint-with-an-empty-key-name': `${note}${lineOf('')}`,
    'checkpoint-with-a-signature-of-four-bytes': `${note}${lineOf('witness', 4)}`,
    'checkpoint-with-a-line-that-is-no-signature': `${note}witness AAAA\n`,
    'checkpoint-without-its-last-line-feed': note.slice(0, -1),
    'checkpoint-with-65-signatures': `${note}${note.slice(note.indexOf('\n\n') + 2).repeat(64)}`,
  };
  for (const [name, checkpoint] of Object.entries(malformed)) {
    if (!checkpoint.includes('\n\n')) throw new Error(`${name} is no note`);
    receipt(name, under(checkpoint), WITHOUT_CHECKPOINT);
  }
  const line = note.slice(note.indexOf('\n\n') + 2);
  const broken = line.replace(/(.)(.=*\n)$/, (_, last, end) => `${last === 'A' ? 'B' : 'A'}${end}`);
  const cosigned = signNote(
    note.slice(0, note.indexOf('\n\n') + 1),
    'witness.example',
    stranger.key.publicKey,
    stranger.key.sign,
  );
  const cosignature = cosigned.slice(cosigned.indexOf('\n\n') + 2);
  receipt('checkpoint-cosigned', under(`${note}${cosignature}`), UNCHANGED);
  receipt('checkpoint-signed-twice', under(`${note}${line}`), UNCHANGED);
  receipt('checkpoint-signed-by-a-witness-alone', under(cosigned), DISBELIEVED);
  receipt('checkpoint-signature-broken', under(note.replace(line, broken)), DISBELIEVED);
  receipt('checkpoint-second-signature-broken', under(`${note}${broken}`), DISBELIEVED);
  receipt('checkpoint-of-a-wrong-key', under(noteOf(4, undefined, stranger)), DISBELIEVED);
  const renamed = noteOf(4, undefined, log, 'hospital-b.example/archive');
  receipt('checkpoint-key-name-of-another-log', under(renamed), DISBELIEVED);
  const resized = refused(['inclusion', 'checkpoint'], ['attestation', 'policy', 'time']);
  receipt('checkpoint-size-changed', under(note.replace('\n4\n', '\n9\n')), resized);
  const elsewhere = sampleLog({ seed: 9, origin: 'hospital-b.example/archive' });
  receipt('wrong-origin', elsewhere.receipt(INDEX.archive, 4), DISBELIEVED);
  receipt('wrong-log', good, DISBELIEVED, { trust: 'another-log' });
  receipt('no-log-in-the-trust-file', good, DISBELIEVED, { trust: 'no-log' });
  receipt('pinned-as-it-is', good, UNCHANGED, { trust: 'pinned-as-it-is' });
  receipt('pinned-fork', good, DISBELIEVED, { trust: 'pinned-fork' });
  const newest = log.receipt(INDEX.archive);
  receipt('pinned-fork-of-another-size', newest, UNCHANGED, { trust: 'pinned-fork' });
}

function answers(): void {
  const attested = (changes: object) => ({ ...good, attestation: log.attest(4, { ...changes }) });
  const zeros = '00'.repeat(32);
  const changes: Readonly<Record<string, object>> = {
    'answer-of-another-channel': { channel: 'another' },
    'answer-of-another-log': { logId: zeros, ownerLogs: [zeros, log.logId] },
    'answer-of-another-origin': { origin: 'hospital-b.example/archive' },
    'answer-of-another-size': { size: 3 },
    'answer-of-another-root': { root: zeros },
    'answer-with-a-smaller-head': { headSize: 3 },
    'answer-without-owner-logs': { ownerLogs: [] },
    'answer-owner-logs-without-this-one': { ownerLogs: [zeros] },
    'answer-owner-logs-twice': { ownerLogs: [log.logId, log.logId] },
    'answer-without-a-closing-leaf': { closingLeaf: null },
    'answer-with-a-leaf-for-a-closing-leaf': { closingLeaf: good.leaf },
    'answer-endorsed-at-another-time': { endorsedAt: '2026-11-01T09:00:00.001Z' },
    'answer-endorsed-at-a-number': { endorsedAt: 1793600000000 },
    'answer-of-kind-0': { kind: 'chartseal-checkpoint/0' },
    'answer-without-kind': { kind: undefined },
    'answer-without-as-of': { asOf: undefined },
    'answer-nonce-in-upper-case': { nonce: 'C0FFEE' },
  };
  for (const [name, change] of Object.entries(changes)) {
    receipt(name, attested(change), UNATTESTED);
  }
  const not = { verdict: 'not checked', not: ['attestation', 'policy', 'time'] };
  receipt('answer-of-a-future-kind', attested({ kind: 'chartseal-checkpoint/2' }), not);
  const closing = (log.writer.leaves[3] as Uint8Array).with(0, 2);
  receipt('answer-of-a-future-leaf', attested({ closingLeaf: encodeBase64(closing) }), not);
  receipt('answer-with-a-new-member', attested({ witnesses: [1] }), UNCHANGED);
  receipt('answer-with-a-nonce', attested({ nonce: 'c0ffee' }), UNCHANGED);
  receipt(
    'answer-older-than-its-checkpoint',
    attested({ asOf: '2026-11-01T08:00:00.000Z' }),
    refused(['time']),
  );
  receipt('answer-just-as-old', attested({ asOf: '2026-11-01T09:00:00.000Z' }), UNCHANGED);
}

function attestations(): void {
  const by = (attestation: object) => ({ ...good, attestation });
  const answer = log.answer(4);
  const plain = { ...log.attest(4), signature: encodeBase64(log.key.sign(answer)) };
  const fabric = { type: 'fabric-endorsement/1', endorsements: [] };
  const spaced = signEmbedded(Uint8Array.of(...answer, 10), log.key.sign);
  receipt('attestation-of-a-wrong-key', by(signEmbedded(answer, stranger.key.sign)), UNATTESTED);
  receipt('attestation-without-its-prefix', by(plain), UNATTESTED);
  receipt('attestation-of-another-size', by(log.attest(8)), UNATTESTED);
  receipt('attestation-not-canonical', by(spaced), UNATTESTED);
  receipt('attestation-of-a-list', by(signEmbedded(utf8('[]'), log.key.sign)), UNATTESTED);
  receipt('attestation-of-a-future-version', by({ type: 'embedded/2' }), UNATTESTED);
  receipt('attestation-of-fabric-under-embedded', by(fabric), { ...UNATTESTED, codes: {} });
  receipt('attestation-embedded-under-bft', good, UNATTESTED, { trust: 'bft' });
  const not = {
    verdict: 'not checked',
    not: ['attestation', 'policy', 'time'],
    codes: { attestation: 'NEWER_VERSION' },
  };
  receipt('attestation-of-fabric-under-bft', by(fabric), not, { trust: 'bft' });
  const later = by({ type: 'fabric-endorsement/2' });
  receipt('attestation-of-fabric-2-under-bft', later, UNATTESTED, { trust: 'bft' });
  receipt('another-channels-trust-file', good, UNATTESTED, { trust: 'another-channel' });
  const policy = refused(['policy']);
  receipt('policy-of-another-organisation', good, policy, { trust: 'another-organisation' });
  receipt('policy-requires-another', good, policy, { trust: 'another-required' });
}

export function addReceiptRules(): void {
  documents();
  leaves();
  openings();
  places();
  checkpoints();
  answers();
  attestations();
}
