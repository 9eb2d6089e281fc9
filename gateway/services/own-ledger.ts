// The ledger of a data folder, connected as the writer of its log.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Registration } from '../../chaincode/core/registration.js';
import type { DataConfig, EmbeddedConfig, FabricConfig } from '../data/config.js';
import { checkConfigOfLog, checkKeysOfLog, checkWriter } from '../data/key-check.js';
import type { DataKeys, LogKeys } from '../data/keys.js';
import type { DataLayout } from '../data/layout.js';
import { openEmbeddedNetwork } from '../ledger/embedded/embedded-network.js';
import { LogLedger } from '../ledger/log-ledger.js';
import type { LogContext } from './log-context.js';
import { OwnEmbedded } from './own-embedded.js';
import type { OwnNetwork } from './own-network.js';
import { loadMultiplier } from './point-multiplier.js';

export interface OwnLedger {
  readonly network: OwnNetwork;
  readonly log: LogLedger;
  readonly context: LogContext;
}

/**
 * Throws LEDGER_CORRUPT when the ledger is one that does not know the log of this folder.
 * @param channel that was asked; undefined for a ledger of our own
 */
async function readRegistration(log: LogLedger, channel?: string): Promise<Registration> {
  try {
    return (await log.readLog()).registration;
  } catch (cause) {
    if (!(cause instanceof ChartsealError) || cause.code !== 'LOG_UNKNOWN') throw cause;
    const what =
      channel === undefined
        ? 'the ledger is not that of this data folder'
        : `the channel ${channel} does not know the log of this data folder, and no backup of ours brings it back: the network was made anew, or the profile leads to another one; chartseal doctor tells more`;
    throw new ChartsealError('LEDGER_CORRUPT', what, { cause });
  }
}

async function contextOf(
  log: LogLedger,
  { secrets }: LogKeys,
  { ledger, mspId, channel }: DataConfig,
): Promise<LogContext> {
  const registration = await readRegistration(log, ledger === 'fabric' ? channel : undefined);
  checkConfigOfLog(mspId, registration);
  checkKeysOfLog(secrets, registration);
  // Then each record has a label to derive, and not each patient only.
  if (registration.recordLabels === 'vrf') await loadMultiplier();
  return { logId: log.logId, registration, secrets };
}

async function openEmbedded(
  layout: DataLayout,
  config: EmbeddedConfig,
  { caCertificate, writerCertificate: certificatePem, secrets }: DataKeys,
): Promise<OwnLedger> {
  const { channel, mspId, logId } = config;
  checkWriter(mspId, caCertificate, certificatePem);
  const network = await openEmbeddedNetwork({
    folder: layout.ledger,
    channel,
    msps: [{ mspId, roots: [caCertificate] }],
    checkpointFile: layout.checkpoint,
  });
  try {
    const signer = { sign: secrets.signNote };
    const log = new LogLedger(await network.connect({ mspId, certificatePem, signer }), logId);
    const context = await contextOf(log, { secrets }, config);
    return { network: new OwnEmbedded(network, channel, caCertificate), log, context };
  } catch (error) {
    await network.close();
    throw error;
  }
}

async function openOnChannel(config: FabricConfig, keys: LogKeys): Promise<OwnLedger> {
  // Its client takes a third of a second to load, which nobody pays who has the ledger here.
  const { OwnFabric } = await import('./own-fabric.js');
  const network = await OwnFabric.open(config);
  try {
    const context = await contextOf(new LogLedger(network.ledger, config.logId), keys, config);
    await network.learnTrust(context);
    const log = new LogLedger(network.ledger, config.logId, (attestation, answer) =>
      network.verify(context, attestation, answer),
    );
    return { network, log, context };
  } catch (error) {
    await network.close();
    throw error;
  }
}

/**
 * Throws the codes of the ledger, IDENTITY_REFUSED, BAD_INPUT, and those of {@link checkKeysOfLog}.
 * @param keys as readKeysFor gives them for this config
 */
export function openOwnLedger(
  layout: DataLayout,
  config: DataConfig,
  keys: LogKeys,
): Promise<OwnLedger> {
  if (config.ledger === 'fabric') return openOnChannel(config, keys);
  return openEmbedded(layout, config, keys as DataKeys);
}
