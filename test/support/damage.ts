// Damage to the files of a LevelDB folder at places that a seed chooses.
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Damage {
  /** Below the folder. */
  readonly file: string;
  readonly at: number;
  /** Bits turned over; 0 cuts the file there. */
  readonly mask: number;
}

/** LevelDB's journal of itself, which it only writes, and its lock. */
const UNUSED = /(^|\/)(LOG|LOG\.old|LOCK)$/;

function usedFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !UNUSED.test(name) && statSync(join(folder, name)).isFile())
    .filter((name) => statSync(join(folder, name)).size > 0)
    .sort();
}

/** Large files get more of it, and every file gets some. */
export function chooseDamages(
  folder: string,
  count: number,
  random: (below: number) => number,
): Damage[] {
  const files = usedFiles(folder);
  const sizes = files.map((file) => statSync(join(folder, file)).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const anywhere = () => {
    let at = random(total);
    let file = 0;
    while (at >= (sizes[file] as number)) at -= sizes[file++] as number;
    return { file: files[file] as string, at };
  };
  return Array.from({ length: count }, (_, number) => {
    const each = files.length * 2;
    const index = number % files.length;
    const place =
      number < each
        ? { file: files[index] as string, at: random(sizes[index] as number) }
        : anywhere();
    const isCut = number < each ? number >= files.length : random(5) === 0;
    return { ...place, mask: isCut ? 0 : 1 << random(8) };
  });
}

export function inflict(folder: string, { file, at, mask }: Damage): void {
  const path = join(folder, file);
  if (mask === 0) {
    truncateSync(path, at);
    return;
  }
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ mask;
  writeFileSync(path, bytes);
}

export function describeDamage({ file, at, mask }: Damage): string {
  return mask === 0 ? `${file} cut at ${at}` : `${file} byte ${at} ^ ${mask}`;
}
