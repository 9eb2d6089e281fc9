// DATA/run/gateway.json: where a gateway listens for commands beside it, and the token that it
// wants of them. For the owner alone, there only while it listens.
import { rmSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseJsonBytes } from '../../chaincode/core/json.js';
import { checkShape, integer, object, text } from '../../chaincode/core/shape.js';
import { dataLayout } from '../data/layout.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { isAlive } from '../services/own-store.js';
import { readSmallFile } from '../services/small-file.js';

const FILE = 'gateway.json';

export interface RunningGateway {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly pid: number;
  readonly token: string;
}

const SHAPE = object({
  url: text({ min: 1, max: 64, pattern: /^http:\/\/127\.0\.0\.1:[0-9]{1,5}$/ }),
  pid: integer({ min: 1, max: 2 ** 31 }),
  token: text({ min: 32, max: 256, pattern: /^[A-Za-z0-9_-]+$/ }),
});

function unwritable(error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const text = `the file run/${FILE} of the data folder: ${systemErrorText(error)}`;
  return new ChartsealError('FILE_UNWRITABLE', text, { cause: error });
}

/**
 * Throws FILE_UNWRITABLE.
 * @param run DATA/run
 */
export async function writeRunFile(run: string, running: RunningGateway): Promise<void> {
  const staged = join(run, `${FILE}.${running.pid}`);
  try {
    await writeFile(staged, `${JSON.stringify(running)}\n`, { mode: 0o600, flush: true });
    await rename(staged, join(run, FILE));
  } catch (error) {
    // Why it cannot be written says more than what then cannot be removed; the next start does.
    await Promise.allSettled([rm(staged, { force: true })]);
    throw unwritable(error);
  }
}

/**
 * Throws FILE_UNWRITABLE; what stays there counts for nothing once its process is gone.
 * @param run DATA/run
 */
export async function removeRunFile(run: string): Promise<void> {
  try {
    await rm(join(run, FILE), { force: true });
  } catch (error) {
    throw unwritable(error);
  }
}

/** As {@link removeRunFile}, for a process that ends at once. */
export function removeRunFileSync(run: string): void {
  try {
    rmSync(join(run, FILE), { force: true });
  } catch (error) {
    throw unwritable(error);
  }
}

interface RunFile {
  readonly bytes: Uint8Array;
  /** Whether other users may read it. */
  readonly isExposed: boolean;
}

async function findFile(path: string): Promise<RunFile | undefined> {
  try {
    const { mode } = await stat(path);
    return { bytes: readSmallFile(path), isExposed: (mode & 0o077) !== 0 };
  } catch (error) {
    // Another user's gateway is none that this user may call, and what is no file is none.
    if (error instanceof ChartsealError || isSystemError(error)) return undefined;
    throw error;
  }
}

/**
 * The gateway that has this data folder open; undefined when there is none. What a process left
 * that is gone does not count. Throws KEY_EXPOSED when others may have read the token.
 * @param folder DATA
 */
export async function findGateway(folder: string): Promise<RunningGateway | undefined> {
  const file = await findFile(join(dataLayout(folder).run, FILE));
  const running = file === undefined ? undefined : parseRunFile(file.bytes);
  if (running === undefined || !isAlive(running.pid)) return undefined;
  // Who has the token may do all that commands may.
  if (file?.isExposed === false) return running;
  throw new ChartsealError('KEY_EXPOSED', `other users may read the token in run/${FILE}`);
}

function parseRunFile(bytes: Uint8Array): RunningGateway | undefined {
  try {
    const value = parseJsonBytes(bytes, FILE);
    checkShape(SHAPE, value, FILE);
    return value as unknown as RunningGateway;
  } catch (error) {
    // Not written by this program: as if it were not there.
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
}
