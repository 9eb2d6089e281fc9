// Runs damage-reader over a sample, and goes on behind each damage at which LevelDB ended it.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DamageOutcome } from './damage-reader.js';
import type { DataSample } from './data-sample.js';

const READER = join(__dirname, 'damage-reader.js');

export interface DamageRuns {
  readonly outcomes: readonly DamageOutcome[];
  /** What LevelDB said when it ended the process, once for each time. */
  readonly aborts: readonly string[];
}

/** @param folder holds the sample as `data` */
export function runDamages(
  folder: string,
  { trustFile, given }: DataSample,
  part: 'store' | 'ledger',
  count: number,
  seed: number,
): DamageRuns {
  const trust = Buffer.from(trustFile).toString('base64');
  writeFileSync(join(folder, 'sound.json'), JSON.stringify({ trust, given }));
  const outcomes: DamageOutcome[] = [];
  const aborts: string[] = [];
  while (outcomes.length + aborts.length < count) {
    const first = outcomes.length + aborts.length;
    const args = [READER, folder, part, count, first, seed].map(String);
    const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const lines = stdout.split('\n').filter((line) => line !== '');
    outcomes.push(...lines.map((line) => JSON.parse(line) as DamageOutcome));
    if (outcomes.length + aborts.length === count) break;
    if (signal !== 'SIGABRT') throw new Error(`the reader ended: ${stderr}`);
    aborts.push(stderr);
  }
  return { outcomes, aborts };
}
