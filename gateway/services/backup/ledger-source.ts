// What an export says of the ledger: its blocks where they lie in the folder; nothing where it is a
// channel, since that is there for whoever imports. In both cases the leaf hashes that it holds,
// with which every entry is compared.
import { X509Certificate } from 'node:crypto';
import { encodeBase64, encodeHex, utf8 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { Registration } from '../../../chaincode/core/registration.js';
import type { EmbeddedConfig } from '../../data/config.js';
import type { DataKeys } from '../../data/keys.js';
import type { DataLayout } from '../../data/layout.js';
import type { Block, BlockTransaction, StoredBlock } from '../../ledger/embedded/block.js';
import { BlockReader } from '../../ledger/embedded/block-reader.js';
import type { OwnEmbedded } from '../own-embedded.js';
import { type Extent, ExtentCounter } from './extent.js';
import { parseOwnTransaction, readRegistration } from './log-blocks.js';

export interface LedgerSource {
  /** Of those who signed transactions, where blocks hold only digests: base64 of DER. */
  readonly certificates: readonly string[];
  registration(): Promise<Registration>;
  /** Lines of the blocks, as they were written. */
  blockLines(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Leaf hashes of each append, in order. */
  appends(): AsyncGenerator<readonly Uint8Array[]>;
  close(): Promise<void>;
}

function certificatesOf(keys: DataKeys): Uint8Array[] {
  const { adminCertificate, writerCertificate, earlierCertificates } = keys;
  const all = [adminCertificate, writerCertificate, ...earlierCertificates];
  return all.map((pem) => new X509Certificate(pem).raw);
}

/** Where blocks are read from, each time from the first. */
interface BlockPlace {
  blocks(): AsyncIterable<StoredBlock> | Iterable<StoredBlock>;
  close(): Promise<void>;
}

export class EmbeddedLedgerSource implements LedgerSource {
  readonly #place: BlockPlace;
  readonly #logId: string;
  readonly #extent: Extent | undefined;
  readonly #creators: ReadonlySet<string>;
  readonly certificates: readonly string[];

  private constructor(place: BlockPlace, logId: string, keys: DataKeys, extent?: Extent) {
    this.#place = place;
    this.#logId = logId;
    this.#extent = extent;
    const raw = certificatesOf(keys);
    this.certificates = raw.map(encodeBase64);
    this.#creators = new Set(raw.map((one) => encodeHex(sha256(one))));
  }

  static async open(
    { ledger: folder, checkpoint: checkpointFile }: DataLayout,
    { channel, logId }: EmbeddedConfig,
    keys: DataKeys,
  ): Promise<EmbeddedLedgerSource> {
    const reader = await BlockReader.open({ folder, channel, checkpointFile });
    return new EmbeddedLedgerSource(reader, logId, keys);
  }

  /** Of a ledger that goes on: its blocks of now, as far as this extent goes. */
  static running(
    network: OwnEmbedded,
    logId: string,
    keys: DataKeys,
    extent: Extent,
  ): EmbeddedLedgerSource {
    // It stays open for those who have it.
    const place = { blocks: network.blocksUntilNow(), close: async () => {} };
    return new EmbeddedLedgerSource(place, logId, keys, extent);
  }

  registration(): Promise<Registration> {
    return readRegistration(this.#blocks(), this.#logId);
  }

  async *blockLines(): AsyncGenerator<Uint8Array> {
    for await (const { block, bytes } of this.#stored()) {
      for (const transaction of block.transactions) this.#check(transaction);
      yield Buffer.concat([utf8('{"block":'), bytes, utf8('}')]);
    }
  }

  async *appends(): AsyncGenerator<readonly Uint8Array[]> {
    for await (const { transactions } of this.#blocks()) {
      for (const transaction of transactions) {
        const parsed = parseOwnTransaction(transaction, this.#logId);
        if (parsed.kind === 'append') yield parsed.hashes;
      }
    }
  }

  close(): Promise<void> {
    return this.#place.close();
  }

  async *#blocks(): AsyncGenerator<Block> {
    for await (const { block } of this.#stored()) yield block;
  }

  /** Whole blocks: what one holds became committed together. */
  async *#stored(): AsyncGenerator<StoredBlock> {
    const counter = this.#extent && new ExtentCounter(this.#extent);
    for await (const stored of this.#place.blocks()) {
      for (const transaction of counter === undefined ? [] : stored.block.transactions) {
        const parsed = parseOwnTransaction(transaction, this.#logId);
        if (parsed.kind === 'append' && counter?.takes(parsed.hashes.length) === false) return;
      }
      yield stored;
    }
  }

  #check(transaction: BlockTransaction): void {
    parseOwnTransaction(transaction, this.#logId);
    if (this.#creators.has(transaction.creator.certificate)) return;
    const text = 'the certificate that signed a transaction is not in the folder "keys"';
    throw new ChartsealError('KEY_UNREADABLE', text);
  }
}
