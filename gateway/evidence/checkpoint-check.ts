// The three steps about a checkpoint, the same for every kind of evidence: signed by its log,
// attested, and attested by enough organisations.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { type Checkpoint, parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { isSameJson, type JsonValue } from '../../chaincode/core/json.js';
import { parseNote, verifyNote } from '../../chaincode/core/signed-note.js';
import type { CheckpointAnswer } from './answer.js';
import type { Attestation } from './attestation.js';
import { type Attested, checkAttestation } from './attestation-check.js';
import { type CheckpointFacts, checkpointFacts } from './checkpoint-facts.js';
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
  /** Of the trust file. */
  readonly fingerprint: string;
  readonly outcome: CheckedCheckpoint;
}

/** Same words of the file, same trust: same outcome. */
function isAbout(
  { claim, fingerprint }: Remembered,
  other: CheckpointClaim,
  trust: Trust,
): boolean {
  return (
    fingerprint === trust.fingerprint &&
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

  remember(
    claim: CheckpointClaim,
    trust: Trust,
    check: (claim: CheckpointClaim, trust: Trust) => CheckedCheckpoint,
  ): CheckedCheckpoint {
    for (const known of this.#known) if (isAbout(known, claim, trust)) return known.outcome;
    const outcome = check(claim, trust);
    this.#known.unshift({ claim, fingerprint: trust.fingerprint, outcome });
    if (this.#known.length > this.#capacity) this.#known.pop();
    return outcome;
  }
}

function checkSigned(checkpoint: Checkpoint, note: string, log: TrustedLog, trust: Trust): Finding {
  const fault = findFault('The checkpoint', verifyNote, note, log.origin, log.noteKey);
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
): Pick<CheckedCheckpoint, 'findings'> & { readonly attested?: Attested } {
  if (log === undefined) {
    return unsigned(failed(`The trust file does not name the log ${checkpoint.origin}.`));
  }
  const signed = checkSigned(checkpoint, claim.note, log, trust);
  if (!isOk(signed)) return unsigned(signed);
  const { finding: attestation, attested } = checkAttestation(claim, checkpoint, log, trust);
  if (attested === undefined) {
    return { findings: { checkpoint: signed, attestation, policy: needs('attestation') } };
  }
  const policy = checkPolicy(attested.endorsers, log, trust);
  return { attested, findings: { checkpoint: signed, attestation, policy } };
}

function readCheckpoint(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}

function check(claim: CheckpointClaim, trust: Trust): CheckedCheckpoint {
  const read = attempt('The checkpoint', readCheckpoint, claim.note);
  if ('fault' in read) {
    return unsigned(read.fault);
  }
  const checkpoint = read.value;
  const log = trust.logsByOrigin.get(checkpoint.origin);
  const { attested, findings } = checkInOrder(claim, checkpoint, log, trust);
  const facts = checkpointFacts(checkpoint, log, attested, trust);
  return {
    ...{ checkpoint, facts, findings },
    ...(log === undefined ? {} : { log }),
    ...(attested === undefined ? {} : { answer: attested.answer }),
  };
}

export function checkCheckpoint(
  claim: CheckpointClaim,
  trust: Trust,
  cache?: VerifierCache,
): CheckedCheckpoint {
  if (cache === undefined) return check(claim, trust);
  return cache.remember(claim, trust, check);
}
