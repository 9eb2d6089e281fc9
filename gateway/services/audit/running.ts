// The audit beside a gateway that runs: the same checks over one moment of its store, while
// accepting, appending and proving go on; the result is anchored by its own sequencer.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Hospital } from '../hospital.js';
import { type AuditListener, type AuditRunOptions, type AuditSummary, auditOpen } from './audit.js';
import { anchorRunning } from './fixity.js';

/** What goes on in this process: two would write one report. */
const audited = new WeakSet<Hospital>();

/**
 * Throws NOT_ANCHORED, AUDIT_UNFINISHED also while another audit of this gateway runs, and what is
 * no damage. The signal ends it at once; the gateway must end it before it closes the hospital.
 */
export async function auditRunning(
  hospital: Hospital,
  options: AuditRunOptions,
  listener: AuditListener,
): Promise<AuditSummary> {
  if (audited.has(hospital)) {
    throw new ChartsealError('AUDIT_UNFINISHED', 'another audit runs in this gateway');
  }
  audited.add(hospital);
  try {
    const { layout, config, store, ledger, sequencer } = hospital;
    const keys = { secrets: hospital.context.secrets };
    const anchor = anchorRunning(sequencer);
    // All of it stays open for those who have it.
    const folder = { layout, config, keys, store, ledger, anchor, close: async () => {} };
    return await auditOpen(folder, options, listener);
  } finally {
    audited.delete(hospital);
  }
}
