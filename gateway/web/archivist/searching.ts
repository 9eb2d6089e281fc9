// What goes on in the search: what is typed and asked, a file that is hashed here, the record that
// is open.
import { getJson } from '../session/api.js';
import type { TakenFile } from '../verify/intake.js';
import { Verifier } from '../verify/verifier.js';
import type { FoundRecord, RecordPage, RecordVersion, VersionPage } from './answers.js';
import { Paged } from './paged.js';
import { addressOf, isQuery, pathOf, type Query, type QueryFault } from './query.js';
import type { Search, Typed } from './search-view.js';

const RECORDS = 50;
const VERSIONS = 100;
/** Pages that hold nothing before the reader is asked whether to go on. */
const MOST_EMPTY = 20;

export interface SearchWatch {
  readonly changed: () => void;
  /** The answer to a search is there. */
  readonly answered: () => void;
  readonly hashing: (name: string, done: number, size: number) => void;
}

export interface Opened {
  readonly record: FoundRecord;
  readonly versions: Paged<RecordVersion>;
}

export class Searching {
  readonly typed: Typed = { text: '', from: '', to: '' };
  readonly #watch: SearchWatch;
  readonly #found: Paged<FoundRecord>;
  #verifier: Verifier | undefined;
  #search: Omit<Search, 'found'> = {};
  /** Which file was taken last: of two the later one counts. */
  #taken = 0;
  opened: Opened | undefined;

  constructor(watch: SearchWatch) {
    this.#watch = watch;
    this.#found = new Paged<FoundRecord>(async (next) => {
      const { query } = this.#search;
      if (query === undefined) return { rows: [] };
      let page = await getJson<RecordPage>(pathOf(query, RECORDS, next));
      // A page may hold none and go on.
      for (let empty = 1; page.records.length === 0 && page.next !== undefined; empty++) {
        if (empty === MOST_EMPTY) break;
        page = await getJson<RecordPage>(pathOf(query, RECORDS, page.next));
      }
      return { rows: page.records, next: page.next };
    }, watch.changed);
  }

  get search(): Search {
    return { ...this.#search, found: this.#found.loaded };
  }

  ask(asked: Query | QueryFault): void {
    this.#taken++;
    void this.#begin(isQuery(asked) ? { query: asked } : { fault: asked });
  }

  async #begin(search: Omit<Search, 'found'>): Promise<void> {
    this.#search = search;
    this.opened = undefined;
    this.#found.loaded = { rows: [], isLoading: false };
    this.#watch.changed();
    if (search.query === undefined) return;
    await this.#found.begin();
    this.#watch.answered();
  }

  more(): void {
    void this.#found.more();
  }

  /** Its digest is computed beside the page; the file goes nowhere. */
  async take(files: Promise<readonly TakenFile[]> | readonly TakenFile[]): Promise<void> {
    const turn = ++this.#taken;
    try {
      const [taken, ...others] = await files;
      if (taken === undefined || taken.inFolder) return this.#noFile(turn);
      const { name, size } = taken.file;
      this.#verifier ??= new Verifier();
      this.#watch.hashing(name, 0, size);
      const digest = await this.#verifier.ask('digest', taken.file, (done) => {
        if (turn === this.#taken) this.#watch.hashing(name, done, size);
      });
      if (turn !== this.#taken) return;
      this.typed.text = digest;
      const query = { by: 'digest', digest } as const;
      await this.#begin({ query, fileName: name, tookFirst: others.length > 0 });
    } catch {
      // What the browser says of a file that it cannot read says no more than this.
      this.#noFile(turn);
    }
  }

  #noFile(turn: number): void {
    if (turn === this.#taken) void this.#begin({ fault: 'no-file' });
  }

  open(record: FoundRecord): void {
    const path = `${addressOf(record.id)}/versions?limit=${VERSIONS}`;
    const versions = new Paged<RecordVersion>(async (next) => {
      const cursor = next === undefined ? '' : `&cursor=${next}`;
      const page = await getJson<VersionPage>(path + cursor);
      return { rows: page.versions, next: page.next };
    }, this.#watch.changed);
    this.opened = { record, versions };
    void versions.begin();
  }

  close(): void {
    this.opened = undefined;
    this.#watch.changed();
  }
}
