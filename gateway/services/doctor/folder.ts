// The data folder as the file system has it: there, ours, closed to others, without leftovers.
import { constants, type Stats } from 'node:fs';
import { access, lstat, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readConfig } from '../../data/config.js';
import { type DataLayout, IMPORT_STAGING, STAGING } from '../../data/layout.js';
import { type NoData, whatLacksConfig } from '../../data/no-data.js';
import { isStoreThere } from '../../store/store-database.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { type Finding, fault, notChecked, ok, quoted, warning } from './finding.js';

const OTHERS = 0o077;

async function findStats(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** What there is without a config.json, and what to do: init takes an empty folder alone. */
const LACKING: Readonly<
  Record<NoData, readonly [sentence: string, next: (data: string) => string]>
> = {
  nothing: [
    'It is empty, so it is no data folder.',
    (data) => `give --data DIR; a new log begins with: chartseal init --data ${data}`,
  ],
  'init cut short': [
    'It holds no config.json: its making was cut short.',
    (data) => `run the same again, which ends it: chartseal init --data ${data}`,
  ],
  'import cut short': [
    'It holds no config.json: an import into it was cut short.',
    (data) => `chartseal import EXPORT --data ${data}`,
  ],
  'config lost': [
    'Its config.json is gone; all else is left alone until it is back.',
    (data) => `put ${data}/config.json back from a copy of this folder: it holds no secret`,
  ],
  'keys alone': [
    'It holds keys and no log yet.',
    (data) => `chartseal import EXPORT --data ${data}`,
  ],
  'no folder': ['It is not a folder.', () => 'give --data DIR'],
  'something else': [
    'It holds no config.json, so it is no data folder.',
    () => 'give --data DIR, the data folder; a new log needs an empty one',
  ],
};

const MOVED = 'A gateway works on it, and it is not where it was: it was moved or removed.';
const PUT_BACK = 'end the gateway and put the folder back, or name its new place; begin no new log';

/**
 * Whether DATA is there and can be looked into.
 *
 * @param isRunning whether a gateway has it open
 */
export async function checkFolder(
  { folder, config }: DataLayout,
  isRunning: boolean,
): Promise<Finding> {
  const stats = await findStats(folder);
  if (stats === undefined && isRunning) return fault('folder', MOVED, PUT_BACK);
  const [, init] = LACKING.nothing;
  const make = init(quoted(folder));
  if (stats === undefined) return fault('folder', 'There is no such folder.', make);
  if (!stats.isDirectory()) return fault('folder', 'It is not a folder.', 'give --data DIR');
  if ((await findStats(config)) !== undefined) return ok('folder', 'It is a data folder.');
  const [sentence, next] = LACKING[whatLacksConfig(folder)];
  return fault('folder', sentence, next(quoted(folder)));
}

export async function checkConfig({ config, folder }: DataLayout): Promise<Finding> {
  const { logId, mspId } = await readConfig(config);
  return ok('config', `It is of log ${logId} of ${mspId} in ${basename(resolve(folder))}.`);
}

/** Databases that another user opens get files that their owner cannot write any more. */
export async function checkOwner({ folder }: DataLayout): Promise<Finding> {
  const user = process.geteuid?.();
  const { uid } = await stat(folder);
  if (user === undefined || uid === user) return ok('owner', 'The folder is yours.');
  const sentence = `It belongs to user ${uid}, you are ${user}: what you write there, its owner cannot use. Store and ledger were left alone.`;
  return fault('owner', sentence, `sudo -u '#${uid}' chartseal doctor --data ${quoted(folder)}`);
}

/** Patients' identifiers stand in the store: nobody else of this machine may read it. */
export async function checkPermissions(layout: DataLayout): Promise<Finding> {
  if (process.platform === 'win32') {
    return notChecked('permissions', 'This system keeps rights that the doctor cannot read.');
  }
  const { folder, keys, store, ledger, feed } = layout;
  const open: string[] = [];
  for (const path of [folder, keys, store, ledger, feed]) {
    const stats = await findStats(path);
    if (stats !== undefined && (stats.mode & OTHERS) !== 0) open.push(path);
  }
  if (open.length === 0) return ok('permissions', 'Other users of this machine cannot enter.');
  const next = `chmod 700 ${open.map(quoted).join(' ')}`;
  if (open.includes(folder) && open.length > 1) {
    const sentence = 'Other users of this machine may enter it and read what stands there.';
    return fault('permissions', sentence, next);
  }
  const sentence =
    'One of two doors is open to other users of this machine; the other still holds.';
  return warning('permissions', sentence, next);
}

/** What init and import fill before it gets its name. */
const isStaging = (name: string) => name.startsWith(STAGING) || name.startsWith(IMPORT_STAGING);
const LEFT_INSIDE = /^(store\.(new|rebuilt|copy)|checkpoint\.new|.*\.part(-[0-9]+-[0-9a-f]{12})?)$/;

/** What a ledger at work has for a moment, again and again. */
const COMES_AND_GOES = 'checkpoint.new';

/**
 * What commands that were killed left behind, each with how to remove it.
 * @param isRunning whether store and ledger are at work meanwhile
 */
export async function checkLeftovers(
  { folder, store }: DataLayout,
  isRunning = false,
): Promise<readonly Finding[]> {
  const path = resolve(folder);
  const blocked = await checkNewCheckpoint(join(path, COMES_AND_GOES));
  const isTold = isRunning || blocked !== undefined;
  const isLeft = (name: string) =>
    (LEFT_INSIDE.test(name) || isStaging(name)) && !(isTold && name === COMES_AND_GOES);
  const within = (await readdir(path)).filter(isLeft);
  const found = within.map((name) => join(path, name));
  const unread: Finding[] = [];
  try {
    const beside = await readdir(dirname(path));
    const staged = beside.filter(isStaging);
    found.push(...staged.map((name) => join(dirname(path), name)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const why = systemErrorText(error);
    unread.push(notChecked('leftovers', `The folder above cannot be read: ${why}.`));
  }
  const findings = found.map((left) => leftover(left, isStoreThere(store)));
  if (blocked !== undefined) findings.push(blocked);
  if (findings.length + unread.length > 0) return [...findings, ...unread];
  return [ok('leftovers', 'No command that was killed left anything behind.')];
}

/** Where a new checkpoint file is written before it gets its name: what is no file stops that. */
async function checkNewCheckpoint(path: string): Promise<Finding | undefined> {
  try {
    const isFile = (await lstat(path)).isFile();
    if (isFile) {
      await access(path, constants.W_OK);
      return undefined;
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (isSystemError(error, 'ENOENT')) return undefined;
  }
  const sentence = `${basename(path)} is no file that the ledger can write: no block can be written.`;
  return fault('leftovers', sentence, `mv ${quoted(path)} ${quoted(`${path}.aside`)}`);
}

function leftover(path: string, hasStore: boolean): Finding {
  const name = basename(path);
  if (!hasStore && name.startsWith('store.')) {
    const sentence = `${name} lies there and no store: it may be all that is left of it.`;
    return fault('leftovers', sentence, `keep ${quoted(path)}, and run the command again`);
  }
  const sentence = `${name} was left by a command that was killed; nothing needs it, unless that command runs now.`;
  return warning('leftovers', sentence, `rm -r ${quoted(path)}`);
}
