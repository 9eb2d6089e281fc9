// chartseal rebuild: the store built anew from its entries and the ledger.
import { type MendedRows, rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import type { CommandContext } from '../context.js';
import { type DataOptions, reportCounts, type WaitOptions, withHospital } from '../hospital.js';
import { clean } from '../render.js';

const NAME_WIDTH = 'attestations'.length;

function lineOf({ rows, mended }: MendedRows): string {
  return `${rows.padEnd(NAME_WIDTH)}  ${mended === undefined ? 'written anew' : `${mended} mended`}`;
}

/** Exit code 2 when what waits for the ledger was not proven in time. */
export async function rebuild(
  options: DataOptions & WaitOptions,
  context: CommandContext,
): Promise<number> {
  const { entries, mended, aside } = await rebuildStore(options.data);
  return withHospital(options, context, async (hospital) => {
    const proven = await hospital.sequencer.waitProven(options.waitMs);
    const { counts } = hospital.sequencer;
    if (context.json) context.data(JSON.stringify({ entries, mended, aside, ...counts }));
    else {
      context.data(`${entries} entries, all else derived from them and from the ledger`);
      for (const rows of mended) context.data(lineOf(rows));
    }
    context.tell(`the old store: ${clean(aside)}`);
    context.tell('  when chartseal audit finds nothing any more, it can be removed');
    reportCounts(hospital, context);
    return proven ? 0 : 2;
  });
}
