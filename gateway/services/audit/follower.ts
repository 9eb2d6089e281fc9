// Follows the ledger's appends with the leaves of a store, a few at a time: others need the thread.
import { equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseClosingLeaf } from '../../../chaincode/core/leaf.js';
import { type MapNode, mapRoot } from '../../../chaincode/core/subject-map.js';
import type { ListedCheckpoint } from '../../ledger/log-answers.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import { Turns } from '../../turns.js';
import type { Replay } from '../rebuild/replay.js';
import type { AcceptedLeaf } from '../sequencer/entry-rows.js';
import type { CommittedAppend, LogState } from '../sequencer/log-state.js';

/** Thrown for an append whose map the leaves do not lead to. */
export const OTHER_MAP = new ChartsealError('LOG_FORKED', 'the map root is another');

const LEAVES_AT_ONCE = 128;

export class Follower {
  readonly #replay: Replay;
  readonly #ledger: LogLedger;
  readonly #turns = new Turns();

  constructor(replay: Replay, ledger: LogLedger) {
    this.#replay = replay;
    this.#ledger = ledger;
  }

  get state(): LogState {
    return this.#replay.state;
  }

  /** What the ledger lists beyond the state of now. */
  async *appends(): AsyncGenerator<ListedCheckpoint> {
    let after: number | undefined = this.state.frontier.size;
    while (after !== undefined) {
      const page = await this.#ledger.listCheckpoints(after);
      yield* page.checkpoints;
      after = page.next;
    }
  }

  /** Throws {@link OTHER_MAP}, LOG_FORKED, LEDGER_CORRUPT, CHAIN_BROKEN, ACT_REFUSED. */
  async follow(row: ListedCheckpoint, leaves: readonly AcceptedLeaf[]): Promise<CommittedAppend> {
    const map = await this.#apply(leaves, this.state.map);
    const closing = parseClosingLeaf(row.closingLeaf);
    if (!equalBytes(closing.mapRoot, mapRoot(map))) throw OTHER_MAP;
    const hashes = leaves.map(({ hash }) => hash);
    const append = this.#replay.commit({ hashes, map }, row);
    const isListed =
      row.appendNumber === append.row.appendNumber &&
      row.size === append.after.frontier.size &&
      row.endorsedAt === closing.endorsedAt;
    if (isListed) return append;
    const sentence = `the ledger's list of appends says something else of append ${row.appendNumber}`;
    throw new ChartsealError('LEDGER_CORRUPT', sentence);
  }

  /** Entries that wait for the ledger must be able to follow too. */
  async tryRest(leaves: AsyncIterable<AcceptedLeaf>): Promise<void> {
    let map = this.state.map;
    let some: AcceptedLeaf[] = [];
    for await (const leaf of leaves) {
      some.push(leaf);
      if (some.length < LEAVES_AT_ONCE) continue;
      map = await this.#apply(some, map);
      some = [];
    }
    await this.#apply(some, map);
  }

  async #apply(leaves: readonly AcceptedLeaf[], before: MapNode): Promise<MapNode> {
    let map = before;
    for (let at = 0; at < leaves.length; at += LEAVES_AT_ONCE) {
      map = this.#replay.prepare(leaves.slice(at, at + LEAVES_AT_ONCE), map).map;
      // Hashes are computed when they are asked for: all of an append would be one long piece.
      mapRoot(map);
      await this.#turns.next();
    }
    return map;
  }
}

/** The leaves of the next append; throws STORE_BEHIND when there are fewer. */
export async function takeLeaves(
  leaves: AsyncGenerator<AcceptedLeaf>,
  { leaves: count, appendNumber }: ListedCheckpoint,
): Promise<AcceptedLeaf[]> {
  const taken: AcceptedLeaf[] = [];
  while (taken.length < count) {
    const { value, done } = await leaves.next();
    if (done) {
      const text = `append ${appendNumber} of the ledger holds entries that this store does not have`;
      throw new ChartsealError('STORE_BEHIND', text);
    }
    taken.push(value);
  }
  return taken;
}
