// What every verification gives, whatever it looked at. Plain JSON: command line and page print it.
import type { CheckpointFacts } from './checkpoint-facts.js';
import type { FileReading } from './evidence-file.js';
import { type Finding, failed, findingOf, needs, ok, type Step } from './steps.js';
import type { Conclusion } from './verdict.js';

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
