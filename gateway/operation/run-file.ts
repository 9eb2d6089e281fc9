// DATA/run/gateway.json: where a gateway listens for commands beside it, and the token that it
// wants of them. For the owner alone, there only while it listens.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseJsonBytes } from '../../chaincode/core/json.js';
import { checkShape, integer, object, text } from '../../chaincode/core/shape.js';
import { dataLayout } from '../data/layout.js';
import { isSystemError } from '../services/file-error.js';
import { isAlive } from '../services/own-store.js';

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

/** @param run DATA/run */
export async function writeRunFile(run: string, running: RunningGateway): Promise<void> {
  const staged = join(run, `${FILE}.${running.pid}`);
  await writeFile(staged, `${JSON.stringify(running)}\n`, { mode: 0o600, flush: true });
  await rename(staged, join(run, FILE));
}

/** @param run DATA/run */
export async function removeRunFile(run: string): Promise<void> {
  await rm(join(run, FILE), { force: true });
}

async function findText(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    // Another user's gateway is none that this user may call.
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}

/**
 * The gateway that has this data folder open; undefined when there is none. What a process left
 * that is gone does not count.
 * @param folder DATA
 */
export async function findGateway(folder: string): Promise<RunningGateway | undefined> {
  const bytes = await findText(join(dataLayout(folder).run, FILE));
  if (bytes === undefined) return undefined;
  try {
    const value = parseJsonBytes(bytes, FILE);
    checkShape(SHAPE, value, FILE);
    const running = value as unknown as RunningGateway;
    return isAlive(running.pid) ? running : undefined;
  } catch (error) {
    // Not written by this program: as if it were not there.
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
}
