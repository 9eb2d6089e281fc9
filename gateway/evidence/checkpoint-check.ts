// The three steps about a checkpoint, the same for every kind of evidence: signed by its log,
// attested, and attested by enough organisations.
import { type Checkpoint, parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { isSameJson, type JsonValue } from '../../chaincode/core/json.js';
import { parseNote, verifyNote } from '../../chaincode/core/signed-note.js';
import type { CheckpointAnswer } from './answer.js';
import type { Attestation } from './attestation.js';
import { type Attested, checkAttestation } from './attestation-check.js';
import { type CheckpointFacts, checkpointFacts } from './checkpoint-facts.js';
import { comparePins, NO_QUESTION, type PinQuestion } from './pin-check.js';
import { checkPolicy } from './policy-check.js';
import { attempt, type Finding, failed, findFault, isOk, needs, ok } from './steps.js';
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

interface Remembered {
  readonly claim: CheckpointClaim;
  readonly pins: PinQuestion;
  /** Of the trust file. */
  readonly fingerprint: string;
  readonly outcome: CheckedCheckpoint;
}

/** Same words of the file, same trust, same question: same outcome. */
function isAbout(
  { claim, fingerprint, pins }: Remembered,
  other: CheckpointClaim,
  trust: Trust,
  asked: PinQuestion,
): boolean {
  return (
    fingerprint === trust.fingerprint &&
    pins === asked &&
    claim.note === other.note &&
    claim.closingLeaf === other.closingLeaf &&
    isSameJson(claim.attestation as unknown as JsonValue, other.attestation as unknown as JsonValue)
  );
}

/** Outcomes of checkpoints checked before, for many files under few checkpoints. */
export class VerifierCache {
  /** The newest first. Comparing with each costs less than the hash of a key of all words. */
  readonly #known: Remembered[] = [];
  readonly #capacity: number;

  constructor(capacity = 64) {
    this.#capacity = capacity;
  }

  remember(claim: CheckpointClaim, trust: Trust, pins: PinQuestion): CheckedCheckpoint {
    for (const known of this.#known) if (isAbout(known, claim, trust, pins)) return known.outcome;
    const outcome = check(claim, trust, pins);
    this.#known.unshift({ claim, pins, fingerprint: trust.fingerprint, outcome });
    if (this.#known.length > this.#capacity) this.#known.pop();
    return outcome;
  }
}

interface Signed extends Pick<CheckpointFacts, 'pinned'> {
  readonly finding: Finding;
}

function checkSigned(
  checkpoint: Checkpoint,
  note: string,
  log: TrustedLog,
  trust: Trust,
  pins: PinQuestion,
): Signed {
  const fault = findFault('The checkpoint', verifyNote, note, log.origin, log.noteKey);
  if (fault !== undefined) return { finding: fault };
  const compared = comparePins(checkpoint, trust, pins);
  if ('fault' in compared) return { finding: compared.fault };
  const { sentence: pinned, sizes } = compared;
  const signed = ok(
    `The log ${log.origin} signed this checkpoint of size ${checkpoint.size}.${pinned}`,
  );
  return { finding: signed, pinned: sizes };
}

function unsigned(checkpoint: Finding): Pick<CheckedCheckpoint, 'findings'> {
  return {
    findings: { checkpoint, attestation: needs('checkpoint'), policy: needs('checkpoint') },
  };
}

/** Findings of the three steps, each only when the one before is OK. */
function checkInOrder(
  claim: CheckpointClaim,
  checkpoint: Checkpoint,
  log: TrustedLog | undefined,
  trust: Trust,
  pins: PinQuestion,
): Pick<CheckedCheckpoint, 'findings'> &
  Pick<CheckpointFacts, 'pinned'> & { readonly attested?: Attested } {
  if (log === undefined) {
    return unsigned(failed(`The trust file does not name the log ${checkpoint.origin}.`));
  }
  const { finding: signed, pinned } = checkSigned(checkpoint, claim.note, log, trust, pins);
  if (!isOk(signed)) return unsigned(signed);
  const { finding: attestation, attested } = checkAttestation(claim, checkpoint, log, trust);
  if (attested === undefined) {
    const policy = needs('attestation');
    return { pinned, findings: { checkpoint: signed, attestation, policy } };
  }
  const policy = checkPolicy(attested.endorsers, log, trust);
  return { attested, pinned, findings: { checkpoint: signed, attestation, policy } };
}

function readCheckpoint(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}

function check(claim: CheckpointClaim, trust: Trust, pins: PinQuestion): CheckedCheckpoint {
  const read = attempt('The checkpoint', readCheckpoint, claim.note);
  if ('fault' in read) {
    return unsigned(read.fault);
  }
  const checkpoint = read.value;
  const log = trust.logsByOrigin.get(checkpoint.origin);
  const { attested, pinned, findings } = checkInOrder(claim, checkpoint, log, trust, pins);
  const facts = { ...checkpointFacts(checkpoint, log, attested, trust), pinned };
  return {
    ...{ checkpoint, facts, findings },
    ...(log === undefined ? {} : { log }),
    ...(attested === undefined ? {} : { answer: attested.answer }),
  };
}

/** What a verifier of any kind of evidence is given about checkpoints. */
export interface CheckpointRequest {
  readonly trust: Trust;
  readonly pins?: PinQuestion;
  readonly cache?: VerifierCache;
}

export function checkCheckpoint(
  claim: CheckpointClaim,
  { trust, pins = NO_QUESTION, cache }: CheckpointRequest,
): CheckedCheckpoint {
  return cache?.remember(claim, trust, pins) ?? check(claim, trust, pins);
}
