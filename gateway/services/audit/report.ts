// The report of a pass: one line of canonical JSON for each record that is not unchanged, after a
// header. It only grows; a run that goes on cuts off what was written after the last progress.
import { createHash, type Hash } from 'node:crypto';
import { constants, type FileHandle, lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { syncFolder } from '../../data/place.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { makeFolders } from '../make-folder.js';

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

/** Of a report that is not there any more as it was written. */
function changed(cause?: unknown): never {
  const text = 'the report of this pass was changed or is gone: audit --restart begins anew';
  throw new ChartsealError('AUDIT_UNFINISHED', text, { cause });
}

/** What is known of a report. */
export interface KnownReport {
  /** Absolute path of the report. */
  readonly report: string;
  readonly reportBytes: number;
  /** SHA-256 of these bytes, hex. */
  readonly reportDigest: string;
  /** First line. */
  readonly header: JsonValue;
  /** How many lines a run that was killed may have written behind these bytes. */
  readonly unsavedLines: number;
}

const lineOf = (row: JsonValue | object) => Buffer.from(`${canonicalJson(row)}\n`);

const PIECE_BYTES = 1024 * 1024;

/** The hash of the known bytes, to go on with; undefined when the file begins otherwise. */
async function hashKnown(
  file: FileHandle,
  { reportBytes, reportDigest, header }: KnownReport,
): Promise<Hash | undefined> {
  const line = lineOf(header);
  const hash = createHash('sha256');
  const piece = Buffer.alloc(Math.max(PIECE_BYTES, line.length));
  for (let at = 0; at < reportBytes; ) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, reportBytes - at), at);
    const found = piece.subarray(0, bytesRead);
    if (bytesRead === 0 || (at === 0 && !line.equals(found.subarray(0, line.length)))) {
      return undefined;
    }
    hash.update(found);
    at += bytesRead;
  }
  return hash.copy().digest('hex') === reportDigest ? hash : undefined;
}

const LINE_END = 0x0a;

/** Throws when more stands behind `from` than a killed run left: another one went on with it. */
async function checkTail(file: FileHandle, from: number, unsavedLines: number): Promise<void> {
  const piece = Buffer.alloc(PIECE_BYTES);
  let lines = 0;
  let isWhole = true;
  for (let at = from; lines <= unsavedLines; ) {
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) break;
    const found = piece.subarray(0, bytesRead);
    for (const byte of found) if (byte === LINE_END) lines++;
    isWhole = found.at(-1) === LINE_END;
    at += bytesRead;
  }
  if (lines + (isWhole ? 0 : 1) > unsavedLines) changed();
}

// What took the place of the report is neither followed nor waited for.
const OPEN_FLAGS = constants.O_NOFOLLOW | constants.O_NONBLOCK;

export class Report {
  readonly path: string;
  readonly #file: FileHandle;
  /** Bytes, those that are not written yet included. */
  #length: number;
  #lines: Buffer[] = [];
  /** Of what is written. */
  readonly #hash: Hash;

  private constructor(path: string, file: FileHandle, length: number, hash: Hash) {
    this.path = path;
    this.#file = file;
    this.#length = length;
    this.#hash = hash;
  }

  /** A new file, also where an attempt to make it was killed; throws FILE_EXISTS. */
  static async #create({ report: path, header, unsavedLines }: KnownReport): Promise<Report> {
    await makeFolders(dirname(path), 0o700);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | OPEN_FLAGS, 0o600);
    const line = lineOf(header);
    try {
      const { size } = await file.stat();
      const begun = Buffer.alloc(Math.min(size, line.length));
      await file.read(begun, 0, begun.length, 0);
      // Its header names the moment at which the pass began: what begins with all of it is ours.
      if (!line.subarray(0, size).equals(begun)) taken();
      await checkTail(file, line.length, unsavedLines);
      await file.truncate(0);
    } catch (error) {
      await file.close();
      throw error;
    }
    const report = new Report(path, file, 0, createHash('sha256'));
    report.write(header);
    await report.sync();
    await syncFolder(dirname(path));
    return report;
  }

  /** Cuts off what was written after the known bytes. */
  static async #goOn(known: KnownReport): Promise<Report> {
    const { report: path, reportBytes, unsavedLines } = known;
    const file = await open(path, constants.O_RDWR | OPEN_FLAGS).catch((error: unknown) => {
      // ELOOP: a symbolic link by now; ENXIO: a socket.
      if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENXIO')) changed(error);
      throw error;
    });
    try {
      const isFile = (await file.stat()).isFile();
      const hash = isFile ? await hashKnown(file, known) : undefined;
      if (hash === undefined) changed();
      await checkTail(file, reportBytes, unsavedLines);
      await file.truncate(reportBytes);
      return new Report(path, file, reportBytes, hash);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * The report of a pass, up to where it was known to be whole. Throws AUDIT_UNFINISHED when it is
   * gone, not what was written, or gone on with by another run; FILE_EXISTS when it is to begin
   * where another file lies.
   */
  static resume(known: KnownReport): Promise<Report> {
    const { reportBytes } = known;
    return writing(() => (reportBytes === 0 ? Report.#create(known) : Report.#goOn(known)));
  }

  write(row: JsonValue | object): void {
    const line = lineOf(row);
    this.#lines.push(line);
    this.#length += line.length;
  }

  /** Makes all of it durable; gives its length in bytes and its digest. */
  sync(): Promise<{ readonly length: number; readonly digest: string }> {
    return writing(async () => {
      const bytes = Buffer.concat(this.#lines);
      this.#lines = [];
      for (let at = 0, from = this.#length - bytes.length; at < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, from + at);
        at += bytesWritten;
      }
      await this.#file.sync();
      this.#hash.update(bytes);
      return { length: this.#length, digest: this.digest() };
    });
  }

  /** SHA-256 of what was made durable, hex. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
