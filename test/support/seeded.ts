// Numbers that look random and are the same for the same seed. CHARTSEAL_SEED chooses another; the
// seed stands in the names of the tests that use it.

export const SEED = Number.parseInt(process.env['CHARTSEAL_SEED'] ?? '20261101', 10) >>> 0;

/** mulberry32: whole numbers from 0 up to, not including, `below`. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
