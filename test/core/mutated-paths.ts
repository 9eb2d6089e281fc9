// Every small way of spoiling a proof: no verifier may take any of these.

/** The same bytes with one bit turned. */
export function turnBit(bytes: Uint8Array, bit: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8) % out.length;
  out[at] = (out[at] as number) ^ (1 << (bit % 8));
  return out;
}

export interface MutatedPath {
  readonly how: string;
  readonly path: Uint8Array[];
}

/** Paths that differ from a path of different hashes in one place; `bit` is the bit to turn. */
export function mutatedPaths(path: readonly Uint8Array[], bit: number): MutatedPath[] {
  const extra = new Uint8Array(32).fill(7);
  const out: MutatedPath[] = [
    { how: 'one more at the end', path: [...path, extra] },
    { how: 'one more at the start', path: [extra, ...path] },
  ];
  path.forEach((hash, at) => {
    const before = path.slice(0, at);
    const after = path.slice(at + 1);
    out.push(
      { how: `bit of ${at} turned`, path: [...before, turnBit(hash, bit), ...after] },
      { how: `${at} left out`, path: [...before, ...after] },
      { how: `${at} twice`, path: [...before, hash, hash, ...after] },
      { how: `${at} short`, path: [...before, hash.subarray(1), ...after] },
      { how: `${at} long`, path: [...before, Uint8Array.of(...hash, 0), ...after] },
    );
    const next = path[at + 1];
    if (next !== undefined) {
      out.push({ how: `${at} swapped`, path: [...before, next, hash, ...path.slice(at + 2)] });
    }
  });
  return out;
}
