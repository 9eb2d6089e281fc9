// A program of its own that has a data folder open: accepts some entries, says so when they are
// proven, and one more when its input ends.
import { openHospital } from '../../gateway/services/hospital.js';
import { accessSubmission } from './hospital.js';

/** Entries accepted at first. */
export const HELD = 5;

async function main(folder: string): Promise<void> {
  const hospital = await openHospital({ folder, operator: 'test' });
  const accept = async (id: string) => {
    await hospital.sequencer.accept(accessSubmission('P1', id));
  };
  for (let at = 0; at < HELD; at++) await accept(`r${at}`);
  await hospital.sequencer.waitProven(20_000);
  process.stdout.write('ready\n');
  for await (const _ of process.stdin);
  await accept('last');
  await hospital.sequencer.waitProven(20_000);
  await hospital.close();
}

if (require.main === module) void main(process.argv[2] ?? '');
