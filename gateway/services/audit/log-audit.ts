// Everything that follows from entries and ledger, derived anew and compared with what lies there.
// Nothing is written but the pages of the derived map, to DATA/run.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseTrustFile } from '../../evidence/trust.js';
import { TABLES } from '../../store/keys.js';
import { parseJsonRow, parseStoredEntry } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import { cleanUp, type OnLeft } from '../clean-up.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { Labels } from '../log-context.js';
import type { OwnLedger } from '../own-ledger.js';
import type { BlockAudit } from '../own-network.js';
import { Check, type CheckResult, isDamage, type Mend, type Stop } from './checks.js';
import { EntryAudit } from './entry-audit.js';
import { type AuditedFolder, isThere } from './open-folder.js';
import { type DerivedLog, ReplayAudit } from './replay-audit.js';
import { auditBaselines, auditPatients } from './side-audit.js';

export interface LogAuditResult {
  readonly checks: readonly CheckResult[];
  /** What the leaves lead to, as far as they could be followed; undefined when not at all. */
  readonly derived: DerivedLog | undefined;
  /** Accepted entries at the moment that was looked at. */
  readonly entries: number;
}

/** What the audit of one log is about. */
export type AuditedLog = Pick<AuditedFolder, 'layout' | 'store' | 'ledger'>;

/** What the ledger held before the moment at which the store is looked at. */
interface Before {
  readonly checks: readonly CheckResult[];
  /** Undefined when the ledger or its blocks are damaged. */
  readonly blocks: BlockAudit | undefined;
  readonly appends: number;
}

const SCRATCH = 'audit-map';

/** The checks that need the store or the ledger and did not get it. */
const STORE_CHECKS = ['entries', 'chains', 'lookups', 'patients', 'baselines'] as const;
const BOTH_CHECKS = ['tree', 'map', 'attestations', 'ledger'] as const;

function skipped(names: readonly string[], reason: string): CheckResult[] {
  return names.map((name) => {
    const check = new Check(name);
    check.leaveOpen(reason);
    return check.result('');
  });
}

/** A part that could not be opened is a check of its own that failed. */
function opening(name: string, { code, message }: ChartsealError, mend: Mend): CheckResult {
  const check = new Check(name);
  check.fail(code, message, mend);
  return check.result('');
}

/** What a check throws because something is damaged becomes its answer. */
async function guarded(name: string, mend: Mend, run: () => Promise<CheckResult[]>) {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ChartsealError) || !isDamage(error)) throw error;
    return [opening(name, error, mend)];
  }
}

/** Without the registration the entries themselves say of which log they are. */
async function originOf(store: StoredLog): Promise<string> {
  const first = await store.db.findFirst(TABLES.entry, '');
  if (first === undefined) return '';
  const { entry } = parseStoredEntry(first[1]);
  return parseJsonRow<{ log: string }>(entry).log;
}

async function auditStore(
  store: StoredLog,
  ledger: OwnLedger | undefined,
  stop: Stop,
): Promise<{ results: CheckResult[]; subjects: number | undefined }> {
  const labels = ledger === undefined ? undefined : new Labels(ledger.context);
  let counts: EntryAudit['counts'] | undefined;
  const results = await guarded('entries', 'restore store', async () => {
    const origin = ledger?.context.registration.origin ?? (await originOf(store));
    const audit = new EntryAudit({ store, origin, labels, stop });
    const found = await audit.run();
    if (audit.isWhole && !stop.aborted) counts = audit.counts;
    return found;
  });
  const options = { store, labels, counts, stop };
  const patients = () => auditPatients(options).then((one) => [one]);
  const baselines = () => auditBaselines(options).then((one) => [one]);
  results.push(...(await guarded('patients', 'restore store', patients)));
  results.push(...(await guarded('baselines', 'restore store', baselines)));
  return { results, subjects: counts?.subjects };
}

/** Every block of the ledger. What it holds by now, the store has in any later moment. */
async function auditBefore(ledger: OwnLedger | ChartsealError): Promise<Before> {
  if (!isThere(ledger)) {
    const mend = ledger.code === 'KEY_UNREADABLE' ? 'keys' : 'restore ledger';
    return { checks: [opening('blocks', ledger, mend)], blocks: undefined, appends: 0 };
  }
  const { log, network, context } = ledger;
  let blocks: BlockAudit | undefined;
  let appends = 0;
  const checks = await guarded('blocks', 'restore ledger', async () => {
    ({ appends } = (await log.readLog()).head);
    blocks = await network.audit(context.logId);
    const { lagMs = 0 } = log.limits();
    if (blocks.appends < appends && lagMs > 0) {
      // Another peer than the one that told of them may have the blocks a little later.
      await setTimeout(lagMs);
      blocks = await network.audit(context.logId);
    }
    return [];
  });
  return { checks, blocks, appends: Math.max(appends, blocks?.appends ?? 0) };
}

/** That the appends in the blocks announced the closing leaves that were derived. */
function judgeBlocks(
  { checks, blocks, appends }: Before,
  derived: DerivedLog | undefined,
): readonly CheckResult[] {
  if (blocks === undefined) return checks;
  const check = new Check('blocks');
  if (!derived?.isWhole) {
    check.leaveOpen('the appends in the blocks were not compared with the leaves');
  } else if (blocks.appends !== appends || blocks.closingLeaves !== derived.closingLeaves) {
    const sentence = 'the blocks announced other closing leaves than the leaves lead to';
    check.fail('LOG_FORKED', sentence, 'evidence');
  }
  return [check.result(blocks.sentence)];
}

/** The parts of a run that need one moment of the store. */
interface Moment {
  readonly store: StoredLog;
  readonly live: StoredLog;
  readonly before: Before;
  readonly stop: Stop;
  readonly onLeft: OnLeft;
}

/** Throws FILE_UNWRITABLE. */
async function removeScratch(scratch: string): Promise<void> {
  try {
    await rm(scratch, { recursive: true, force: true });
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const text = `run/${SCRATCH} of the data folder cannot be removed: ${systemErrorText(cause)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
  }
}

async function auditReplay(
  { layout }: AuditedLog,
  { log, context, network }: OwnLedger,
  { store, live, before, stop, onLeft }: Moment,
  subjects: number | undefined,
): Promise<{ results: CheckResult[]; derived: DerivedLog | undefined }> {
  const scratch = join(layout.run, SCRATCH);
  let derived: DerivedLog | undefined;
  // What an audit of this process could not remove.
  await removeScratch(scratch);
  try {
    const trust = parseTrustFile(network.trustFile(context));
    const appends = { appendsBefore: before.appends, digestAppends: before.appends };
    const options = { store, live, ledger: log, context, trust, scratch, stop, ...appends };
    const results = await guarded('tree', 'restore store', async () => {
      const run = await ReplayAudit.run(options, subjects);
      derived = run.derived;
      return run.results;
    });
    return { results, derived };
  } finally {
    await cleanUp(() => removeScratch(scratch), onLeft);
  }
}

async function auditMoment(
  parts: AuditedLog,
  moment: Moment,
): Promise<Pick<LogAuditResult, 'checks' | 'derived'>> {
  const { ledger } = parts;
  const { store, stop } = moment;
  const own = isThere(ledger) ? ledger : undefined;
  const { results, subjects } = await auditStore(store, own, stop);
  if (own === undefined) {
    const checks = [...results, ...skipped(BOTH_CHECKS, 'the ledger could not be opened')];
    return { checks, derived: undefined };
  }
  const replayed = await auditReplay(parts, own, moment, subjects);
  return { checks: [...results, ...replayed.results], derived: replayed.derived };
}

/**
 * Looks at one moment of the store, which may go on being written. Throws only what is no damage:
 * a disk that fails, a lock.
 */
export async function auditLog(
  parts: AuditedLog,
  stop: Stop,
  onLeft: OnLeft = () => {},
): Promise<LogAuditResult> {
  const { store: live, ledger } = parts;
  const before = await auditBefore(ledger);
  if (!isThere(live)) {
    const checks = [
      opening('store', live, 'rebuild or restore'),
      ...skipped(STORE_CHECKS, 'the store could not be opened'),
      ...skipped(BOTH_CHECKS, 'the store could not be opened'),
      ...judgeBlocks(before, undefined),
    ];
    return { checks, derived: undefined, entries: 0 };
  }
  const store = await live.moment();
  try {
    const found = await auditMoment(parts, { store, live, before, stop, onLeft });
    const checks = [...found.checks, ...judgeBlocks(before, found.derived)];
    return { checks, derived: found.derived, entries: store.entriesAtOpen };
  } finally {
    await store.close();
  }
}
