// Reads copies of a data folder, each damaged in another way, and says what came of each on a line
// of its own. In a process of its own, since LevelDB ends the process when its files make no sense
// to it. Arguments: folder, store or ledger, number of damages, the first to do, seed.
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { readConfig } from '../../gateway/data/config.js';
import { readKeys } from '../../gateway/data/keys.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { BlockStore } from '../../gateway/ledger/embedded/block-store.js';
import { openEmbeddedNetwork } from '../../gateway/ledger/embedded/embedded-network.js';
import { LogLedger } from '../../gateway/ledger/log-ledger.js';
import { Histories } from '../../gateway/services/histories.js';
import { Receipts } from '../../gateway/services/receipts.js';
import { Sequencer } from '../../gateway/services/sequencer/sequencer.js';
import { openStore } from '../../gateway/store/store.js';
import { failedChecks } from './audit-sample.js';
import { chooseDamages, describeDamage, inflict } from './damage.js';
import { type Given, readEverything } from './data-sample.js';
import { seeded } from './seeded.js';
import { databaseRows } from './untouched.js';

/** What the sample gives out, beside the folder: see damage-runs. */
export interface Sound {
  /** Base64. */
  readonly trust: string;
  readonly given: Given;
}

export type DamageOutcome =
  /** Found when the folder was opened or read. */
  | { readonly damage: string; readonly code: string }
  /** Found by these checks of the audit alone. */
  | { readonly damage: string; readonly audit: readonly string[] }
  /** Found by nothing: tables in which rows are not what they were, with how many. */
  | {
      readonly damage: string;
      readonly changed: Readonly<Record<string, number>>;
      readonly unforeseen?: string;
    };

type Reader = (data: string) => Promise<void>;

/** A reader of stores, against the ledger of a sound copy. */
async function storeReader(sound: string, { trust, given }: Sound): Promise<Reader> {
  const layout = dataLayout(sound);
  const { channel, mspId, logId } = await readConfig(layout.config);
  const { secrets, caCertificate, writerCertificate } = await readKeys(layout.keys);
  const network = await openEmbeddedNetwork({
    folder: layout.ledger,
    channel,
    msps: [{ mspId, roots: [caCertificate] }],
    checkpointFile: layout.checkpoint,
  });
  const signer = { sign: secrets.signNote };
  const ledger = await network.connect({ mspId, certificatePem: writerCertificate, signer });
  const log = new LogLedger(ledger, logId);
  const context = { logId, registration: (await log.readLog()).registration, secrets };
  const trusted = parseTrustFile(Buffer.from(trust, 'base64'));
  const by = { id: 'test', mspId };
  return async (data) => {
    const store = await openStore(dataLayout(data).store, logId);
    try {
      const sequencer = await Sequencer.open({ store, ledger: log, context, by, intervalMs: 2 });
      try {
        await sequencer.waitProven(5000);
        const services = { store, context, sequencer };
        const receipts = new Receipts(services);
        const histories = new Histories(services);
        await readEverything({ ...services, receipts, histories }, trusted, given);
      } finally {
        await sequencer.close();
      }
    } finally {
      await store.close();
    }
  };
}

/** Opens a ledger, and reads every block and all of its state. */
async function readLedger(data: string): Promise<void> {
  const { config, ledger, checkpoint } = dataLayout(data);
  const { channel } = await readConfig(config);
  const place = { folder: ledger, channel, checkpointFile: checkpoint };
  const blocks = await BlockStore.open({ ...place, create: false });
  try {
    for (let number = 0; number <= blocks.height; number++) blocks.readBlock(number);
    const state = blocks.state();
    try {
      for await (const _ of state.range('', ''));
    } finally {
      await state.close();
    }
  } finally {
    await blocks.close();
  }
}

/** Digits of keys are left away: tables and how many of their rows. */
function tablesOf(keys: readonly string[]): Record<string, number> {
  const tables: Record<string, number> = {};
  for (const key of keys) {
    const table = key.slice(0, key.indexOf('/') + 1) || key;
    tables[table] = (tables[table] ?? 0) + 1;
  }
  return tables;
}

/** Rows that are not what they were, by table; undefined when they could not even be read. */
async function changedRows(folder: string, wanted: Given) {
  try {
    const found = await databaseRows(folder);
    const keys = Object.keys({ ...wanted, ...found });
    return tablesOf(keys.filter((key) => found[key] !== wanted[key]));
  } catch (error) {
    if (error instanceof Error && /^Corruption|^IO error/.test(error.message)) return undefined;
    throw error;
  }
}

async function outcomeOf(
  damage: string,
  data: string,
  part: string,
  read: Reader,
  wanted: Given,
): Promise<DamageOutcome> {
  let words = '';
  try {
    await read(data);
  } catch (error) {
    // That something is not there is an answer, and here a wrong one.
    const isFound = error instanceof ChartsealError && error.code !== 'NOT_FOUND';
    if (isFound) return { damage, code: error.code };
    words = error instanceof Error ? error.message : String(error);
  }
  const changed = await changedRows(join(data, part), wanted);
  if (words === '' && changed !== undefined && Object.keys(changed).length === 0) {
    return { damage, changed };
  }
  const audit = await failedChecks(data);
  return audit.length > 0
    ? { damage, audit }
    : { damage, changed: changed ?? {}, unforeseen: words };
}

async function main(): Promise<void> {
  const [folder = '', part = '', count = '', first = '', seed = ''] = process.argv.slice(2);
  const at = (...names: string[]) => join(folder, ...names);
  const sound: Sound = JSON.parse(readFileSync(at('sound.json'), 'utf8'));
  const copy = (name: string) => {
    rmSync(at(name), { recursive: true, force: true });
    cpSync(at('data'), at(name), { recursive: true });
  };
  copy('rows');
  const wanted = await databaseRows(at('rows', part));
  copy('sound');
  const read = part === 'store' ? await storeReader(at('sound'), sound) : readLedger;
  const damages = chooseDamages(at('data', part), Number(count), seeded(Number(seed)));
  for (const [index, damage] of damages.slice(Number(first)).entries()) {
    // Each at a place of its own: what one left open must not be taken for another's fault.
    const name = `damaged ${index}`;
    copy(name);
    inflict(at(name, part), damage);
    const outcome = await outcomeOf(describeDamage(damage), at(name), part, read, wanted);
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    rmSync(at(name), { recursive: true });
  }
  process.exit(0);
}

void main();
