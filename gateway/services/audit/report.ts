// The report of a pass: one line of canonical JSON for each record that is not unchanged, after a
// header. It only grows; a run that goes on cuts off what was written after the last progress.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { syncFolder } from '../../data/place.js';
import { isSystemError, systemErrorText } from '../file-error.js';

async function writing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const text = `the report cannot be written: ${systemErrorText(cause)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
  }
}

function taken(): never {
  throw new ChartsealError('FILE_EXISTS', 'the report would take the place of another file');
}

/** Throws FILE_EXISTS for whatever lies there, a link that leads nowhere too. */
export async function checkNotThere(path: string): Promise<void> {
  await writing(async () => {
    const found = await lstat(path).catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (found !== undefined) taken();
  });
}

// What took the place of the report is neither followed nor waited for.
const OPEN_FLAGS = constants.O_NOFOLLOW | constants.O_NONBLOCK;

export class Report {
  readonly path: string;
  readonly #file: FileHandle;
  /** Bytes, those that are not written yet included. */
  #length: number;
  #lines: string[] = [];

  private constructor(path: string, file: FileHandle, length: number) {
    this.path = path;
    this.#file = file;
    this.#length = length;
  }

  /** A new file, also where an attempt to make it was killed; throws FILE_EXISTS. */
  static async #create(path: string, header: JsonValue): Promise<Report> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | OPEN_FLAGS, 0o600);
    const line = Buffer.from(`${canonicalJson(header)}\n`);
    const { size } = await file.stat();
    const begun = Buffer.alloc(Math.min(size, line.length));
    await file.read(begun, 0, begun.length, 0);
    if (!line.subarray(0, size).equals(begun)) {
      await file.close();
      taken();
    }
    await file.truncate(0);
    const report = new Report(path, file, 0);
    report.write(header);
    await report.sync();
    await syncFolder(dirname(path));
    return report;
  }

  /**
   * The report of a pass, up to where it was known to be whole. Throws FILE_UNWRITABLE when it is
   * gone or too short, FILE_EXISTS when it is to begin where another file lies.
   */
  static resume(path: string, length: number, header: JsonValue): Promise<Report> {
    return writing(async () => {
      if (length === 0) return Report.#create(path, header);
      const file = await open(path, constants.O_RDWR | OPEN_FLAGS);
      const { size } = await file.stat();
      if (size < length) {
        await file.close();
        throw new ChartsealError('FILE_UNWRITABLE', 'the report of this pass was cut off');
      }
      await file.truncate(length);
      return new Report(path, file, length);
    });
  }

  write(row: JsonValue | object): void {
    const line = `${canonicalJson(row)}\n`;
    this.#lines.push(line);
    this.#length += Buffer.byteLength(line);
  }

  /** Makes all of it durable; gives its length in bytes. */
  sync(): Promise<number> {
    return writing(async () => {
      const bytes = Buffer.from(this.#lines.join(''));
      this.#lines = [];
      for (let at = 0, from = this.#length - bytes.length; at < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, from + at);
        at += bytesWritten;
      }
      await this.#file.sync();
      return this.#length;
    });
  }

  /** SHA-256 of the file as it is now, hex. */
  async digest(): Promise<string> {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(this.path)) hash.update(piece as Buffer);
    return hash.digest('hex');
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
