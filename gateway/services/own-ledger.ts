// The ledger of a data folder, connected as the writer of its log.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Registration } from '../../chaincode/core/registration.js';
import type { DataConfig } from '../data/config.js';
import { checkKeysOfLog } from '../data/key-check.js';
import type { DataKeys } from '../data/keys.js';
import type { DataLayout } from '../data/layout.js';
import { type EmbeddedNetwork, openEmbeddedNetwork } from '../ledger/embedded/embedded-network.js';
import { LogLedger } from '../ledger/log-ledger.js';
import type { LogContext } from './log-context.js';

export interface OwnLedger {
  readonly network: EmbeddedNetwork;
  readonly log: LogLedger;
  readonly context: LogContext;
}

/** Throws LEDGER_CORRUPT when the ledger is one that does not know the log of this folder. */
async function readRegistration(log: LogLedger): Promise<Registration> {
  try {
    return (await log.readLog()).registration;
  } catch (cause) {
    if (!(cause instanceof ChartsealError) || cause.code !== 'LOG_UNKNOWN') throw cause;
    throw new ChartsealError('LEDGER_CORRUPT', 'the ledger is not that of this data folder', {
      cause,
    });
  }
}

/** Throws the codes of the ledger, and those of {@link checkKeysOfLog}. */
export async function openOwnLedger(
  layout: DataLayout,
  { channel, mspId, logId }: DataConfig,
  { caCertificate, writerCertificate: certificatePem, secrets }: DataKeys,
): Promise<OwnLedger> {
  const network = await openEmbeddedNetwork({
    folder: layout.ledger,
    channel,
    msps: [{ mspId, roots: [caCertificate] }],
    checkpointFile: layout.checkpoint,
  });
  try {
    const signer = { sign: secrets.signNote };
    const log = new LogLedger(await network.connect({ mspId, certificatePem, signer }), logId);
    const registration = await readRegistration(log);
    checkKeysOfLog(secrets, registration);
    return { network, log, context: { logId, registration, secrets } };
  } catch (error) {
    await network.close();
    throw error;
  }
}
