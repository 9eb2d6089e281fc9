// chartseal rebuild: the store built anew from its entries and the ledger.
import { standingOf } from '../../gateway/services/door/own-door.js';
import { type MendedRows, rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import type { CommandContext } from '../context.js';
import { EXIT_UNDONE } from '../exit.js';
import { type DataOptions, reportCounts, type WaitOptions, withHospital } from '../hospital.js';
import { clean } from '../render.js';

const NAME_WIDTH = 'attestations'.length;

/** What it means that rows of a kind were dropped, and what to do. */
const LOSSES: Readonly<Record<string, readonly string[]>> = {
  patients: [
    'their histories cannot be made by name until a new event of theirs is accepted',
    'or the store is restored from a backup',
  ],
  baselines: [
    'audit says "not checked" of these records until ingest reads their files again',
    'or the store is restored from a backup',
  ],
};

function lineOf({ rows, mended, dropped }: MendedRows): string {
  const count = mended === undefined ? 'written anew' : `${mended} mended`;
  return `${rows.padEnd(NAME_WIDTH)}  ${count}${dropped === 0 ? '' : `, ${dropped} dropped`}`;
}

function tellLosses(losses: readonly MendedRows[], context: CommandContext): void {
  for (const { rows, dropped } of losses) {
    context.tell(`${rows}: ${dropped} are gone or could not be used`);
    for (const line of LOSSES[rows] ?? []) context.tell(`  ${line}`);
  }
}

/** Exit code 2 when rows were dropped, or what waits for the ledger was not proven in time. */
export async function rebuild(
  options: DataOptions & WaitOptions,
  context: CommandContext,
): Promise<number> {
  const { entries, mended, places, aside } = await rebuildStore(options.data);
  return withHospital(options, context, async (hospital) => {
    const proven = await hospital.sequencer.waitProven(options.waitMs);
    const { counts } = hospital.sequencer;
    if (context.json) context.data(JSON.stringify({ entries, mended, places, aside, ...counts }));
    else {
      context.data(`${entries} entries, all else derived from them and from the ledger`);
      for (const rows of mended) context.data(lineOf(rows));
    }
    const losses = mended.filter(({ dropped }) => dropped > 0);
    tellLosses(losses, context);
    const { records, known } = places;
    context.tell(`${known} of ${records} records: it is known where their files were read`);
    if (known < records) context.tell('  audit says "not checked" of the others');
    context.tell(`the old store: ${clean(aside)}`);
    context.tell('  when chartseal audit finds nothing any more, it can be removed');
    reportCounts(standingOf(hospital), context);
    return proven && losses.length === 0 ? 0 : EXIT_UNDONE;
  });
}
