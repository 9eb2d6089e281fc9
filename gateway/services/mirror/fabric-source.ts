// Blocks and state of a Fabric channel as one organisation sees them with its own peer alone: the
// hash chain is checked here, validation of each transaction is that peer's.
import { concat, decodeBase64, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { OnTrouble } from '../../ledger/fabric/block-events.js';
import { blockHash } from '../../ledger/fabric/block-hash.js';
import type { FabricBlock, FabricTransaction } from '../../ledger/fabric/fabric-blocks.js';
import { type FabricLedger, openFabricLedger } from '../../ledger/fabric/fabric-ledger.js';
import type { FabricProfile } from '../../ledger/fabric/profile.js';
import { readBlock, readChainInfo } from '../../ledger/fabric/system-call.js';
import { parseWriteSet } from '../../ledger/fabric/write-set.js';
import { LogLedger, listLogs } from '../../ledger/log-ledger.js';
import { requestText } from '../../ledger/log-transactions.js';
import { within } from '../../within.js';
import { Alarm } from './alarm.js';
import type {
  BlockPosition,
  BlockSource,
  ChannelBlock,
  ChannelTransaction,
  StatedCheckpoint,
} from './channel-block.js';

/** A peer that gives no block for so long, although it said that it has more, is gone. */
const SILENCE_MS = 60_000;

/** The block's hash; throws BLOCKS_BROKEN unless it follows from the one before. */
export function checkFabricBlock(block: FabricBlock, before: BlockPosition): Uint8Array {
  const { number, previous, dataHash, data } = block;
  const broken = (reason: string): never => {
    throw new Alarm('BLOCKS_BROKEN', `block ${number} ${reason}`, { block: number });
  };
  const wanted = before.hash ?? new Uint8Array();
  if (!equalBytes(previous, wanted)) broken('does not follow from the one before');
  if (!equalBytes(dataHash, sha256(concat(...data)))) {
    broken('holds other transactions than its header says');
  }
  return blockHash(block);
}

/** The one argument of a transaction of ours; what has another number of them is none. */
function requestOf({ args }: FabricTransaction): string {
  const [request] = args;
  return request === undefined || args.length > 1 ? '' : requestText(request);
}

function toChannelTransaction(one: FabricTransaction, contract: string) {
  if (one.code !== 'VALID') return undefined;
  const writes = parseWriteSet(one.results, contract);
  if (writes.length === 0) return undefined;
  const { txId, index, at, creator, chaincode, name, event } = one;
  const transaction: ChannelTransaction = {
    txId,
    index,
    at,
    creator,
    contract: chaincode,
    name,
    request: chaincode === contract ? requestOf(one) : '',
    writes,
    ...(event === undefined ? {} : { event }),
  };
  return transaction;
}

/** A block with those of its transactions that wrote state of the contract. */
function toChannelBlock(block: FabricBlock, hash: Uint8Array, contract: string): ChannelBlock {
  const transactions = block.transactions.flatMap(
    (one) => toChannelTransaction(one, contract) ?? [],
  );
  return { number: block.number, hash, transactions };
}

function silent(): never {
  throw new ChartsealError('LEDGER_UNAVAILABLE', 'the peer gives no more blocks');
}

export class FabricSource implements BlockSource {
  readonly #ledger: FabricLedger;
  readonly #newest: Uint8Array;
  readonly #onTrouble: OnTrouble | undefined;
  readonly height: number;

  private constructor(
    ledger: FabricLedger,
    { height, newest }: { readonly height: number; readonly newest: Uint8Array },
    onTrouble: OnTrouble | undefined,
  ) {
    this.#ledger = ledger;
    this.#onTrouble = onTrouble;
    this.height = height;
    this.#newest = newest;
  }

  /**
   * As the profile's reader. Throws LEDGER_UNAVAILABLE, IDENTITY_REFUSED, the codes of reading the
   * profile's files.
   * @param onTrouble told while the peer gives no blocks
   */
  static async open(profile: FabricProfile, onTrouble?: OnTrouble): Promise<FabricSource> {
    const ledger = await openFabricLedger(profile, 'reader');
    try {
      return new FabricSource(ledger, await readChainInfo(ledger.connection), onTrouble);
    } catch (error) {
      await ledger.close();
      throw error;
    }
  }

  get channel(): string {
    return this.#ledger.profile.channel;
  }

  get contract(): string {
    return this.#ledger.profile.chaincode;
  }

  /** Throws BLOCKS_MISSING at a peer that was started from a snapshot. */
  async *blocks(from: BlockPosition, end?: number): AsyncGenerator<ChannelBlock> {
    await this.#requireBlock(from.blocks, end);
    let before = from;
    const blocks = this.#ledger.blocks(from.blocks, this.#onTrouble)[Symbol.asyncIterator]();
    try {
      while (end === undefined || before.blocks < end) {
        const next = blocks.next();
        const { value, done } = await (end === undefined ? next : within(next, SILENCE_MS, silent));
        if (done) return;
        const hash = checkFabricBlock(value, before);
        before = { blocks: value.number + 1, hash };
        if (before.blocks === this.height && !equalBytes(hash, this.#newest)) {
          const text = `block ${value.number} is not the newest one that the peer names`;
          throw new Alarm('BLOCKS_BROKEN', text, { block: value.number });
        }
        yield toChannelBlock(value, hash, this.contract);
      }
    } finally {
      // Its own end would wait for a block that may never come.
      void blocks.return?.(undefined).catch(() => undefined);
    }
  }

  async findCheckpoint(logId: string, size: number): Promise<StatedCheckpoint | undefined> {
    const log = new LogLedger(this.#ledger, logId);
    try {
      // The head is told whatever the time is; its newest append may be ahead of this clock.
      const { head } = await log.readLog();
      if (head.size === size) return { ...head, headSize: size };
      const { root, headSize, closingLeaf } = await log.readCheckpoint(size);
      const bytes = closingLeaf === null ? undefined : decodeBase64(closingLeaf, 'closing leaf');
      return { root, headSize, closingLeaf: bytes };
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      if (error.code === 'NOT_FOUND' || error.code === 'LOG_UNKNOWN') return undefined;
      throw error;
    }
  }

  async *logIds(): AsyncGenerator<string> {
    let after: string | undefined;
    do {
      const page = await listLogs(this.#ledger, after === undefined ? {} : { after });
      for (const { logId } of page.logs) yield logId;
      after = page.next;
    } while (after !== undefined);
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }

  /** A stream from a block that is not there would only be tried again and again. */
  async #requireBlock(number: number, end: number | undefined): Promise<void> {
    if (number >= Math.min(this.height, end ?? this.height)) return;
    await readBlock(this.#ledger.connection, number);
  }
}
