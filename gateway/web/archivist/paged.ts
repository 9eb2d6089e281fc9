// Rows that come page by page. Of two questions only the later one counts; rows that are there stay
// when the next page does not come.
import { codeOf } from '../session/api.js';
import type { Loaded } from './parts.js';

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next?: string | number | undefined;
}

export class Paged<Row> {
  readonly #ask: (next: string | number | undefined) => Promise<Page<Row>>;
  readonly #changed: () => void;
  #asked = 0;
  /** What was asked for last. */
  #last: readonly [next: string | number | undefined, before: readonly Row[]] = [undefined, []];
  loaded: Loaded<Row> = { rows: [], isLoading: false };

  /** @param changed is called when there is something to draw */
  constructor(ask: (next: string | number | undefined) => Promise<Page<Row>>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** From the first page on; what was shown stays until the first page is there. */
  begin(): Promise<void> {
    return this.#load(undefined, []);
  }

  /** The next page, or the page that did not come. */
  more(): Promise<void> {
    const { next, rows, problem } = this.loaded;
    return problem === undefined ? this.#load(next, rows) : this.#load(...this.#last);
  }

  async #load(next: string | number | undefined, before: readonly Row[]): Promise<void> {
    const asked = ++this.#asked;
    this.#last = [next, before];
    this.loaded = { ...this.loaded, isLoading: true, problem: undefined };
    this.#changed();
    try {
      const page = await this.#ask(next);
      if (asked !== this.#asked) return;
      this.loaded = { rows: [...before, ...page.rows], next: page.next, isLoading: false };
    } catch (error) {
      if (asked !== this.#asked) return;
      this.loaded = { ...this.loaded, isLoading: false, problem: codeOf(error) };
    }
    this.#changed();
  }
}
