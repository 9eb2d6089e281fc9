// The three steps about a checkpoint, the same for every kind of evidence: signed by its log,
// attested, and attested by enough organisations.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { type Checkpoint, parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { parseNote, verifyNote } from '../../chaincode/core/signed-note.js';
import { type CheckpointAnswer, checkAnswerClosingLeaf, parseCheckpointAnswer } from './answer.js';
import {
  type Attestation,
  attestationType,
  findEmbeddedAnswer,
  isEmbedded,
} from './attestation.js';
import { type CheckpointFacts, checkpointFacts } from './checkpoint-facts.js';
import { attempt, type Finding, failed, findFault, isOk, needs, newer, ok } from './steps.js';
import type { Trust, TrustedLog } from './trust.js';

/** What is known of a checkpoint. Nothing of it is proven unless the findings are OK. */
export interface CheckedCheckpoint {
  /** Absent when the note could not be read. */
  readonly checkpoint?: Checkpoint;
  /** Absent when the trust file does not name the log. */
  readonly log?: TrustedLog;
  /** Present only when step attestation is OK. */
  readonly answer?: CheckpointAnswer;
  /** The same for people; absent when the note could not be read. */
  readonly facts?: CheckpointFacts;
  readonly findings: {
    readonly checkpoint: Finding;
    readonly attestation: Finding;
    readonly policy: Finding;
  };
}

export interface CheckpointClaim {
  /** The signed checkpoint. */
  readonly note: string;
  readonly attestation: Attestation;
  /** Base64 of the closing leaf that the file shows; undefined when its kind shows none. */
  readonly closingLeaf?: string | null;
}

/** Outcomes of checkpoints checked before, for many files under few checkpoints. */
export class VerifierCache {
  readonly #outcomes = new Map<string, CheckedCheckpoint>();
  readonly #capacity: number;

  constructor(capacity = 64) {
    this.#capacity = capacity;
  }

  /** Same file bytes, same trust: same outcome, so the key is all of them. */
  remember(key: string, check: () => CheckedCheckpoint): CheckedCheckpoint {
    const known = this.#outcomes.get(key);
    if (known !== undefined) return known;
    const outcome = check();
    const [oldest] = this.#outcomes.keys();
    if (this.#outcomes.size >= this.#capacity && oldest !== undefined) {
      this.#outcomes.delete(oldest);
    }
    this.#outcomes.set(key, outcome);
    return outcome;
  }
}

function checkSigned(checkpoint: Checkpoint, note: string, log: TrustedLog, trust: Trust): Finding {
  const fault = findFault('The checkpoint', () => verifyNote(note, log.origin, log.noteKey));
  if (fault !== undefined) return fault;
  const pin = trust.file.pinnedCheckpoints?.find(
    ({ origin, size }) => origin === log.origin && size === checkpoint.size,
  );
  if (pin !== undefined && pin.root !== encodeHex(checkpoint.root)) {
    return failed('The trust file pins another root for this size: the log was forked.');
  }
  const pinned = pin === undefined ? '' : ' It is the one that the trust file pins.';
  return ok(`The log ${log.origin} signed this checkpoint of size ${checkpoint.size}.${pinned}`);
}

/** Members in which the answer must agree with what else is known; those that do not. */
function disagreements(
  answer: CheckpointAnswer,
  checkpoint: Checkpoint,
  log: TrustedLog,
  trust: Trust,
): string[] {
  const agreements: Record<string, boolean> = {
    channel: answer.channel === trust.file.channel,
    logId: answer.logId === log.logId,
    origin: answer.origin === log.origin,
    size: answer.size === checkpoint.size,
    root: answer.root === encodeHex(checkpoint.root),
  };
  return Object.keys(agreements).filter((member) => !agreements[member]);
}

function checkAttestation(
  claim: CheckpointClaim,
  checkpoint: Checkpoint,
  log: TrustedLog,
  trust: Trust,
): { finding: Finding; answer?: CheckpointAnswer } {
  const { attestation } = claim;
  const wanted = attestationType(trust.file.ordering);
  if (attestation.type !== wanted) {
    const finding = failed(
      `The trust file asks for an attestation of type ${wanted}, this one is ${attestation.type}.`,
    );
    return { finding };
  }
  if (!isEmbedded(attestation)) return { finding: newer(`An attestation of type ${wanted}`) };
  const bytes = findEmbeddedAnswer(attestation, log.noteKey);
  if (bytes === undefined) {
    return { finding: failed("The attestation is not signed by the log's key.") };
  }
  const read = attempt('The attested answer', () => parseCheckpointAnswer(bytes));
  if ('fault' in read) return { finding: read.fault };
  const answer = read.value;
  const wrong = disagreements(answer, checkpoint, log, trust);
  if (wrong.length > 0) {
    return { finding: failed(`The attested answer is about another ${wrong.join(', ')}.`) };
  }
  if (claim.closingLeaf !== undefined && claim.closingLeaf !== answer.closingLeaf) {
    return { finding: failed('The attested answer has another closing leaf than this file.') };
  }
  const fault = findFault('The attested answer', () => checkAnswerClosingLeaf(answer));
  if (fault !== undefined) return { finding: fault };
  return { finding: ok('The attested answer states this very checkpoint.'), answer };
}

/** With `embedded/1` the one organisation that attests is the owner of the log. */
function checkPolicy(log: TrustedLog, trust: Trust): Finding {
  const { organisations, policy } = trust.file;
  const owner = log.registration.mspId;
  if (!organisations.some(({ mspId }) => mspId === owner)) {
    return failed(`${owner}, which attests, is not among the organisations of the trust file.`);
  }
  if (policy.k > 1) {
    return failed(`1 organisation attests, the trust file asks for ${policy.k}.`);
  }
  const missing = policy.required.filter((mspId) => mspId !== owner);
  if (missing.length > 0) {
    return failed(`Required organisations do not attest: ${missing.join(', ')}.`);
  }
  return ok(`1 of 1 organisation attests: ${owner}, the log's owner; nobody else does.`);
}

/** Findings of the three steps, each only when the one before is OK. */
function checkInOrder(
  claim: CheckpointClaim,
  checkpoint: Checkpoint,
  log: TrustedLog | undefined,
  trust: Trust,
): Pick<CheckedCheckpoint, 'findings' | 'answer'> {
  const unsigned = { attestation: needs('checkpoint'), policy: needs('checkpoint') };
  if (log === undefined) {
    const unknown = failed(`The trust file does not name the log ${checkpoint.origin}.`);
    return { findings: { checkpoint: unknown, ...unsigned } };
  }
  const signed = checkSigned(checkpoint, claim.note, log, trust);
  if (!isOk(signed)) return { findings: { checkpoint: signed, ...unsigned } };
  const { finding: attestation, answer } = checkAttestation(claim, checkpoint, log, trust);
  if (answer === undefined) {
    return { findings: { checkpoint: signed, attestation, policy: needs('attestation') } };
  }
  return { answer, findings: { checkpoint: signed, attestation, policy: checkPolicy(log, trust) } };
}

function check(claim: CheckpointClaim, trust: Trust): CheckedCheckpoint {
  const read = attempt('The checkpoint', () => parseCheckpoint(parseNote(claim.note).text));
  if ('fault' in read) {
    const later = { attestation: needs('checkpoint'), policy: needs('checkpoint') };
    return { findings: { checkpoint: read.fault, ...later } };
  }
  const checkpoint = read.value;
  const log = trust.logsByOrigin.get(checkpoint.origin);
  const checked = checkInOrder(claim, checkpoint, log, trust);
  const facts = checkpointFacts(checkpoint, log, checked.answer, trust);
  return { checkpoint, ...(log === undefined ? {} : { log }), ...checked, facts };
}

/** One text for all that an outcome depends on; no part can be taken for another. */
function cacheKey({ note, attestation, closingLeaf }: CheckpointClaim, trust: Trust): string {
  const vouched = isEmbedded(attestation)
    ? `${attestation.payload} ${attestation.signature}`
    : canonicalJson(attestation);
  const closing = closingLeaf === undefined ? '*' : (closingLeaf ?? '-');
  return `${trust.fingerprint} ${closing} ${note}\n${vouched}`;
}

export function checkCheckpoint(
  claim: CheckpointClaim,
  trust: Trust,
  cache?: VerifierCache,
): CheckedCheckpoint {
  if (cache === undefined) return check(claim, trust);
  return cache.remember(cacheKey(claim, trust), () => check(claim, trust));
}
