// The embedded ledger, asked by a member that the doctor makes for the occasion: whether it can be
// read must not depend on the keys, which are looked at by themselves.
import type { EmbeddedConfig } from '../../data/config.js';
import type { DataLayout } from '../../data/layout.js';
import { findCheckpointFile } from '../../ledger/embedded/checkpoint-file.js';
import { openEmbeddedNetwork } from '../../ledger/embedded/embedded-network.js';
import type { LogAnswer } from '../../ledger/log-answers.js';
import { LogLedger } from '../../ledger/log-ledger.js';
import { createCertificateAuthority, issueCertificate } from '../../pki/issue.js';
import { type Finding, fault, ok, quoted } from './finding.js';

export interface OpenedLedger {
  readonly log: LogLedger;
  readonly answer: LogAnswer;
  close(): Promise<void>;
}

/** A member who may read and nothing more, for one day. */
async function visitor(mspId: string): Promise<{ root: string; certificatePem: string }> {
  const authority = await createCertificateAuthority({ mspId, commonName: 'doctor', days: 1 });
  const options = { commonName: 'doctor', role: 'reader', days: 1 };
  const { certificatePem } = await issueCertificate(authority, options);
  return { root: authority.certificatePem, certificatePem };
}

/** Throws the codes of the ledger; LOG_UNKNOWN when it is another log's. */
export async function openLedger(
  layout: DataLayout,
  config: EmbeddedConfig,
): Promise<OpenedLedger> {
  const { channel, mspId, logId } = config;
  const { root, certificatePem } = await visitor(mspId);
  const network = await openEmbeddedNetwork({
    folder: layout.ledger,
    channel,
    msps: [{ mspId, roots: [root] }],
    checkpointFile: layout.checkpoint,
  });
  try {
    const log = new LogLedger(await network.connect({ mspId, certificatePem }), logId);
    return { log, answer: await log.readLog(), close: () => network.close() };
  } catch (error) {
    await network.close();
    throw error;
  }
}

/** Throws LEDGER_CORRUPT. */
export function checkCheckpointFile({ folder, checkpoint }: DataLayout): Finding {
  const seen = findCheckpointFile(checkpoint);
  const data = quoted(folder);
  if (seen !== undefined)
    return ok('checkpoint file', `It names block ${seen.block} as the newest.`);
  const sentence =
    'It is gone, so nothing shows that the ledger is the newest one. The ledger does not open without it.';
  return fault(
    'checkpoint file',
    sentence,
    `put back ${data}/checkpoint as it was copied together with ${data}/ledger`,
  );
}
