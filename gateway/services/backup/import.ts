// import: a data folder from an export and restored keys. Every block is executed again by the
// contract, every row that can be derived is derived; nothing else is taken over unproven.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import {
  CONFIG_FORMAT,
  type DataConfig,
  type FabricConfig,
  formatConfig,
} from '../../data/config.js';
import { areKeysOfLog } from '../../data/key-check.js';
import { type DataKeys, type LogKeys, readKeysFor } from '../../data/keys.js';
import { syncFolder } from '../../data/place.js';
import { syncAll } from '../../data/staging.js';
import { parseTrustFile } from '../../evidence/trust.js';
import { openEmbeddedNetwork } from '../../ledger/embedded/embedded-network.js';
import type { FabricProfile } from '../../ledger/fabric/profile.js';
import { LogLedger } from '../../ledger/log-ledger.js';
import { createStore, openStore } from '../../store/store.js';
import type { OnLeft } from '../clean-up.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import type { LogContext } from '../log-context.js';
import { openOwnLedger } from '../own-ledger.js';
import { exportTrust } from '../trust-export.js';
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
  const { logId } = file.header;
  const registration = await readRegistration(file.lines('block'), logId);
  if (!areKeysOfLog(secrets, registration)) {
    throw new ChartsealError('OTHER_LOG', 'the export and the keys here are of different logs');
  }
  file.checkSignature(secrets.notePublicKey);
  const context = { logId, registration, secrets };
  checkNames(file, context);
  return context;
}

function checkNames({ header }: ExportFile, { registration }: LogContext): void {
  if (registration.origin === header.origin && registration.mspId === header.mspId) return;
  throw new ChartsealError('BAD_FORMAT', 'the export begins with the name of another log');
}

/** The new folder's configuration. Throws OTHER_LOG for a profile of another channel. */
function configOf({ header }: ExportFile, profile: FabricProfile | undefined): DataConfig {
  const { channel, mspId, logId } = header;
  const config = { format: CONFIG_FORMAT, channel, mspId, logId } as const;
  if (header.ledger === undefined) {
    if (profile === undefined) return { ...config, ledger: 'embedded' };
    throw new ChartsealError('OTHER_LOG', 'the export holds a ledger of its own: leave --profile');
  }
  if (profile === undefined) {
    throw new ChartsealError('USAGE', 'the log lives on a channel: give --profile FILE');
  }
  if (profile.channel !== channel || profile.mspId !== mspId) {
    throw new ChartsealError('OTHER_LOG', 'import into another ledger is refused');
  }
  return { ...config, ledger: 'fabric', profile: profile.path };
}

/** The log on its channel, which must know it; gives the number of committed entries. */
async function buildOnChannel(
  file: ExportFile,
  { staging }: ImportPlace,
  config: FabricConfig,
  keys: LogKeys,
): Promise<number> {
  const { network, log, context } = await openOwnLedger(staging, config, keys).catch(
    (cause: unknown) => {
      const isOther = cause instanceof ChartsealError && cause.code === 'LEDGER_CORRUPT';
      if (!isOther) throw cause;
      const text = 'the channel does not know this log: import into another ledger is refused';
      throw new ChartsealError('OTHER_LOG', text, { cause });
    },
  );
  try {
    file.checkSignature(keys.secrets.notePublicKey);
    checkNames(file, context);
    await createStore(staging.store, config.logId);
    const store = await openStore(staging.store, config.logId);
    try {
      const trust = parseTrustFile(network.trustFile(context));
      return await new LogImport({ file, store, log, context, trust }).run();
    } finally {
      await store.close();
    }
  } finally {
    await network.close();
  }
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
      const log = new LogLedger(await network.connect({ ...identity, signer }), logId);
      const trust = parseTrustFile(exportTrust(context, channel, [keys.caCertificate]));
      return await new LogImport({ file, store, network, log, context, trust }).run();
    } finally {
      await network.close();
    }
  } finally {
    await store.close();
  }
}

async function fill(file: ExportFile, place: ImportPlace, config: DataConfig): Promise<number> {
  const { staging } = place;
  const keys = await readKeysFor(config.ledger, place.keys);
  const committed = await (config.ledger === 'fabric'
    ? buildOnChannel(file, place, config, keys)
    : build(file, place, keys as DataKeys));
  await mkdir(staging.run, { mode: 0o700 });
  const databases = config.ledger === 'fabric' ? [staging.store] : [staging.ledger, staging.store];
  for (const database of databases) {
    await chmod(database, 0o700);
    await syncAll(database);
  }
  await file.requireUnchanged();
  await writeFile(staging.config, formatConfig(config), { mode: 0o600, flush: true });
  await syncFolder(staging.folder);
  return committed;
}

async function importInto(
  file: ExportFile,
  folder: string,
  profile: FabricProfile | undefined,
  onLeft: OnLeft,
): Promise<number> {
  const config = configOf(file, profile);
  const place = await ImportPlace.claim(folder, file.header.logId, onLeft);
  try {
    const committed = await fill(file, place, config);
    await place.settle();
    return committed;
  } finally {
    await place.clear();
  }
}

/**
 * @param profile of the channel, for a log that lives on one
 * Throws BAD_FORMAT when the export is not whole and unchanged, NEWER_VERSION, OTHER_LOG,
 * DATA_EXISTS, LEDGER_CORRUPT naming a block, STORE_CORRUPT naming an entry, LOG_FORKED,
 * STORE_BEHIND, FILE_CHANGED, FILE_UNWRITABLE. The folder is as it was then, but for what `onLeft`
 * was told, which the next import undoes; or it holds the whole log, where the disk did not say at
 * the very end that it has it.
 */
export async function importLog(
  path: string,
  folder: string,
  profile?: FabricProfile,
  onLeft: OnLeft = () => {},
): Promise<Imported> {
  const file = await ExportFile.open(path);
  try {
    const committed = await importInto(file, folder, profile, onLeft);
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
