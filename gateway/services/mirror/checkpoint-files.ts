// The newest checkpoint that was verified, as a file beside the database of a mirror: what people
// compare with the log when the database is lost. Written whole, after what the database holds.
import { open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '../../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseNote } from '../../../chaincode/core/signed-note.js';
import { syncFolder } from '../../data/place.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { readSmallFile } from '../small-file.js';

const NEW = '.new';
/** Of one log over HTTP; of each log of a channel, by its id. */
export const CHECKPOINT_NAME = /^checkpoint(-[0-9a-f]{64})?(\.new)?$/;

export const checkpointName = (logId?: string) =>
  logId === undefined ? 'checkpoint' : `checkpoint-${logId}`;

/** Signed by the log, or as blocks lead to it; undefined when it is neither. */
function findSize(text: string): number | undefined {
  try {
    return parseCheckpoint(text.includes('\n\n') ? parseNote(text).text : text).size;
  } catch (error) {
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
}

function unwritable(cause: unknown): unknown {
  if (!isSystemError(cause)) return cause;
  const text = `the checkpoint of the mirror: ${systemErrorText(cause)}`;
  return new ChartsealError('FILE_UNWRITABLE', text, { cause });
}

export class CheckpointFiles {
  readonly #folder: string;
  /** As on disk, by name. */
  readonly #texts: Map<string, string>;

  private constructor(folder: string, texts: Map<string, string>) {
    this.#folder = folder;
    this.#texts = texts;
  }

  /** Throws the codes of reading a file. */
  static async read(folder: string): Promise<CheckpointFiles> {
    const names = await readdir(folder);
    const whole = names.filter((name) => CHECKPOINT_NAME.test(name) && !name.endsWith(NEW));
    const read = (name: string) => Buffer.from(readSmallFile(join(folder, name))).toString();
    return new CheckpointFiles(folder, new Map(whole.map((name) => [name, read(name)])));
  }

  /** Throws MIRROR_CORRUPT when a file is of a larger tree than the database holds. */
  requireWithin(texts: ReadonlyMap<string, string>): void {
    for (const [name, text] of this.#texts) {
      // What is no checkpoint says nothing, and is written anew.
      const size = findSize(text);
      if (size === undefined || size <= (findSize(texts.get(name) ?? '') ?? -1)) continue;
      const reason = `its database holds less than its checkpoint of size ${size}`;
      throw new ChartsealError(
        'MIRROR_CORRUPT',
        `the mirror was put back to an older state: ${reason}`,
      );
    }
  }

  /** Those that are not so on disk, durably. Throws FILE_UNWRITABLE. */
  async write(texts: ReadonlyMap<string, string>): Promise<void> {
    for (const [name, text] of texts) {
      if (this.#texts.get(name) === text) continue;
      try {
        await this.#replace(join(this.#folder, name), text);
      } catch (error) {
        throw unwritable(error);
      }
      this.#texts.set(name, text);
    }
  }

  async #replace(path: string, text: string): Promise<void> {
    const file = await open(path + NEW, 'w', 0o600);
    try {
      await file.writeFile(utf8(text));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path + NEW, path);
    await syncFolder(this.#folder);
  }
}
