// Blocks of a real embedded ledger for those who only read them, and a channel whose blocks a test
// has made or changed itself.
import { concat, encodeBase64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import { appendHashes } from '../../chaincode/core/compact-range.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { leafHash, parseClosingLeaf } from '../../chaincode/core/leaf.js';
import { dataLayout } from '../../gateway/data/layout.js';
import type {
  BlockPosition,
  BlockSource,
  ChannelBlock,
  ChannelTransaction,
  StatedCheckpoint,
} from '../../gateway/services/mirror/channel-block.js';
import { ChannelLogs, type RebuiltLog } from '../../gateway/services/mirror/channel-logs.js';
import { appendRows } from '../../gateway/services/mirror/contract-rows.js';
import { EmbeddedSource } from '../../gateway/services/mirror/embedded-source.js';
import { rootOf } from '../../gateway/services/mirror/rebuild-channel.js';

const CHANNEL = 'archive';

/** The ledger of a TestEngine in this folder, which must be closed. */
export function openTestSource(folder: string): Promise<EmbeddedSource> {
  const mspId = 'HospitalAMSP';
  return EmbeddedSource.open(dataLayout(folder), {
    format: 'chartseal-config/1',
    ledger: 'embedded',
    channel: CHANNEL,
    mspId,
    logId: '00'.repeat(32),
  });
}

/** All blocks of a ledger that lies in this folder. */
export async function readTestBlocks(folder: string): Promise<ChannelBlock[]> {
  const source = await openTestSource(folder);
  try {
    const blocks: ChannelBlock[] = [];
    for await (const block of source.blocks({ blocks: 0, hash: undefined })) blocks.push(block);
    return blocks;
  } finally {
    await source.close();
  }
}

/** The block with one of its transactions changed. */
export function changeTransaction(
  block: ChannelBlock,
  change: (transaction: ChannelTransaction) => Partial<ChannelTransaction>,
): ChannelBlock {
  const [first, ...others] = block.transactions;
  if (first === undefined) throw new Error('the block holds no transaction');
  return { ...block, transactions: [{ ...first, ...change(first) }, ...others] };
}

/**
 * The append that a quorum of corrupt endorsers could write: everything fits but what only the
 * leaves can tell.
 */
export function forgedAppend(
  log: RebuiltLog,
  leaves: readonly Uint8Array[],
  closingLeaf: Uint8Array,
  number: number,
): ChannelBlock {
  const hashes = leaves.map(leafHash);
  const expectedSize = log.frontier.size;
  const rows = appendRows({
    logId: log.logId,
    frontier: appendHashes(log.frontier, [...hashes, leafHash(closingLeaf)]),
    closingLeaf,
    ...parseClosingLeaf(closingLeaf),
    leaves: leaves.length,
    expectedSize,
    leafHashesDigest: sha256(concat(...hashes)),
  });
  const leafHashes = encodeBase64(concat(...hashes));
  const transaction: ChannelTransaction = {
    txId: 'ff'.repeat(32),
    index: 0,
    at: parseClosingLeaf(closingLeaf).endorsedAt,
    creator: { mspId: log.registration.mspId },
    contract: 'chartseal',
    name: 'append',
    request: canonicalJson({ logId: log.logId, expectedSize, leafHashes }),
    writes: [...rows].map(([key, row]) => ({ key, value: canonicalBytes(row) })),
    event: { name: 'append', payload: closingLeaf },
  };
  return { number, hash: sha256(canonicalBytes({ number })), transactions: [transaction] };
}

/** A peer that gives these blocks and states what they lead to. */
export class BlockList implements BlockSource {
  readonly channel = CHANNEL;
  readonly contract = 'chartseal';
  readonly #blocks: readonly ChannelBlock[];

  constructor(blocks: readonly ChannelBlock[]) {
    this.#blocks = blocks;
  }

  get height(): number {
    return this.#blocks.length;
  }

  async *blocks(from: BlockPosition): AsyncGenerator<ChannelBlock> {
    yield* this.#blocks.slice(from.blocks);
  }

  async findCheckpoint(logId: string, size: number): Promise<StatedCheckpoint | undefined> {
    const logs = new ChannelLogs(this.contract);
    for (const block of this.#blocks) {
      logs.apply(block);
      const log = logs.find(logId);
      if (log?.frontier.size !== size) continue;
      return { root: rootOf(log), closingLeaf: log.closingLeaf, headSize: size };
    }
    return undefined;
  }

  async *logIds(): AsyncGenerator<string> {
    const logs = new ChannelLogs(this.contract);
    for (const block of this.#blocks) logs.apply(block);
    for (const { logId } of logs.logs) yield logId;
  }

  async close(): Promise<void> {}
}
