// A new data folder: keys, ledger, registered log, store. Made elsewhere and put in its place at
// the end, so that a crash leaves nothing that looks like a data folder.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { PatientSystem } from '../../chaincode/core/registration.js';
import { vrfPublicKey } from '../../chaincode/core/vrf.js';
import { openEmbeddedNetwork } from '../ledger/embedded/embedded-network.js';
import type { RegisteredLog } from '../ledger/log-answers.js';
import { registerLog } from '../ledger/log-ledger.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { createStore } from '../store/store.js';
import { formatConfig } from './config.js';
import { createKeys, type DataKeys } from './keys.js';
import { type DataLayout, dataLayout } from './layout.js';
import { DataPlace, syncFolder } from './place.js';

export interface CreateOptions {
  readonly folder: string;
  readonly origin: string;
  readonly mspId: string;
  readonly description: string;
  readonly recordLabels: 'hmac' | 'vrf';
  readonly patientSystems: readonly PatientSystem[];
}

const CHANNEL = 'chartseal';

/** Registers the log as the organisation's admin. */
async function register(
  layout: DataLayout,
  keys: DataKeys,
  options: CreateOptions,
): Promise<RegisteredLog> {
  const { secrets, caCertificate, adminCertificate } = keys;
  const { mspId, origin, description, recordLabels, patientSystems } = options;
  const network = await openEmbeddedNetwork({
    folder: layout.ledger,
    channel: CHANNEL,
    msps: [{ mspId, roots: [caCertificate] }],
    checkpointFile: layout.checkpoint,
    create: true,
  });
  try {
    const admin = await network.connect({ mspId, certificatePem: adminCertificate });
    return await registerLog(admin, {
      origin,
      noteKey: encodeBase64(secrets.notePublicKey),
      vrfKey: encodeBase64(vrfPublicKey(secrets.vrfKey)),
      recordKeyDigest: encodeHex(sha256(secrets.recordKey)),
      recordLabels,
      patientSystems,
      description,
    });
  } finally {
    await network.close();
  }
}

/** Everything but the place where it belongs. */
async function fill(layout: DataLayout, options: CreateOptions): Promise<RegisteredLog> {
  await mkdir(layout.run, { mode: 0o700 });
  const keys = await createKeys(layout.keys, options.mspId);
  await syncFolder(layout.keys);
  const log = await register(layout, keys, options);
  await createStore(layout.store, log.logId);
  for (const database of [layout.ledger, layout.store]) await chmod(database, 0o700);
  const config = formatConfig({
    format: 'chartseal-config/1',
    ledger: 'embedded',
    channel: CHANNEL,
    mspId: options.mspId,
    logId: log.logId,
  });
  await writeFile(layout.config, config, { mode: 0o600, flush: true });
  await syncFolder(layout.folder);
  return log;
}

/**
 * Throws DATA_EXISTS unless the folder is empty or absent, BAD_INPUT for a bad origin,
 * FILE_UNWRITABLE.
 */
export async function createDataFolder(options: CreateOptions): Promise<RegisteredLog> {
  try {
    const place = await DataPlace.claim(options.folder);
    try {
      const log = await fill(dataLayout(place.staging), options);
      await place.settle();
      return log;
    } finally {
      await place.clear();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const text = `the data folder cannot be written: ${systemErrorText(error)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause: error });
  }
}
