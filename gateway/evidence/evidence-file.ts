// How every file of evidence is read: strictly, canonically, and told apart by its `format`.
import { parseCanonical } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isObject, type JsonValue, parseJsonBytes } from '../../chaincode/core/json.js';
import { findVersion } from './newer.js';

export type FileKind = 'chartseal-receipt' | 'chartseal-history' | 'chartseal-trust';

/** A file, or why there is none; `ours` when it does say that it is of this kind. */
export type FileReading<T> =
  | { readonly file: T }
  | { readonly ours: boolean; readonly error: ChartsealError };

function attempt<T, Args extends readonly unknown[]>(
  ours: boolean,
  read: (...args: Args) => T,
  ...args: Args
): FileReading<T> {
  try {
    return { file: read(...args) };
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { ours, error };
  }
}

function checkFormat(value: JsonValue, kind: FileKind): void {
  const version = isObject(value) ? findVersion(value['format'], kind) : undefined;
  if (version === undefined) {
    throw new ChartsealError('BAD_FORMAT', `the file is no ${kind} file`);
  }
  if (version !== 1) {
    throw new ChartsealError('NEWER_VERSION', `the file is of version ${version}`);
  }
}

/** As {@link checkFormat} for bytes that are not canonical. */
function checkFormatOf(bytes: Uint8Array, kind: FileKind): void {
  checkFormat(parseJsonBytes(bytes, 'the file'), kind);
}

/** @param shape checks members and gives the typed file; throws coded errors */
export function readFile<T>(
  bytes: Uint8Array,
  kind: FileKind,
  shape: (value: JsonValue) => T,
): FileReading<T> {
  const canonical = attempt(true, parseCanonical, bytes, 'the file');
  // Whether a file is ours is known from its `format`, also when its bytes are not canonical.
  const named =
    'file' in canonical
      ? attempt(false, checkFormat, canonical.file, kind)
      : attempt(false, checkFormatOf, bytes, kind);
  if ('error' in named) return named;
  return 'error' in canonical ? canonical : attempt(true, shape, canonical.file);
}

/** As {@link readFile}, throwing. */
export function parseFile<T>(bytes: Uint8Array, kind: FileKind, shape: (value: JsonValue) => T): T {
  const reading = readFile(bytes, kind, shape);
  if ('error' in reading) throw reading.error;
  return reading.file;
}

export type EvidenceKind = 'receipt' | 'history';

/** By the beginning of a `format`. */
function kindOfFormat(format: JsonValue | undefined): EvidenceKind | undefined {
  if (typeof format !== 'string') return undefined;
  if (format.startsWith('chartseal-history/')) return 'history';
  return format.startsWith('chartseal-receipt/') ? 'receipt' : undefined;
}

/**
 * Kind of a file given without one: by its `format`, however it is written. Of bytes that are no
 * JSON, such as half a receipt, it is a guess.
 */
export function findEvidenceKind(bytes: Uint8Array): EvidenceKind | undefined {
  const json = attempt(false, parseJsonBytes, bytes, 'the file');
  if ('file' in json) return isObject(json.file) ? kindOfFormat(json.file['format']) : undefined;
  const text = new TextDecoder('latin1').decode(bytes);
  if (text.includes('"format":"chartseal-history/')) return 'history';
  return text.includes('"format":"chartseal-receipt/') ? 'receipt' : undefined;
}
