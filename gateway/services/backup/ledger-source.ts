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
import type { Block, BlockTransaction } from '../../ledger/embedded/block.js';
import { BlockReader } from '../../ledger/embedded/block-reader.js';
import { parseOwnTransaction, readRegistration } from './log-blocks.js';

export interface LedgerSource {
  /** Of those who signed transactions, where blocks hold only digests: base64 of DER. */
  readonly certificates: readonly string[];
  registration(): Promise<Registration>;
  /** Lines of the blocks, as they were written. */
  blockLines(): Iterable<Uint8Array>;
  /** Leaf hashes of each append, in order. */
  appends(): AsyncGenerator<readonly Uint8Array[]>;
  close(): Promise<void>;
}

function certificatesOf({ adminCertificate, writerCertificate }: DataKeys): Uint8Array[] {
  return [adminCertificate, writerCertificate].map((pem) => new X509Certificate(pem).raw);
}

export class EmbeddedSource implements LedgerSource {
  readonly #reader: BlockReader;
  readonly #logId: string;
  readonly #creators: ReadonlySet<string>;
  readonly certificates: readonly string[];

  private constructor(reader: BlockReader, logId: string, keys: DataKeys) {
    this.#reader = reader;
    this.#logId = logId;
    const raw = certificatesOf(keys);
    this.certificates = raw.map(encodeBase64);
    this.#creators = new Set(raw.map((one) => encodeHex(sha256(one))));
  }

  static async open(
    { ledger: folder, checkpoint: checkpointFile }: DataLayout,
    { channel, logId }: EmbeddedConfig,
    keys: DataKeys,
  ): Promise<EmbeddedSource> {
    const reader = await BlockReader.open({ folder, channel, checkpointFile });
    return new EmbeddedSource(reader, logId, keys);
  }

  registration(): Promise<Registration> {
    return readRegistration(this.#blocks(), this.#logId);
  }

  *blockLines(): Generator<Uint8Array> {
    for (const { block, bytes } of this.#reader.blocks()) {
      for (const transaction of block.transactions) this.#check(transaction);
      yield Buffer.concat([utf8('{"block":'), bytes, utf8('}')]);
    }
  }

  async *appends(): AsyncGenerator<readonly Uint8Array[]> {
    for (const { transactions } of this.#blocks()) {
      for (const transaction of transactions) {
        const parsed = parseOwnTransaction(transaction, this.#logId);
        if (parsed.kind === 'append') yield parsed.hashes;
      }
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  *#blocks(): Generator<Block> {
    for (const { block } of this.#reader.blocks()) yield block;
  }

  #check(transaction: BlockTransaction): void {
    parseOwnTransaction(transaction, this.#logId);
    if (this.#creators.has(transaction.creator.certificate)) return;
    const text = 'the certificate that signed a transaction is not in the folder "keys"';
    throw new ChartsealError('KEY_UNREADABLE', text);
  }
}
