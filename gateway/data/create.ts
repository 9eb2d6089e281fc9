// A new data folder: keys, ledger, registered log, store. Made elsewhere and put in its place at
// the end, so that a crash leaves nothing that looks like a data folder.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { PatientSystem, RegistrationRequest } from '../../chaincode/core/registration.js';
import { vrfPublicKey } from '../../chaincode/core/vrf.js';
import { openEmbeddedNetwork } from '../ledger/embedded/embedded-network.js';
import type { FabricProfile } from '../ledger/fabric/profile.js';
import type { RegisteredLog } from '../ledger/log-answers.js';
import { registerLog } from '../ledger/log-ledger.js';
import type { OnLeft } from '../services/clean-up.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { createStore } from '../store/store.js';
import { CONFIG_FORMAT, type DataConfig, formatConfig } from './config.js';
import type { DataKeys, LogKeys } from './keys.js';
import { type DataLayout, dataLayout } from './layout.js';
import { createKeys, createLogKeys } from './new-keys.js';
import { DataPlace, syncFolder } from './place.js';

export interface CreateOptions {
  readonly folder: string;
  readonly origin: string;
  readonly mspId: string;
  readonly description: string;
  readonly recordLabels: 'hmac' | 'vrf';
  readonly patientSystems: readonly PatientSystem[];
  /** Of the channel that keeps the log; without it, the ledger lies in the folder. */
  readonly fabric?: FabricProfile;
}

const CHANNEL = 'chartseal';

function requestOf({ secrets }: LogKeys, options: CreateOptions): RegistrationRequest {
  const { origin, description, recordLabels, patientSystems } = options;
  return {
    origin,
    noteKey: encodeBase64(secrets.notePublicKey),
    vrfKey: encodeBase64(vrfPublicKey(secrets.vrfKey)),
    recordKeyDigest: encodeHex(sha256(secrets.recordKey)),
    recordLabels,
    patientSystems,
    description,
  };
}

/** Registers the log as the organisation's admin. */
async function register(
  layout: DataLayout,
  keys: DataKeys,
  options: CreateOptions,
): Promise<RegisteredLog> {
  const { caCertificate, adminCertificate } = keys;
  const { mspId } = options;
  const network = await openEmbeddedNetwork({
    folder: layout.ledger,
    channel: CHANNEL,
    msps: [{ mspId, roots: [caCertificate] }],
    checkpointFile: layout.checkpoint,
    create: true,
  });
  try {
    const admin = await network.connect({ mspId, certificatePem: adminCertificate });
    return await registerLog(admin, requestOf(keys, options));
  } finally {
    await network.close();
  }
}

async function makeEmbedded(layout: DataLayout, options: CreateOptions): Promise<RegisteredLog> {
  const keys = await createKeys(layout.keys, options.mspId);
  await syncFolder(layout.keys);
  const log = await register(layout, keys, options);
  await chmod(layout.ledger, 0o700);
  return log;
}

async function makeOnChannel(
  layout: DataLayout,
  options: CreateOptions,
  profile: FabricProfile,
): Promise<RegisteredLog> {
  const { openFabricLedger } = await import('../ledger/fabric/fabric-ledger.js');
  const { registerOnChannel } = await import('../ledger/fabric/register.js');
  const admin = await openFabricLedger(profile, 'admin');
  try {
    const keys = await createLogKeys(layout.keys);
    await syncFolder(layout.keys);
    return await registerOnChannel(admin, requestOf(keys, options));
  } finally {
    await admin.close();
  }
}

function configOf({ fabric, mspId }: CreateOptions, logId: string): DataConfig {
  if (fabric === undefined)
    return { format: CONFIG_FORMAT, ledger: 'embedded', channel: CHANNEL, mspId, logId };
  const { channel, path: profile } = fabric;
  return { format: CONFIG_FORMAT, ledger: 'fabric', channel, mspId, logId, profile };
}

/** Everything but the place where it belongs. */
async function fill(layout: DataLayout, options: CreateOptions): Promise<RegisteredLog> {
  const { fabric } = options;
  await mkdir(layout.run, { mode: 0o700 });
  const log = await (fabric === undefined
    ? makeEmbedded(layout, options)
    : makeOnChannel(layout, options, fabric));
  await createStore(layout.store, log.logId);
  await chmod(layout.store, 0o700);
  const config = formatConfig(configOf(options, log.logId));
  await writeFile(layout.config, config, { mode: 0o600, flush: true });
  await syncFolder(layout.folder);
  return log;
}

/**
 * Throws DATA_EXISTS unless the folder is empty or absent, BAD_INPUT for a bad origin,
 * FILE_UNWRITABLE, and the codes of the ledger.
 */
export async function createDataFolder(
  options: CreateOptions,
  onLeft: OnLeft = () => {},
): Promise<RegisteredLog> {
  try {
    const place = await DataPlace.claim(options.folder);
    try {
      const log = await fill(dataLayout(place.staging), options);
      await place.settle();
      return log;
    } finally {
      await place.clear(onLeft);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const text = `the data folder cannot be written: ${systemErrorText(error)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause: error });
  }
}
