// How many blocks orderers and peers have. Peers have every block from an orderer: where no orderer
// has what a peer has, the orderers were emptied or put back, and would order a second history.
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '../chaincode/core/errors.js';
import { channelHeight } from './operations.js';
import { peerProcess } from './paths.js';
import type { NetworkState } from './state.js';

/** What is in the log of Raft and not in a block yet becomes one within seconds. */
const REPLAY_MS = 10_000;
/** A peer that catches up takes one block after the other. */
const STILL_MS = 60_000;
const POLL_MS = 100;

interface Height {
  readonly name: string;
  /** 0 where it has not joined the channel, or does not tell. */
  readonly blocks: number;
}

const NONE: Height = { name: '', blocks: 0 };

const highest = (heights: readonly Height[]): Height =>
  heights.reduce((best, one) => (one.blocks > best.blocks ? one : best), NONE);

function heightsOf(
  channel: string,
  asked: readonly { readonly name: string; readonly port: number }[],
): Promise<Height[]> {
  return Promise.all(
    asked.map(async ({ name, port }) => {
      return { name, blocks: (await channelHeight(port, channel)) ?? 0 };
    }),
  );
}

const peerHeights = ({ channel, organisations }: NetworkState): Promise<Height[]> => {
  const asked = organisations.map((one) => {
    return { name: peerProcess(one), port: one.ports.peerOperations };
  });
  return heightsOf(channel, asked);
};

const ordererHeights = ({ channel, orderers }: NetworkState): Promise<Height[]> =>
  heightsOf(
    channel,
    orderers.map(({ name, ports }) => ({ name, port: ports.operations })),
  );

const lacks = (orderers: number, { name, blocks }: Height) =>
  `the orderer has ${orderers} blocks and ${name} has ${blocks}: its folder was emptied, or put back to an older state`;

/**
 * What the orderers lack of the blocks of a peer; undefined when they lack nothing.
 * Asks the peers first: what they have by then, an orderer had before.
 */
export async function findLack(state: NetworkState): Promise<string | undefined> {
  const peer = highest(await peerHeights(state));
  const { blocks } = highest(await ordererHeights(state));
  return blocks < peer.blocks ? lacks(blocks, peer) : undefined;
}

const behind = (text: string) => new ChartsealError('NETWORK_BEHIND', text);

/** Throws NETWORK_BEHIND where no orderer has joined, and a peer has more than the first block. */
export async function requireNoBlocks(state: NetworkState): Promise<void> {
  const peer = highest(await peerHeights(state));
  const { blocks } = highest(await ordererHeights(state));
  if (blocks === 0 && peer.blocks > 1) throw behind(lacks(0, peer));
}

/** Throws NETWORK_BEHIND where orderers lack blocks of a peer for longer than a restart takes. */
export async function requireAllBlocks(state: NetworkState): Promise<void> {
  const until = performance.now() + REPLAY_MS;
  for (;;) {
    const lack = await findLack(state);
    if (lack === undefined) return;
    if (performance.now() > until) throw behind(lack);
    await sleep(POLL_MS);
  }
}

/**
 * Until every peer has the blocks that the orderers have now: what is asked of one that is made
 * anew or put back would be answered by its past. Throws NETWORK_FAILED when one gets no further.
 */
export async function waitUntilCaughtUp(state: NetworkState): Promise<void> {
  const wanted = highest(await ordererHeights(state)).blocks;
  let before = -1;
  for (let until = 0; ; await sleep(POLL_MS)) {
    const late = (await peerHeights(state)).filter(({ blocks }) => blocks < wanted);
    const [first] = late;
    if (first === undefined) return;
    const missing = late.reduce((sum, { blocks }) => sum + wanted - blocks, 0);
    if (missing !== before) until = performance.now() + STILL_MS;
    before = missing;
    if (performance.now() <= until) continue;
    const text = `${first.name} has ${first.blocks} of ${wanted} blocks and gets no more`;
    throw new ChartsealError('NETWORK_FAILED', text);
  }
}
