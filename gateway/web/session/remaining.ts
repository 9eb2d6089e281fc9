// How long a session goes on, by what the gateway said and the time that has gone by since. Times
// of day are compared nowhere: the gateway's clock may be another than this machine's.

/** In seconds, as the gateway answered it. */
export interface ToldRemaining {
  /** Without another request. */
  readonly idleSeconds: number;
  /** Whatever is done. */
  readonly seconds: number;
  /** What both begin with. */
  readonly ofIdleSeconds: number;
  readonly ofSeconds: number;
}

/** A moment of this machine, by both of its clocks. */
export interface Moment {
  readonly wall: number;
  readonly steady: number;
}

export const momentNow = (): Moment => ({ wall: Date.now(), steady: performance.now() });

/** Of two clocks one may stand still in sleep, the other be set back: the later one counts. */
export const msSince = ({ wall, steady }: Moment): number =>
  Math.max(Date.now() - wall, performance.now() - steady);

/** WCAG 2.2.1 asks for 20 seconds; nobody needs more than this. */
const MOST_WARNING_SECONDS = 120;

export class Remaining {
  readonly told: ToldRemaining;
  readonly #asked: Moment;

  /** @param asked before the answer was asked for: it may have been on its way for long */
  constructor(told: ToldRemaining, asked: Moment) {
    this.told = told;
    this.#asked = asked;
  }

  /** Until the session ends, as it stands. */
  get seconds(): number {
    const { idleSeconds, seconds } = this.told;
    return Math.min(idleSeconds, seconds) - msSince(this.#asked) / 1000;
  }

  /** Nothing that is done puts the end off. */
  get isFinal(): boolean {
    return this.told.seconds <= this.told.idleSeconds;
  }

  /** How long before the end people are warned; short sessions have no room for more. */
  get warningSeconds(): number {
    const { ofIdleSeconds, ofSeconds } = this.told;
    return Math.min(MOST_WARNING_SECONDS, Math.min(ofIdleSeconds, ofSeconds) / 2);
  }
}
