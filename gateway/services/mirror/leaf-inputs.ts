// The leaves that a mirror is given: which log each input is of, and how far it was taken.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { Alarm } from './alarm.js';
import type { RebuiltLog } from './channel-logs.js';
import type { GivenLeaf } from './leaves-input.js';
import type { MirrorStore } from './mirror-store.js';
import { type LeafFate, MirroredLeaves } from './mirrored-leaves.js';
import type { ReadAhead } from './read-ahead.js';

export interface LeafInput {
  /** For messages. */
  readonly name: string;
  readonly items: ReadAhead<GivenLeaf>;
}

interface Reading extends LeafInput {
  /** The log that it is of, once that is known. */
  logId?: string;
  /** Why its next leaf was not taken. */
  waits?: Exclude<LeafFate, 'taken' | 'known'>;
}

/** Leaves that are taken before the loop looks at blocks again. */
const TURN_LEAVES = 4_096;

export interface LeafInputsOptions {
  readonly store: MirrorStore;
  readonly inputs: readonly LeafInput[];
  /** Origin of the log that all inputs are of; found by their hashes when left out. */
  readonly origin?: string;
}

export class LeafInputs {
  readonly #store: MirrorStore;
  readonly #inputs: readonly Reading[];
  readonly #origin: string | undefined;
  readonly #leaves = new Map<string, MirroredLeaves>();

  constructor({ store, inputs, origin }: LeafInputsOptions) {
    this.#store = store;
    this.#inputs = inputs.map((input) => ({ ...input }));
    this.#origin = origin;
  }

  /** Of a log that the store has. */
  of(log: RebuiltLog): MirroredLeaves {
    const found = this.#leaves.get(log.logId) ?? new MirroredLeaves(this.#store, log);
    this.#leaves.set(log.logId, found);
    return found;
  }

  get isDue(): boolean {
    return [...this.#leaves.values()].some((leaves) => leaves.isDue);
  }

  /** Whether all inputs have ended, or wait for blocks that were not read. */
  get isOver(): boolean {
    return this.#inputs.every(({ items, waits }) => items.isOver || waits !== undefined);
  }

  /** Inputs whose next leaf is beyond the blocks that were read. */
  get ahead(): readonly { readonly name: string; readonly index: number }[] {
    return this.#inputs.flatMap(({ name, items, waits }) => {
      const index = items.peek()?.index;
      return waits === 'ahead' && index !== undefined ? [{ name, index }] : [];
    });
  }

  /** Ids of the logs whose leaves are given. */
  get given(): ReadonlySet<string> {
    const known = this.#inputs.flatMap(({ logId }) => logId ?? []);
    if (this.#inputs.length === 0) return new Set();
    return new Set([...known, ...this.#chosen().map(({ logId }) => logId)]);
  }

  /** The one log that the inputs must be of, where it is known without a look at them. */
  #chosen(): RebuiltLog[] {
    const { logs } = this.#store;
    if (this.#origin === undefined) return logs.length === 1 ? [...logs] : [];
    return logs.filter(({ registration }) => registration.origin === this.#origin);
  }

  /**
   * Takes what the inputs have now; whether there was something to take. Throws alarms, and
   * LOG_UNKNOWN for an origin that the channel does not have.
   */
  async take(): Promise<boolean> {
    let taken = 0;
    for (const input of this.#inputs) {
      while (taken < TURN_LEAVES && (await this.#takeOne(input))) taken++;
    }
    if (taken > 0) return true;
    await this.#requireNoGap();
    return false;
  }

  /** What is verified becomes durable with the next flush. */
  put(): void {
    for (const leaves of this.#leaves.values()) if (leaves.isDirty) leaves.put();
  }

  settle(): void {
    for (const leaves of this.#leaves.values()) if (leaves.isDirty) leaves.settle();
  }

  close(): void {
    for (const { items } of this.#inputs) items.close();
  }

  async #takeOne(input: Reading): Promise<boolean> {
    const next = input.items.peek();
    if (next === undefined) return false;
    const log = await this.#logOf(input, next);
    if (log === undefined) {
      input.waits = 'ahead';
      return false;
    }
    const fate = await this.of(log).take(next.index, next.leaf, log);
    if (fate === 'ahead' || fate === 'gap') {
      input.waits = fate;
      return false;
    }
    delete input.waits;
    input.items.drop();
    return true;
  }

  /** The log that an input is of; undefined while no log has as many leaves as it needs. */
  async #logOf(input: Reading, { index, leaf }: GivenLeaf): Promise<RebuiltLog | undefined> {
    const { logs } = this.#store;
    const known = logs.find(({ logId }) => logId === input.logId);
    if (known !== undefined) return known;
    const [chosen] = this.#chosen();
    if (chosen === undefined && this.#origin !== undefined) {
      throw new ChartsealError('LOG_UNKNOWN', `the channel has no log ${this.#origin}`);
    }
    const candidates = chosen === undefined ? logs : [];
    let found = chosen;
    let isOpen = false;
    for (const log of candidates) {
      const fits = await this.of(log).fits(index, leaf, log);
      if (fits === true && found !== undefined) {
        const text = `leaf ${index} of ${input.name} fits two logs: say which one it is of`;
        throw new ChartsealError('BAD_INPUT', text);
      }
      if (fits === true) found = log;
      if (fits === undefined) isOpen = true;
    }
    if (found === undefined && !isOpen) {
      const text = `leaf ${index} of ${input.name} is in no log of the channel`;
      throw new Alarm('LEAF_DIFFERS', text, { index });
    }
    if (found !== undefined) input.logId = found.logId;
    return found;
  }

  /** Leaves that come after one which none of the inputs has. */
  async #requireNoGap(): Promise<void> {
    for (const { waits, logId, name, items } of this.#inputs) {
      const log = this.#store.logs.find((one) => one.logId === logId);
      if (waits !== 'gap' || log === undefined) continue;
      const leaves = this.of(log);
      const later = items.peek()?.index;
      const text = `leaf ${leaves.next} is not given, ${name} goes on with leaf ${later}`;
      throw await leaves.withheld(text);
    }
  }
}
