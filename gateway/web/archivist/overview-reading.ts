// Reads the overview, and reads it again by itself while the gateway is counting.
import { codeOf, getJson } from '../session/api.js';
import type { Overview } from './answers.js';
import { isCounting } from './judge.js';

const LOOK_AGAIN_MS = 2000;
/** So that a page that is left open does not keep its session for ever. */
const MOST_LOOKS = 150;

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
    if (this.#looks++ === MOST_LOOKS) return;
    this.#timer = window.setTimeout(() => void this.read(), LOOK_AGAIN_MS);
  }
}
