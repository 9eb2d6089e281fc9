// Which organisations are asked together: the preferred ones, and others while one of those is
// down. What was learned is kept for some seconds, so that not every call finds it out again.

/** Organisations to choose from. */
export interface Choice {
  /** In order of preference. */
  readonly from: readonly string[];
  /** How many are asked. */
  readonly count: number;
  /** Must be among them. */
  readonly required: readonly string[];
}

const AVOID_MS = 10_000;
/** Beyond so many sets the order of preference is no help any more. */
const MAX_SETS = 64;

/** Sets of `count` items, those with the first items first. */
function* combinations(items: readonly string[], count: number): Generator<readonly string[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let index = 0; index + count <= items.length; index++) {
    for (const rest of combinations(items.slice(index + 1), count - 1)) {
      yield [items[index] as string, ...rest];
    }
  }
}

function setsOf({ from, count, required }: Choice): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const wanted = Math.max(count, required.length);
  for (const set of combinations(from, wanted)) {
    if (required.every((one) => set.includes(one))) found.push(set);
    if (found.length === MAX_SETS) break;
  }
  return found;
}

export class EndorserSets {
  readonly #sets: readonly (readonly string[])[];
  readonly #now: () => number;
  /** Until when something is avoided: an organisation by its name, a set by all its names. */
  readonly #avoided = new Map<string, number>();

  constructor(choice: Choice, now: () => number = Date.now) {
    this.#sets = setsOf(choice);
    this.#now = now;
  }

  /** The set to ask; when all are avoided, the one that has been longest. */
  choose(): readonly string[] {
    const free = this.#sets.find((set) => this.#untilOf(set) <= this.#now());
    if (free !== undefined) return free;
    const oldest = [...this.#sets].sort((a, b) => this.#untilOf(a) - this.#untilOf(b));
    return oldest[0] ?? [];
  }

  avoidOrganisation(mspId: string): void {
    this.#avoided.set(mspId, this.#now() + AVOID_MS);
  }

  avoidSet(set: readonly string[]): void {
    this.#avoided.set(set.join('\n'), this.#now() + AVOID_MS);
  }

  #untilOf(set: readonly string[]): number {
    const names = [...set, set.join('\n')];
    return Math.max(...names.map((name) => this.#avoided.get(name) ?? 0));
  }
}
