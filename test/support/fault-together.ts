// A program of its own: accepts several submissions at a time, those that belong together in one,
// and tells each lot once it is answered. The same lots come in a second run. Tests kill it.
import { writeSync } from 'node:fs';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { type OpenParts, openParts } from './fault-hospital.js';
import { accessSubmission } from './hospital.js';

const LOT_SIZES = [3, 20, 1, 7, 60, 2, 16, 30];

/** One lot, as a line of output. */
export interface ToldLot {
  readonly lot: number;
  readonly leafHashes: readonly string[];
}

/** Request ids of each lot. */
export const LOTS: readonly (readonly string[])[] = LOT_SIZES.map((size, lot) =>
  Array.from({ length: size }, (_, at) => `lot ${lot} ${at}`),
);

/** Some at once, some one after the other; resolves when all of it is proven. */
export async function writeLots(
  { sequencer }: OpenParts,
  tell: (told: ToldLot) => void,
): Promise<void> {
  const write = async (lot: number) => {
    const names = LOTS[lot] as readonly string[];
    const submissions = names.map((name, at) => accessSubmission(`P${at % 4}`, name));
    const accepted = await sequencer.acceptAll(submissions);
    tell({ lot, leafHashes: accepted.map(({ leafHash }) => encodeHex(leafHash)) });
  };
  for (let lot = 0; lot < LOTS.length; lot += 2) await Promise.all([write(lot), write(lot + 1)]);
  await sequencer.waitProven(20_000);
}

async function main(folder: string): Promise<void> {
  const parts = await openParts(folder, {});
  await writeLots(parts, (told) => writeSync(1, `${JSON.stringify(told)}\n`));
  await parts.close();
}

if (require.main === module) {
  main(process.argv[2] ?? '').catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
}
