// A program of its own, since it holds a large map: checks and applies batches as the contract
// does, and says on stdout, as JSON, how long that took.
import { applyLeaves } from '../../chaincode/core/append-rules.js';
import { equalBytes, utf8, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { logLabel } from '../../chaincode/core/labels.js';
import { formatLeaf, type Leaf, leafHash } from '../../chaincode/core/leaf.js';
import { ACTS, KIND_PATIENT } from '../../chaincode/core/lifecycle.js';
import {
  EMPTY_MAP,
  findSubject,
  type MapNode,
  mapRoot,
  setSubject,
} from '../../chaincode/core/subject-map.js';
import { formatWitness, parseWitness } from '../../chaincode/core/witness.js';

export interface MapTask {
  readonly subjects: number;
  readonly batch: number;
  readonly rounds: number;
}

/** Microseconds for one leaf, in each round; bytes of witness for one leaf. */
export interface MapTimes {
  readonly fresh: readonly number[];
  readonly known: readonly number[];
  readonly freshWitness: number;
  readonly knownWitness: number;
}

const LOG = logLabel('bench.example/archive');
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

/** What the contract does with one batch. */
function checkAndApply(map: MapNode, leaves: readonly Leaf[]): { us: number; witness: number } {
  const root = mapRoot(map);
  const hashes = leaves.map((leaf) => leafHash(formatLeaf(leaf)));
  const subjects = leaves.map(({ subject }) => subject);
  const witness = formatWitness(map, subjects);
  const startedAt = performance.now();
  const shown = parseWitness(witness, leaves.length);
  if (!equalBytes(mapRoot(shown), root)) throw new Error('the witness shows another map');
  const after = mapRoot(applyLeaves(shown, leaves, hashes, LOG));
  const us = ((performance.now() - startedAt) * 1000) / leaves.length;
  if (equalBytes(after, root)) throw new Error('the batch changed nothing');
  return { us, witness: witness.length / leaves.length };
}

function main({ subjects, batch, rounds }: MapTask): MapTimes {
  const map = largeMap(subjects);
  const names = (round: number, what: string) =>
    Array.from({ length: batch }, (_, at) => `${what} ${round * batch + at}`);
  const isKnown = (round: number) => names(round % Math.floor(subjects / batch), 'subject');
  const fresh: number[] = [];
  const known: number[] = [];
  let freshWitness = 0;
  let knownWitness = 0;
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const ofNew = checkAndApply(map, accesses(map, names(round, 'new subject')));
    const ofKnown = checkAndApply(map, accesses(map, isKnown(round)));
    if (round === 0) continue;
    fresh.push(ofNew.us);
    known.push(ofKnown.us);
    freshWitness = ofNew.witness;
    knownWitness = ofKnown.witness;
  }
  return { fresh, known, freshWitness, knownWitness };
}

process.stdout.write(`${JSON.stringify(main(JSON.parse(process.argv[2] ?? '{}')))}\n`);
