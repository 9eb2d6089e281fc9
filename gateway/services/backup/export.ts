// export: the whole log as lines, from config, keys, store and ledger as they lie, whatever a
// crash left; or as they are at one moment of a gateway that goes on. Nothing is written to either;
// what they do not agree on is told, not exported.
import { createHash } from 'node:crypto';
import { decodeUtf8, encodeBase64, equalBytes, utf8 } from '../../../chaincode/core/bytes.js';
import { canonicalBytes, parseCanonical } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { leafHash, parseLeaf } from '../../../chaincode/core/leaf.js';
import { type DataConfig, readConfig } from '../../data/config.js';
import { checkKeysOfLog } from '../../data/key-check.js';
import { type DataKeys, type LogKeys, readKeysFor } from '../../data/keys.js';
import { dataLayout } from '../../data/layout.js';
import { keyNumber, parseKeyNumber, TABLES } from '../../store/keys.js';
import {
  parseAttestationRow,
  parseBaselineRow,
  parsePatientRow,
  parseStoredEntry,
} from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import { Turns } from '../../turns.js';
import { openStoreToRead } from '../own-store.js';
import {
  EXPORT_FORMAT,
  type ExportEnd,
  type ExportHeader,
  signedBytes,
  type Tag,
  type Tagged,
} from './export-format.js';
import { EmbeddedLedgerSource, type LedgerSource } from './ledger-source.js';

const NEWLINE = 0x0a;

export interface ExportSource {
  readonly config: DataConfig;
  readonly keys: LogKeys;
  readonly store: StoredLog;
  readonly ledger: LedgerSource;
}

/** A line of one kind. */
const line = <T extends Tag>(tag: T, content: Tagged[T]): Uint8Array =>
  canonicalBytes({ [tag]: content });

async function headerOf({ config, keys, ledger }: ExportSource): Promise<ExportHeader> {
  const { channel, mspId, logId } = config;
  const registration = await ledger.registration();
  checkKeysOfLog(keys.secrets, registration);
  const { origin } = registration;
  const { certificates } = ledger;
  const header = { format: EXPORT_FORMAT, channel, mspId, logId, origin, certificates } as const;
  return config.ledger === 'fabric' ? { ...header, ledger: 'fabric' } : header;
}

/** Leaf hashes of all appends, in order, and what the log has come to. */
class Committed {
  readonly #appends: AsyncGenerator<readonly Uint8Array[]>;
  #append: readonly Uint8Array[] = [];
  #next = 0;
  /** Leaves of the tree so far, closing leaves too. */
  size = 0;

  constructor({ ledger }: ExportSource) {
    this.#appends = ledger.appends();
  }

  /** Undefined beyond the newest append. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#next === this.#append.length) {
      const append = await this.#appends.next();
      if (append.done === true) return undefined;
      this.#append = append.value;
      this.#next = 0;
      this.size += append.value.length + 1;
    }
    return this.#append[this.#next++];
  }
}

/** Entries in local order, each compared with the leaf hash that the ledger has in its place. */
async function* entryLines(
  { store }: ExportSource,
  committed: Committed,
): AsyncGenerator<Uint8Array> {
  let ordinal = 0;
  for await (const [key, row] of store.db.rows(TABLES.entry)) {
    if (parseKeyNumber(key) !== ordinal) {
      throw new ChartsealError('STORE_CORRUPT', `entry ${ordinal} is gone`);
    }
    yield entryLine(ordinal, row, await committed.next());
    ordinal++;
  }
  if (ordinal < store.entriesAtOpen) {
    throw new ChartsealError('STORE_CORRUPT', `entry ${ordinal} is gone`);
  }
  if ((await committed.next()) !== undefined) {
    throw new ChartsealError('STORE_BEHIND', 'the ledger holds entries that this store does not');
  }
}

function entryLine(ordinal: number, row: Uint8Array, hash: Uint8Array | undefined): Uint8Array {
  const { leaf, entry, openings } = parseStoredEntry(row);
  if (!equalBytes(parseLeaf(leaf).entry, sha256(entry))) {
    throw new ChartsealError('STORE_CORRUPT', `entry ${ordinal} does not fit its leaf`);
  }
  if (hash !== undefined && !equalBytes(leafHash(leaf), hash)) {
    throw new ChartsealError('LOG_FORKED', `entry ${ordinal} is not the one in the ledger`);
  }
  const opened = openings.length === 0 ? '' : `,"openings":${canonicalText(openings)}`;
  return utf8(
    `{"entry":{"entry":${canonicalText(entry)},"leaf":"${encodeBase64(leaf)}"${opened},"ordinal":${ordinal}}}`,
  );
}

/** Canonical JSON of a row, which goes into its line as it is. Throws STORE_CORRUPT. */
function canonicalText(bytes: Uint8Array): string {
  try {
    parseCanonical(bytes, 'row');
  } catch (cause) {
    throw new ChartsealError('STORE_CORRUPT', 'a row of the store cannot be read', { cause });
  }
  return decodeUtf8(bytes, 'row');
}

const labelOf = (key: string) => key.slice(key.indexOf('/') + 1);

async function* subjectLines({ store: { db } }: ExportSource): AsyncGenerator<Uint8Array> {
  for await (const [key, row] of db.rows(TABLES.patient)) {
    const patient = parsePatientRow(row);
    yield line('patient', { label: labelOf(key), ...patient });
  }
  for await (const [key, row] of db.rows(TABLES.baseline)) {
    yield line('baseline', { label: labelOf(key), ...parseBaselineRow(row) });
  }
}

async function* attestationLines(
  { store }: ExportSource,
  size: number,
): AsyncGenerator<Uint8Array> {
  const proven = store.findMarker()?.size;
  if (proven !== undefined && proven > size) {
    const text = `the ledger has ${size} leaves, ${proven} were proven before`;
    throw new ChartsealError('LEDGER_BEHIND', text);
  }
  let newest: number | undefined;
  for await (const [key, row] of store.db.rows(TABLES.attestation, keyNumber(0))) {
    newest = parseKeyNumber(key);
    yield line('attestation', { size: newest, ...parseAttestationRow(row) });
  }
  // They are written together.
  if (newest !== proven) {
    throw new ChartsealError('STORE_CORRUPT', 'the marker is not at the newest attestation');
  }
}

/** All lines but the last. */
async function* linesOf(
  source: ExportSource,
): AsyncGenerator<readonly [Tag | 'header', Uint8Array]> {
  yield ['header', canonicalBytes((await headerOf(source)) as object as JsonValue)];
  for await (const block of source.ledger.blockLines()) yield ['block', block];
  const committed = new Committed(source);
  for await (const entry of entryLines(source, committed)) yield ['entry', entry];
  for await (const subject of subjectLines(source)) yield ['patient', subject];
  for await (const one of attestationLines(source, committed.size)) yield ['attestation', one];
}

/** Chunks of the export, the end line in the last. */
async function* chunksOf(source: ExportSource): AsyncGenerator<Uint8Array, ExportEnd> {
  const hash = createHash('sha256');
  const counts = { lines: 0, blocks: 0, entries: 0 };
  const turns = new Turns();
  for await (const [tag, bytes] of linesOf(source)) {
    const chunk = Buffer.allocUnsafe(bytes.length + 1);
    chunk.set(bytes);
    chunk[bytes.length] = NEWLINE;
    hash.update(chunk);
    counts.lines++;
    if (tag === 'block') counts.blocks++;
    if (tag === 'entry') counts.entries++;
    yield chunk;
    await turns.next();
  }
  const digest = hash.digest();
  const signature = encodeBase64(source.keys.secrets.signNote(signedBytes(digest)));
  const end: ExportEnd = { ...counts, digest: digest.toString('hex'), signature };
  yield Buffer.concat([line('end', end), Uint8Array.of(NEWLINE)]);
  return end;
}

const CHUNK_BYTES = 256 * 1024;

/** The export in pieces of whole lines; what it came to in the end. */
export async function* piecesOf(source: ExportSource): AsyncGenerator<Uint8Array, ExportEnd> {
  const chunks = chunksOf(source);
  let parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.done !== true) {
        parts.push(next.value);
        size += next.value.length;
      }
      if (next.done === true || size >= CHUNK_BYTES) {
        yield Buffer.concat(parts);
        parts = [];
        size = 0;
      }
      if (next.done === true) return next.value;
    }
  } finally {
    // Whoever takes the pieces may leave early.
    await chunks.return(undefined as never);
  }
}

/**
 * Writes the log of a data folder. Throws the codes of config, keys, store and ledger; what was
 * written then has no end line, and no import takes it.
 */
export async function exportLog(
  folder: string,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<ExportEnd> {
  const layout = dataLayout(folder);
  const config = await readConfig(layout.config);
  const keys = await readKeysFor(config.ledger, layout.keys);
  const store = await openStoreToRead(layout, config.logId);
  try {
    const ledger = await (config.ledger === 'fabric'
      ? (await import('./channel-source.js')).ChannelSource.open(config)
      : EmbeddedLedgerSource.open(layout, config, keys as DataKeys));
    try {
      const pieces = piecesOf({ config, keys, store, ledger });
      for (;;) {
        const next = await pieces.next();
        if (next.done === true) return next.value;
        await write(next.value);
      }
    } finally {
      await ledger.close();
    }
  } finally {
    await store.close();
  }
}
