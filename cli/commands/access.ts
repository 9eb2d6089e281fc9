// chartseal access record | import: access events, one from flags or many from JSON lines.
import { once } from 'node:events';
import { createReadStream, type ReadStream } from 'node:fs';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { formatTime } from '../../chaincode/core/time.js';
import type { ImportOutcome } from '../../gateway/services/access-import.js';
import { fileError } from '../../gateway/services/file-error.js';
import { findStats } from '../../gateway/services/file-stats.js';
import { readJsonLines } from '../../gateway/services/json-lines.js';
import { parseAccessSubmission } from '../../gateway/services/submission.js';
import type { CommandContext } from '../context.js';
import { EXIT_FINDING, EXIT_UNDONE, errorReport, exitCodeOf } from '../exit.js';
import { Hints } from '../hints.js';
import {
  type DataOptions,
  type FhirOptions,
  reportCounts,
  type WaitOptions,
  withDoor,
} from '../hospital.js';
import { parsePatient } from '../patient.js';
import { importAuditEvents } from './access-fhir.js';

export interface AccessRecordOptions extends DataOptions, WaitOptions {
  readonly patient: string;
  readonly actor: string;
  readonly actorName?: string;
  readonly role: string;
  readonly organisation: string;
  readonly unit?: string;
  readonly action: string;
  readonly outcome: string;
  readonly purpose: string;
  readonly breakGlass?: boolean;
  readonly justification?: string;
  readonly record: readonly string[];
  readonly category: string;
  readonly occurredAt?: string;
  readonly source: string;
  readonly requestId?: string;
}

function withoutUndefined(value: object): Record<string, JsonValue> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as Record<string, JsonValue>;
}

function submissionOf(options: AccessRecordOptions) {
  const { actor, actorName, requestId, source, occurredAt, record, breakGlass } = options;
  const { action, outcome, role, organisation, unit, purpose, justification, category } = options;
  const event = withoutUndefined({
    patient: { ...parsePatient(options.patient) },
    occurredAt: occurredAt ?? formatTime(Date.now()),
    action,
    outcome,
    actor: withoutUndefined({ id: actor, name: actorName }),
    role,
    organisation,
    unit,
    purpose,
    breakGlass: breakGlass ?? false,
    justification,
    records: [...record],
    category,
    source: withoutUndefined({ system: source, requestId }),
  });
  return parseAccessSubmission(event);
}

export async function accessRecord(
  options: AccessRecordOptions,
  context: CommandContext,
): Promise<number> {
  const submission = submissionOf(options);
  return withDoor(options, context, async (door) => {
    const accepted = await door.accept(submission);
    const proven = await door.waitProven(options.waitMs);
    const leafHash = encodeHex(accepted.leafHash);
    if (context.json) context.data(JSON.stringify({ leafHash, duplicate: accepted.duplicate }));
    else context.data(leafHash);
    reportCounts(await door.standing(), context);
    return proven ? 0 : EXIT_UNDONE;
  });
}

interface Tally {
  /** By this run; the log's own count of accepted entries stands beside it. */
  added: number;
  duplicates: number;
  failed: number;
}

function report(outcome: ImportOutcome, tally: Tally, context: CommandContext): void {
  const { line } = outcome;
  if ('error' in outcome) {
    const { code, message } = outcome.error;
    tally.failed++;
    if (context.json) context.data(JSON.stringify({ line, error: errorReport(outcome.error) }));
    else context.tell(`line ${line}: ${code} ${message}`);
    return;
  }
  const { duplicate, leafHash } = outcome.accepted;
  tally[duplicate ? 'duplicates' : 'added']++;
  if (context.json) {
    context.data(JSON.stringify({ line, leafHash: encodeHex(leafHash), duplicate }));
  }
}

/** Opens a file or a pipe; a pipe is read until its writer ends. */
async function openInput(file: string): Promise<ReadStream> {
  const stats = findStats(file);
  if (stats !== undefined && !stats.isFile() && !stats.isFIFO()) {
    throw new ChartsealError('FILE_UNREADABLE', 'it is neither a regular file nor a pipe');
  }
  const stream = createReadStream(file);
  try {
    await once(stream, 'open');
    return stream;
  } catch (error) {
    throw fileError(error, 'file');
  }
}

async function* chunks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw fileError(error, 'file');
  }
}

export interface AccessImportOptions extends DataOptions, WaitOptions, FhirOptions {
  /** Of the file: our own JSON lines, FHIR as it comes, or FHIR held to the BALP profiles. */
  readonly format: 'chartseal' | 'fhir' | 'balp';
}

/** Exit code 1 when a line was refused, 2 when its bytes were no event at all or not proven. */
export async function accessImport(
  file: string,
  options: AccessImportOptions,
  context: CommandContext,
): Promise<number> {
  if (file === '-') return importFrom(context.stdin, options, context);
  // Before the store: a pipe without a writer must not keep others out of it.
  const input = await openInput(file);
  try {
    return await importFrom(input as AsyncIterable<Uint8Array>, options, context);
  } finally {
    input.destroy();
  }
}

async function importFrom(
  input: AsyncIterable<Uint8Array>,
  options: AccessImportOptions,
  context: CommandContext,
): Promise<number> {
  if (options.format !== 'chartseal') return importAuditEvents(chunks(input), options, context);
  return withDoor(options, context, async (door) => {
    const tally: Tally = { added: 0, duplicates: 0, failed: 0 };
    const hints = new Hints();
    let exitCode = 0;
    const lines = readJsonLines(chunks(input));
    for await (const outcome of door.importAccess(lines)) {
      report(outcome, tally, context);
      if (!('error' in outcome)) continue;
      hints.add(outcome.error);
      if (exitCode !== EXIT_FINDING) exitCode = exitCodeOf(outcome.error);
    }
    const proven = await door.waitProven(options.waitMs);
    const standing = await door.standing();
    const { added, duplicates, failed } = tally;
    if (context.json) {
      context.data(JSON.stringify({ summary: { ...tally, ...standing.counts } }));
    } else {
      context.tell(`${added} accepted, ${duplicates} had been accepted before, ${failed} failed`);
    }
    hints.tell(context);
    reportCounts(standing, context);
    return exitCode === 0 && !proven ? EXIT_UNDONE : exitCode;
  });
}
