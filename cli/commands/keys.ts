// chartseal keys backup | restore: all keys of a log in one encrypted file, and back.
import { backupKeys, restoreKeys } from '../../gateway/services/backup/keys.js';
import type { CommandContext } from '../context.js';
import type { DataOptions } from '../hospital.js';
import { tellLeftBehind } from '../left.js';
import { type PassphraseOptions, readPassphrase } from '../passphrase.js';
import { clean } from '../render.js';

export type KeysOptions = DataOptions & PassphraseOptions;

export async function keysBackup(
  file: string,
  options: KeysOptions,
  context: CommandContext,
): Promise<number> {
  const passphrase = await readPassphrase(options, context, true);
  const { facts, missing } = await backupKeys(
    options.data,
    file,
    passphrase,
    tellLeftBehind(context),
  );
  if (context.json) context.data(JSON.stringify({ file, ...facts, missing }));
  context.tell(`written: ${clean(file)}, the keys of log ${clean(facts.origin)}, encrypted`);
  for (const name of missing) context.tell(`not in it, since it is not in the folder: ${name}`);
  context.tell('It was read back. Keep it and the passphrase apart, both away from this machine.');
  return 0;
}

export async function keysRestore(
  file: string,
  options: KeysOptions,
  context: CommandContext,
): Promise<number> {
  const passphrase = await readPassphrase(options, context, false);
  const { facts, isAlone, restored } = await restoreKeys(
    file,
    options.data,
    passphrase,
    tellLeftBehind(context),
  );
  if (context.json) context.data(JSON.stringify({ folder: options.data, ...facts, restored }));
  context.tell(`keys of log ${clean(facts.origin)} of ${clean(facts.mspId)} are restored`);
  for (const name of restored) context.tell(`restored: ${name}`);
  if (isAlone) context.tell('The log itself comes back with: chartseal import EXPORT --data DIR');
  return 0;
}
