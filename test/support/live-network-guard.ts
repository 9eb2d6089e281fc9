// Runs beside a test run and ends its network when the run lets go of it or dies: stdin ends in
// either case, also by SIGKILL. Takes the state folder, and removes it.
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { runningProcesses, stopProcess } from '../../network/processes.js';

const SETTLE_MS = 300;

/** Ends what runs until nothing does: a run that dies may have been starting more. */
async function endAll(folder: string): Promise<void> {
  for (;;) {
    const names = await runningProcesses({ folder });
    if (names.length === 0) return;
    await Promise.all(names.map((name) => stopProcess({ folder }, name)));
    await sleep(SETTLE_MS);
  }
}

async function guard(folder: string): Promise<void> {
  for await (const _ of process.stdin);
  await endAll(folder);
  await rm(folder, { recursive: true, force: true });
}

void guard(process.argv[2] as string);
