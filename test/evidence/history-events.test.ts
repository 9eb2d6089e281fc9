import { expect } from 'chai';
import { decodeBase64, encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { formatLeaf, leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import type { History } from '../../gateway/evidence/history.js';
import { NEIGHBOUR, PATIENT, sampleLog } from '../support/evidence-sample.js';
import { expectVerdict, judgeHistory, stepsWith, trustOf } from '../support/evidence-verdicts.js';

// With these keys the two patients' labels share four bits, and nobody's path ends empty.
const log = sampleLog({ seed: 18 });
const trust = trustOf(log.trustFile());
const history = log.history({ patient: PATIENT });

function refused(
  given: object,
  failing: readonly string[],
  verdict: 'incomplete' | 'not proven' = 'incomplete',
): void {
  expectVerdict(judgeHistory(given, trust), verdict, failing);
}

/** The history with its lists put together anew from these places of the old ones. */
function picked(from: History, places: readonly number[]): History {
  const { openings = [] } = from;
  return {
    ...from,
    leaves: places.map((place) => from.leaves[place] as string),
    entries: places.map((place) => from.entries[place] as string),
    openings: places.map((place) => openings[place] ?? null),
  };
}

/** The history with one leaf changed and, when asked, all later ones linked to it anew. */
function relinked(place: number, change: (leaf: ReturnType<typeof parseLeaf>) => object): History {
  const leaves = history.leaves.map((leaf) => decodeBase64(leaf, 'leaf'));
  for (let at = place; at < leaves.length; at++) {
    const leaf = parseLeaf(leaves[at] as Uint8Array);
    const previous = at === 0 ? leaf.previous : leafHash(leaves[at - 1] as Uint8Array);
    leaves[at] = formatLeaf({ ...leaf, previous, ...(at === place ? change(leaf) : {}) });
  }
  return { ...history, leaves: leaves.map(encodeBase64) };
}

describe('evidence/verify-history: events tampered with', () => {
  it('finds an event that is dropped: first, middle, last, all', () => {
    refused(picked(history, [1, 2]), ['chain']);
    refused(picked(history, [0, 2]), ['chain']);
    refused(picked(history, [0, 1]), ['map']);
    refused(picked(history, []), ['map']);
  });

  it('finds an event that is dropped with all later leaves linked anew', () => {
    const rest = picked(history, [0, 2]);
    const last = parseLeaf(decodeBase64(rest.leaves[1] as string, 'leaf'));
    const previous = leafHash(decodeBase64(rest.leaves[0] as string, 'leaf'));
    const linked = encodeBase64(formatLeaf({ ...last, sequence: 1, previous }));
    refused({ ...rest, leaves: [rest.leaves[0], linked] }, ['map']);
  });

  it('finds an event that is doubled or moved', () => {
    refused(picked(history, [0, 0, 1, 2]), ['chain']);
    refused(picked(history, [0, 1, 2, 2]), ['chain']);
    refused(picked(history, [1, 0, 2]), ['chain']);
    refused(picked(history, [0, 2, 1]), ['chain']);
    refused(picked(history, [2, 1, 0]), ['chain']);
  });

  it('finds an event that is replaced, in the leaf or in the entry', () => {
    const other = log.history({ patient: NEIGHBOUR });
    const leaves = [other.leaves[0], ...history.leaves.slice(1)];
    refused({ ...history, leaves }, ['chain', 'entries']);
    const entries = [other.entries[0], ...history.entries.slice(1)];
    refused({ ...history, entries }, ['entries']);
    const swapped = [history.entries[1], history.entries[0], history.entries[2]];
    refused({ ...history, entries: swapped, openings: [null, null, null] }, ['entries']);
    const hash = encodeHex(new Uint8Array(32));
    refused(
      relinked(1, () => ({ entry: Buffer.from(hash, 'hex') })),
      ['entries', 'map'],
    );
  });

  it('finds an event too many, also one of another patient', () => {
    const last = decodeBase64(history.leaves[2] as string, 'leaf');
    const leaf = parseLeaf(last);
    const more = formatLeaf({ ...leaf, sequence: 3, previous: leafHash(last) });
    const added = {
      ...history,
      leaves: [...history.leaves, encodeBase64(more)],
      entries: [...history.entries, null],
      openings: [...(history.openings ?? []), null],
    };
    refused(added, ['map']);
    const stranger = log.history({ patient: NEIGHBOUR }).leaves[0] as string;
    refused({ ...added, leaves: [...history.leaves, stranger] }, ['chain']);
  });

  it('finds an act that is swapped, whether later leaves are linked anew or not', () => {
    const swap = (place: number, act: number) => relinked(place, () => ({ act }));
    refused(swap(2, ACTS.erase), ['entries', 'map']);
    refused(swap(1, ACTS.inquiry), ['entries', 'map']);
    refused(swap(0, ACTS.archive), ['chain', 'entries']);
    refused(swap(2, ACTS.destroy), ['chain', 'entries']);
    const { leaves } = history;
    const unlinked = [swap(0, ACTS.erase).leaves[0], leaves[1], leaves[2]];
    refused({ ...history, leaves: unlinked }, ['chain', 'entries']);
    const hidden = { ...swap(1, ACTS.inquiry), entries: [null, null, null], openings: undefined };
    refused(hidden, ['map']);
  });

  it('does not call an act or leaf that it does not know altered, nor complete', () => {
    const hidden = { entries: [null, null, null], openings: undefined };
    for (const act of [0x77, ACTS['hold-by']]) {
      const outcome = judgeHistory({ ...relinked(2, () => ({ act })), ...hidden }, trust);
      expectVerdict(outcome, 'not checked');
      expect(stepsWith(outcome, 'NOT CHECKED')).to.deep.equal(['chain', 'map']);
    }
    const newer = Uint8Array.from(decodeBase64(history.leaves[2] as string, 'leaf'));
    newer[0] = 2;
    const leaves = [...history.leaves.slice(0, 2), encodeBase64(newer)];
    expectVerdict(judgeHistory({ ...history, ...hidden, leaves }, trust), 'not checked');
    const [first = ''] = leaves;
    refused({ ...history, ...hidden, leaves: [first, leaves[2], history.leaves[2]] }, ['chain']);
  });

  it('finds leaves that are malformed', () => {
    for (const leaf of [
      '',
      'AQ==',
      encodeBase64(new Uint8Array(106)),
      log.history({ log: true }).closingLeaf,
    ]) {
      const leaves = [leaf, ...history.leaves.slice(1)];
      refused({ ...history, leaves }, ['chain', 'entries']);
    }
  });

  it('finds lists of different lengths and openings of what is not shown', () => {
    const { openings = [] } = history;
    refused({ ...history, entries: history.entries.slice(1) }, ['entries']);
    refused({ ...history, openings: openings.slice(1) }, ['entries']);
    refused({ ...history, entries: [null, ...history.entries.slice(1)] }, ['entries']);
    refused({ ...history, openings: [openings[1], openings[0], openings[2]] }, ['entries']);
    refused({ ...history, leaves: history.leaves.slice(0, 2) }, ['entries', 'map']);
  });
});
