// test/vectors/receipts/v1-rules: one case for each rule of SPEC sections 15 to 19. What must come
// of a case is written here by hand, from the specification, not taken from the verifier.
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { formatTlogProof, parseTlogProof } from '../../chaincode/core/tlog-proof.js';
import type { TrustFile } from '../../gateway/evidence/trust.js';
import type { EvidenceCase, EvidenceQuestion } from '../../test/support/evidence-cases.js';
import { DOCUMENT, sampleLog } from '../../test/support/evidence-sample.js';
import { documentOf } from '../../test/support/evidence-verdicts.js';
import { EvidenceFolder } from './evidence-folder.js';

export const folder = new EvidenceFolder('receipts/v1-rules');
export const log = sampleLog();
export const stranger = sampleLog({ seed: 9 });
export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
export const utf8 = (content: string): Uint8Array => new Uint8Array(Buffer.from(content, 'utf8'));

/** The JSON with its `more`, an empty list, nested so deep that lists stand in lists. */
export function deepened(bytes: Uint8Array, depth: number): Uint8Array {
  return utf8(text(bytes).replace('"more":[]', `"more":${'['.repeat(depth)}${']'.repeat(depth)}`));
}

const EXIT_CODES: Readonly<Record<string, number>> = {
  unchanged: 0,
  complete: 0,
  altered: 1,
  incomplete: 1,
  'not proven': 1,
  'not checked': 2,
};

const STEPS = {
  receipt: [
    'format',
    'document',
    'entry',
    'inclusion',
    'checkpoint',
    'attestation',
    'policy',
    'time',
  ],
  history: [
    'format',
    'subject',
    'chain',
    'entries',
    'map',
    'inclusion',
    'checkpoint',
    'attestation',
    'policy',
    'time',
  ],
} as const;

/** What must come of a case; steps that are not named are OK. */
export interface Ruling {
  readonly verdict: string;
  readonly failed?: readonly string[];
  readonly not?: readonly string[];
  /** Steps that are not there. */
  readonly without?: readonly string[];
  /** All of them, in the order of section 19.6; left out where a case is not about them. */
  readonly statements?: readonly string[];
  /** Codes of steps that a verifier gave when the case was made; today's when left out. */
  readonly codes?: Readonly<Record<string, string>>;
}

type Asked = Partial<Omit<EvidenceQuestion, 'kind' | 'name'>>;

function addCase(
  kind: EvidenceCase['kind'],
  name: string,
  file: object | Uint8Array,
  ruling: Ruling,
  asked: Asked,
): void {
  folder.addFile(kind, name, file);
  addRow(kind, name, ruling, asked);
}

/** What comes of a case since something became known that was newer when it was made. */
export function nowKnown(
  kind: EvidenceCase['kind'],
  name: string,
  ruling: Ruling,
  asked: Asked,
): void {
  const given = kind === 'receipt' ? { document, ...asked } : asked;
  addRow(kind, name, ruling, given);
}

function addRow(kind: EvidenceCase['kind'], name: string, ruling: Ruling, asked: Asked): void {
  folder.cases.push(rowOf(kind, name, ruling, asked));
}

/** The row of a case, of any folder. */
export function rowOf(
  kind: EvidenceCase['kind'],
  name: string,
  ruling: Ruling,
  asked: Asked,
): EvidenceCase {
  const { verdict, failed = [], not = [], without = [], statements, codes } = ruling;
  const unknown = [...failed, ...not, ...without].filter(
    (step) => !STEPS[kind].some((one) => one === step),
  );
  if (unknown.length > 0) throw new Error(`${name}: no step ${unknown.join(', ')}`);
  const statusOf = (step: string) => {
    if (failed.includes(step)) return 'FAILED';
    return not.includes(step) ? 'NOT CHECKED' : 'OK';
  };
  const steps = STEPS[kind].filter((step) => !without.includes(step));
  return {
    kind,
    name,
    trust: 'sample',
    ...asked,
    verdict,
    exitCode: EXIT_CODES[verdict] ?? 3,
    steps: Object.fromEntries(steps.map((step) => [step, statusOf(step)])),
    ...(statements === undefined ? {} : { statements }),
    ...(codes === undefined ? {} : { codes }),
  };
}

export const document = documentOf(DOCUMENT);

/** A receipt of a document, given with its document. */
export function receipt(
  name: string,
  file: object | Uint8Array,
  ruling: Ruling,
  asked: Asked = {},
): void {
  addCase('receipt', name, file, ruling, { document, ...asked });
}

/** A receipt of what has no document: there is that step only when the entry is not known. */
export function bareReceipt(
  name: string,
  file: object | Uint8Array,
  ruling: Ruling,
  asked: Asked = {},
): void {
  const { failed = [], not = [] } = ruling;
  const unknown = failed.includes('entry') || not.includes('entry');
  const step = unknown ? { not: [...not, 'document'] } : { not, without: ['document'] };
  addCase('receipt', name, file, { ...ruling, ...step }, asked);
}

export function history(
  name: string,
  file: object | Uint8Array,
  ruling: Ruling,
  asked: Asked = {},
): void {
  addCase('history', name, file, ruling, asked);
}

/** A history that is not the whole and true chain. */
export const incomplete = (failed: readonly string[], not: readonly string[] = []): Ruling => {
  return { verdict: 'incomplete', failed, not };
};

/** A file whose format is refused: nothing else is looked at. */
export function formatRuling(
  kind: EvidenceCase['kind'],
  verdict: string,
  status: 'failed' | 'not' = 'failed',
): Ruling {
  const others = STEPS[kind].slice(1);
  return status === 'failed'
    ? { verdict, failed: ['format'], not: others }
    : { verdict, not: ['format', ...others] };
}

/** A checkpoint of the sample log with more, or other, text, signed by a log's key. */
export function noteOf(
  size: number,
  change: (text: string) => string = (same) => same,
  by = log,
  keyName = log.origin,
): string {
  const root = log.writer.rootAt(size);
  const checkpoint = change(formatCheckpoint({ origin: log.origin, size, root }));
  return signNote(checkpoint, keyName, by.key.publicKey, by.key.sign);
}

/** The file with parts of its proof replaced. */
export function withProof<File extends { readonly proof: string }>(
  file: File,
  changes: Partial<ReturnType<typeof parseTlogProof>>,
): File {
  return { ...file, proof: formatTlogProof({ ...parseTlogProof(file.proof), ...changes }) };
}

const ORGANISATION = { roots: [], intermediates: [], revoked: [] };
const other = { mspId: 'HospitalBMSP', ...ORGANISATION };
const pin = (size: number, root: string, origin = log.origin) => [{ origin, size, root }];
const rootAt = (size: number) => Buffer.from(log.writer.rootAt(size)).toString('hex');

/** Trust files of the sample log, and what each has otherwise. */
const TRUSTS: Readonly<Record<string, Partial<TrustFile>>> = {
  sample: {},
  'another-channel': { channel: 'another' },
  bft: { ordering: 'bft' },
  'no-log': { logs: [] },
  'pinned-as-it-is': { pinnedCheckpoints: pin(4, rootAt(4)) },
  'pinned-fork': { pinnedCheckpoints: pin(4, '11'.repeat(32)) },
  'pinned-fork-of-another-origin': {
    pinnedCheckpoints: pin(4, '11'.repeat(32), 'hospital-b.example/archive'),
  },
  raft: { ordering: 'raft' },
  'another-organisation': {
    organisations: [other],
    policy: { k: 1, required: [], tolerated: 0 },
  },
  'another-required': {
    organisations: [other, { mspId: log.registration.mspId, ...ORGANISATION }],
    policy: { k: 1, required: ['HospitalBMSP'], tolerated: 0 },
  },
};

export function addTrusts(): void {
  for (const [name, changes] of Object.entries(TRUSTS)) {
    folder.addTrust(name, log.trustFile(changes));
  }
  folder.addTrust('another-log', stranger.trustFile());
}
