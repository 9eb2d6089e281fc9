// Row map: what an endorser spends on the subject map for one leaf of a batch.
import { join } from 'node:path';
import type { MapTask, MapTimes } from './map-child.js';
import type { Line, Row } from './row.js';

const BATCH = 16_384;

export const mapRow: Row = async (workshop) => {
  const { quick, rounds } = workshop.settings;
  const subjects = quick ? 100_000 : 1_000_000;
  const task: MapTask = { subjects, batch: BATCH, rounds };
  const args = [join(__dirname, 'map-child.js'), JSON.stringify(task)];
  const said = await workshop.run(process.execPath, args);
  const { fresh, known, freshWitness, knownWitness } = JSON.parse(said) as MapTimes;
  const size = subjects.toLocaleString('en-US');
  const line = (which: string, values: readonly number[], witness: number): Line => ({
    row: 'map',
    what: `check and apply one leaf, ${size} subjects, batches of ${BATCH.toLocaleString('en-US')} ${which}`,
    unit: 'µs',
    values,
    budget: { limit: 25, is: 'at most', of: 'value' },
    note: `${Math.round(witness)} bytes of witness for a leaf of ${which} subjects`,
  });
  return [line('new', fresh, freshWitness), line('known', known, knownWitness)];
};
