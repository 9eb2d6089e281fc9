// What an operator is told when something is wrong, one check for each thing that can be: in a
// sentence, with the next step. Facts in, checks out.
import type { ChartsealError, ErrorCode } from '../../chaincode/core/errors.js';
import type { LedgerProbe } from '../ledger/ledger-probe.js';
import {
  type Finding,
  fault,
  findingOf,
  type LedgerKind,
  ok,
  untilStarted,
} from '../services/doctor/finding.js';
import type { SequencerCounts } from '../services/sequencer/sequencer-options.js';

export interface ReadyCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly code?: ErrorCode;
  readonly sentence: string;
  /** What to type or do. */
  readonly nextStep?: string;
}

/** A check, and whether the gateway is not ready while it fails. */
export interface Judged extends ReadyCheck {
  readonly isNeeded: boolean;
}

export interface WriteSide {
  readonly counts: SequencerCounts;
  readonly outboxBound: number;
  /** Whether the ledger has answered since the start. */
  readonly isReconciled: boolean;
  /** Why the write side stopped. */
  readonly fault: ChartsealError | undefined;
  /** Why the newest call of each kind failed. */
  readonly appendFailure: ChartsealError | undefined;
  readonly proveFailure: ChartsealError | undefined;
  /** Age of the oldest entry that is not proven, in ms; 0 when all are. */
  readonly unprovenAgeMs: number;
}

/** An older entry that is not proven is a fault. A dead leader of BFT stalls for a minute. */
const MAX_UNPROVEN_MS = { embedded: 60_000, fabric: 150_000 } as const;

const good = (name: string, sentence: string): Judged => ({
  name,
  ok: true,
  sentence,
  isNeeded: true,
});

function bad(
  name: string,
  code: ErrorCode,
  sentence: string,
  nextStep: string,
  isNeeded = true,
): Judged {
  return { name, ok: false, code, sentence, nextStep, isNeeded };
}

const seconds = (ms: number) => `${Math.ceil(ms / 1000)} s`;
const KEPT = 'What was accepted is kept and waits; nothing is lost.';
/** What is asked first is asked of our own peer alone. */
const NOT_MET =
  'The ledger has not answered since the start: whether it agrees with the store is not known yet. What is accepted is kept, and sent when they agree.';

/** A failure as the doctor puts it. */
function advised(
  name: string,
  error: ChartsealError,
  place: { readonly folder: string; readonly kind: LedgerKind },
  before: string,
): Judged {
  const { sentence, next = error.hint } = findingOf(name, error, place.folder, place.kind);
  return bad(name, error.code, `${before} ${sentence}`, next);
}

export function judgeShutdown(isEnding: boolean): Judged {
  if (!isEnding) return good('gateway', 'It runs.');
  const sentence = 'It was told to end: requests in flight are finished, new ones refused.';
  return bad('gateway', 'SHUTTING_DOWN', sentence, 'start it again when it has ended');
}

function notMet(failure: ChartsealError | undefined): Judged {
  const next =
    'our own peer and its contract process must answer: look at their logs, chartseal doctor; then it goes on by itself, or after a new start where the profile was changed';
  const why = failure === undefined ? '' : ` Asked last, it said: ${failure.message}.`;
  const code = failure?.code ?? 'LEDGER_UNAVAILABLE';
  return bad('write side', code, `${NOT_MET}${why}`, next);
}

/** @param folder DATA */
export function judgeWriteSide(side: WriteSide, folder: string, kind: LedgerKind): Judged[] {
  const { counts, outboxBound, fault, appendFailure, proveFailure, unprovenAgeMs } = side;
  const place = { folder, kind };
  const waiting = counts.accepted - counts.committed;
  const checks: Judged[] = [];
  if (fault !== undefined) {
    const cause = fault.cause as ChartsealError | undefined;
    const before = 'Nothing is accepted any more; reads and proofs go on.';
    const known = cause?.name === 'ChartsealError' ? cause : fault;
    const check = advised('write side', known, place, before);
    const nextStep = untilStarted(check.nextStep ?? known.hint);
    checks.push({ ...check, code: 'LOG_STOPPED', nextStep });
  } else if (!side.isReconciled) {
    checks.push(notMet(appendFailure));
  } else if (waiting > 0 && appendFailure !== undefined) {
    checks.push(advised('write side', appendFailure, place, `The newest append failed. ${KEPT}`));
  } else if (counts.committed > counts.proven && proveFailure !== undefined) {
    const before = `The newest checkpoint could not be attested. ${KEPT}`;
    checks.push(advised('write side', proveFailure, place, before));
  } else {
    checks.push(good('write side', 'Entries are accepted, committed and proven.'));
  }
  if (waiting >= outboxBound) {
    const sentence = `${waiting} entries wait for the ledger, the bound is ${outboxBound}: new ones are refused with 429.`;
    const next = 'mend what the other checks name; senders repeat what was refused';
    checks.push(bad('outbox', 'OUTBOX_FULL', sentence, next));
  } else {
    checks.push(good('outbox', `${waiting} of at most ${outboxBound} entries wait.`));
  }
  const unproven = counts.accepted - counts.proven;
  if (unprovenAgeMs > MAX_UNPROVEN_MS[kind]) {
    const sentence = `${unproven} entries are not proven, the oldest for ${seconds(unprovenAgeMs)}. ${KEPT}`;
    const next = 'mend what the other checks name; without one: chartseal doctor';
    checks.push(bad('unproven', 'NOT_PROVEN_YET', sentence, next));
  } else {
    checks.push(good('unproven', `${unproven} accepted entries are not proven yet.`));
  }
  return checks;
}

const WHO = { peer: 'whoever runs that peer', organisation: 'it', orderer: 'whoever runs it' };

/**
 * @param probe undefined when the ledger did not even answer in time
 * @param isMet whether nobody in particular has to answer
 */
export function judgeLedger(
  probe: LedgerProbe | undefined,
  kind: LedgerKind,
  isMet = true,
): Judged[] {
  const next = 'chartseal network status, chartseal doctor; ask those that do not answer';
  if (probe === undefined) {
    return [bad('ledger', 'LEDGER_UNAVAILABLE', `It does not answer. ${KEPT}`, next)];
  }
  if (kind === 'embedded') return [good('ledger', 'It is part of this process.')];
  const { parts, canCommit, canProve } = probe;
  const silent = parts.filter(({ isUp }) => !isUp);
  const names = silent.map(({ name }) => name).join(', ');
  const checks = silent.map(({ kind: what, name }) => {
    const others = isMet && canCommit && canProve ? '; the others are enough to go on' : '';
    const sentence = `It does not answer from here${others}.`;
    const ask = `look at its log, or ask ${WHO[what]}; on a network of this machine: chartseal network status`;
    return bad(`${what} ${name}`, 'LEDGER_UNAVAILABLE', sentence, ask, false);
  });
  if (canCommit && canProve) {
    const sentence = `${parts.length - silent.length} of its ${parts.length} parts answer, enough to commit and to prove.`;
    return [good('ledger', sentence), ...checks];
  }
  const effect = canCommit ? 'Nothing can be proven now' : 'Nothing can be committed now';
  const sentence = `${effect}: no answer from ${names || 'our own peers'}. ${KEPT}`;
  return [bad('ledger', 'LEDGER_UNAVAILABLE', sentence, next), ...checks];
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  clock: 'CLOCK_BACKWARDS',
  disk: 'STORE_FAILED',
  identities: 'IDENTITY_REFUSED',
};

/**
 * A finding of the doctor as a check; what could not be looked at is not ready either.
 * @param code of the fault, where it is known
 */
export function judgeFinding(
  { check, status, sentence, next }: Finding,
  code: ErrorCode = CODES[check] ?? 'UNEXPECTED',
): Judged {
  if (status === 'ok' || status === 'warning') return good(check, sentence);
  return bad(check, code, sentence, next ?? 'chartseal doctor');
}

/** A certificate with which this gateway shows itself. */
export interface DatedCertificate {
  readonly name: string;
  /** End of validity, in ms since 1970. */
  readonly until: number;
}

const endedOf = (certificates: readonly DatedCertificate[], now: number) =>
  certificates.filter(({ until }) => until < now).map(({ name }) => name);

/** Of the listeners; nothing where none has TLS. */
export function judgeCertificates(certificates: readonly DatedCertificate[], now: number) {
  if (certificates.length === 0) return [];
  const ended = endedOf(certificates, now);
  if (ended.length === 0) return [good('TLS certificates', 'They are in date.')];
  const sentence = `Not in date any more: ${ended.join(', ')}. Callers refuse to connect.`;
  const next = 'put a new certificate and its key in their places; they are taken up by themselves';
  return [bad('TLS certificates', 'CONFIG_INVALID', sentence, next)];
}

/** Files that cannot be taken up: those before go on being served. */
export function judgeTlsFiles(faults: readonly ChartsealError[]): Judged[] {
  return faults.map(({ code, message }) => {
    const sentence = `The newest files cannot be taken; those before are still served: ${message.replaceAll('\n', '; ')}.`;
    const next = 'put files in their places that are whole and fit each other';
    return bad('TLS files', code, sentence, next, false);
  });
}

/** Those with which the ledger is called. */
export function judgeIdentities(certificates: readonly DatedCertificate[], now: number): Finding {
  const ended = endedOf(certificates, now);
  if (ended.length === 0) return ok('identities', 'They are in date.');
  const sentence = `Not in date any more: ${ended.join(', ')}. The ledger refuses what they send.`;
  return fault('identities', sentence, 'chartseal identity renew; then start the gateway again');
}
