// An in-memory writer of one log: builds the batches that the contract takes, and says what the
// ledger must answer, computed the slow and obvious way. Holds everything; for tests only.
import { applyLeaves } from '../../chaincode/core/append-rules.js';
import { concat, encodeBase64, encodeHex, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { logLabel } from '../../chaincode/core/labels.js';
import {
  formatClosingLeaf,
  formatLeaf,
  type Leaf,
  leafHash,
  parseLeaf,
} from '../../chaincode/core/leaf.js';
import { ACTS, type ActName } from '../../chaincode/core/lifecycle.js';
import { EMPTY_ROOT, nodeHash } from '../../chaincode/core/merkle.js';
import { EMPTY_MAP, findSubject, type MapNode, mapRoot } from '../../chaincode/core/subject-map.js';
import { formatWitness } from '../../chaincode/core/witness.js';
import type { Transient } from '../../gateway/ledger/ledger.js';

/** One leaf to come: an act on a subject, by its label. */
export interface Step {
  readonly act: ActName;
  readonly subject: Uint8Array;
  /** SHA-256 of the entry's bytes; made up when left out. */
  readonly entry?: Uint8Array;
}

/** An append, ready to be sent; tests change parts of it. */
export interface TestBatch {
  readonly expectedSize: number;
  readonly leaves: readonly Uint8Array[];
  readonly witness: Uint8Array;
}

/** What the ledger must say after an append. */
export interface ExpectedAppend {
  readonly appendNumber: number;
  readonly closingLeaf: Uint8Array;
  readonly mapRoot: Uint8Array;
  readonly root: Uint8Array;
  readonly size: number;
}

/** A label that belongs to a name. */
export function labelOf(name: string): Uint8Array {
  return sha256(new TextEncoder().encode(`label of ${name}`));
}

/** MTH of RFC 6962 section 2.1 as it is written there. */
export function slowTreeRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (first === undefined) return EMPTY_ROOT;
  if (hashes.length === 1) return first;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(slowTreeRoot(hashes.slice(0, split)), slowTreeRoot(hashes.slice(split)));
}

/** Request and transient data of a batch, as they go to the ledger. */
export function appendCall(
  logId: string,
  batch: TestBatch,
): { readonly json: string; readonly transient: Transient } {
  const leafHashes = encodeBase64(concat(...batch.leaves.map(leafHash)));
  return {
    json: canonicalJson({ logId, expectedSize: batch.expectedSize, leafHashes }),
    transient: { leaves: concat(...batch.leaves), witness: batch.witness },
  };
}

export class LogWriter {
  readonly logLabel: Uint8Array;
  /** Every leaf of the log, closing leaves too. */
  readonly leaves: Uint8Array[] = [];
  map: MapNode = EMPTY_MAP;
  appends = 0;
  #lastClosing: Uint8Array = ZERO_HASH;

  constructor(origin: string) {
    this.logLabel = logLabel(origin);
  }

  get size(): number {
    return this.leaves.length;
  }

  /** Root of the tree of the first `size` leaves. */
  rootAt(size: number): Uint8Array {
    return slowTreeRoot(this.leaves.slice(0, size).map(leafHash));
  }

  /** A batch with these steps, each at the end of its chain; whether the law allows it or not. */
  batch(steps: readonly Step[]): TestBatch {
    const heads = new Map<string, { count: number; head: Uint8Array }>();
    const leaves = steps.map(({ act, subject, entry }, index) => {
      const key = encodeHex(subject);
      const before = heads.get(key) ?? findSubject(this.map, subject);
      const leaf: Leaf = {
        act: ACTS[act],
        subject,
        sequence: before?.count ?? 0,
        previous: before?.head ?? ZERO_HASH,
        entry: entry ?? labelOf(`entry ${this.size + index}`),
      };
      const bytes = formatLeaf(leaf);
      heads.set(key, { count: leaf.sequence + 1, head: leafHash(bytes) });
      return bytes;
    });
    const witness = formatWitness(
      this.map,
      steps.map(({ subject }) => subject),
    );
    return { expectedSize: this.size, leaves, witness };
  }

  /** Takes over a batch that the ledger committed at this time. */
  commit(batch: TestBatch, endorsedAt: number): ExpectedAppend {
    const hashes = batch.leaves.map(leafHash);
    this.map = applyLeaves(this.map, batch.leaves.map(parseLeaf), hashes, this.logLabel);
    const closingLeaf = formatClosingLeaf({
      endorsedAt,
      appendNumber: this.appends,
      previous: this.#lastClosing,
      mapRoot: mapRoot(this.map),
    });
    this.#lastClosing = leafHash(closingLeaf);
    this.leaves.push(...batch.leaves, closingLeaf);
    this.appends += 1;
    return {
      appendNumber: this.appends - 1,
      closingLeaf,
      mapRoot: mapRoot(this.map),
      root: this.rootAt(this.size),
      size: this.size,
    };
  }
}
