// What the store keeps of a pass, signed by the log: whoever can write to the disk could otherwise
// say what was looked at, and name any file as its report.
import { concat, encodeBase64, utf8 } from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { verifyEd25519 } from '../../../chaincode/core/platform/node.js';
import {
  anything,
  blob,
  checkShape,
  flag,
  hex,
  integer,
  list,
  nullable,
  object,
  text,
  time,
} from '../../../chaincode/core/shape.js';
import { parseBase64 } from '../../../chaincode/core/text-format.js';
import type { Rows } from '../../store/database.js';
import { AUDIT_KEY } from '../../store/keys.js';
import { formatJsonRow, parseJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { LogSecrets } from '../log-context.js';
import { type Counts, NO_COUNTS } from './answers.js';
import { isFinding } from './checks.js';

export interface PassRow {
  readonly counts: Counts;
  /**
   * Whether its run ended in order, so that nothing stands in the report behind these bytes;
   * undefined as the version before wrote it, which did not say.
   */
  readonly isAtRest?: boolean;
  readonly isDone: boolean;
  /** Ordinal of the entry to go on with. */
  readonly next: number;
  /** Base64 of the scope's paths. */
  readonly paths: readonly string[];
  /** First line of the report. */
  readonly header: JsonValue;
  /** Absolute path of the report, relative to DATA where it lies in DATA/audits. */
  readonly report: string;
  readonly reportBytes: number;
  /** SHA-256 of these bytes, hex. */
  readonly reportDigest: string;
  /**
   * Size of the tree whose records the pass is about; null when the log was not found whole in one
   * of its runs, so that nobody knows whether these are all.
   */
  readonly size: number | null;
  readonly startedAt: string;
  /** Ordinal of the first entry that is not in the pass. */
  readonly until: number;
}

export type PassKeys = Pick<LogSecrets, 'notePublicKey' | 'signNote'>;

const CONTEXT = 'chartseal/audit-pass/1\0';

/** Of the paths: more fit no command line. */
const MAX_PATHS = 1_000_000;

const SHAPE = object({
  counts: object(Object.fromEntries(Object.keys(NO_COUNTS).map((name) => [name, integer()]))),
  header: anything(),
  'isAtRest?': flag(),
  isDone: flag(),
  next: integer(),
  paths: list(blob(), { max: MAX_PATHS }),
  report: text({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  reportBytes: integer(),
  reportDigest: hex(HASH_BYTES),
  size: nullable(integer()),
  startedAt: time(),
  until: integer(),
});

type PassKey = Pick<PassKeys, 'notePublicKey'>;

const signedBytes = (row: object) => concat(utf8(CONTEXT), canonicalBytes(row));

function believed(bytes: Uint8Array, { notePublicKey }: PassKey): PassRow {
  const { signature, ...row } = parseJsonRow<PassRow & { readonly signature?: unknown }>(bytes);
  const isOurs =
    typeof signature === 'string' &&
    verifyEd25519(notePublicKey, signedBytes(row), parseBase64(signature, 'signature'));
  if (!isOurs) throw new ChartsealError('STORE_CORRUPT', 'the signature does not verify');
  checkShape(SHAPE, row as unknown as JsonValue, 'the pass');
  return row;
}

/** The newest pass; throws AUDIT_UNFINISHED when the row is not as this log wrote it. */
export function findPassRow(rows: Rows, key: PassKey): PassRow | undefined {
  try {
    const bytes = rows.find(AUDIT_KEY);
    return bytes === undefined ? undefined : believed(bytes, key);
  } catch (cause) {
    if (!isFinding(cause)) throw cause;
    const text = 'what was kept of the last pass is damaged: audit --restart begins anew';
    // Not STORE_CORRUPT: there is nothing to rebuild or to restore.
    throw new ChartsealError('AUDIT_UNFINISHED', text, { cause });
  }
}

export async function savePassRow({ db }: Store, row: PassRow, keys: PassKeys): Promise<void> {
  const signature = encodeBase64(keys.signNote(signedBytes(row)));
  await db
    .batch()
    .put(AUDIT_KEY, formatJsonRow({ ...row, signature }))
    .write();
}
