// Appends of a log out of its leaves alone: each ends with a closing leaf that goes on with the one
// before. What is collected goes to the mirror in groups.
import { appendHashes } from '../../../chaincode/core/compact-range.js';
import { CLOSING_ACT, leafHash } from '../../../chaincode/core/leaf.js';
import { MAX_APPEND_LEAVES } from '../../../chaincode/core/limits.js';
import { Alarm } from './alarm.js';
import { NO_BLOCKS } from './channel-block.js';
import { checkClosingLeaf, type FollowedAppend, type FollowedLog } from './followed-log.js';
import type { MirrorStore } from './mirror-store.js';
import type { MirroredLeaves } from './mirrored-leaves.js';

/** Leaves between two writes, and what one append has more. */
const GROUP_LEAVES = 16_384;

export class GivenAppends {
  readonly #store: MirrorStore<FollowedLog>;
  readonly #leaves: MirroredLeaves;
  #log: FollowedLog;
  /** Leaves of the append that is not closed yet. */
  #open: Uint8Array[] = [];
  #appends: FollowedAppend[] = [];
  /** All leaves of these appends. */
  #group: Uint8Array[] = [];

  constructor(store: MirrorStore<FollowedLog>, leaves: MirroredLeaves, log: FollowedLog) {
    this.#store = store;
    this.#leaves = leaves;
    this.#log = log;
  }

  /** As far as its appends are whole. */
  get log(): FollowedLog {
    return this.#log;
  }

  /** The next leaf of the tree. Throws alarms. */
  async take(index: number, leaf: Uint8Array): Promise<void> {
    const known = this.#log.frontier.size - this.#group.length;
    if (index < known) await this.#leaves.take(index, leaf, this.#log);
    else if (leaf[1] !== CLOSING_ACT) this.#hold(index, leaf);
    else this.#close(leaf);
    if (this.#group.length >= GROUP_LEAVES || this.#leaves.isDue) await this.write();
  }

  /** The tree ends here: with a closing leaf. */
  async end(): Promise<void> {
    await this.write();
    if (this.#open.length === 0) return;
    this.#fail('the tree that was signed ends without a closing leaf', this.#log.frontier.size);
  }

  /** Hashes first, so that leaves are compared with what is on disk; then what they come to. */
  async write(): Promise<void> {
    const group = this.#group;
    const first = this.#log.frontier.size - group.length;
    for (const append of this.#appends) this.#store.putAppend(append);
    await this.#store.flush(NO_BLOCKS, [this.#log]);
    this.#group = [];
    this.#appends = [];
    try {
      for (const [at, leaf] of group.entries()) {
        await this.#leaves.take(first + at, leaf, this.#log);
      }
    } finally {
      // What was verified before an alarm is not lost.
      await this.#writeLeaves();
    }
  }

  async #writeLeaves(): Promise<void> {
    if (!this.#leaves.isDirty) return;
    this.#leaves.put();
    await this.#store.flush(NO_BLOCKS, [this.#log]);
    this.#leaves.settle();
  }

  #hold(index: number, leaf: Uint8Array): void {
    this.#open.push(leaf);
    if (this.#open.length <= MAX_APPEND_LEAVES) return;
    this.#fail(`it has more than ${MAX_APPEND_LEAVES} leaves`, index);
  }

  #close(closingLeaf: Uint8Array): void {
    const { frontier, appends } = this.#log;
    const index = frontier.size + this.#open.length;
    const fail = (reason: string) => this.#fail(reason, index);
    if (this.#open.length === 0) fail('it closes nothing');
    const { endorsedAt } = checkClosingLeaf(closingLeaf, this.#log, fail);
    const hashes = this.#open.map(leafHash);
    this.#log = {
      ...this.#log,
      frontier: appendHashes(frontier, [...hashes, leafHash(closingLeaf)]),
      appends: appends + 1,
      closingLeaf,
      endorsedAt,
    };
    this.#appends.push({
      log: this.#log,
      appendNumber: appends,
      firstIndex: frontier.size,
      hashes,
      closingLeaf,
      endorsedAt,
    });
    for (const leaf of this.#open) this.#group.push(leaf);
    this.#group.push(closingLeaf);
    this.#open = [];
  }

  #fail(reason: string, index: number): never {
    const { origin } = this.#log.registration;
    const { appends: appendNumber } = this.#log;
    const sentence = `log ${origin}, append ${appendNumber}: ${reason}`;
    throw new Alarm('LOG_BROKEN', sentence, { origin, appendNumber, index });
  }
}
