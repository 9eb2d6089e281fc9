// Attestations, answers, notes and pins at the bounds of SPEC sections 2, 12, 15 and 19.2.
import { concat, encodeBase64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { noteKeyId } from '../../chaincode/core/signed-note.js';
import { signEmbedded } from '../../gateway/evidence/attestation.js';
import { INDEX, NOBODY } from '../../test/support/evidence-sample.js';
import {
  deepened,
  formatRuling,
  history,
  log,
  noteOf,
  type Ruling,
  receipt,
  withProof,
} from './rules.js';

const UNCHANGED: Ruling = { verdict: 'unchanged' };
const refused = (failed: readonly string[], not: readonly string[] = []): Ruling => {
  return { verdict: 'not proven', failed, not };
};
const UNATTESTED = refused(['attestation'], ['policy', 'time']);
const UNDECIDED: Ruling = { verdict: 'not checked', not: ['attestation', 'policy', 'time'] };
const DAMAGED = formatRuling('receipt', 'not proven');
const good = log.receipt(INDEX.archive, 4);

function attestations(): void {
  const typed = (type: string) => ({ ...good, attestation: { type } });
  receipt('attestation-type-number-of-10-digits', typed('embedded/9999999999'), UNATTESTED);
  receipt('attestation-type-number-of-11-digits', typed('embedded/10000000000'), DAMAGED);
  receipt('attestation-type-name-of-64-letters', typed(`${'a'.repeat(64)}/1`), UNATTESTED);
  receipt('attestation-type-name-of-65-letters', typed(`${'a'.repeat(65)}/1`), DAMAGED);
  receipt('attestation-type-in-upper-case', typed('Embedded/1'), DAMAGED);
  // The file and the attestation are two objects around the lists.
  const fabric = { type: 'fabric-endorsement/1', more: [] };
  const file = canonicalBytes({ ...good, attestation: fabric });
  const deep = (depth: number) => deepened(file, depth - 2);
  const codes = { attestation: 'NEWER_VERSION' };
  receipt('nested-32-deep', deep(32), { ...UNDECIDED, codes }, { trust: 'bft' });
  receipt('attestation-nested-33-deep', deep(33), formatRuling('receipt', 'not checked'), {
    trust: 'bft',
  });
  const answer = (changes: object) => ({ ...good, attestation: log.attest(4, { ...changes }) });
  const deepAnswer = (depth: number) => {
    const bytes = deepened(log.answer(4, { more: [] }), depth - 1);
    return { ...good, attestation: signEmbedded(bytes, log.key.sign) };
  };
  receipt('answer-nested-32-deep', deepAnswer(32), UNCHANGED);
  receipt('answer-nested-33-deep', deepAnswer(33), UNATTESTED);
  const kind = (version: string) => answer({ kind: `chartseal-checkpoint/${version}` });
  receipt('answer-of-kind-of-15-digits', kind('9'.repeat(15)), UNDECIDED);
  receipt('answer-of-kind-of-16-digits', kind(`1${'0'.repeat(15)}`), UNATTESTED);
  receipt('answer-of-kind-02', kind('02'), UNATTESTED);
  receipt('answer-nonce-of-64-digits', answer({ nonce: 'a'.repeat(64) }), UNCHANGED);
  receipt('answer-nonce-of-65-digits', answer({ nonce: 'a'.repeat(65) }), UNATTESTED);
}

function notes(): void {
  const { publicKey } = log.key;
  const line = (name: string, keyId: Uint8Array) =>
    `\u2014 ${name} ${encodeBase64(concat(keyId, new Uint8Array(64)))}\n`;
  const own = noteKeyId(log.origin, publicKey);
  const note = log.note(4);
  const under = (checkpoint: string) => withProof(good, { checkpoint });
  const elsewhere = line('witness.example', own);
  receipt('checkpoint-with-its-key-id-under-another-name', under(`${note}${elsewhere}`), UNCHANGED);
  const otherKey = line(log.origin, Uint8Array.of(1, 2, 3, 4));
  receipt('checkpoint-with-its-name-and-another-key-id', under(`${note}${otherKey}`), UNCHANGED);
  const disbelieved = refused(['checkpoint'], ['attestation', 'policy', 'time']);
  const head = note.slice(0, note.indexOf('\n\n') + 2);
  const renamed = note.slice(head.length).replace(log.origin, 'witness.example');
  receipt('checkpoint-signed-under-another-name-alone', under(`${head}${renamed}`), disbelieved);
  receipt('checkpoint-with-another-key-id-alone', under(`${head}${otherKey}`), disbelieved);
  const signatures = (count: number) => `${note}${otherKey.repeat(count - 1)}`;
  receipt('checkpoint-with-64-signatures', under(signatures(64)), UNCHANGED);
  receipt('pinned-fork-of-another-origin', good, UNCHANGED, {
    trust: 'pinned-fork-of-another-origin',
  });
}

function sizeZero(): void {
  const another = (text: string) =>
    text.replace(/\n[^\n]+\n$/, `\n${encodeBase64(new Uint8Array(32).fill(9))}\n`);
  const unread = (others: readonly string[]) => refused(['checkpoint'], others);
  const empty = { ...good, attestation: log.attest(0) };
  receipt(
    'checkpoint-of-size-0-with-another-root',
    withProof(empty, { path: [], checkpoint: noteOf(0, another) }),
    unread(['document', 'entry', 'inclusion', 'attestation', 'policy', 'time']),
  );
  // Signed and attested: but no leaf is in it, and the entry came later.
  receipt(
    'checkpoint-of-size-0',
    withProof(empty, { path: [], checkpoint: noteOf(0) }),
    refused(['inclusion', 'time']),
  );
  const nobody = log.history({ patient: NOBODY }, 0);
  history(
    'checkpoint-of-size-0-with-another-root',
    { ...nobody, proof: noteOf(0, another) },
    unread(['subject', 'chain', 'entries', 'map', 'inclusion', 'attestation', 'policy', 'time']),
  );
}

export function addVouchingRules(): void {
  attestations();
  notes();
  sizeZero();
}
