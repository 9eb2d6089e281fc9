// Verifies a history: bytes and trust in, verdict out. No network, no files, no clock but an
// argument.
import { decodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { logLabel } from '../../chaincode/core/labels.js';
import { formatTime } from '../../chaincode/core/time.js';
import type { TlogProof } from '../../chaincode/core/tlog-proof.js';
import { type CheckedChain, checkChain } from './chain-check.js';
import {
  type CheckedCheckpoint,
  type CheckpointRequest,
  checkCheckpoint,
} from './checkpoint-check.js';
import { type CheckedEntries, checkEntries } from './entries-check.js';
import { readFile } from './evidence-file.js';
import { HISTORY_FORMAT, type History, type HistorySubject, historyOf } from './history.js';
import {
  type HistoryEvent,
  historyEvents,
  type RecordStanding,
  recordStanding,
} from './history-events.js';
import { readProof } from './inclusion-check.js';
import { type CheckedClosing, checkClosingLeaf, checkMap } from './map-check.js';
import { historyStatements } from './statements.js';
import { attempt, type Finding, isOk, listSteps, needs } from './steps.js';
import { type CheckedSubject, checkSubject } from './subject-check.js';
import { checkTime, completenessOf } from './time-check.js';
import type { Trust } from './trust.js';
import {
  concludeHistory,
  type HistoryFindings,
  type HistoryStep,
  type HistoryVerdict,
  NOT_OURS,
} from './verdict.js';
import { formatFinding, isOurs, unread, type Verification } from './verification.js';

export interface HistoryRequest extends CheckpointRequest {
  /** Bytes of the history file. */
  readonly history: Uint8Array;
  /** Up to when completeness is asked for, in ms since 1970. */
  readonly asOf?: number;
  /** Secret of the log; shows that a label is the record's where that is not proven. */
  readonly recordKey?: Uint8Array;
  /** Told now and then how many entries are checked. */
  readonly tell?: (done: number, of: number) => void;
}

/** Facts beyond the steps are as the file has them: believe them with the verdict only. */
export interface HistoryVerification extends Verification<HistoryVerdict, HistoryStep> {
  readonly format: typeof HISTORY_FORMAT;
  readonly subject?: HistorySubject | undefined;
  /** Hex. */
  readonly label?: string | undefined;
  /** In the order of the chain. */
  readonly events: readonly HistoryEvent[];
  /** Entries that the file does not show. */
  readonly notShown: number;
  /** Until when the log's word is complete; absent unless step attestation is OK. */
  readonly completeUpTo?: string | undefined;
  /** For a record whose chain is OK. */
  readonly record?: RecordStanding | undefined;
}

const STEPS = [
  'subject',
  'chain',
  'entries',
  'map',
  'inclusion',
  'checkpoint',
  'attestation',
  'policy',
  'time',
] as const;

interface CheckedPlace {
  readonly closing: CheckedClosing;
  readonly checkpoint?: CheckedCheckpoint;
  readonly findings: CheckedCheckpoint['findings'];
}

/** Findings with what they rest on. */
interface Checked {
  readonly findings: HistoryFindings;
  readonly leaves: readonly Uint8Array[];
  readonly place: CheckedPlace;
  readonly subject: CheckedSubject;
  readonly chain: CheckedChain;
  readonly entries: CheckedEntries;
}

function readClosingProof(history: History): { note: string; proof?: TlogProof } {
  if (history.closingLeaf === null) return { note: history.proof };
  const proof = readProof(history.proof);
  return { note: proof.checkpoint, proof };
}

/** The closing leaf's place and its checkpoint. */
function checkPlace(history: History, request: HistoryRequest): CheckedPlace {
  const { closingLeaf, attestation } = history;
  const read = attempt('The proof', readClosingProof, history);
  if ('fault' in read) {
    const later = needs('inclusion');
    const findings = { checkpoint: later, attestation: later, policy: later };
    return { closing: { finding: read.fault }, findings };
  }
  const { note, proof } = read.value;
  const checked = checkCheckpoint({ note, attestation, closingLeaf }, request);
  const { checkpoint, findings } = checked;
  const bytes = closingLeaf === null ? undefined : decodeBase64(closingLeaf, 'closing leaf');
  const closing =
    checkpoint === undefined
      ? { finding: needs('checkpoint') }
      : checkClosingLeaf(bytes, proof, checkpoint);
  return { closing, checkpoint: checked, findings };
}

function checkWho(
  history: History,
  { checkpoint }: CheckedPlace,
  { recordKey }: HistoryRequest,
): CheckedSubject {
  const log = checkpoint?.log;
  if (log === undefined) return { finding: needs('checkpoint') };
  const anyShown = history.entries.some((entry) => entry !== null);
  return checkSubject(history.subject, log, recordKey, anyShown);
}

function checkMembership(
  history: History,
  { label }: CheckedSubject,
  chain: CheckedChain,
  { closing }: CheckedPlace,
): Finding {
  if (label === undefined || !isOk(chain.finding)) return needs('chain');
  if (closing.mapRoot === undefined) return needs('inclusion');
  return checkMap(label, chain.state, history.mapProof, closing.mapRoot);
}

const mustBePinned = ({ pins }: HistoryRequest): boolean => pins?.mustBePinned ?? false;

function check(history: History, format: Finding, request: HistoryRequest): Checked {
  const leaves = history.leaves.map((leaf) => decodeBase64(leaf, 'leaf'));
  const place = checkPlace(history, request);
  const origin = place.checkpoint?.checkpoint?.origin;
  const subject = checkWho(history, place, request);
  const chain =
    subject.label === undefined || origin === undefined
      ? { finding: needs('subject') }
      : checkChain(leaves, history.subject.kind, subject.label, logLabel(origin));
  const entries = checkEntries(history, leaves, origin, request.tell);
  const times = entries.checked.flatMap((one) => (one?.entry === undefined ? [] : [one.entry.at]));
  const findings = {
    format,
    subject: subject.finding,
    chain: chain.finding,
    entries: entries.finding,
    map: checkMembership(history, subject, chain, place),
    inclusion: place.closing.finding,
    ...place.findings,
    time: checkTime(place.checkpoint?.answer, times, {
      asOf: request.asOf,
      mustBePinned: mustBePinned(request),
    }),
  };
  return { findings, leaves, place, subject, chain, entries };
}

function summarise(verdict: HistoryVerdict, upTo: string | undefined, labelOnly: boolean): string {
  switch (verdict) {
    case 'incomplete':
      return 'incomplete: this is not the whole and true chain of this subject';
    case 'not checked':
      return 'not checked: not every step could be decided';
    case 'not proven':
      return 'not proven: this history does not hold';
    default: {
      const end = labelOnly
        ? " of this label; that it is the record's only chain can be checked with the record key"
        : '';
      return `${verdict.replace('complete', `complete up to ${upTo}`)}${end}`;
    }
  }
}

/** What a file gives that could not be read. */
function unreadable(format: Finding, ours: boolean, trust: Trust): HistoryVerification {
  const findings = unread(format, STEPS);
  const conclusion = ours ? concludeHistory(findings, 0) : NOT_OURS;
  return {
    format: HISTORY_FORMAT,
    ...conclusion,
    summary: summarise(conclusion.verdict, undefined, false),
    steps: listSteps<HistoryStep>(findings),
    fingerprint: trust.fingerprint,
    statements: historyStatements({}, trust),
    events: [],
    notShown: 0,
  };
}

/** Never throws for what the history holds: what is wrong stands in the steps. */
export function verifyHistory(request: HistoryRequest): HistoryVerification {
  const { trust } = request;
  const reading = readFile(request.history, 'chartseal-history', historyOf);
  const format = formatFinding(reading);
  if ('error' in reading) return unreadable(format, isOurs(reading), trust);
  const { findings, leaves, place, subject, chain, entries } = check(reading.file, format, request);
  const conclusion = concludeHistory(findings, entries.notShown);
  const answer = place.checkpoint?.answer;
  const upTo =
    answer === undefined
      ? undefined
      : formatTime(completenessOf(answer, mustBePinned(request)).upTo);
  const labelOnly = subject.labelOnly ?? false;
  const { state } = chain;
  const isRecord = reading.file.subject.kind === 'record';
  const known = {
    subject: reading.file.subject,
    labelOnly,
    flags: state?.flags,
    log: place.checkpoint?.log,
    answer,
  };
  return {
    format: HISTORY_FORMAT,
    ...conclusion,
    summary: summarise(conclusion.verdict, upTo, labelOnly),
    steps: listSteps<HistoryStep>(findings),
    fingerprint: trust.fingerprint,
    statements: historyStatements(known, trust),
    checkpoint: place.checkpoint?.facts,
    subject: reading.file.subject,
    label: subject.label === undefined ? undefined : encodeHex(subject.label),
    events: historyEvents(leaves, entries.checked),
    notShown: entries.notShown,
    completeUpTo: upTo,
    record:
      isRecord && state !== undefined ? recordStanding(state, leaves, entries.checked) : undefined,
  };
}
