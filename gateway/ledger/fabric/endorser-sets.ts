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

interface Avoidance {
  readonly since: number;
  readonly until: number;
}

/** An organisation by its name, a set by all its names. */
export type Avoided = Map<string, Avoidance>;

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
  readonly #avoided: Avoided;

  constructor(choice: Choice, avoided: Avoided = new Map(), now = () => performance.now()) {
    this.#sets = setsOf(choice);
    this.#avoided = avoided;
    this.#now = now;
  }

  /** The set to ask; when all are avoided, the one that failed longest ago. */
  choose(): readonly string[] {
    const now = this.#now();
    const free = this.#sets.find((set) => this.#newest(set, 'until') <= now);
    if (free !== undefined) return free;
    const since = (set: readonly string[]) => this.#newest(set, 'since');
    const oldest = [...this.#sets].sort((a, b) => since(a) - since(b));
    return oldest[0] ?? [];
  }

  avoidOrganisation(mspId: string, forMs = AVOID_MS): void {
    this.#avoid(mspId, forMs);
  }

  avoidSet(set: readonly string[]): void {
    this.#avoid(set.join('\n'), AVOID_MS);
  }

  #avoid(name: string, forMs: number): void {
    const since = this.#now();
    this.#avoided.set(name, { since, until: since + forMs });
  }

  #newest(set: readonly string[], time: keyof Avoidance): number {
    const names = [...set, set.join('\n')];
    return Math.max(...names.map((name) => this.#avoided.get(name)?.[time] ?? 0));
  }
}
