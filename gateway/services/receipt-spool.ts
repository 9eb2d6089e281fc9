// Receipts asked for and not written yet: on disk, so that memory stays bounded however many files
// one run anchors. Lost with the process, and made anew by the next run.
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isSystemError, systemErrorText } from './file-error.js';
import { readJsonLines } from './json-lines.js';

export interface SpooledReceipt {
  readonly ordinal: number;
  /** Relative path of the document. */
  readonly relative: string;
}

const FLUSH_LINES = 1024;
const PREFIX = 'receipts-';

/** A system error of the file, as a coded one. */
function spoolError(code: 'FILE_UNREADABLE' | 'FILE_UNWRITABLE', error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const text = `the list of receipts to write, a temporary file: ${systemErrorText(error)}`;
  return new ChartsealError(code, text, { cause: error });
}

async function writing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw spoolError('FILE_UNWRITABLE', error);
  }
}

export class ReceiptSpool {
  readonly #folder: string;
  readonly #handle: FileHandle;
  #lines: string[] = [];

  private constructor(folder: string, handle: FileHandle) {
    this.#folder = folder;
    this.#handle = handle;
  }

  /**
   * Removes what a killed run left there: whoever holds the store is alone in DATA/run.
   * Throws FILE_UNWRITABLE, as {@link add} and {@link remove} do.
   * @param parent folder for a temporary file, such as DATA/run
   */
  static create(parent: string): Promise<ReceiptSpool> {
    return writing(async () => {
      for (const name of await readdir(parent)) {
        if (name.startsWith(PREFIX)) await rm(join(parent, name), { recursive: true, force: true });
      }
      const folder = await mkdtemp(join(parent, PREFIX));
      return new ReceiptSpool(folder, await open(join(folder, 'lines'), 'ax', 0o600));
    });
  }

  async add({ ordinal, relative }: SpooledReceipt): Promise<void> {
    this.#lines.push(`${JSON.stringify({ ordinal, relative })}\n`);
    if (this.#lines.length >= FLUSH_LINES) await this.#flush();
  }

  /** What was added, in that order. Throws FILE_UNREADABLE, FILE_UNWRITABLE. */
  async *read(): AsyncGenerator<SpooledReceipt> {
    await this.#flush();
    const input = createReadStream(join(this.#folder, 'lines'));
    try {
      for await (const line of readJsonLines(input as AsyncIterable<Uint8Array>)) {
        if ('error' in line) throw line.error;
        yield line.value as unknown as SpooledReceipt;
      }
    } catch (error) {
      throw spoolError('FILE_UNREADABLE', error);
    }
  }

  /** What stays there is removed by the next run. */
  remove(): Promise<void> {
    return writing(async () => {
      await this.#handle.close();
      await rm(this.#folder, { recursive: true });
    });
  }

  async #flush(): Promise<void> {
    const text = this.#lines.join('');
    this.#lines = [];
    await writing(() => this.#handle.appendFile(text));
  }
}
