// A program of its own: accepts entries in waves, some at once and some apart, and tells each
// acceptance on a line once it is answered. The same seed gives the same submissions, so that a
// second run finishes the first. Tests kill it.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { Submission } from '../../gateway/services/submission.js';
import { type OpenParts, openParts } from './fault-hospital.js';
import { accessSubmission, recordSubmission } from './hospital.js';

const WAVE_SIZES = [1, 3, 9, 1, 6, 2, 12, 1, 4, 5];
const PAUSE_MS = 12;

/** One accepted entry, as a line of output. */
export interface ToldEntry {
  readonly name: string;
  readonly leafHash: string;
}

interface Named {
  readonly name: string;
  readonly submission: Submission;
}

/** Some of patients who come again, some records with one version after the other. */
function waves(): Named[][] {
  let at = 0;
  const versions = new Map<string, number>();
  const next = (): Named => {
    at++;
    if (at % 3 !== 0) {
      return { name: `event r${at}`, submission: accessSubmission(`P${at % 5}`, `r${at}`) };
    }
    const id = `record ${at % 4}`;
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    const submission = recordSubmission(id, version, `content ${at}`);
    return { name: `record ${id} ${version}`, submission };
  };
  return WAVE_SIZES.map((size) => Array.from({ length: size }, next));
}

/** How many entries there are in the end. */
export const WRITTEN = WAVE_SIZES.reduce((sum, size) => sum + size, 0);

/** Accepts what is not there yet; resolves when all of it is proven. */
export async function writeWaves(
  { sequencer }: OpenParts,
  tell: (entry: ToldEntry) => void,
): Promise<void> {
  for (const wave of waves()) {
    const accepts = wave.map(async ({ name, submission }) => {
      const accepted = await sequencer.accept(submission);
      tell({ name, leafHash: encodeHex(accepted.leafHash) });
    });
    await Promise.all(accepts);
    await sleep(PAUSE_MS * (wave.length % 3));
  }
  await sequencer.waitProven(20_000);
}

async function main(folder: string): Promise<void> {
  const parts = await openParts(folder, {});
  await writeWaves(parts, (entry) => writeSync(1, `${JSON.stringify(entry)}\n`));
  await parts.close();
}

if (require.main === module) {
  main(process.argv[2] ?? '').catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
}
