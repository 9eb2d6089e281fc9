// chartseal verify FILE…: documents with their receipts, folders of both, histories. Offline, and
// never opens a data folder.
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { VerifierCache } from '../../gateway/evidence/checkpoint-check.js';
import { type EvidenceKind, findEvidenceKind } from '../../gateway/evidence/evidence-file.js';
import { parseTrustFile, type Trust } from '../../gateway/evidence/trust.js';
import { type HistoryVerification, verifyHistory } from '../../gateway/evidence/verify-history.js';
import { type ReceiptVerification, verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { digestFile } from '../../gateway/services/digest.js';
import { findStats, isFolder } from '../../gateway/services/file-stats.js';
import { RECEIPT_SUFFIX, receiptPath } from '../../gateway/services/record-id.js';
import { firstVisibleByte, readSmallFile } from '../../gateway/services/small-file.js';
import type { CommandContext } from '../context.js';
import { EXIT_FINDING, errorReport, exitCodeOf } from '../exit.js';
import { Hints } from '../hints.js';
import { clean, renderHistory, renderVerification } from '../render.js';
import { checkReceipts, findDocuments, mayExist, noReceipt, readReceipt } from './verify-folder.js';
import { GivenPins, type PinOptions } from './verify-pins.js';

export interface VerifyOptions extends PinOptions {
  readonly trust: string;
  /** A receipt, or a folder of receipts by relative path. */
  readonly receipt?: string;
  /** In ms since 1970. */
  readonly asOf?: number;
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
    // Another file was given: a scan, say.
    const isOther = error.code === 'BAD_JSON' && (firstVisibleByte(path) ?? BRACE) !== BRACE;
    const code = isOther ? 'BAD_FORMAT' : error.code;
    throw new ChartsealError(code, `trust file ${path}: ${error.message}`, { cause: error });
  }
}

/** Kind of an evidence file; a large document is told from one by how it begins. */
function evidenceKind(path: string): EvidenceKind | undefined {
  return firstVisibleByte(path) === BRACE ? findEvidenceKind(readSmallFile(path)) : undefined;
}

/** Whether it is a file of evidence, of a length that can be one. */
function isEvidence(path: string): boolean {
  try {
    return evidenceKind(path) !== undefined;
  } catch (error) {
    if (error instanceof ChartsealError) return false;
    throw error;
  }
}

class Verifier {
  readonly #trust: Trust;
  readonly #options: VerifyOptions;
  readonly #context: CommandContext;
  readonly #cache = new VerifierCache();
  readonly #pins: GivenPins;
  readonly #hints = new Hints();
  exitCode = 0;

  constructor(options: VerifyOptions, context: CommandContext) {
    this.#trust = readTrust(options.trust);
    this.#pins = new GivenPins(options, this.#trust);
    this.#options = options;
    this.#context = context;
  }

  /** What to do next, once all is verified. */
  tell(context: CommandContext): void {
    this.#pins.tell(context);
    this.#hints.tell(context);
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
    const exitCode = missing ? EXIT_FINDING : exitCodeOf(error);
    this.exitCode = worse(this.exitCode, exitCode);
    this.#hints.add(error);
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
    if (mayExist(beside)) {
      this.#document(path, beside);
      // That its bytes were anchored does not make a history whole, or a receipt true.
      if (isEvidence(path)) this.#evidence(path);
      return;
    }
    if (findStats(path) === undefined) {
      throw new ChartsealError('FILE_MISSING', 'there is no such file');
    }
    this.#evidence(path);
  }

  /** A receipt or a history given by itself. */
  #evidence(path: string): void {
    const kind = evidenceKind(path);
    if (kind === undefined) throw noReceipt();
    if (kind === 'history') {
      this.#history(path);
      return;
    }
    const document = path.endsWith(RECEIPT_SUFFIX) ? path.slice(0, -RECEIPT_SUFFIX.length) : path;
    if (document !== path && findStats(document) !== undefined) this.#document(document, path);
    else this.#receipt(path, readSmallFile(path), undefined);
  }

  async #folder(folder: string): Promise<void> {
    let found = 0;
    for await (const one of findDocuments(folder, this.#options.receipt ?? folder)) {
      const { path, receipt, error } = one;
      if (error !== undefined || receipt !== undefined) found++;
      await this.#guard(path, async () => {
        if (error !== undefined) throw error;
        if (receipt !== undefined) this.#document(path, receipt);
      });
    }
    // Exit code 0 would say that all is well.
    if (found === 0) throw new ChartsealError('NO_RECEIPT', 'the folder holds nothing to verify');
  }

  get #given() {
    return { trust: this.#trust, cache: this.#cache, pins: this.#pins.question };
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
      ...this.#given,
      ...(document === undefined ? {} : { document }),
    });
    this.#print(file, result.exitCode, result, renderVerification(file, result));
  }

  #history(file: string): void {
    const { asOf } = this.#options;
    const result = verifyHistory({
      history: readSmallFile(file),
      ...this.#given,
      ...(asOf === undefined ? {} : { asOf }),
    });
    // A list that is not proven complete is not shown as one.
    const events = result.verdict.startsWith('complete') ? renderHistory(result) : [];
    const lines = [...events, ...renderVerification(file, result)];
    this.#print(file, result.exitCode, result, lines);
  }

  #print(
    file: string,
    exitCode: number,
    result: ReceiptVerification | HistoryVerification,
    lines: readonly string[],
  ): void {
    this.#pins.note(result);
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
  checkReceipts(files, options.receipt);
  const verifier = new Verifier(options, context);
  for (const file of files) await verifier.path(file);
  verifier.tell(context);
  return verifier.exitCode;
}
