// A program of its own: a gateway's process with accepting, audits and exports without end. Tells
// each thing that it has answered on a line; tests kill it.
import { writeSync } from 'node:fs';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { exportRunning } from '../../gateway/services/backup/running.js';
import type { Hospital } from '../../gateway/services/hospital.js';
import { auditBeside, openData } from './audit-sample.js';
import { accessSubmission } from './hospital.js';

/** It must not outlive a test that forgot it. */
const MAX_LIFE_MS = 30_000;

/** Told when it has what it works with. */
export const OPEN = 'open';

const tell = (line: string) => writeSync(1, `${line}\n`);

async function accept({ sequencer }: Hospital, run: string): Promise<never> {
  for (let number = 0; ; number++) {
    const event = accessSubmission(`P${number % 9}`, `${run} ${number}`);
    tell(encodeHex((await sequencer.acceptWhenRoom(event)).leafHash));
  }
}

async function exportAll(hospital: Hospital): Promise<never> {
  for (;;) {
    let bytes = 0;
    for await (const piece of exportRunning(hospital)) bytes += piece.length;
    tell(`exported ${bytes}`);
  }
}

async function auditAll(hospital: Hospital): Promise<never> {
  for (;;) {
    const { log } = await auditBeside(hospital, { bytesPerSecond: 500 });
    if (log.some(({ status }) => status === 'FAILED')) throw new Error(JSON.stringify(log));
    tell('audited');
  }
}

async function main([folder = '', run = '']: readonly string[]): Promise<void> {
  setTimeout(() => process.exit(2), MAX_LIFE_MS);
  const hospital = await openData(folder);
  tell(OPEN);
  await Promise.all([accept(hospital, run), exportAll(hospital), auditAll(hospital)]);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exit(1);
  });
}
