// Kills programs at named points and at random moments, lets their work be finished, and reads
// everything. Every kill follows from the seed and its number alone, random moments up to the
// pace of the machine.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kill, type Ran, readReached, runChild, tearLog } from './fault-child.js';
import type { Moment } from './fault-points.js';
import { newRandom, type Random, seedOf, shuffle } from './fault-random.js';

/** Something that is killed. All of it lies in one folder, which is copied for each kill. */
export interface FaultCase {
  readonly name: string;
  /** Makes, once, what every kill starts from. */
  prepare(folder: string): Promise<void>;
  /** Program of this folder and its arguments. */
  command(folder: string): readonly string[];
  /** Named points of it that are killed; those of other cases need not be killed again. */
  readonly points: readonly string[];
  /** Databases whose log may be torn. */
  readonly databases: readonly string[];
  /** Takes long, so that it is killed at random moments less often. */
  readonly isSlow?: boolean;
  /** How the program may end on what a kill left, other than well. */
  readonly refusal?: number;
  /** Finishes what was killed and reads everything; throws when something does not hold. */
  check(folder: string, lines: readonly string[]): Promise<void>;
}

/** A place where a case is killed; without a point, at any moment. */
interface Slot {
  readonly of: Measured;
  readonly point?: string;
  readonly moment: Moment;
}

interface Measured {
  readonly fault: FaultCase;
  readonly base: string;
  /** How often each point is reached. */
  readonly counts: ReadonlyMap<string, number>;
  /** When the first point is reached, as a part of the whole time. */
  readonly from: number;
  /** How long it took when it was last not killed: the pace of the machine changes. */
  lastedMs: number;
}

export interface Fault {
  readonly kill: number;
  readonly where: string;
  readonly error: unknown;
}

export interface FaultReport {
  readonly seed: number;
  readonly kills: number;
  /** Kills by case, point and moment. */
  readonly byPlace: ReadonlyMap<string, number>;
  /** Logs that lost bytes. */
  readonly torn: number;
  readonly faults: readonly Fault[];
  readonly seconds: number;
}

export interface FaultOptions {
  readonly cases: readonly FaultCase[];
  readonly seed: number;
  readonly kills: number;
  readonly minutes?: number;
  /** Does this one kill and no other. */
  readonly only?: number;
  readonly onKill?: (kills: number) => void;
}

const LANES = 2;
const MAX_PAUSE_US = 3000;
const MOMENTS: readonly Moment[] = ['before', 'during', 'after'];
const WHOLE = /rename|sync/;
/** Of five first kills so many are at named points; of five that follow on one. */
const NAMED_OF_FIVE = 4;
const NAMED_OF_FIVE_AGAIN = 2;
/** How often a case that is not slow is killed at random moments for each time of a slow one. */
const SLOW_SHARE = 4;
/** Chance that the process which mends a kill is killed as well. */
const AGAIN = 0.6;

async function measure(fault: FaultCase, folder: string): Promise<Measured> {
  const base = join(folder, `base-${fault.name.replaceAll(' ', '-')}`);
  mkdirSync(base);
  await fault.prepare(base);
  const copy = join(folder, `measured-${fault.name.replaceAll(' ', '-')}`);
  cpSync(base, copy, { recursive: true });
  const ran = await runChild(copy, fault.command(copy), {}, true);
  if (ran.exitCode !== 0) throw new Error(`${fault.name}, not killed at all: ${ran.stderr}`);
  await fault.check(copy, ran.lines);
  const counts = new Map<string, number>();
  const reached = readReached(copy);
  for (const { point } of reached) counts.set(point, (counts.get(point) ?? 0) + 1);
  rmSync(copy, { recursive: true });
  const from = (reached[0]?.ms ?? 0) / ran.durationMs;
  return { fault, base, counts, from, lastedMs: ran.durationMs };
}

/** Every point that the case names, at every moment at which it can be cut off. */
function slotsOf(of: Measured): Slot[] {
  return of.fault.points.flatMap((point) => {
    if (!of.counts.has(point)) throw new Error(`${of.fault.name} does not reach: ${point}`);
    const moments = MOMENTS.filter((moment) => moment !== 'during' || !WHOLE.test(point));
    return moments.map((moment) => ({ of, point, moment }));
  });
}

/** In random order; every point comes once before any comes at another moment. */
function inOrder(slots: Slot[], random: Random): Slot[] {
  const turns = new Map<string, number>();
  const placed = shuffle(slots, random).map((slot) => {
    const point = `${slot.of.fault.name}: ${slot.point}`;
    const turn = turns.get(point) ?? 0;
    turns.set(point, turn + 1);
    return { slot, turn };
  });
  return placed.sort((a, b) => a.turn - b.turn).map(({ slot }) => slot);
}

function placeOf({ of, point, moment }: Slot): string {
  return `${of.fault.name}: ${point === undefined ? 'at a random moment' : `${moment} ${point}`}`;
}

/** @param again what is done was begun before, so that a point may be reached less often */
function killOf({ of, point, moment }: Slot, random: Random, again: boolean): Kill {
  if (point === undefined) {
    return { afterMs: of.lastedMs * (of.from + random.next() * (1 - of.from)) };
  }
  const nth = again ? 1 : 1 + random.integer(of.counts.get(point) ?? 1);
  return { plan: { point, moment, nth, pauseUs: random.integer(MAX_PAUSE_US) } };
}

class FaultRun {
  readonly #options: FaultOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chartseal-faults-'));
  /** Cases in the order in which they are killed at random moments. */
  #turns: readonly Measured[] = [];
  #named: readonly Slot[] = [];
  #number = 0;
  #kills = 0;
  #torn = 0;
  readonly #byPlace = new Map<string, number>();
  readonly #faults: Fault[] = [];
  readonly #startedAt = performance.now();

  constructor(options: FaultOptions) {
    this.#options = options;
  }

  async run(): Promise<FaultReport> {
    const { cases, seed, only } = this.#options;
    try {
      const measured: Measured[] = [];
      for (let at = 0; at < cases.length; at += LANES) {
        const some = cases.slice(at, at + LANES);
        measured.push(...(await Promise.all(some.map((one) => measure(one, this.#folder)))));
      }
      const random = newRandom(seed);
      const share = ({ fault }: Measured) => (fault.isSlow === true ? 1 : SLOW_SHARE);
      const turns = measured.flatMap((one) => Array.from({ length: share(one) }, () => one));
      this.#turns = shuffle(turns, random);
      this.#named = inOrder(measured.flatMap(slotsOf), random);
      if (only === undefined) {
        await Promise.all(Array.from({ length: LANES }, () => this.#lane()));
      } else {
        await this.#attempt(only);
      }
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
    return {
      seed,
      kills: this.#kills,
      byPlace: this.#byPlace,
      torn: this.#torn,
      faults: this.#faults,
      seconds: (performance.now() - this.#startedAt) / 1000,
    };
  }

  #isEnough(): boolean {
    const { kills, minutes = Number.POSITIVE_INFINITY } = this.#options;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return this.#kills >= kills || seconds >= minutes * 60;
  }

  async #lane(): Promise<void> {
    while (!this.#isEnough()) await this.#attempt(this.#number++);
  }

  #slot(number: number): Slot {
    const round = Math.floor(number / 5);
    const place = number % 5;
    if (place < NAMED_OF_FIVE) {
      return this.#named[(round * NAMED_OF_FIVE + place) % this.#named.length] as Slot;
    }
    const turn = round * (5 - NAMED_OF_FIVE) + place - NAMED_OF_FIVE;
    return { of: this.#turns[turn % this.#turns.length] as Measured, moment: 'during' };
  }

  async #attempt(number: number): Promise<void> {
    const random = newRandom(seedOf(this.#options.seed, number));
    const slot = this.#slot(number);
    const folder = join(this.#folder, `kill-${number}`);
    const where: string[] = [];
    try {
      const lines = await this.#killAll(folder, slot, random, where);
      await slot.of.fault.check(folder, lines);
    } catch (error) {
      this.#faults.push({ kill: number, where: where.join(', then '), error });
    }
    rmSync(folder, { recursive: true, force: true });
  }

  /** What was answered by processes that were killed one after the other. */
  async #killAll(folder: string, slot: Slot, random: Random, where: string[]): Promise<string[]> {
    const { fault, base } = slot.of;
    const begin = async (kill: Kill) => {
      rmSync(folder, { recursive: true, force: true });
      cpSync(base, folder, { recursive: true });
      const begun = await this.#kill(folder, slot, kill, random, where);
      if (!begun.killed) slot.of.lastedMs = begun.durationMs;
      return begun;
    };
    let ran = await begin(killOf(slot, random, false));
    // Another pace of the machine: fewer batches, but the first time is always reached; or at its
    // end before it was to be killed.
    if (!ran.killed) ran = await begin(killOf(slot, random, true));
    if (!ran.killed) requireEnd(ran, 0);
    const lines = [...ran.lines];
    while (ran.killed && random.next() < AGAIN) {
      const next = this.#anySlot(slot.of, random);
      ran = await this.#kill(folder, next, killOf(next, random, true), random, where);
      if (!ran.killed) requireEnd(ran, fault.refusal);
      lines.push(...ran.lines);
    }
    return lines;
  }

  async #kill(
    folder: string,
    slot: Slot,
    kill: Kill,
    random: Random,
    where: string[],
  ): Promise<Ran> {
    const { command, databases } = slot.of.fault;
    where.push(`${placeOf(slot)} ${JSON.stringify(kill)}`);
    const ran = await runChild(folder, command(folder), kill);
    if (ran.killed) this.#count(placeOf(slot));
    for (const database of databases) {
      if (tearLog(folder, join(folder, database), random) > 0) this.#torn++;
    }
    return ran;
  }

  #anySlot(of: Measured, random: Random): Slot {
    const named = this.#named.filter((slot) => slot.of === of);
    const isNamed = random.integer(5) < NAMED_OF_FIVE_AGAIN;
    const slot = isNamed ? named[random.integer(named.length)] : undefined;
    return slot ?? { of, moment: 'during' };
  }

  #count(place: string): void {
    this.#kills++;
    this.#byPlace.set(place, (this.#byPlace.get(place) ?? 0) + 1);
    this.#options.onKill?.(this.#kills);
  }
}

function requireEnd({ exitCode, stderr }: Ran, refusal = 0): void {
  if (exitCode !== 0 && exitCode !== refusal)
    throw new Error(`the program ended with ${exitCode}: ${stderr}`);
}

export function runFaults(options: FaultOptions): Promise<FaultReport> {
  return new FaultRun(options).run();
}

/** Lines for people: how to do it again, where was killed how often, what was found. */
export function describeReport(report: FaultReport): string[] {
  const { seed, kills, seconds, torn, byPlace, faults } = report;
  const places = [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...places.map(([place, count]) => `${String(count).padStart(6)}  ${place}`),
    `seed ${seed}, ${seconds.toFixed(1)} s, ${(kills / seconds).toFixed(1)} kills/s, ${torn} logs torn`,
    ...faults.flatMap(({ kill, where, error }) => [
      `kill ${kill}: ${where}`,
      `  ${error instanceof Error ? error.stack : String(error)}`,
      `  again: npm run soak -- --seed ${seed} --only ${kill}`,
    ]),
    `${kills} kills, ${faults.length} faults`,
  ];
}
