// Logs that grew to full length, each round from an empty data folder, in a process of its own. The
// rows about long logs look at them; the newest stays until the end.

import { join } from 'node:path';
import { createDataFolder } from '../../gateway/data/create.js';
import type { Growth, LogTask } from './log-child.js';
import type { Workshop } from './workshop.js';

/** Entries between two flushes of the map: so each block has one. */
const BLOCK = 16_384;
const WARM_UP = 8192;

export interface GrownLog {
  /** Data folder with all entries. */
  readonly folder: string;
  /** Entries of a block. */
  readonly block: number;
  /** One for each round. */
  readonly growths: readonly Growth[];
}

export async function newDataFolder(workshop: Workshop, name: string): Promise<string> {
  const folder = workshop.place(name);
  await createDataFolder({
    folder,
    origin: 'bench.example/archive',
    mspId: 'HospitalMSP',
    description: 'benchmark',
    recordLabels: 'hmac',
    patientSystems: [],
  });
  return folder;
}

export function childArgs(task: LogTask): string[] {
  return [join(__dirname, 'log-child.js'), JSON.stringify(task)];
}

export async function runTask<T>(workshop: Workshop, task: LogTask): Promise<T> {
  return JSON.parse(await workshop.run(process.execPath, childArgs(task))) as T;
}

function blockOf(entries: number): number {
  return Math.min(BLOCK, Math.floor(entries / 3));
}

export function grownLog(workshop: Workshop): Promise<GrownLog> {
  return workshop.keep('grown log', async () => {
    const { entries, rounds } = workshop.settings;
    const block = blockOf(entries);
    const growths: Growth[] = [];
    let folder = '';
    for (let round = 0; round < rounds; round++) {
      if (folder !== '') workshop.remove(folder);
      folder = await newDataFolder(workshop, 'grown');
      const task = { task: 'grow', folder, warmUp: WARM_UP, entries, block } as const;
      growths.push(await runTask<Growth>(workshop, task));
    }
    return { folder, block, growths };
  });
}
