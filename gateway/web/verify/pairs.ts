// Which files belong together: a document and its receipt by their names, each history by itself.
import type { FileKind } from '../worker/protocol.js';

export interface GivenFile {
  /** With the folders in which it was given. */
  readonly path: string;
  readonly file: Blob;
  readonly kind: FileKind;
  /** Whether it came in a folder: then what is not there is missing. */
  readonly inFolder: boolean;
}

/** What is verified together. */
export interface Bundle {
  readonly name: string;
  readonly document?: GivenFile;
  readonly receipt?: GivenFile;
  readonly history?: GivenFile;
}

const SUFFIX = '.receipt.json';
const SHORTENED = /~[0-9a-f]{16}(\/|$)/;

function documentPath(receipt: string): string {
  return receipt.endsWith(SUFFIX) ? receipt.slice(0, -SUFFIX.length) : receipt;
}

/** Whether the name of its document can be told from the name of the receipt. */
export function isNamedAfter(receipt: string): boolean {
  return receipt.endsWith(SUFFIX) && !SHORTENED.test(documentPath(receipt));
}

/** All tails of a path, whole names each, the longest first. */
function tailsOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((_name, at) => names.slice(at).join('/'));
}

/** The files by each tail of their paths. */
function byTails(files: readonly GivenFile[]): Map<string, GivenFile[]> {
  const found = new Map<string, GivenFile[]>();
  for (const file of files) {
    for (const tail of tailsOf(file.path)) {
      const those = found.get(tail);
      if (those === undefined) found.set(tail, [file]);
      else those.push(file);
    }
  }
  return found;
}

/**
 * The document of each receipt: the one in the same place, then the only one that shares the
 * longest tail of its path. Folders of patients hold files of one name, and receipts lie apart.
 */
function documentsOf(
  receipts: readonly GivenFile[],
  documents: readonly GivenFile[],
): Map<GivenFile, GivenFile> {
  const found = new Map<GivenFile, GivenFile>();
  const byTail = byTails(documents);
  const byPath = new Map(documents.map((file) => [file.path, file]));
  const tails = new Map(receipts.map((file) => [file, tailsOf(documentPath(file.path))]));
  const nearer = new Set<GivenFile>();
  const settle = (find: (receipt: GivenFile) => GivenFile | undefined) => {
    const those = receipts.flatMap((receipt) => {
      const document = found.has(receipt) ? undefined : find(receipt);
      return document === undefined || nearer.has(document) ? [] : [[receipt, document] as const];
    });
    for (const [receipt, document] of those) {
      found.set(receipt, document);
      nearer.add(document);
    }
  };
  settle(({ path }) => byPath.get(documentPath(path)));
  const longest = [...tails.values()].reduce((most, { length }) => Math.max(most, length), 0);
  for (let length = longest; length > 0; length--) {
    settle((receipt) => {
      const those = byTail.get(tails.get(receipt)?.at(-length) ?? '');
      return those?.length === 1 ? those[0] : undefined;
    });
  }
  return found;
}

/** In the order in which the files were given; documents without receipts come last. */
export function bundleFiles(files: readonly GivenFile[]): Bundle[] {
  const documents = files.filter(({ kind }) => kind === 'document');
  const receipts = files.filter(({ kind }) => kind === 'receipt');
  const named = documentsOf(receipts, documents);
  const isOnePair = documents.length === 1 && receipts.length === 1;
  const taken = new Set<GivenFile>();
  const bundles: Bundle[] = [];
  for (const file of files) {
    if (file.kind === 'history') bundles.push({ name: file.path, history: file });
    if (file.kind !== 'receipt') continue;
    const document = named.get(file) ?? (isOnePair ? documents[0] : undefined);
    if (document !== undefined) taken.add(document);
    const name = document?.path ?? documentPath(file.path);
    bundles.push({ name, receipt: file, ...(document === undefined ? {} : { document }) });
  }
  const alone = receipts.length === 0 ? [] : documents.filter((file) => !taken.has(file));
  return [...bundles, ...alone.map((document) => ({ name: document.path, document }))];
}
