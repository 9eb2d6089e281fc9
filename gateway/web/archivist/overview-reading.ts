// Reads the overview, and reads it again by itself while the gateway is counting.
import { codeOf, getJson } from '../session/api.js';
import type { Overview } from './answers.js';
import { isCounting } from './judge.js';

/** Until it is looked at again: longer every time, so that nobody is disturbed all the while. */
const FIRST_PAUSE_MS = 2000;
const LAST_PAUSE_MS = 30_000;
const PAUSE_GROWTH = 1.5;
/** So that a page that is left open does not keep its session for ever. */
const MOST_LOOKS = 40;

export class OverviewReading {
  readonly #changed: () => void;
  /** What was read last, also when it cannot be read anew. */
  overview: Overview | undefined;
  /** Code of what went wrong the last time. */
  problem: string | undefined;
  isLoading = false;
  #asked = 0;
  #looks = 0;
  #timer: number | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  async read(): Promise<void> {
    const asked = ++this.#asked;
    window.clearTimeout(this.#timer);
    this.isLoading = true;
    this.#changed();
    try {
      const overview = await getJson<Overview>('/v1/archive');
      if (asked !== this.#asked) return;
      this.overview = overview;
      this.problem = undefined;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = codeOf(error);
    }
    this.isLoading = false;
    this.#changed();
    this.#lookAgain();
  }

  #lookAgain(): void {
    const { overview, problem } = this;
    if (overview === undefined || problem !== undefined || !isCounting(overview)) return;
    if (this.#looks === MOST_LOOKS) return;
    const pause = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * PAUSE_GROWTH ** this.#looks++);
    this.#timer = window.setTimeout(() => void this.read(), pause);
  }
}
