// test/vectors/receipts/v1-fabric: receipts and histories that organisations of a Fabric channel
// vouch for, and one forged attestation for each rule of SPEC 15.2. What must come of a case
// is written down by hand, here and beside the forgeries.
import type { TrustFile } from '../../gateway/evidence/trust.js';
import type { EvidenceQuestion } from '../../test/support/evidence-cases.js';
import { DOCUMENT, NOBODY, PATIENT, RECORD } from '../../test/support/evidence-sample.js';
import { documentOf } from '../../test/support/evidence-verdicts.js';
import { answerCases, readingMore } from '../../test/support/fabric-answer-cases.js';
import {
  attestedAnew,
  attestFabric,
  DEFINITION,
  fabricTrust,
  sequenceKey,
} from '../../test/support/fabric-attester.js';
import { attested, type FabricCase, log, receipt, SIZE } from '../../test/support/fabric-case.js';
import { NEIGHBOUR_HOSPITAL, OWNER, PEERS } from '../../test/support/fabric-consortium.js';
import { endorserCases } from '../../test/support/fabric-endorser-cases.js';
import { EvidenceFolder } from './evidence-folder.js';
import { addReworded } from './reworded.js';
import { HONEST_ORDERING, UNDER_RAFT } from './statements.js';

const folder = new EvidenceFolder('receipts/v1-fabric');

const STEPS = {
  receipt: ['format', 'document', 'entry', 'inclusion'],
  history: ['format', 'subject', 'chain', 'entries', 'map', 'inclusion'],
} as const;
const VOUCHING = ['checkpoint', 'attestation', 'policy', 'time'];

const GOOD = { receipt: 'unchanged', history: 'complete' } as const;
const document = documentOf(DOCUMENT);

const policy = (k: number, tolerated = 0, required: readonly string[] = []) => ({
  policy: { k, required, tolerated },
});
const second = { ...DEFINITION, version: '2.0', sequence: 2, block: 40, tx: 3 };

/** Trust files by name, and what each has otherwise. */
const TRUSTS: Readonly<Record<string, Partial<TrustFile>>> = {
  raft: {},
  bft: { ordering: 'bft' },
  'one-of-three': policy(1),
  'three-of-three': policy(3, 1),
  'neighbour-required': policy(2, 0, [NEIGHBOUR_HOSPITAL]),
  'two-definitions': { contract: [DEFINITION, second] },
  'no-definition': { contract: [] },
};

interface Ruling {
  /** The step that is not OK; all are when left out. */
  readonly step?: string;
  readonly newer?: true | undefined;
  readonly trust?: string;
  readonly statements?: readonly string[];
}

type Asked = Pick<EvidenceQuestion, 'document'>;

function add(
  kind: 'receipt' | 'history',
  name: string,
  file: object,
  { step, newer, trust = 'raft', statements }: Ruling = {},
): void {
  const rows = [...STEPS[kind], ...VOUCHING];
  const asked: Asked = kind === 'receipt' ? { document } : {};
  const statusOf = (one: string) => {
    if (one === step) return newer ? 'NOT CHECKED' : 'FAILED';
    const open = step === 'format' || (step === 'attestation' && ['policy', 'time'].includes(one));
    return open ? 'NOT CHECKED' : 'OK';
  };
  const verdict = newer ? 'not checked' : 'not proven';
  folder.addFile(kind, name, file);
  folder.cases.push({
    ...{ kind, name, trust, ...asked },
    ...(step === undefined
      ? { verdict: GOOD[kind], exitCode: 0 }
      : { verdict, exitCode: newer ? 2 : 1 }),
    steps: Object.fromEntries(rows.map((one) => [one, statusOf(one)])),
    ...(statements === undefined ? {} : { statements }),
  });
}

const by = (attestation: object) => ({ ...receipt, attestation });
const [auditor, owner, neighbour] = PEERS as [
  (typeof PEERS)[number],
  (typeof PEERS)[number],
  (typeof PEERS)[number],
];

function receipts(): void {
  const good = by(attested());
  const two = by(attested({ endorsers: [auditor, owner] }));
  const one = by(attested({ endorsers: [owner] }));
  const statements = UNDER_RAFT.receipt;
  add('receipt', 'by-three', good, { statements });
  add('receipt', 'by-three-under-bft', by(attested()), { trust: 'bft', statements });
  add('receipt', 'by-two', two);
  add('receipt', 'by-the-owner-alone', one, {
    trust: 'one-of-three',
    statements: [...statements, HONEST_ORDERING],
  });
  add('receipt', 'by-three-of-three', good, { trust: 'three-of-three', statements });
  add(
    'receipt',
    'by-two-of-whom-one-is-required',
    by(attested({ endorsers: [auditor, neighbour] })),
    {
      trust: 'neighbour-required',
    },
  );
  add('receipt', 'k-above-the-endorsers', two, { trust: 'three-of-three', step: 'policy' });
  add('receipt', 'k-above-the-owner', one, { step: 'policy' });
  add('receipt', 'required-organisation-missing', two, {
    trust: 'neighbour-required',
    step: 'policy',
  });
  const upgraded = attested({
    version: second.version,
    definitions: [{ key: sequenceKey(DEFINITION.name), written: [second.block, second.tx] }],
  });
  add('receipt', 'by-an-upgraded-contract', by(upgraded), { trust: 'two-definitions' });
  add('receipt', 'before-an-upgrade', good, { trust: 'two-definitions' });
  add('receipt', 'upgraded-version-of-the-first-definition', by(attested({ version: '2.0' })), {
    trust: 'two-definitions',
    step: 'attestation',
  });
  add('receipt', 'without-a-definition', good, { trust: 'no-definition', step: 'attestation' });
  const nonce = attestFabric(log.answer(SIZE, { nonce: 'c0ffee' }));
  add('receipt', 'with-a-nonce', by(nonce));
}

function histories(): void {
  const newest = log.answer(log.size);
  const patient = attestedAnew(log.history({ patient: PATIENT }), newest);
  add('history', 'patient', patient, { statements: UNDER_RAFT.history });
  const asked = { request: { logId: log.logId } };
  add('history', 'nobody', attestedAnew(log.history({ patient: NOBODY }), newest, asked));
  add('history', 'record', attestedAnew(log.history({ record: RECORD }), newest));
  add('history', 'empty-log', attestedAnew(log.history({ patient: NOBODY }, 0), log.answer(0)));
  const older = attestedAnew(log.history({ patient: PATIENT }), log.answer(SIZE));
  add('history', 'attestation-of-an-older-checkpoint', older, { step: 'attestation' });
  const two = attestFabric(newest, { endorsers: [auditor, owner] });
  add(
    'history',
    'k-above-the-endorsers',
    { ...patient, attestation: two },
    {
      trust: 'three-of-three',
      step: 'policy',
    },
  );
  const closingLeaf = log.answer(log.size, { closingLeaf: receipt.leaf });
  add(
    'history',
    'another-closing-leaf',
    { ...patient, attestation: attestFabric(closingLeaf) },
    {
      step: 'attestation',
    },
  );
}

function forged({ name, attestation, trust, step, newer }: FabricCase): void {
  if (trust !== undefined) folder.addTrust(name, fabricTrust(log, trust));
  add('receipt', name, by(attestation), {
    ...{ step, newer },
    ...(trust === undefined ? {} : { trust: name }),
  });
}

function shapes(): void {
  const good = attested();
  const { payload: _, ...without } = good;
  const damaged = { step: 'format' };
  add('receipt', 'shape-without-a-payload', by(without), damaged);
  add('receipt', 'shape-with-more', by({ ...good, more: 1 }), damaged);
  const endorsements = Array(257).fill({ endorser: '', signature: '' });
  add('receipt', 'shape-of-257-endorsements', by({ ...good, endorsements }), damaged);
  const many = { ...good, endorsements: endorsements.slice(1) };
  add('receipt', 'shape-of-256-endorsements', by(many), { step: 'attestation' });
}

/** Every file of the folder by its path below test/vectors. */
export function fabricV1(): Map<string, Uint8Array> {
  for (const [name, changes] of Object.entries(TRUSTS)) {
    folder.addTrust(name, fabricTrust(log, changes));
  }
  if (log.registration.mspId !== OWNER) throw new Error('the log has another owner');
  receipts();
  histories();
  shapes();
  for (const one of [...endorserCases(), ...answerCases()]) forged(one);
  add('receipt', 'lifecycle-other-read', by(readingMore()));
  addReworded(folder);
  return folder.finish('within');
}
