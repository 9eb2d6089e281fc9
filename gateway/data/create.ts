// A new data folder: keys, ledger, registered log, store. Made under another name and renamed at
// the end, so that a crash leaves nothing that looks like a data folder.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { PatientSystem } from '../../chaincode/core/registration.js';
import { vrfPublicKey } from '../../chaincode/core/vrf.js';
import { openEmbeddedNetwork } from '../ledger/embedded/embedded-network.js';
import type { RegisteredLog } from '../ledger/log-answers.js';
import { registerLog } from '../ledger/log-ledger.js';
import { isSystemError } from '../services/file-error.js';
import { createStore } from '../store/store.js';
import { formatConfig } from './config.js';
import { createKeys, type DataKeys } from './keys.js';
import { type DataLayout, dataLayout } from './layout.js';

export interface CreateOptions {
  readonly folder: string;
  readonly origin: string;
  readonly mspId: string;
  readonly description: string;
  readonly recordLabels: 'hmac' | 'vrf';
  readonly patientSystems: readonly PatientSystem[];
}

const CHANNEL = 'chartseal';

async function requireEmpty(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    if (!isSystemError(error, 'ENOTDIR')) throw error;
  }
  throw new ChartsealError('DATA_EXISTS', 'the folder is not empty');
}

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

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Throws DATA_EXISTS unless the folder is empty or absent, BAD_INPUT for a bad origin. */
export async function createDataFolder(options: CreateOptions): Promise<RegisteredLog> {
  const folder = resolve(options.folder);
  await requireEmpty(folder);
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const temporary = join(parent, `.${basename(folder)}-${randomBytes(6).toString('hex')}`);
  const layout = dataLayout(temporary);
  try {
    await mkdir(temporary, { mode: 0o700 });
    await mkdir(layout.run, { mode: 0o700 });
    const keys = await createKeys(layout.keys, options.mspId);
    const log = await register(layout, keys, options);
    await createStore(layout.store, log.logId);
    const { mspId } = options;
    const config = formatConfig({
      format: 'chartseal-config/1',
      ledger: 'embedded',
      channel: CHANNEL,
      mspId,
      logId: log.logId,
    });
    await writeFile(layout.config, config, { mode: 0o600, flush: true });
    await syncFolder(temporary);
    await removeEmpty(folder);
    await rename(temporary, folder);
    await syncFolder(parent);
    return log;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
