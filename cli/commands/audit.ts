// chartseal audit [PATH…]: derives the log anew, hashes the archive again, anchors the result.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { auditThrough, type RemoteAuditOptions } from '../../gateway/client/remote-audit.js';
import { RemoteDoor } from '../../gateway/client/remote-door.js';
import type { AnswerRow } from '../../gateway/services/audit/answers.js';
import {
  type AuditListener,
  type AuditSummary,
  runAudit,
} from '../../gateway/services/audit/audit.js';
import type { CheckResult } from '../../gateway/services/audit/checks.js';
import type { AnchoredRecord } from '../../gateway/services/audit/records.js';
import { ByteCounter } from '../../gateway/services/digest.js';
import { fileNameBytes } from '../../gateway/services/file-name.js';
import type { CommandContext } from '../context.js';
import { dataTyped } from '../data-typed.js';
import { EXIT_FINDING, EXIT_UNDONE, errorReport } from '../exit.js';
import { type DataOptions, openEither, operator, type WaitOptions } from '../hospital.js';
import { untilInterrupted } from '../interrupt.js';
import { tellLeftBehind } from '../left.js';
import { Progress } from '../progress.js';
import { clean, countsText } from '../render.js';
import { version } from '../version.js';

export interface AuditCommandOptions extends DataOptions, WaitOptions {
  /** MiB a second. */
  readonly rate?: number;
  readonly windowMs?: number;
  readonly report?: string;
  readonly restart?: boolean;
  readonly logOnly?: boolean;
}

const MEBIBYTE = 1024 * 1024;
const STATUS_WIDTH = 'NOT CHECKED'.length;
const NAME_WIDTH = 'attestations'.length;

/** One line a check, and one for each further fault. */
function tellChecks(checks: readonly CheckResult[], context: CommandContext): void {
  const next = new Set<string>();
  for (const { check, status, sentence, faults, findings } of checks) {
    const [first, ...others] = findings;
    const code = first === undefined ? '' : `${first.code}: `;
    context.data(
      `${status.padEnd(STATUS_WIDTH)}  ${check.padEnd(NAME_WIDTH)}  ${code}${clean(sentence)}`,
    );
    for (const finding of others) {
      context.data(`${' '.repeat(STATUS_WIDTH)}  ${finding.code}: ${clean(finding.sentence)}`);
    }
    const untold = faults - findings.length;
    if (untold > 0) context.data(`${' '.repeat(STATUS_WIDTH)}  and ${untold} more like these`);
    for (const finding of findings) next.add(finding.next);
  }
  for (const step of next) context.tell(`next: ${step}`);
}

function answerLine({ path, id, version: number, answer, anchored, reason }: AnswerRow): string {
  const where = path === null ? 'no file known' : clean(path);
  const why = reason === undefined || path === null ? '' : ` (${reason})`;
  return `${answer}${why}: ${where}  record ${clean(id)} version ${number}, anchored ${anchored}`;
}

/** Records of which no file is known are answered for as well. */
async function* itemsOf(records: AsyncIterable<Pick<AnchoredRecord, 'path'>>) {
  for await (const { path } of records) {
    const kind = path === undefined ? ('skipped' as const) : ('file' as const);
    yield { kind, path: fileNameBytes(path ?? '') };
  }
}

/** What to do about answers that are not `unchanged`. */
const NEXT_STEPS = {
  altered:
    'altered: keep each file as it lies, as evidence; find out who changed it; put its copy back',
  missing:
    'missing: put the files back; if the archive was moved: chartseal ingest NEW --id-prefix OLD --moved',
  unreadable: 'unreadable: mend what is said beside each file, then run the audit again',
} as const;

/** Here, or in the gateway that has the store. */
async function run(
  { data }: DataOptions,
  options: RemoteAuditOptions,
  listener: AuditListener,
): Promise<AuditSummary> {
  const finish = await openEither<() => Promise<AuditSummary>>(
    { data },
    {
      alone: async () => {
        const { isWatched: _, ...rest } = options;
        const summary = await runAudit({ ...rest, folder: data, operator: operator() }, listener);
        return async () => summary;
      },
      through: async (gateway) => {
        await RemoteDoor.open(gateway, data);
        return () => auditThrough(gateway, options, listener);
      },
    },
  );
  return finish();
}

function tellAnchoring(
  { anchoring }: AuditSummary,
  options: DataOptions,
  context: CommandContext,
): void {
  if ('error' in anchoring) {
    const { code, message, hint } = anchoring.error;
    context.tell(`the result was not anchored: ${code} ${message}`);
    context.tell(`hint: ${hint}`);
    return;
  }
  const { leafHash, isProven } = anchoring;
  context.tell(`anchored as ${leafHash}${isProven ? '' : ', accepted and not proven in time'}`);
  const data = dataTyped(options);
  const [receipt, runs] = [
    `chartseal receipt ${leafHash}${data}`,
    `chartseal history --log${data}`,
  ];
  context.tell(`  its receipt: ${receipt}; all runs: ${runs}`);
}

function summaryJson(summary: AuditSummary): string {
  const { anchoring, ...rest } = summary;
  const fixity = 'error' in anchoring ? { error: errorReport(anchoring.error) } : anchoring;
  return JSON.stringify({ summary: { ...rest, fixity } });
}

function exitCodeOf({ log, counts, anchoring }: AuditSummary): number {
  const isBad = counts.altered > 0 || counts.missing > 0;
  if (isBad || log.some(({ status }) => status === 'FAILED')) return EXIT_FINDING;
  const isOpen = counts.unreadable > 0 || counts.notChecked > 0;
  const isProven = 'isProven' in anchoring && anchoring.isProven;
  return isOpen || !isProven || log.some(({ status }) => status !== 'OK') ? EXIT_UNDONE : 0;
}

/** @param answered records that this run answered for */
function tellSummary(summary: AuditSummary, answered: number, context: CommandContext): void {
  const { report, left, later, scope } = summary;
  if (context.json) context.data(summaryJson(summary));
  else if (report !== undefined) context.data(countsText(summary));
  for (const answer of ['altered', 'missing', 'unreadable'] as const) {
    if (summary.counts[answer] > 0) context.tell(`next: ${NEXT_STEPS[answer]}`);
  }
  if (report !== undefined) context.tell(`report: ${clean(report)}`);
  if (left > 0) {
    context.tell(`${left} records are left: run the same command again to go on with this pass`);
    if (answered === 0) context.tell('  no file was read to its end');
  }
  if (summary.isOverrun) {
    context.tell('the first file took longer than --for, and was read to its end');
  }
  if (later > 0) {
    context.tell(`${later} records were anchored since this pass began: they belong to the next`);
  }
  if (report !== undefined && scope.coverage === 'part' && scope.paths.length === 0) {
    context.tell('not all records could be looked for: the log was not found whole');
  }
}

function requireUse(paths: readonly string[], options: AuditCommandOptions): void {
  const { report, rate, windowMs, restart = false, logOnly = false } = options;
  const isUsed = paths.length > 0 || restart || (report ?? rate ?? windowMs) !== undefined;
  if (!logOnly || !isUsed) return;
  const text = '--log-only reads no archive: it takes no PATH, --report, --rate, --for, --restart';
  throw new ChartsealError('USAGE', text);
}

export async function audit(
  paths: readonly string[],
  options: AuditCommandOptions,
  context: CommandContext,
): Promise<number> {
  requireUse(paths, options);
  const { rate, windowMs, report, waitMs } = options;
  const counter = new ByteCounter();
  const { signal, release } = untilInterrupted();
  let progress: Progress | undefined;
  let counting: Promise<void> | undefined;
  let answered = 0;
  try {
    const summary = await run(
      options,
      {
        isWatched: context.columns > 0,
        tool: `chartseal/${version()}`,
        paths,
        isLogOnly: options.logOnly ?? false,
        isRestart: options.restart ?? false,
        waitMs,
        counter,
        signal,
        ...(rate === undefined ? {} : { bytesPerSecond: rate * MEBIBYTE }),
        ...(windowMs === undefined ? {} : { windowMs }),
        ...(report === undefined ? {} : { report }),
      },
      {
        onLog: (checks) => {
          if (!context.json) tellChecks(checks, context);
        },
        onLeft: tellLeftBehind(context),
        onArchive: ({ isResumed, records, startedAt }, files) => {
          if (isResumed) {
            context.tell(`going on with the pass begun ${startedAt}: ${records} records are done`);
          }
          progress = new Progress(context, counter);
          counting = progress.count(itemsOf(files()));
        },
        onAnswer: (row) => {
          answered++;
          if (context.json) context.data(JSON.stringify(row));
          else if (row.answer !== 'unchanged') {
            progress?.clear();
            context.data(answerLine(row));
          }
          progress?.done();
        },
      },
    );
    progress?.end();
    tellSummary(summary, answered, context);
    tellAnchoring(summary, options, context);
    return exitCodeOf(summary);
  } finally {
    release();
    progress?.end();
    await counting;
  }
}
