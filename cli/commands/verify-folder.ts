// What there is to verify in a folder: each document with its receipt, and each receipt whose
// document is not there to be read. None is passed over, whatever lies where its document was.
import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { fileError, isSystemError } from '../../gateway/services/file-error.js';
import { findStats, isFolder } from '../../gateway/services/file-stats.js';
import { leftOut, realPath } from '../../gateway/services/left-out.js';
import { type EntryKind, kindBy } from '../../gateway/services/list-folder.js';
import { recordOfReceipt } from '../../gateway/services/receipt-record.js';
import { mayBeShortened, RECEIPT_SUFFIX, receiptPath } from '../../gateway/services/record-id.js';
import { readSmallFile } from '../../gateway/services/small-file.js';
import { type SkipReason, type WalkItem, walk } from '../../gateway/services/walk.js';

/** With a receipt, to be verified; with an error, answered; with neither, nothing to answer. */
export interface FoundDocument {
  readonly path: string;
  readonly receipt?: string;
  readonly error?: ChartsealError;
}

/** Whether something lies there; true also where that cannot be known, since reading it tells. */
export function mayExist(path: string): boolean {
  try {
    return findStats(path) !== undefined;
  } catch (error) {
    if (error instanceof ChartsealError) return true;
    throw error;
  }
}

/** A receipt that cannot be read says nothing about its document, least of all that it is gone. */
export function readReceipt(path: string): Uint8Array {
  try {
    return readSmallFile(path);
  } catch (error) {
    if (!(error instanceof ChartsealError) || error.code === 'TOO_LARGE') throw error;
    throw new ChartsealError('NO_RECEIPT', `its receipt: ${error.message}`, { cause: error });
  }
}

export const noReceipt = () =>
  new ChartsealError('NO_RECEIPT', 'there is no receipt for this file');

/** What lies at a relative path; a link in the place of a folder on the way is not followed. */
function kindAt(folder: string, relative: string): EntryKind | undefined {
  const names = relative.split('/');
  let path = folder;
  for (const [at, name] of names.entries()) {
    path = join(path, name);
    try {
      const kind = kindBy(lstatSync(path));
      if (at === names.length - 1 || kind === 'symbolic link') return kind;
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
      throw fileError(error, 'file');
    }
  }
  return undefined;
}

class FolderOfDocuments {
  readonly #folder: string;
  readonly #receipts: string;
  readonly #isSame: boolean;
  /** Whether documents lie among the receipts: in the same folder, or in one within it. */
  readonly #isAmong: boolean;
  /** Relative paths of folders that are not walked for documents. */
  readonly #notWalked: string[] = [];
  /** Receipts under cut names that have their document; the others are told by their paths. */
  readonly #cutAndUsed = new Set<string>();

  constructor(folder: string, receipts: string) {
    this.#folder = folder;
    this.#receipts = receipts;
    const real = realPath(resolve(folder));
    this.#isAmong = mayExist(receipts) && leftOut(real, [receipts])('');
    this.#isSame = this.#isAmong && realPath(resolve(receipts)) === real;
  }

  async *documents(): AsyncGenerator<FoundDocument> {
    const exclude = this.#isAmong || !mayExist(this.#receipts) ? [] : [this.#receipts];
    for await (const item of walk([this.#folder], { skipReceipts: true, exclude })) {
      const found = this.#document(item);
      if (found !== undefined) yield found;
    }
  }

  #document(item: WalkItem): FoundDocument | undefined {
    const { relative } = item;
    const path = join(this.#folder, relative);
    if (item.kind === 'failed') return { path, error: item.error };
    if (item.kind === 'skipped' && item.reason === 'own folder') this.#notWalked.push(relative);
    const isOurs = item.kind === 'skipped' && isOwnFile(item.reason);
    if (item.kind === 'skipped' && !isOurs) return undefined;
    try {
      const receipt = this.#receiptOf(relative);
      if (receipt !== undefined) return { path, receipt };
      if (isOurs || this.#isReceiptOfAnother(relative)) return undefined;
      // Empty files are never anchored, so that nobody misses their receipts.
      return findStats(path)?.size === 0 ? { path } : { path, error: noReceipt() };
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      return { path, error };
    }
  }

  #receiptOf(relative: string): string | undefined {
    const name = receiptPath(relative);
    const receipt = join(this.#receipts, name);
    if (!mayExist(receipt)) return undefined;
    if (name !== relative + RECEIPT_SUFFIX) this.#cutAndUsed.add(name);
    return receipt;
  }

  /** A receipt beside its document that is none any more: the document is told of it. */
  #isReceiptOfAnother(relative: string): boolean {
    if (!this.#isSame || !relative.endsWith(RECEIPT_SUFFIX)) return false;
    const document = relative.slice(0, -RECEIPT_SUFFIX.length);
    return this.#cutAndUsed.has(relative) || kindAt(this.#folder, document) === 'file';
  }

  /** Receipts of which {@link documents}, asked before, found no document. */
  async *leftReceipts(): AsyncGenerator<FoundDocument> {
    if (!mayExist(this.#receipts)) return;
    for await (const item of walk([this.#receipts])) {
      const { relative } = item;
      if (item.kind === 'failed' && !this.#isSame) {
        const text = `its receipts: ${item.error.message}`;
        const error = new ChartsealError('NO_RECEIPT', text, { cause: item.error });
        yield { path: join(this.#receipts, relative), error };
      }
      if (item.kind !== 'file' || !relative.endsWith(RECEIPT_SUFFIX)) continue;
      const found = this.#leftReceipt(relative);
      if (found !== undefined) yield found;
    }
  }

  #leftReceipt(name: string): FoundDocument | undefined {
    const relative = name.slice(0, -RECEIPT_SUFFIX.length);
    const last = relative.slice(relative.lastIndexOf('/') + 1);
    if (['', '.', '..'].includes(last) || this.#cutAndUsed.has(name)) return undefined;
    const path = join(this.#folder, relative);
    const receipt = join(this.#receipts, name);
    try {
      const kind = kindAt(this.#folder, relative);
      if (kind === 'file') return this.#isWalked(relative) ? undefined : { path, receipt };
      // Among documents, a file of that name may be one of them.
      if (this.#isAmong && !isReceipt(receipt)) return undefined;
      if (kind === undefined) return this.#missing(relative, receipt);
      const text = `what lies there is no regular file: ${kind}`;
      return { path, error: new ChartsealError('FILE_UNREADABLE', text) };
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      return { path, error };
    }
  }

  #isWalked(relative: string): boolean {
    return !this.#notWalked.some((folder) => relative.startsWith(`${folder}/`));
  }

  #missing(relative: string, receipt: string): FoundDocument {
    // What a cut name stood for is known to the entry alone.
    const record = mayBeShortened(relative) ? recordOfReceipt(readReceipt(receipt)) : undefined;
    const error = new ChartsealError('FILE_MISSING', 'it has a receipt and is not there');
    return { path: record?.id ?? join(this.#folder, relative), error };
  }
}

/** Nobody misses a receipt of it, though it may have one. */
const isOwnFile = (reason: SkipReason) => reason === 'receipt' || reason === 'unfinished file';

function isReceipt(path: string): boolean {
  try {
    recordOfReceipt(readSmallFile(path));
    return true;
  } catch (error) {
    if (error instanceof ChartsealError) return false;
    throw error;
  }
}

/** Throws USAGE where one receipt is given for a folder of documents, and FILE_UNREADABLE. */
export function checkReceipts(paths: readonly string[], receipts: string | undefined): void {
  if (receipts === undefined || !paths.some(isFolder)) return;
  if (findStats(receipts)?.isDirectory() ?? true) return;
  throw new ChartsealError('USAGE', 'for a folder of documents, --receipt names a folder');
}

/** @param receipts folder of receipts by relative path, which may be that of the documents */
export async function* findDocuments(
  folder: string,
  receipts: string,
): AsyncGenerator<FoundDocument> {
  const documents = new FolderOfDocuments(folder, receipts);
  yield* documents.documents();
  yield* documents.leftReceipts();
}
