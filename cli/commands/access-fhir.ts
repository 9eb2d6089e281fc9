// chartseal access import --format fhir | balp: FHIR audit events from a file. What is refused is
// kept aside, with its cause; nothing of what an event holds is printed.
import { type FiledItem, readAuditFile } from '../../gateway/services/feed/audit-file.js';
import type { AuditOutcome, PlacedItem } from '../../gateway/services/feed/audit-import.js';
import type { CommandContext } from '../context.js';
import { dataTyped } from '../data-typed.js';
import { EXIT_FINDING, EXIT_UNDONE, errorReport, exitCodeOf } from '../exit.js';
import { Hints } from '../hints.js';
import { reportCounts, withDoor, withFhir } from '../hospital.js';
import { clean } from '../render.js';
import type { AccessImportOptions } from './access.js';

interface Tally {
  added: number;
  duplicates: number;
  /** About no patient. */
  counted: number;
  failed: number;
  /** Of those that failed: kept for a replay. */
  aside: number;
}

/** Where an event stands in the file. */
type Place = Pick<FiledItem, 'line' | 'expression'>;

function placeText({ line, expression }: Place): string {
  const parts = [...(line === undefined ? [] : [`line ${line}`]), expression ?? []].flat();
  return parts.length === 0 ? 'the file' : parts.join(', ');
}

/** Remembers where each event stands until its outcome comes. */
class Places {
  readonly #places = new Map<number, Place>();

  async *placed(items: AsyncIterable<FiledItem>): AsyncGenerator<PlacedItem> {
    let number = 0;
    for await (const { item, ...place } of items) {
      this.#places.set(++number, place);
      yield { number, item };
    }
  }

  take(number: number): Place {
    const place = this.#places.get(number) ?? {};
    this.#places.delete(number);
    return place;
  }
}

function report(outcome: AuditOutcome, place: Place, tally: Tally, context: CommandContext): void {
  if ('error' in outcome) {
    const { error, aside } = outcome;
    tally.failed++;
    if (aside !== undefined) tally.aside++;
    const kept = aside === undefined ? {} : { aside };
    if (context.json) {
      context.data(JSON.stringify({ ...place, ...kept, error: errorReport(error) }));
      return;
    }
    const where = aside === undefined ? '' : ` (kept aside as ${aside})`;
    context.tell(`${placeText(place)}: ${error.code} ${clean(error.message)}${where}`);
    return;
  }
  const { leafHashes, duplicate } = outcome;
  if (leafHashes.length === 0) tally.counted++;
  else tally[duplicate ? 'duplicates' : 'added']++;
  if (context.json) context.data(JSON.stringify({ ...place, leafHashes, duplicate }));
}

/** 1 when an event was refused, 2 when what was accepted was not proven in time. */
export async function importAuditEvents(
  input: AsyncIterable<Uint8Array>,
  options: AccessImportOptions,
  context: CommandContext,
): Promise<number> {
  const profile = options.format === 'balp' ? 'balp' : undefined;
  return withDoor(await withFhir(options), context, async (door) => {
    const tally: Tally = { added: 0, duplicates: 0, counted: 0, failed: 0, aside: 0 };
    const hints = new Hints();
    const places = new Places();
    let exitCode = 0;
    const items = places.placed(readAuditFile(input, profile));
    for await (const outcome of door.feed.importAudit(items)) {
      report(outcome, places.take(outcome.number), tally, context);
      if (!('error' in outcome)) continue;
      hints.add(outcome.error);
      const isKept = outcome.aside !== undefined;
      if (exitCode !== EXIT_FINDING) exitCode = isKept ? EXIT_FINDING : exitCodeOf(outcome.error);
    }
    const proven = await door.waitProven(options.waitMs);
    const standing = await door.standing();
    const { added, duplicates, counted, failed, aside } = tally;
    if (context.json) context.data(JSON.stringify({ summary: { ...tally, ...standing.counts } }));
    else {
      const about = counted === 0 ? '' : `, ${counted} about no patient counted only`;
      const before = `${duplicates} had been accepted before`;
      context.tell(`${added} accepted, ${before}${about}, ${failed} failed`);
    }
    hints.tell(context);
    if (aside > 0) {
      context.tell(
        `hint: ${aside} kept aside: mend the cause, then chartseal feed replay --all${dataTyped(options)}`,
      );
    }
    reportCounts(standing, context);
    return exitCode === 0 && !proven ? EXIT_UNDONE : exitCode;
  });
}
