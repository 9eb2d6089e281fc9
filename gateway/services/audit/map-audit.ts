// The pages of the subject map on disk against the map that the leaves lead to, byte for byte, at
// the state that the store last wrote them for.
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { mapRoot } from '../../../chaincode/core/subject-map.js';
import type { Rows } from '../../store/database.js';
import { TABLES } from '../../store/keys.js';
import type { FlushedMapRow } from '../../store/rows.js';
import type { StoredLog } from '../../store/store.js';
import type { Replay } from '../rebuild/replay.js';
import { Check, type CheckResult, isFinding } from './checks.js';

type FoundRows = AsyncGenerator<readonly [string, Uint8Array | undefined]>;

export class MapAudit {
  readonly #store: StoredLog;
  readonly #scratch: Rows;
  readonly #check = new Check('map');
  readonly #flushed: FlushedMapRow | undefined;
  #isCompared = false;
  #pages = 0;

  /** @param scratch holds the pages of the replay */
  constructor(store: StoredLog, scratch: Rows) {
    this.#store = store;
    this.#scratch = scratch;
    this.#flushed = this.#readFlushed();
  }

  #readFlushed(): FlushedMapRow | undefined {
    try {
      return this.#store.findFlushedMap();
    } catch (error) {
      if (!isFinding(error)) throw error;
      this.#fail('the row that says what the pages of the map cover is damaged');
      this.#isCompared = true;
      return undefined;
    }
  }

  /** The contract put another map root into its closing leaf than the leaves lead to. */
  disagree(appendNumber: number): void {
    const sentence = `append ${appendNumber} of the ledger has another map root than its leaves lead to`;
    this.#check.fail('LOG_FORKED', sentence, 'evidence');
  }

  /** Compares the pages when the replay has come to the state that they are of. */
  async compare(replay: Replay): Promise<void> {
    const { state } = replay;
    if (this.#flushed?.entries !== state.entries || this.#isCompared) return;
    this.#isCompared = true;
    if (this.#flushed.mapRoot !== encodeHex(mapRoot(state.map))) {
      this.#fail('the map root beside the pages is not what the leaves lead to');
    }
    await replay.flush();
    await this.#comparePages();
  }

  async end(isWhole: boolean, subjects: number | undefined): Promise<CheckResult> {
    if (this.#flushed === undefined) {
      const pages = await this.#store.db.count(TABLES.page);
      if (pages > 0)
        this.#fail(`there are ${pages} pages of the map and no word of what they cover`);
    } else if (!this.#isCompared) {
      if (isWhole) this.#fail('the pages of the map are of a state at which no append ends');
      else this.#check.leaveOpen('the leaves could not be followed to the state of the pages');
    }
    if (!isWhole) this.#check.leaveOpen('not all appends could be derived');
    const of = subjects === undefined ? '' : ` of ${subjects} subjects`;
    return this.#check.result(
      `the map${of} is the ledger's after each append; ${this.#pages} pages`,
    );
  }

  #fail(sentence: string): void {
    this.#check.fail('STORE_CORRUPT', sentence, 'rebuild');
  }

  async #comparePages(): Promise<void> {
    const wanted: FoundRows = this.#scratch.rowsAsFound(TABLES.page);
    const found: FoundRows = this.#store.db.rowsAsFound(TABLES.page);
    let [want, have] = [(await wanted.next()).value, (await found.next()).value];
    while (want !== undefined || have !== undefined) {
      const [wantedKey, foundKey] = [want?.[0] ?? '~', have?.[0] ?? '~'];
      if (wantedKey < foundKey) this.#fail('a page of the map is gone');
      else if (wantedKey > foundKey) this.#fail('a page of the map belongs to no subject');
      else if (have?.[1] === undefined) this.#fail('a page of the map is damaged');
      else if (!equalBytes(have[1], want?.[1] ?? new Uint8Array())) {
        this.#fail('a page of the map is not what the leaves lead to');
      }
      if (wantedKey <= foundKey) {
        want = (await wanted.next()).value;
        this.#pages++;
      }
      if (foundKey <= wantedKey) have = (await found.next()).value;
    }
  }
}
