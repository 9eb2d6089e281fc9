// Everything that follows from entries and ledger, derived anew and compared with what lies there.
// Nothing is written but the pages of the derived map, to DATA/run.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseTrustFile } from '../../evidence/trust.js';
import { TABLES } from '../../store/keys.js';
import { parseJsonRow, parseStoredEntry } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { Labels } from '../log-context.js';
import type { OwnLedger } from '../own-ledger.js';
import { Check, type CheckResult, isDamage, type Mend, type Stop } from './checks.js';
import { EntryAudit } from './entry-audit.js';
import { type AuditedFolder, isThere } from './open-folder.js';
import { auditHead, type DerivedLog, ReplayAudit } from './replay-audit.js';
import { auditBaselines, auditPatients } from './side-audit.js';

export interface LogAuditResult {
  readonly checks: readonly CheckResult[];
  /** What the leaves lead to, as far as they could be followed; undefined when not at all. */
  readonly derived: DerivedLog | undefined;
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
async function originOf(store: Store): Promise<string> {
  const first = await store.db.findFirst(TABLES.entry, '');
  if (first === undefined) return '';
  const { entry } = parseStoredEntry(first[1]);
  return parseJsonRow<{ log: string }>(entry).log;
}

async function auditStore(
  store: Store,
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

/** Every block of the ledger, and that its appends announced the derived closing leaves. */
async function auditBlocks(
  { network, context }: OwnLedger,
  derived: DerivedLog | undefined,
): Promise<CheckResult[]> {
  const check = new Check('blocks');
  const found = await network.audit(context.logId);
  if (derived?.isWhole) {
    const { state, closingLeaves } = derived;
    if (found.appends !== state.appends || found.closingLeaves !== closingLeaves) {
      const sentence = 'the blocks announced other closing leaves than the leaves lead to';
      check.fail('LOG_FORKED', sentence, 'evidence');
    }
  } else check.leaveOpen('the appends in the blocks were not compared with the leaves');
  return [check.result(found.sentence)];
}

async function auditReplay(
  { layout }: AuditedFolder,
  store: Store,
  { log, context, network }: OwnLedger,
  subjects: number | undefined,
  stop: Stop,
): Promise<{ results: CheckResult[]; derived: DerivedLog | undefined }> {
  const scratch = join(layout.run, SCRATCH);
  let derived: DerivedLog | undefined;
  try {
    const trust = parseTrustFile(network.trustFile(context));
    const options = { store, ledger: log, context, trust, scratch, stop };
    const results = await guarded('tree', 'restore store', async () => {
      const run = await ReplayAudit.run(options, subjects);
      derived = run.derived;
      const head = await auditHead(log, run.derived);
      return [...run.results, head.result('its head is what the leaves lead to')];
    });
    return { results, derived };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Throws only what is no damage: a disk that fails, a lock. */
export async function auditLog(folder: AuditedFolder, stop: Stop): Promise<LogAuditResult> {
  const { store, ledger } = folder;
  const checks: CheckResult[] = [];
  let subjects: number | undefined;
  if (isThere(store)) {
    const audited = await auditStore(store, isThere(ledger) ? ledger : undefined, stop);
    checks.push(...audited.results);
    subjects = audited.subjects;
  } else {
    checks.push(opening('store', store, 'rebuild or restore'));
    checks.push(...skipped(STORE_CHECKS, 'the store could not be opened'));
  }
  let derived: DerivedLog | undefined;
  if (isThere(store) && isThere(ledger)) {
    const audited = await auditReplay(folder, store, ledger, subjects, stop);
    checks.push(...audited.results);
    derived = audited.derived;
  } else {
    const which = isThere(store) ? 'ledger' : 'store';
    checks.push(...skipped(BOTH_CHECKS, `the ${which} could not be opened`));
  }
  if (isThere(ledger)) {
    const known = derived;
    const blocks = () => auditBlocks(ledger, known);
    checks.push(...(await guarded('blocks', 'restore ledger', blocks)));
  } else {
    const mend = ledger.code === 'KEY_UNREADABLE' ? 'keys' : 'restore ledger';
    checks.push(opening('blocks', ledger, mend));
  }
  return { checks, derived };
}
