// Files with every byte changed in turn, and what must come of each. CHARTSEAL_SEED chooses other
// changes.
import { expect } from 'chai';
import type { stepsWith } from './evidence-verdicts.js';
import { SEED, seeded } from './seeded.js';

const random = seeded(SEED);

function flipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] as number) ^ mask;
  return copy;
}

/** What can become of one byte: its lowest bit, its highest, any, left out, doubled. */
const CHANGES: readonly ((bytes: Uint8Array, at: number) => Uint8Array)[] = [
  (bytes, at) => flipped(bytes, at, 0x01),
  (bytes, at) => flipped(bytes, at, 0x80),
  (bytes, at) => flipped(bytes, at, 1 + random(255)),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]),
];

/** Every byte changed in every way. */
export function* changed(bytes: Uint8Array, stride = 1): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += stride) {
    for (const change of CHANGES) yield change(bytes, at);
  }
}

/** Every byte changed in one way, neighbours in others. */
export function* changedOnce(bytes: Uint8Array, stride = 1): Generator<Uint8Array> {
  const first = random(CHANGES.length);
  for (let at = first % stride; at < bytes.length; at += stride) {
    const change = CHANGES[(first + at) % CHANGES.length] as (typeof CHANGES)[number];
    yield change(bytes, at);
  }
}

export function* truncated(bytes: Uint8Array, stride = 1): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length += stride) yield bytes.subarray(0, length);
}

interface Outcome {
  readonly verdict: string;
  readonly exitCode: number;
  readonly steps: Parameters<typeof stepsWith>[0]['steps'];
}

/** The step that does not hold is named, with a sentence. */
export function expectCaught(outcome: Outcome, good: string): void {
  const caught = outcome.steps.filter(({ status }) => status !== 'OK');
  expect(caught).to.not.deep.equal([]);
  for (const { sentence } of caught) expect(sentence).to.match(/^.{10,}\.$/s);
  expect(outcome.verdict.startsWith(good)).to.equal(false);
  expect(outcome.exitCode).to.be.oneOf([1, 2]);
}
