// import: a data folder from an export and restored keys. Every block is executed again by the
// contract, every row that can be derived is derived; nothing else is taken over unproven.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { formatConfig } from '../../data/config.js';
import { checkKeysOfLog } from '../../data/key-check.js';
import { type DataKeys, readKeys } from '../../data/keys.js';
import { syncFolder } from '../../data/place.js';
import { syncAll } from '../../data/staging.js';
import { openEmbeddedNetwork } from '../../ledger/embedded/embedded-network.js';
import { createStore, openStore } from '../../store/store.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import type { LogContext } from '../log-context.js';
import { ExportFile } from './export-file.js';
import { ImportPlace } from './import-place.js';
import { readRegistration } from './log-blocks.js';
import { LogImport } from './log-import.js';

export interface Imported {
  readonly origin: string;
  readonly logId: string;
  readonly blocks: number;
  readonly entries: number;
  /** Entries that the ledger holds; the others go on waiting for it. */
  readonly committed: number;
}

/** Who made the log; the keys must be its own and the export signed by them. */
async function contextOf(file: ExportFile, { secrets }: DataKeys): Promise<LogContext> {
  const { logId, origin, mspId } = file.header;
  const registration = await readRegistration(file.lines('block'), logId);
  checkKeysOfLog(secrets, registration);
  file.checkSignature(secrets.notePublicKey);
  if (registration.origin !== origin || registration.mspId !== mspId) {
    throw new ChartsealError('BAD_FORMAT', 'the export begins with the name of another log');
  }
  return { logId, registration, secrets };
}

/** Store and ledger; gives the number of committed entries. */
async function build(file: ExportFile, place: ImportPlace, keys: DataKeys): Promise<number> {
  const { staging } = place;
  const context = await contextOf(file, keys);
  const { channel, mspId, logId } = file.header;
  await createStore(staging.store, logId);
  const store = await openStore(staging.store, logId);
  try {
    const network = await openEmbeddedNetwork({
      folder: staging.ledger,
      channel,
      msps: [{ mspId, roots: [keys.caCertificate] }],
      checkpointFile: staging.checkpoint,
      create: true,
    });
    try {
      const identity = { mspId, certificatePem: keys.writerCertificate };
      const signer = { sign: keys.secrets.signNote };
      const ledger = await network.connect({ ...identity, signer });
      return await new LogImport({ file, store, network, ledger, context }).run();
    } finally {
      await network.close();
    }
  } finally {
    await store.close();
  }
}

async function fill(file: ExportFile, place: ImportPlace, keys: DataKeys): Promise<number> {
  const { staging } = place;
  const committed = await build(file, place, keys);
  await mkdir(staging.run, { mode: 0o700 });
  for (const database of [staging.ledger, staging.store]) {
    await chmod(database, 0o700);
    await syncAll(database);
  }
  const { channel, mspId, logId } = file.header;
  const format = 'chartseal-config/1' as const;
  const config = formatConfig({ format, ledger: 'embedded', channel, mspId, logId });
  await file.requireUnchanged();
  await writeFile(staging.config, config, { mode: 0o600, flush: true });
  await syncFolder(staging.folder);
  return committed;
}

async function importInto(file: ExportFile, folder: string): Promise<number> {
  const place = await ImportPlace.claim(folder, file.header.logId);
  try {
    const committed = await fill(file, place, await readKeys(place.keys));
    await place.settle();
    return committed;
  } finally {
    await place.clear();
  }
}

/**
 * Throws BAD_FORMAT when the export is not whole and unchanged, NEWER_VERSION, OTHER_LOG,
 * DATA_EXISTS, LEDGER_CORRUPT naming a block, STORE_CORRUPT naming an entry, LOG_FORKED,
 * STORE_BEHIND, FILE_CHANGED, FILE_UNWRITABLE. The folder is as it was then.
 */
export async function importLog(path: string, folder: string): Promise<Imported> {
  const file = await ExportFile.open(path);
  try {
    const committed = await importInto(file, folder);
    const { origin, logId } = file.header;
    const { blocks, entries } = file.end;
    return { origin, logId, blocks, entries, committed };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const text = `the data folder cannot be written: ${systemErrorText(error)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause: error });
  } finally {
    await file.close();
  }
}
