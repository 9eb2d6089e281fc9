// Opens the data folder for one command and always closes it again.
import { userInfo } from 'node:os';
import { type Hospital, openHospital } from '../gateway/services/hospital.js';
import type { CommandContext } from './context.js';

export interface DataOptions {
  /** DATA. */
  readonly data: string;
}

export interface WaitOptions {
  /** How long a command waits until its entries are proven. */
  readonly waitMs: number;
}

/** Entries say which account of this machine submitted them. */
export function operator(): string {
  return `cli:${userInfo().username}`;
}

export async function withHospital<T>(
  { data }: DataOptions,
  context: CommandContext,
  use: (hospital: Hospital) => Promise<T>,
): Promise<T> {
  const hospital = await openHospital({ folder: data, operator: operator() });
  try {
    const { accepted, proven } = hospital.sequencer.counts;
    if (accepted > proven) {
      context.tell(`finishing ${accepted - proven} entries that an earlier command left`);
    }
    return await use(hospital);
  } finally {
    await hospital.close();
  }
}

/** The three counts of the log, for people. */
export function reportCounts(hospital: Hospital, context: CommandContext): void {
  const { accepted, committed, proven } = hospital.sequencer.counts;
  context.tell(`log: ${accepted} accepted, ${committed} committed, ${proven} proven`);
  const { delay } = hospital.sequencer;
  if (delay !== undefined) context.tell(`waiting: ${delay.code} ${delay.message}; ${delay.hint}`);
}
