// export: the whole log as lines, from config, keys, store and ledger as they lie, whatever a
// crash left. Nothing is written to either; what they do not agree on is told, not exported.
import { createHash, X509Certificate } from 'node:crypto';
import {
  decodeUtf8,
  encodeBase64,
  encodeHex,
  equalBytes,
  utf8,
} from '../../../chaincode/core/bytes.js';
import { canonicalBytes, parseCanonical } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { leafHash, parseLeaf } from '../../../chaincode/core/leaf.js';
import { type DataConfig, readConfig } from '../../data/config.js';
import { checkKeysOfLog } from '../../data/key-check.js';
import { type DataKeys, readKeys } from '../../data/keys.js';
import { dataLayout } from '../../data/layout.js';
import type { BlockTransaction } from '../../ledger/embedded/block.js';
import { BlockReader } from '../../ledger/embedded/block-reader.js';
import { keyNumber, parseKeyNumber, TABLES } from '../../store/keys.js';
import {
  parseAttestationRow,
  parseBaselineRow,
  parsePatientRow,
  parseStoredEntry,
} from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { openStoreToRead } from '../own-store.js';
import {
  EXPORT_FORMAT,
  type ExportEnd,
  type ExportHeader,
  signedBytes,
  type Tag,
  type Tagged,
} from './export-format.js';
import { parseOwnTransaction, readRegistration } from './log-blocks.js';

const NEWLINE = 0x0a;

interface Source {
  readonly config: DataConfig;
  readonly keys: DataKeys;
  readonly store: Store;
  readonly blocks: BlockReader;
}

/** A line of one kind. */
const line = <T extends Tag>(tag: T, content: Tagged[T]): Uint8Array =>
  canonicalBytes({ [tag]: content });

function certificatesOf({ adminCertificate, writerCertificate }: DataKeys): Uint8Array[] {
  return [adminCertificate, writerCertificate].map((pem) => new X509Certificate(pem).raw);
}

async function headerOf({ config, keys, blocks }: Source): Promise<ExportHeader> {
  const { channel, mspId, logId } = config;
  const registration = await readRegistration(
    (function* () {
      for (const { block } of blocks.blocks()) yield block;
    })(),
    logId,
  );
  checkKeysOfLog(keys.secrets, registration);
  const { origin } = registration;
  const certificates = certificatesOf(keys).map(encodeBase64);
  return { format: EXPORT_FORMAT, channel, mspId, logId, origin, certificates };
}

/** Blocks as they were written. */
function* blockLines({ blocks, config, keys }: Source): Generator<Uint8Array> {
  const creators = new Set(certificatesOf(keys).map((raw) => encodeHex(sha256(raw))));
  const check = (transaction: BlockTransaction): void => {
    parseOwnTransaction(transaction, config.logId);
    if (creators.has(transaction.creator.certificate)) return;
    const text = 'the certificate that signed a transaction is not in the folder "keys"';
    throw new ChartsealError('KEY_UNREADABLE', text);
  };
  for (const { block, bytes } of blocks.blocks()) {
    block.transactions.forEach(check);
    yield Buffer.concat([utf8('{"block":'), bytes, utf8('}')]);
  }
}

/** Leaf hashes of all appends, in order, and what the log has come to. */
class Committed {
  readonly #hashes: Generator<Uint8Array>;
  /** Leaves of the tree so far, closing leaves too. */
  size = 0;

  constructor(source: Source) {
    this.#hashes = this.#all(source);
  }

  *#all({ blocks, config }: Source): Generator<Uint8Array> {
    for (const { block } of blocks.blocks()) {
      for (const transaction of block.transactions) {
        const parsed = parseOwnTransaction(transaction, config.logId);
        if (parsed.kind !== 'append') continue;
        yield* parsed.hashes;
        this.size += parsed.hashes.length + 1;
      }
    }
  }

  /** Undefined beyond the newest append. */
  next(): Uint8Array | undefined {
    const next = this.#hashes.next();
    return next.done === true ? undefined : next.value;
  }
}

/** Entries in local order, each compared with the leaf hash that the ledger has in its place. */
async function* entryLines({ store }: Source, committed: Committed): AsyncGenerator<Uint8Array> {
  let ordinal = 0;
  for await (const [key, row] of store.db.rows(TABLES.entry)) {
    if (parseKeyNumber(key) !== ordinal) {
      throw new ChartsealError('STORE_CORRUPT', `entry ${ordinal} is gone`);
    }
    yield entryLine(ordinal, row, committed.next());
    ordinal++;
  }
  if (ordinal < store.entriesAtOpen) {
    throw new ChartsealError('STORE_CORRUPT', `entry ${ordinal} is gone`);
  }
  if (committed.next() !== undefined) {
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

async function* subjectLines({ store: { db } }: Source): AsyncGenerator<Uint8Array> {
  for await (const [key, row] of db.rows(TABLES.patient)) {
    const patient = parsePatientRow(row);
    yield line('patient', { label: labelOf(key), ...patient });
  }
  for await (const [key, row] of db.rows(TABLES.baseline)) {
    yield line('baseline', { label: labelOf(key), ...parseBaselineRow(row) });
  }
}

async function* attestationLines({ store }: Source, size: number): AsyncGenerator<Uint8Array> {
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
async function* linesOf(source: Source): AsyncGenerator<readonly [Tag | 'header', Uint8Array]> {
  yield ['header', canonicalBytes((await headerOf(source)) as object as JsonValue)];
  for (const block of blockLines(source)) yield ['block', block];
  const committed = new Committed(source);
  for await (const entry of entryLines(source, committed)) yield ['entry', entry];
  for await (const subject of subjectLines(source)) yield ['patient', subject];
  for await (const one of attestationLines(source, committed.size)) yield ['attestation', one];
}

/** Chunks of the export, the end line in the last. */
async function* chunksOf(source: Source): AsyncGenerator<Uint8Array, ExportEnd> {
  const hash = createHash('sha256');
  const counts = { lines: 0, blocks: 0, entries: 0 };
  for await (const [tag, bytes] of linesOf(source)) {
    const chunk = Buffer.allocUnsafe(bytes.length + 1);
    chunk.set(bytes);
    chunk[bytes.length] = NEWLINE;
    hash.update(chunk);
    counts.lines++;
    if (tag === 'block') counts.blocks++;
    if (tag === 'entry') counts.entries++;
    yield chunk;
  }
  const digest = hash.digest();
  const signature = encodeBase64(source.keys.secrets.signNote(signedBytes(digest)));
  const end: ExportEnd = { ...counts, digest: digest.toString('hex'), signature };
  yield Buffer.concat([line('end', end), Uint8Array.of(NEWLINE)]);
  return end;
}

const CHUNK_BYTES = 256 * 1024;

/** Gives chunks on in larger pieces. */
async function drain(
  chunks: AsyncGenerator<Uint8Array, ExportEnd>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<ExportEnd> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const next = await chunks.next();
    if (next.done !== true) {
      parts.push(next.value);
      size += next.value.length;
    }
    if (next.done === true || size >= CHUNK_BYTES) {
      await write(Buffer.concat(parts));
      parts = [];
      size = 0;
    }
    if (next.done === true) return next.value;
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
  const keys = await readKeys(layout.keys);
  const store = await openStoreToRead(layout, config.logId);
  try {
    const { ledger, checkpoint: checkpointFile } = layout;
    const { channel } = config;
    const blocks = await BlockReader.open({ folder: ledger, channel, checkpointFile });
    try {
      return await drain(chunksOf({ config, keys, store, blocks }), write);
    } finally {
      await blocks.close();
    }
  } finally {
    await store.close();
  }
}
