// One run of an audit: the log, derived anew; then the archive, hashed again; then the result,
// anchored. What is damaged is told, and what can still be checked is checked.
import { resolve } from 'node:path';
import { encodeHex } from '../../../chaincode/core/bytes.js';
import type { FixityFacts } from '../../../chaincode/core/entry.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';
import type { Store } from '../../store/store.js';
import type { OnLeft } from '../clean-up.js';
import type { ByteCounter } from '../digest.js';
import { type AnswerRow, type Counts, NO_COUNTS, sumOf } from './answers.js';
import { ArchiveAudit } from './archive-audit.js';
import type { CheckResult } from './checks.js';
import { type Anchoring, isWritable } from './fixity.js';
import { auditLog, type LogAuditResult } from './log-audit.js';
import { type AuditedFolder, isThere, openAuditedFolder } from './open-folder.js';
import { checkPass, Pass } from './pass.js';
import { requireOwnKeys } from './pass-keys.js';
import { type AnchoredRecord, countRecords, readAgain, recordsOf } from './records.js';
import { Scope } from './scope.js';

export interface AuditOptions extends AuditRunOptions {
  /** DATA. */
  readonly folder: string;
}

export interface AuditRunOptions {
  /** Operator or system that runs it. */
  readonly operator: string;
  /** Program and version. */
  readonly tool: string;
  /** Only records whose files were read below these; none is all records. */
  readonly paths: readonly string[];
  readonly isLogOnly: boolean;
  readonly isRestart: boolean;
  readonly report?: string;
  readonly bytesPerSecond?: number;
  /** How long to read the archive; the record that is begun first is answered in any case. */
  readonly windowMs?: number;
  readonly waitMs: number;
  readonly counter: ByteCounter;
  /** Somebody does not want to wait any longer: ends at once. */
  readonly signal: AbortSignal;
}

/** Told while it goes on. */
export interface AuditListener {
  onLog(checks: readonly CheckResult[]): void;
  readonly onLeft?: OnLeft;
  /** Files to come, for a progress bar; `records` is what was answered in earlier runs. */
  onArchive(
    pass: { readonly isResumed: boolean; readonly records: number; readonly startedAt: string },
    files: () => AsyncIterable<Pick<AnchoredRecord, 'path'>>,
  ): void;
  /** The next row waits for it. */
  onAnswer(row: AnswerRow): void | Promise<void>;
}

export interface AuditSummary {
  readonly log: readonly CheckResult[];
  readonly counts: Counts;
  readonly scope: FixityFacts['scope'] & { readonly paths: readonly string[] };
  /** Records of the pass that no run has reached yet. */
  readonly left: number;
  /** Records that came after the pass began: they belong to the next. */
  readonly later: number;
  /** The first file took longer than the window, and was read to its end. */
  readonly isOverrun: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Path of the report; undefined when the archive was not looked at. */
  readonly report: string | undefined;
  readonly anchoring: Anchoring;
}

/** What the archive came to. */
interface ArchiveResult extends Pick<AuditSummary, 'counts' | 'left' | 'later' | 'isOverrun'> {
  /** Size of the tree whose records the pass is about; undefined when that is not known. */
  readonly size: number | undefined;
  readonly startedAt: string;
  readonly report: string;
  readonly reportDigest: string;
}

/**
 * What a pass that begins now is about. Only where entries, chains and tree were found whole, the
 * records are surely all of those in the tree.
 */
function contentOf({ derived, checks, entries }: LogAuditResult) {
  if (!derived?.isWhole || !isWritable(checks)) return { entries };
  const { state } = derived;
  return { entries: state.entries, size: state.frontier.size };
}

function headerOf(
  { config }: AuditedFolder,
  { derived }: LogAuditResult,
  scope: Scope,
  { tool }: AuditRunOptions,
  entries: number,
): object {
  const state = derived?.state;
  return {
    format: 'chartseal-audit/1',
    logId: config.logId,
    checkpoint:
      state === undefined ? null : { size: state.frontier.size, root: encodeHex(state.root) },
    scope: { coverage: scope.coverage, paths: scope.shownPaths },
    entries,
    tool,
  };
}

class Audit {
  readonly #options: AuditRunOptions;
  readonly #listener: AuditListener;
  readonly #folder: AuditedFolder;
  readonly #scope: Scope;
  readonly #startedAt = formatTime(Date.now());

  constructor(
    options: AuditRunOptions,
    listener: AuditListener,
    folder: AuditedFolder,
    scope: Scope,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#folder = folder;
    this.#scope = scope;
  }

  async run(): Promise<AuditSummary> {
    const { store } = this.#folder;
    const { isLogOnly, signal } = this.#options;
    if (isThere(store) && !isLogOnly) await this.#checkScope(store);
    const log = await auditLog(this.#folder, signal, this.#listener.onLeft);
    this.#listener.onLog(log.checks);
    const isRead = isThere(store) && !isLogOnly && !signal.aborted;
    const archive = isRead ? await this.#readArchive(store, log) : undefined;
    return this.#finish(log, archive);
  }

  /** Before anything takes its time: what was asked for can be done. */
  async #checkScope(store: Store): Promise<void> {
    requireOwnKeys(this.#folder, store);
    await this.#scope.requireRecords(store);
    await checkPass(store, this.#passOptions());
  }

  #passOptions() {
    const { isRestart, report } = this.#options;
    const path = report === undefined ? undefined : resolve(report);
    const { keys, layout } = this.#folder;
    const folder = resolve(layout.folder, 'audits');
    return { scope: this.#scope, isRestart, report: path, folder, keys: keys.secrets };
  }

  async #readArchive(store: Store, log: LogAuditResult): Promise<ArchiveResult> {
    const { entries, size } = contentOf(log);
    const pass = await Pass.open(store, {
      ...this.#passOptions(),
      entries,
      size,
      startedAt: this.#startedAt,
      header: headerOf(this.#folder, log, this.#scope, this.#options, entries),
    });
    try {
      const { range } = pass;
      const records = () => recordsOf(store, this.#scope, range);
      const { isResumed, startedAt, counts } = pass;
      this.#listener.onArchive({ isResumed, startedAt, records: sumOf(counts) }, records);
      const audit = new ArchiveAudit(records(), {
        ...this.#options,
        readAgain: (record) => readAgain(store, record),
      });
      for await (const { record, row } of audit.run()) {
        await pass.take(record.ordinal, row);
        await this.#listener.onAnswer(row);
      }
      const left = audit.isWhole ? 0 : await countRecords(store, this.#scope, pass.range);
      await pass.end(left === 0);
      const since = { from: range.until, until: Number.MAX_SAFE_INTEGER };
      return {
        counts: pass.counts,
        left,
        later: await countRecords(store, this.#scope, since),
        isOverrun: audit.isOverrun,
        size: pass.size,
        startedAt: pass.startedAt,
        report: pass.report.path,
        reportDigest: pass.report.digest(),
      };
    } finally {
      await pass.report.close();
    }
  }

  async #finish(log: LogAuditResult, archive: ArchiveResult | undefined): Promise<AuditSummary> {
    const done = archive?.counts ?? NO_COUNTS;
    const left = archive?.left ?? 0;
    const counts = { ...done, notChecked: done.notChecked + left };
    // Of a pass that took several runs, the size at which it began.
    const coverage = archive?.size === undefined ? ('part' as const) : this.#scope.coverage;
    const size = archive?.size ?? log.derived?.state.frontier.size ?? 0;
    const fixity: FixityFacts = {
      scope: { coverage, records: sumOf(counts), size },
      counts,
      startedAt: archive?.startedAt ?? this.#startedAt,
      endedAt: formatTime(Date.now()),
      tool: this.#options.tool,
      ...(archive === undefined ? {} : { report: archive.reportDigest }),
    };
    return {
      log: log.checks,
      counts,
      scope: { ...fixity.scope, paths: this.#scope.shownPaths },
      left,
      later: archive?.later ?? 0,
      isOverrun: archive?.isOverrun ?? false,
      startedAt: fixity.startedAt,
      endedAt: fixity.endedAt,
      report: archive?.report,
      anchoring: await this.#anchor(log, fixity),
    };
  }

  async #anchor({ checks }: LogAuditResult, fixity: FixityFacts): Promise<Anchoring> {
    const { store, ledger, config, anchor } = this.#folder;
    if (!isThere(store)) return { error: store };
    if (!isThere(ledger)) return { error: ledger };
    if (!isWritable(checks)) {
      const text = 'nothing is added to a log that was not found whole';
      return { error: new ChartsealError('LOG_STOPPED', text) };
    }
    const { operator, waitMs } = this.#options;
    const by = { id: operator, mspId: config.mspId };
    if (anchor === undefined) throw new TypeError('store and ledger are open');
    return anchor(fixity, by, waitMs);
  }
}

/** Throws NOT_ANCHORED, AUDIT_UNFINISHED, KEY_UNREADABLE, STORE_LOCKED, and what is no damage. */
export async function runAudit(
  options: AuditOptions,
  listener: AuditListener,
): Promise<AuditSummary> {
  const scope = Scope.of(options.paths);
  const folder = await openAuditedFolder(options.folder);
  try {
    return await new Audit(options, listener, folder, scope).run();
  } finally {
    await folder.close();
  }
}

/** As {@link runAudit}, of what this process has open already. */
export function auditOpen(
  folder: AuditedFolder,
  options: AuditRunOptions,
  listener: AuditListener,
): Promise<AuditSummary> {
  return new Audit(options, listener, folder, Scope.of(options.paths)).run();
}
