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

const lastName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

export function documentPath(receipt: string): string {
  return receipt.endsWith(SUFFIX) ? receipt.slice(0, -SUFFIX.length) : receipt;
}

/** Whether the name of its document can be told from the name of the receipt. */
export function isNamedAfter(receipt: string): boolean {
  return receipt.endsWith(SUFFIX) && !SHORTENED.test(documentPath(receipt));
}

/** The only one of a name, undefined for names that stand twice. */
function byLastName(files: readonly GivenFile[]): Map<string, GivenFile | undefined> {
  const found = new Map<string, GivenFile | undefined>();
  for (const file of files) {
    const name = lastName(file.path);
    found.set(name, found.has(name) ? undefined : file);
  }
  return found;
}

/** In the order in which the files were given; documents without receipts come last. */
export function bundleFiles(files: readonly GivenFile[]): Bundle[] {
  const documents = files.filter(({ kind }) => kind === 'document');
  const receipts = files.filter(({ kind }) => kind === 'receipt');
  const byPath = new Map(documents.map((file) => [file.path, file]));
  const byName = byLastName(documents);
  const isOnePair = documents.length === 1 && receipts.length === 1;
  const taken = new Set<GivenFile>();
  const bundles: Bundle[] = [];
  for (const file of files) {
    if (file.kind === 'history') bundles.push({ name: file.path, history: file });
    if (file.kind !== 'receipt') continue;
    const path = documentPath(file.path);
    const named = byPath.get(path) ?? byName.get(lastName(path));
    const document = named ?? (isOnePair ? documents[0] : undefined);
    if (document !== undefined) taken.add(document);
    const name = document?.path ?? path;
    bundles.push({ name, receipt: file, ...(document === undefined ? {} : { document }) });
  }
  const alone = receipts.length === 0 ? [] : documents.filter((file) => !taken.has(file));
  return [...bundles, ...alone.map((document) => ({ name: document.path, document }))];
}
