// When the main thread of this process was inside given functions, by V8's own sampling profiler.
import { Session } from 'node:inspector/promises';

/** A stretch of time on the clock of `performance.now()`, ms. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const INTERVAL_US = 1000;

/** Runs `act`; gives its result, and when it, or what it started, was inside functions so named. */
export async function sampled<T>(
  names: readonly string[],
  act: () => Promise<T>,
): Promise<{ readonly result: T; readonly inside: Stretch[] }> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
    await session.post('Profiler.start');
    const startedAt = performance.now();
    const result = await act();
    const { profile } = await session.post('Profiler.stop');
    const wanted = new Set<number>();
    // A node stands before its children.
    for (const { id, callFrame, children = [] } of profile.nodes) {
      if (names.includes(callFrame.functionName)) wanted.add(id);
      if (wanted.has(id)) for (const child of children) wanted.add(child);
    }
    const inside: Stretch[] = [];
    let at = startedAt;
    for (const [index, delta] of (profile.timeDeltas ?? []).entries()) {
      const from = at;
      at += delta / 1000;
      if (wanted.has(profile.samples?.[index] as number)) inside.push({ from, to: at });
    }
    return { result, inside };
  } finally {
    session.disconnect();
  }
}

/** How much of the time of some stretches lies in others, which do not overlap each other. */
export function timeWithin(stretches: readonly Stretch[], others: readonly Stretch[]): number {
  let sum = 0;
  for (const { from, to } of stretches) {
    for (const other of others) {
      sum += Math.max(0, Math.min(to, other.to) - Math.max(from, other.from));
    }
  }
  return sum;
}

export const timeOf = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { from, to }) => sum + to - from, 0);
