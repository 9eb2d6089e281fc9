// Row map: what an endorser spends on the subject map for one leaf of a batch.
import { join } from 'node:path';
import type { MapCost, MapCosts, MapTask } from './map-child.js';
import { type Line, median, type Row } from './row.js';
import { formatNumber } from './table.js';

const BATCH = 16_384;

export const mapRow: Row = async (workshop) => {
  const { quick, rounds } = workshop.settings;
  const subjects = quick ? 100_000 : 1_000_000;
  const task: MapTask = { subjects, batch: BATCH, rounds };
  const args = [join(__dirname, 'map-child.js'), JSON.stringify(task)];
  const said = await workshop.run(process.execPath, args);
  const { fresh, known } = JSON.parse(said) as MapCosts;
  const size = subjects.toLocaleString('en-US');
  const line = (which: string, costs: readonly MapCost[]): Line => ({
    row: 'map',
    what: `check and apply one leaf, ${size} subjects, batches of ${BATCH.toLocaleString('en-US')} ${which}`,
    unit: 'µs',
    values: costs.map(({ us }) => us),
    budget: { limit: 25, is: 'at most', of: 'value' },
    note: noteOf(which, costs),
  });
  return [line('new', fresh), line('known', known)];
};

function noteOf(which: string, costs: readonly MapCost[]): string {
  const processor = formatNumber(median(costs.map(({ processorUs }) => processorUs)));
  const witness = Math.round(median(costs.map(({ witness }) => witness)));
  return `${which}: ${processor} µs of processor time, ${witness} bytes of witness for a leaf`;
}
