// What every verification gives, whatever it looked at. Plain JSON: command line and page print it.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { formatTime } from '../../chaincode/core/time.js';
import type { CheckedCheckpoint } from './checkpoint-check.js';
import type { FileReading } from './evidence-file.js';
import { type Finding, failed, findingOf, needs, ok, type Step } from './steps.js';
import { isNewest } from './time-check.js';
import type { Trust } from './trust.js';
import type { Conclusion } from './verdict.js';

/** What the checkpoint says, and what was attested of it. Times are text, hashes hex. */
export interface CheckpointFacts {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** From here on only when the trust file names the log. */
  readonly logId?: string | undefined;
  /** Owner of the log. */
  readonly mspId?: string | undefined;
  /** From here on only when step attestation is OK. */
  readonly endorsedAt?: string | undefined;
  readonly asOf?: string | undefined;
  readonly headSize?: number | undefined;
  /** Whether the log had nothing newer at `asOf`. */
  readonly newest?: boolean | undefined;
  readonly nonce?: string | undefined;
  /** Other logs of the same owner; `origin` where the trust file names them. */
  readonly otherLogs?:
    | readonly { readonly logId: string; readonly origin: string | undefined }[]
    | undefined;
}

export interface Verification<Verdict extends string, Name extends string>
  extends Conclusion<Verdict> {
  /** The verdict in one sentence. */
  readonly summary: string;
  readonly steps: readonly Step<Name>[];
  /** Of the trust file. */
  readonly fingerprint: string;
  /** What the verdict does not say. */
  readonly statements: readonly string[];
  /** Absent when the checkpoint could not be read. */
  readonly checkpoint?: CheckpointFacts | undefined;
}

/** Whether the file says that it is of the kind asked for, in this version or a later one. */
export function isOurs(reading: FileReading<unknown>): boolean {
  return 'file' in reading || reading.ours || reading.error.code === 'NEWER_VERSION';
}

/** Finding of step format. */
export function formatFinding(reading: FileReading<unknown>): Finding {
  if ('file' in reading) return ok('The file is of a known format, canonical and whole.');
  const { error, ours } = reading;
  if (error.code === 'NEWER_VERSION') return findingOf(error, 'The file');
  const what = ours ? 'The file is damaged' : 'This is no file of ours';
  return failed(`${what}: ${error.message}.`, error.code);
}

/** Every step after a format that could not be read. */
export function unread<Name extends string>(
  format: Finding,
  steps: readonly Name[],
): Record<Name | 'format', Finding> {
  const others = steps.map((step) => [step, needs('format')] as const);
  return Object.fromEntries([['format', format], ...others]) as Record<Name | 'format', Finding>;
}

export function checkpointFacts(
  checked: CheckedCheckpoint | undefined,
  trust: Trust,
): CheckpointFacts | undefined {
  if (checked?.checkpoint === undefined) return undefined;
  const { checkpoint, log, answer } = checked;
  const { origin, size } = checkpoint;
  const claimed = { origin, size, root: encodeHex(checkpoint.root) };
  if (log === undefined) return claimed;
  const owned = { ...claimed, logId: log.logId, mspId: log.registration.mspId };
  if (answer === undefined) return owned;
  const others = answer.ownerLogs.filter((logId) => logId !== log.logId);
  return {
    ...owned,
    endorsedAt: formatTime(answer.endorsedAt),
    asOf: formatTime(answer.asOf),
    headSize: answer.headSize,
    newest: isNewest(answer),
    nonce: answer.nonce,
    otherLogs: others.map((logId) => ({
      logId,
      origin: trust.file.logs.find((other) => other.logId === logId)?.origin,
    })),
  };
}
