// Access events from JSON lines. One bad line is reported with its number and stops nothing else.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { acceptCounted, countRefused, type FeedSender, type Importing } from './feed/counted.js';
import { inOrder } from './in-order.js';
import type { JsonLine } from './json-lines.js';
import type { Accepted } from './sequencer/accept-group.js';
import type { Submitter } from './sequencer/build-entry.js';
import { parseAccessSubmission } from './submission.js';
import { ENDS_ALL } from './write-side.js';

export type ImportOutcome = { readonly line: number } & (
  | { readonly accepted: Accepted }
  | { readonly error: ChartsealError }
);

const IN_FLIGHT = 1024;

/** Outcomes in the order of the lines; throws only for faults of the store or the ledger. */
export function importAccess(
  hospital: Importing,
  lines: AsyncIterable<JsonLine>,
  by: Submitter,
): AsyncGenerator<ImportOutcome> {
  return inOrder(lines, (line) => importLine(hospital, line, by), IN_FLIGHT);
}

async function importLine(
  { sequencer, feed }: Importing,
  line: JsonLine,
  by: Submitter,
): Promise<ImportOutcome> {
  const sender: FeedSender = { via: 'import', caller: by };
  try {
    if ('error' in line) {
      await countRefused(feed, sender, line.error);
      throw line.error;
    }
    const read = () => parseAccessSubmission(line.value);
    const accepted = await acceptCounted(feed, sender, read, (event) =>
      sequencer.acceptWhenRoom(event, { by }),
    );
    return { line: line.number, accepted };
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    // Everything after a stopped write side would fail alike.
    if (ENDS_ALL.has(error.code)) throw error;
    return { line: line.number, error };
  }
}
