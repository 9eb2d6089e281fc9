// Data folders for tests that kill, and commands run in the process of the test itself.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../../cli/context.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { mustBe, openParts } from './fault-hospital.js';
import { writeWaves } from './fault-writer.js';

/** How long a command may take until all is proven. */
export const WAIT_MS = 20_000;

/** A new log in `folder`/data. */
export async function newData(folder: string): Promise<void> {
  await createDataFolder({
    folder: join(folder, 'data'),
    origin: 'hospital-a.example/archive',
    mspId: 'HospitalMSP',
    description: '',
    recordLabels: 'hmac',
    patientSystems: [],
  });
}

/** As {@link newData}, with everything that the writing program writes. */
export async function filledData(folder: string): Promise<void> {
  await newData(folder);
  const parts = await openParts(join(folder, 'data'), {});
  await writeWaves(parts, () => undefined);
  await parts.close();
}

export const DATA_NAMES = ['checkpoint', 'config.json', 'keys', 'ledger', 'run', 'store'];

/** Nothing else lies in a folder. */
export function checkNames(folder: string, expected: readonly string[]): void {
  const names = readdirSync(folder).sort();
  mustBe(names.join() === expected.join(), `left behind: ${names.join(' ')}`);
}

/** Runs a command to its good end; gives the data that it printed. */
export async function finish(
  command: (context: CommandContext) => Promise<number>,
): Promise<string[]> {
  const lines: string[] = [];
  const prose: string[] = [];
  const exitCode = await command({
    json: true,
    columns: 0,
    stdin: (async function* () {})(),
    data: (line) => void lines.push(line),
    tell: (line) => void prose.push(line),
    draw: () => undefined,
  });
  mustBe(exitCode === 0, `the second run ends with ${exitCode}: ${prose.join('; ')}`);
  return lines;
}
