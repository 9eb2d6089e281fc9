// chartseal verify FILE…: documents with their receipts, folders of both, histories. Offline, and
// never opens a data folder.
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseTime } from '../../chaincode/core/time.js';
import { VerifierCache } from '../../gateway/evidence/checkpoint-check.js';
import { type EvidenceKind, findEvidenceKind } from '../../gateway/evidence/evidence-file.js';
import { parseTrustFile, type Trust } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { digestFile } from '../../gateway/services/digest.js';
import { findStats, isFolder } from '../../gateway/services/file-stats.js';
import { RECEIPT_SUFFIX, receiptPath } from '../../gateway/services/record-id.js';
import { firstVisibleByte, readSmallFile } from '../../gateway/services/small-file.js';
import { walk } from '../../gateway/services/walk.js';
import type { CommandContext } from '../context.js';
import { errorReport, exitCodeOf } from '../exit.js';
import { Hints } from '../hints.js';
import { clean, renderHistory, renderVerification } from '../render.js';

export interface VerifyOptions {
  readonly trust: string;
  /** A receipt, or a folder of receipts by relative path. */
  readonly receipt?: string;
  readonly asOf?: string;
}

/** What every evidence file begins with. */
const BRACE = 0x7b;

/** 1 wins over 2, 2 over 3, 3 over 0. */
const GRAVITY: readonly number[] = [0, 3, 2, 1];

function worse(a: number, b: number): number {
  return GRAVITY.indexOf(a) >= GRAVITY.indexOf(b) ? a : b;
}

/** Faults of the trust file stop everything, and say that it is the trust file. */
export function readTrust(path: string): Trust {
  try {
    return parseTrustFile(readSmallFile(path));
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    throw new ChartsealError(error.code, `trust file ${path}: ${error.message}`, { cause: error });
  }
}

const exists = (path: string) => findStats(path) !== undefined;

/** Empty files are never anchored, so that nobody misses their receipts. */
const isEmpty = (path: string) => findStats(path)?.size === 0;

/** A receipt that cannot be read says nothing about its document, least of all that it is gone. */
function readReceipt(path: string): Uint8Array {
  try {
    return readSmallFile(path);
  } catch (error) {
    if (!(error instanceof ChartsealError) || error.code === 'TOO_LARGE') throw error;
    throw new ChartsealError('NO_RECEIPT', `its receipt: ${error.message}`, { cause: error });
  }
}

/** Kind of an evidence file; a large document is told from one by how it begins. */
function evidenceKind(path: string): EvidenceKind | undefined {
  return firstVisibleByte(path) === BRACE ? findEvidenceKind(readSmallFile(path)) : undefined;
}

class Verifier {
  readonly #trust: Trust;
  readonly #options: VerifyOptions;
  readonly #context: CommandContext;
  readonly #cache = new VerifierCache();
  readonly hints = new Hints();
  exitCode = 0;

  constructor(options: VerifyOptions, context: CommandContext) {
    this.#trust = readTrust(options.trust);
    this.#options = options;
    this.#context = context;
  }

  async path(path: string): Promise<void> {
    await this.#guard(path, async () => {
      if (isFolder(path)) await this.#folder(path);
      else this.#file(path);
    });
  }

  /** A coded error concerns one file only. */
  async #guard(path: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      this.#undone(path, error);
    }
  }

  #undone(file: string, error: ChartsealError): void {
    const { code, message } = error;
    const missing = code === 'FILE_MISSING';
    const verdict = missing ? 'missing' : code === 'FILE_UNREADABLE' ? 'unreadable' : 'not checked';
    const exitCode = missing ? 1 : exitCodeOf(error);
    this.exitCode = worse(this.exitCode, exitCode);
    this.hints.add(error);
    if (this.#context.json) {
      this.#context.data(JSON.stringify({ file, verdict, exitCode, error: errorReport(error) }));
    } else {
      this.#context.data(`${clean(file)}: ${verdict}: ${code} ${clean(message)}`);
    }
  }

  #file(path: string): void {
    const { receipt } = this.#options;
    if (receipt !== undefined && !isFolder(receipt)) {
      this.#document(path, receipt);
      return;
    }
    const beside =
      receipt === undefined
        ? path + RECEIPT_SUFFIX
        : join(receipt, receiptPath(path.slice(path.lastIndexOf('/') + 1)));
    if (exists(beside)) {
      this.#document(path, beside);
      return;
    }
    if (!exists(path)) throw new ChartsealError('FILE_MISSING', 'there is no such file');
    this.#evidence(path);
  }

  /** A receipt or a history given by itself. */
  #evidence(path: string): void {
    const kind = evidenceKind(path);
    if (kind === undefined) {
      throw new ChartsealError('NO_RECEIPT', 'there is no receipt for this file');
    }
    if (kind === 'history') {
      this.#history(path);
      return;
    }
    const document = path.endsWith(RECEIPT_SUFFIX) ? path.slice(0, -RECEIPT_SUFFIX.length) : path;
    if (document !== path && exists(document)) this.#document(document, path);
    else this.#receipt(path, readSmallFile(path), undefined);
  }

  async #folder(folder: string): Promise<void> {
    const receipts = this.#options.receipt ?? folder;
    const exclude = this.#options.receipt === undefined ? [] : [this.#options.receipt];
    let found = 0;
    for await (const item of walk([folder], { skipReceipts: true, exclude })) {
      const path = join(folder, item.relative);
      if (item.kind !== 'skipped') found++;
      if (item.kind === 'failed') this.#undone(path, item.error);
      if (item.kind !== 'file') continue;
      await this.#guard(path, async () => {
        const receipt = join(receipts, receiptPath(item.relative));
        if (exists(receipt)) this.#document(path, receipt);
        else if (!isEmpty(path))
          throw new ChartsealError('NO_RECEIPT', 'there is no receipt for this file');
      });
    }
    found += await this.#missing(folder, receipts);
    // Exit code 0 would say that all is well.
    if (found === 0) throw new ChartsealError('NO_RECEIPT', 'the folder holds nothing to verify');
  }

  /** Receipts whose document is gone, and how many they are. */
  async #missing(folder: string, receipts: string): Promise<number> {
    let count = 0;
    for await (const item of walk([receipts])) {
      if (item.kind !== 'file' || !item.relative.endsWith(RECEIPT_SUFFIX)) continue;
      const relative = item.relative.slice(0, -RECEIPT_SUFFIX.length);
      const shortened = /~[0-9a-f]{16}(\/|$)/.test(relative);
      const path = join(folder, relative);
      if (!shortened && !exists(path)) {
        count++;
        this.#undone(path, new ChartsealError('FILE_MISSING', 'it has a receipt and is not there'));
      }
    }
    return count;
  }

  #document(path: string, receipt: string): void {
    const bytes = readReceipt(receipt);
    const { digest, size } = digestFile(path);
    this.#receipt(path, bytes, { digests: { 'sha-256': digest }, size });
  }

  #receipt(
    file: string,
    receipt: Uint8Array,
    document: { digests: { 'sha-256': string }; size: number } | undefined,
  ): void {
    const result = verifyReceipt({
      receipt,
      trust: this.#trust,
      cache: this.#cache,
      ...(document === undefined ? {} : { document }),
    });
    this.#print(file, result.exitCode, result, renderVerification(file, result));
  }

  #history(file: string): void {
    const { asOf } = this.#options;
    const result = verifyHistory({
      history: readSmallFile(file),
      trust: this.#trust,
      cache: this.#cache,
      ...(asOf === undefined ? {} : { asOf: parseTime(asOf, '--as-of') }),
    });
    // A list that is not proven complete is not shown as one.
    const events = result.verdict.startsWith('complete') ? renderHistory(result) : [];
    const lines = [...events, ...renderVerification(file, result)];
    this.#print(file, result.exitCode, result, lines);
  }

  #print(file: string, exitCode: number, result: object, lines: readonly string[]): void {
    this.exitCode = worse(this.exitCode, exitCode);
    if (this.#context.json) this.#context.data(JSON.stringify({ file, ...result }));
    else for (const line of lines) this.#context.data(line);
  }
}

/** Exit code of the gravest verdict. */
export async function verify(
  files: readonly string[],
  options: VerifyOptions,
  context: CommandContext,
): Promise<number> {
  const verifier = new Verifier(options, context);
  for (const file of files) await verifier.path(file);
  verifier.hints.tell(context);
  return verifier.exitCode;
}
