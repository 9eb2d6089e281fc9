// The ledger of a data folder, connected as the writer of its log.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { logIdOf, type Registration } from '../../chaincode/core/registration.js';
import type { DataConfig, EmbeddedConfig, FabricConfig } from '../data/config.js';
import { checkConfigOfLog, checkKeysOfLog, checkWriter } from '../data/key-check.js';
import type { DataKeys, LogKeys } from '../data/keys.js';
import type { DataLayout } from '../data/layout.js';
import { parseTrustFile } from '../evidence/trust.js';
import { openEmbeddedNetwork } from '../ledger/embedded/embedded-network.js';
import { LogLedger } from '../ledger/log-ledger.js';
import { TRUST_KEY } from '../store/keys.js';
import type { Store } from '../store/store.js';
import type { LogContext } from './log-context.js';
import { OwnEmbedded } from './own-embedded.js';
import type { OwnFabric } from './own-fabric.js';
import type { OwnNetwork } from './own-network.js';
import { loadMultiplier } from './point-multiplier.js';

export interface OwnLedger {
  readonly network: OwnNetwork;
  readonly log: LogLedger;
  readonly context: LogContext;
  /**
   * There when the ledger did not answer, and what an earlier process learned of it was taken:
   * learns it anew. Throws as the ledger does, and LEDGER_CORRUPT when it does not know the log.
   */
  readonly meet?: () => Promise<void>;
}

/** Where the trust file of a channel is kept, for a start while the channel does not answer. */
export interface KeptTrust {
  keep(trustFile: Uint8Array): Promise<void>;
  /** Undefined also where such a start is not wanted. */
  find(): Uint8Array | undefined;
}

/** @param mayBeAway whether the ledger may do without answering for now */
export function keptTrust({ db }: Store, mayBeAway: boolean): KeptTrust {
  return {
    keep: (trustFile) => db.batch().put(TRUST_KEY, trustFile).write(),
    find: () => (mayBeAway ? db.find(TRUST_KEY) : undefined),
  };
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
  registration: Registration,
  { secrets }: LogKeys,
  { mspId, logId }: DataConfig,
): Promise<LogContext> {
  checkConfigOfLog(mspId, registration);
  checkKeysOfLog(secrets, registration);
  // Then each record has a label to derive, and not each patient only.
  if (registration.recordLabels === 'vrf') await loadMultiplier();
  return { logId, registration, secrets };
}

/** The registration needs nobody's word: its digest is the log id. Throws STORE_CORRUPT. */
function keptRegistration(trustFile: Uint8Array, config: FabricConfig): Registration {
  const { file, logsByOrigin } = parseTrustFile(trustFile);
  const logs = file.channel === config.channel ? [...logsByOrigin.values()] : [];
  const known = logs.find(({ registration }) => encodeHex(logIdOf(registration)) === config.logId);
  if (known !== undefined) return known.registration;
  throw new ChartsealError('STORE_CORRUPT', 'its trust file is of another log or channel');
}

const isAway = (error: unknown): error is ChartsealError =>
  error instanceof ChartsealError && error.code === 'LEDGER_UNAVAILABLE';

interface Recalled {
  readonly trustFile: Uint8Array;
  readonly registration: Registration;
}

/**
 * What is kept of a channel that is away. Throws LEDGER_UNAVAILABLE where that cannot be used: no
 * entry depends on it, and the channel's next answer replaces it.
 */
function recall(find: KeptTrust['find'], config: FabricConfig, away: ChartsealError): Recalled {
  let unusable = away;
  try {
    const trustFile = find();
    if (trustFile !== undefined) {
      return { trustFile, registration: keptRegistration(trustFile, config) };
    }
  } catch (cause) {
    if (!(cause instanceof ChartsealError) || cause.code === 'STORE_FAILED') throw cause;
    const text = `${away.message}; nor can the gateway start without it: of what the store keeps of the channel, ${cause.message}`;
    unusable = new ChartsealError('LEDGER_UNAVAILABLE', text, { cause });
  }
  throw unusable;
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
    const context = await contextOf(await readRegistration(log), { secrets }, config);
    return { network: new OwnEmbedded(network, channel, caCertificate), log, context };
  } catch (error) {
    await network.close();
    throw error;
  }
}

/** The channel as it answers now, or as an earlier process knew it. */
async function learn(
  network: OwnFabric,
  config: FabricConfig,
  keys: LogKeys,
  kept: KeptTrust | undefined,
): Promise<Pick<OwnLedger, 'context' | 'meet'>> {
  const log = new LogLedger(network.ledger, config.logId);
  const ask = () => readRegistration(log, config.channel);
  try {
    const context = await contextOf(await ask(), keys, config);
    await network.learnTrust(context);
    return { context };
  } catch (error) {
    if (!isAway(error) || kept === undefined) throw error;
    const { trustFile, registration } = recall(kept.find, config, error);
    const context = await contextOf(registration, keys, config);
    network.recallTrust(trustFile);
    const meet = async () => {
      await ask();
      await network.learnTrust(context);
    };
    return { context, meet };
  }
}

async function openOnChannel(
  config: FabricConfig,
  keys: LogKeys,
  kept: KeptTrust | undefined,
): Promise<OwnLedger> {
  // Its client takes a third of a second to load, which nobody pays who has the ledger here.
  const { OwnFabric } = await import('./own-fabric.js');
  const network = await OwnFabric.open(config, kept?.keep);
  try {
    const learned = await learn(network, config, keys, kept);
    const log = new LogLedger(network.ledger, config.logId, (attestation, answer) =>
      network.verify(learned.context, attestation, answer),
    );
    return { network, log, ...learned };
  } catch (error) {
    await network.close();
    throw error;
  }
}

/**
 * Throws the codes of the ledger, IDENTITY_REFUSED, BAD_INPUT, and those of {@link checkKeysOfLog}.
 * @param keys as readKeysFor gives them for this config
 * @param kept of the writer; whoever only looks needs the channel's own word
 */
export function openOwnLedger(
  layout: DataLayout,
  config: DataConfig,
  keys: LogKeys,
  kept?: KeptTrust,
): Promise<OwnLedger> {
  if (config.ledger === 'fabric') return openOnChannel(config, keys, kept);
  return openEmbedded(layout, config, keys as DataKeys);
}
