// The stream of blocks from a number on, over every interruption: the next block that is wanted is
// the checkpoint from which another connection goes on.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import type { common } from '@hyperledger/fabric-protos';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { LedgerEvent } from '../ledger.js';
import type { FabricConnection } from './connection.js';
import { type FabricBlock, parseBlock } from './fabric-blocks.js';
import { toLedgerError } from './fabric-errors.js';
import { readBlock } from './system-call.js';
import { changesState } from './write-set.js';

/** What the client makes of a peer's status where a block was to come. */
const ENDED = /^Unexpected status response: /;
const RECONNECT_MS = 250;
/** Trouble that lasts is told again so often. */
const TELL_MS = 60_000;

export type OnTrouble = (error: ChartsealError) => void;

export class BlockStreams {
  readonly #connection: FabricConnection;
  readonly #open = new Set<CloseableAsyncIterable<common.Block>>();
  readonly #stop = new AbortController();

  constructor(connection: FabricConnection) {
    this.#connection = connection;
  }

  /**
   * Blocks in order, then new ones as they are committed, until it is closed. Rejects with
   * IDENTITY_REFUSED, and with LEDGER_CORRUPT when a block is left out.
   * @param onTrouble told why there are none now: who only waits takes a silent peer for no news
   */
  async *blocks(fromBlock: number, onTrouble?: OnTrouble): AsyncGenerator<FabricBlock> {
    let next = fromBlock;
    let tellAt = 0;
    while (!this.#stop.signal.aborted) {
      try {
        for await (const block of this.#stream(next)) {
          if (block.number !== next) {
            const text = `the peer gave block ${block.number} and not ${next}`;
            throw new ChartsealError('LEDGER_CORRUPT', text);
          }
          next++;
          yield block;
          if (this.#stop.signal.aborted) return;
        }
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const known = toLedgerError(await this.#explain(error, next));
        if (known.code !== 'LEDGER_UNAVAILABLE') throw known;
        if (performance.now() >= tellAt) {
          tellAt = performance.now() + TELL_MS;
          onTrouble?.(known);
        }
      }
      await this.#pause();
    }
  }

  /** Transactions of the contract, as the port has them. */
  async *events(fromBlock: number): AsyncGenerator<LedgerEvent> {
    const { chaincode } = this.#connection.profile;
    for await (const { number: block, transactions } of this.blocks(fromBlock)) {
      for (const one of transactions) {
        if (one.chaincode !== chaincode) continue;
        const { txId, code, event } = one;
        const isEvent = event !== undefined && changesState(one);
        yield {
          block,
          txId,
          code,
          ...(isEvent ? { event: event.name, payload: event.payload } : {}),
        };
      }
    }
  }

  close(): void {
    this.#stop.abort();
    for (const stream of this.#open) stream.close();
    this.#open.clear();
  }

  /** A peer that ends the stream by a status does not say why; asked for that block, it does. */
  async #explain(error: unknown, number: number): Promise<unknown> {
    if (!(error instanceof Error) || !ENDED.test(error.message)) return error;
    try {
      await readBlock(this.#connection, number);
      return error;
    } catch (reason) {
      return reason;
    }
  }

  async *#stream(fromBlock: number): AsyncGenerator<FabricBlock> {
    const stream = await this.#connection.run((gateway) =>
      gateway
        .getNetwork(this.#connection.profile.channel)
        .getBlockEvents({ startBlock: BigInt(fromBlock) }),
    );
    this.#open.add(stream);
    try {
      for await (const block of stream) yield parseBlock(block);
    } finally {
      this.#open.delete(stream);
      stream.close();
    }
  }

  async #pause(): Promise<void> {
    await sleep(RECONNECT_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
