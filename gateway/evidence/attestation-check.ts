// Step attestation: somebody vouches for an answer of the contract, and the answer states this
// very checkpoint.
import { decodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import type { Checkpoint } from '../../chaincode/core/checkpoint.js';
import { type CheckpointAnswer, checkAnswerClosingLeaf, parseCheckpointAnswer } from './answer.js';
import {
  type Attestation,
  attestationType,
  findEmbeddedAnswer,
  isEmbedded,
  isFabric,
} from './attestation.js';
import { checkAction } from './fabric-action.js';
import type { FabricAttestation } from './fabric-endorsement.js';
import { checkEndorsements, checkValidity } from './fabric-endorsers.js';
import { checkProposal, checkRequest } from './fabric-proposal.js';
import { attempt, type Finding, failed, findFault, newer, ok } from './steps.js';
import type { Trust, TrustedLog } from './trust.js';

export interface Attested {
  readonly answer: CheckpointAnswer;
  /** MSP ids of the organisations that attest. */
  readonly endorsers: readonly string[];
}

/** The checkpoint as the file claims it. */
interface Claim {
  readonly attestation: Attestation;
  /** See CheckpointClaim. */
  readonly closingLeaf?: string | null;
}

type Fault = { readonly fault: Finding };

/** Bytes that somebody vouches for, and what else must hold once they are read. */
interface Vouched {
  readonly answer: Uint8Array;
  readonly endorsers: readonly string[];
  readonly fits?: (answer: CheckpointAnswer) => Finding | undefined;
}

function vouchedByFabric(attestation: FabricAttestation, trust: Trust): Vouched | Fault {
  const payload = decodeBase64(attestation.payload, 'payload');
  const endorsed = checkEndorsements(attestation, payload, trust);
  if ('fault' in endorsed) return endorsed;
  const { endorsers } = endorsed;
  const checked = checkAction(payload, trust);
  if ('fault' in checked) return checked;
  const { proposalHash, name, answer } = checked.action;
  const asked = checkProposal(attestation, proposalHash, name, trust.file.channel);
  if ('fault' in asked) return asked;
  return {
    answer,
    endorsers: endorsers.map(({ mspId }) => mspId),
    fits: (read) => checkRequest(asked.request, read) ?? checkValidity(endorsers, read.asOf),
  };
}

function vouched(attestation: Attestation, log: TrustedLog, trust: Trust): Vouched | Fault {
  const wanted = attestationType(trust.file.ordering);
  if (attestation.type !== wanted) {
    const fault = failed(
      `The trust file asks for an attestation of type ${wanted}, this one is ${attestation.type}.`,
    );
    return { fault };
  }
  if (isFabric(attestation)) return vouchedByFabric(attestation, trust);
  if (!isEmbedded(attestation)) return { fault: newer(`An attestation of type ${wanted}`) };
  const answer = findEmbeddedAnswer(attestation, log.noteKey);
  if (answer === undefined) {
    return { fault: failed("The attestation is not signed by the log's key.") };
  }
  return { answer, endorsers: [log.registration.mspId] };
}

/** Members in which the answer must agree with what else is known; those that do not. */
function disagreements(
  answer: CheckpointAnswer,
  checkpoint: Checkpoint,
  log: TrustedLog,
  trust: Trust,
): string[] {
  const wrong: string[] = [];
  if (answer.channel !== trust.file.channel) wrong.push('channel');
  if (answer.logId !== log.logId) wrong.push('logId');
  if (answer.origin !== log.origin) wrong.push('origin');
  if (answer.size !== checkpoint.size) wrong.push('size');
  if (answer.root !== encodeHex(checkpoint.root)) wrong.push('root');
  return wrong;
}

/** @param checkpoint and `log` of step checkpoint, which is OK */
export function checkAttestation(
  claim: Claim,
  checkpoint: Checkpoint,
  log: TrustedLog,
  trust: Trust,
): { finding: Finding; attested?: Attested } {
  const found = vouched(claim.attestation, log, trust);
  if ('fault' in found) return { finding: found.fault };
  const { endorsers } = found;
  const read = attempt('The attested answer', parseCheckpointAnswer, found.answer);
  if ('fault' in read) return { finding: read.fault };
  const answer = read.value;
  const wrong = disagreements(answer, checkpoint, log, trust);
  if (wrong.length > 0) {
    return { finding: failed(`The attested answer is about another ${wrong.join(', ')}.`) };
  }
  if (claim.closingLeaf !== undefined && claim.closingLeaf !== answer.closingLeaf) {
    return { finding: failed('The attested answer has another closing leaf than this file.') };
  }
  const fault =
    findFault('The attested answer', checkAnswerClosingLeaf, answer) ?? found.fits?.(answer);
  if (fault !== undefined) return { finding: fault };
  const finding = ok('The attested answer states this very checkpoint.');
  return { finding, attested: { answer, endorsers } };
}
