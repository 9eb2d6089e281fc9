// The witness of a batch: the subject map pruned to what the batch touches, so that an endorser
// without the map can check its root, apply the batch and compute the new root.
import { ChartsealError } from './errors.js';
import { MAX_MAP_DEPTH, MAX_WITNESS_BASE_BYTES, MAX_WITNESS_BYTES_PER_LEAF } from './limits.js';
import { type MapBytesRules, MapWriter, parseMapBytes } from './map-bytes.js';
import { subjectValue } from './subject.js';
import {
  type MapNode,
  mapHash,
  NODE_EMPTY,
  NODE_HASH,
  NODE_INNER,
  NODE_OTHER,
  type OtherNode,
  type SubjectNode,
  sameLabel,
  splitLabels,
  unexpanded,
} from './subject-map.js';

const RULES: MapBytesRules = {
  code: 'BAD_WITNESS',
  what: 'witness',
  prefix: new Uint8Array(),
  deepest: MAX_MAP_DEPTH,
  inFull: false,
};

/**
 * Witness for a batch that touches these labels, in any order, repeats allowed. Throws
 * BAD_WITNESS where the map does not show one of them.
 */
export function formatWitness(root: MapNode, labels: readonly Uint8Array[]): Uint8Array {
  const out = new MapWriter();
  prune(root, 0, [...labels], 0, labels.length, out);
  return out.take();
}

/** Writes the part of the map that labels[from..to) reach; as deep as the map. */
function prune(
  node: MapNode,
  depth: number,
  labels: Uint8Array[],
  from: number,
  to: number,
  out: MapWriter,
): void {
  if (node.tag === NODE_EMPTY) {
    out.empty();
  } else if (from === to) {
    out.hash(mapHash(node));
  } else if (node.tag === NODE_HASH) {
    throw unexpanded();
  } else if (node.tag === NODE_INNER) {
    const ones = splitLabels(labels, from, to, depth);
    out.inner();
    prune(node.left, depth + 1, labels, from, ones, out);
    prune(node.right, depth + 1, labels, ones, to, out);
  } else {
    showSubject(node, labels.slice(from, to), out);
  }
}

/** A subject at the end of touched paths: in full when it is touched itself, else as met. */
function showSubject(node: OtherNode | SubjectNode, labels: Uint8Array[], out: MapWriter): void {
  const touched = labels.some((label) => sameLabel(label, node.label));
  if (node.tag === NODE_OTHER) {
    if (touched) throw unexpanded();
    out.other(node.label, node.value);
  } else if (touched) {
    out.subject(node);
  } else {
    out.other(node.label, subjectValue(node.state));
  }
}

/**
 * Reads the witness of a batch of `leafCount` leaves; every fault is BAD_WITNESS. The result
 * says nothing until the caller has compared its mapRoot with the head's. Shares the bytes.
 */
export function parseWitness(bytes: Uint8Array, leafCount: number): MapNode {
  const limit = MAX_WITNESS_BASE_BYTES + MAX_WITNESS_BYTES_PER_LEAF * leafCount;
  if (bytes.length > limit) {
    throw new ChartsealError('BAD_WITNESS', `witness: more than ${limit} bytes`);
  }
  return parseMapBytes(bytes, RULES);
}
