// Entries as fast as a sequencer takes them, until told to stop: what runs beside whatever a test
// looks at.
import { setImmediate } from 'node:timers/promises';
import type { Sequencer } from '../../gateway/services/sequencer/sequencer.js';
import { accessSubmission } from './hospital.js';

const PATIENTS = 40;

export class Traffic {
  readonly #sequencer: Sequencer;
  readonly #name: string;
  readonly #most: number;
  readonly #running: Promise<unknown>;
  #isOver = false;
  #fault: unknown;
  #sent = 0;
  #accepted = 0;

  /**
   * @param name other names make other entries
   * @param callers how many wait for an answer at the same time
   * @param most entries in all, where what is looked at takes longer the more there are
   */
  constructor(sequencer: Sequencer, name = 'traffic', callers = 16, most = Infinity) {
    this.#sequencer = sequencer;
    this.#name = name;
    this.#most = most;
    this.#running = Promise.all(Array.from({ length: callers }, () => this.#run()));
    this.#running.catch((error: unknown) => {
      this.#fault = error;
    });
  }

  get accepted(): number {
    return this.#accepted;
  }

  async #run(): Promise<void> {
    while (!this.#isOver && this.#sent < this.#most) {
      const number = this.#sent++;
      const patient = `${this.#name} ${number % PATIENTS}`;
      await this.#sequencer.acceptWhenRoom(accessSubmission(patient, `${this.#name} ${number}`));
      this.#accepted++;
    }
  }

  /** Resolves when this many were accepted. */
  async reach(accepted: number): Promise<void> {
    while (this.#accepted < accepted) {
      if (this.#fault !== undefined) throw this.#fault;
      await setImmediate();
    }
  }

  /** Throws what an accept was refused with. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }
}

/** Longest time in ms that this thread could not answer anybody, from start to end. */
export class Stalls {
  #longest = 0;
  #last = performance.now();
  readonly #timer = setInterval(() => {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }, 1);

  end(): number {
    clearInterval(this.#timer);
    return this.#longest;
  }
}
