// A program of its own, since it holds a large map: makes batches with their witnesses, has a
// thread check and apply them (map-worker.ts), and says on stdout, as JSON, how long that took.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { utf8, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { formatLeaf, type Leaf } from '../../chaincode/core/leaf.js';
import { ACTS, KIND_PATIENT } from '../../chaincode/core/lifecycle.js';
import {
  EMPTY_MAP,
  findSubject,
  type MapNode,
  mapRoot,
  setSubject,
} from '../../chaincode/core/subject-map.js';
import { formatWitness } from '../../chaincode/core/witness.js';
import type { MapBatch } from './map-worker.js';
import type { Metered } from './workshop.js';

export interface MapTask {
  readonly subjects: number;
  readonly batch: number;
  readonly rounds: number;
}

/** What one leaf takes. */
export interface MapCost {
  /** Microseconds. */
  readonly us: number;
  /** Microseconds that processors worked for it. */
  readonly processorUs: number;
  /** Bytes of witness. */
  readonly witness: number;
}

/** Batches of subjects that the map does not have, and has; one of each in a round. */
export interface MapCosts {
  readonly fresh: readonly MapCost[];
  readonly known: readonly MapCost[];
}

const labelOf = (name: string) => sha256(utf8(name));

function largeMap(subjects: number): MapNode {
  let map = EMPTY_MAP;
  for (let at = 0; at < subjects; at++) {
    const head = labelOf(`head ${at}`);
    map = setSubject(map, labelOf(`subject ${at}`), {
      kind: KIND_PATIENT,
      flags: 0,
      count: 1,
      head,
    });
  }
  mapRoot(map);
  return map;
}

/** One access to each of these subjects, whatever their chains hold already. */
function accesses(map: MapNode, names: readonly string[]): Leaf[] {
  return names.map((name) => {
    const subject = labelOf(name);
    const before = findSubject(map, subject);
    return {
      act: ACTS.access,
      subject,
      sequence: before?.count ?? 0,
      previous: before?.head ?? ZERO_HASH,
      entry: labelOf(`entry of ${name}`),
    };
  });
}

/** What one leaf of the batch costs an endorser. */
async function costOf(thread: Worker, map: MapNode, leaves: readonly Leaf[]): Promise<MapCost> {
  const witness = formatWitness(
    map,
    leaves.map(({ subject }) => subject),
  );
  const batch: MapBatch = { root: mapRoot(map), witness, leaves: leaves.map(formatLeaf) };
  thread.postMessage(batch);
  const [time]: Metered[] = await once(thread, 'message');
  if (time === undefined) throw new Error('the thread says nothing');
  const each = (value: number) => value / leaves.length;
  return {
    us: each(time.ms * 1000),
    processorUs: each(time.processorMs * 1000),
    witness: each(witness.length),
  };
}

async function main({ subjects, batch, rounds }: MapTask): Promise<void> {
  const thread = new Worker(join(__dirname, 'map-worker.js'));
  const map = largeMap(subjects);
  const names = (round: number, what: string) =>
    Array.from({ length: batch }, (_, at) => `${what} ${round * batch + at}`);
  const isKnown = (round: number) => names(round % Math.floor(subjects / batch), 'subject');
  const fresh: MapCost[] = [];
  const known: MapCost[] = [];
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const ofNew = await costOf(thread, map, accesses(map, names(round, 'new subject')));
    const ofKnown = await costOf(thread, map, accesses(map, isKnown(round)));
    if (round === 0) continue;
    fresh.push(ofNew);
    known.push(ofKnown);
  }
  await thread.terminate();
  process.stdout.write(`${JSON.stringify({ fresh, known } satisfies MapCosts)}\n`);
}

main(JSON.parse(process.argv[2] ?? '{}')).catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exit(1);
});
