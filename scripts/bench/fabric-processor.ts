// Processor time of all processes of a network, as the kernel counts it: unlike the time on the
// clock, other programs on the machine hardly stretch it.
import { existsSync, readFileSync } from 'node:fs';
import { findProcess, runningProcesses } from '../../network/processes.js';

/** Of the kernel's accounts, on every architecture. */
const TICK_MS = 10;
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** Of one process, with all its threads. */
function processorMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * TICK_MS;
}

/** Milliseconds since the network began; undefined where the system does not tell. */
export async function networkProcessorMs(folder: string): Promise<number | undefined> {
  if (!existsSync('/proc/self/stat')) return undefined;
  let sum = 0;
  for (const name of await runningProcesses({ folder })) {
    const found = await findProcess({ folder }, name);
    if (found !== undefined) sum += processorMs(found.pid);
  }
  return sum;
}
