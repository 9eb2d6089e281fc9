// Receipts on demand, from the store alone: a proven entry needs no ledger any more.
import { decodeBase64, encodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { type Checkpoint, parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { LEAF_BYTES } from '../../chaincode/core/limits.js';
import { rootFromInclusion } from '../../chaincode/core/merkle.js';
import { OPENINGS_SHAPE } from '../../chaincode/core/private-members.js';
import { parseNote } from '../../chaincode/core/signed-note.js';
import { inclusionProof, type NodeReader } from '../../chaincode/core/tree-proofs.js';
import { type Attestation, parseAttestation } from '../evidence/attestation.js';
import { buildReceipt, type Openings, type Receipt } from '../evidence/receipt.js';
import type { Reader } from '../store/database.js';
import { type AppendRow, type AttestationRow, parseJsonRow } from '../store/rows.js';
import type { Store } from '../store/store.js';
import { tileNodeReader } from '../store/tiles.js';
import { Labels, type LogContext } from './log-context.js';
import { findVersion } from './version-place.js';

/** An inclusion proof that has been checked against its own checkpoint. */
export interface CheckedProof {
  readonly index: number;
  readonly path: Uint8Array[];
  /** Signed note. */
  readonly checkpoint: string;
  readonly attestation: Attestation;
}

/** An attested checkpoint with the tree under it; many proofs share it. */
export interface AttestedTree {
  readonly size: number;
  readonly root: Uint8Array;
  readonly checkpoint: string;
  readonly attestation: Attestation;
  readonly read: NodeReader;
}

function stored<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    const text = `an attested checkpoint of the store cannot be read: ${cause.message}`;
    throw new ChartsealError('STORE_CORRUPT', text, { cause });
  }
}

/** What the signed note of a row says. Throws STORE_CORRUPT. */
export function storedCheckpoint({ checkpoint }: AttestationRow): Checkpoint {
  return stored(() => parseCheckpoint(parseNote(checkpoint).text));
}

/** Throws STORE_CORRUPT. */
export function storedAttestation({ attestation }: AttestationRow): Attestation {
  return stored(() => parseAttestation(attestation));
}

/** Throws STORE_CORRUPT. */
export function openTree(row: AttestationRow, reader: Reader): AttestedTree {
  const { size, root } = storedCheckpoint(row);
  const { checkpoint } = row;
  const read = tileNodeReader(reader);
  return { size, root, checkpoint, attestation: storedAttestation(row), read };
}

/** Proof for one leaf; throws STORE_CORRUPT when what the store holds does not prove it. */
export function checkedProof(
  leaf: Uint8Array,
  index: number,
  { size, root, checkpoint, attestation, read }: AttestedTree,
): CheckedProof {
  const path = inclusionProof(index, size, read);
  if (!equalBytes(rootFromInclusion(index, size, leafHash(leaf), path), root)) {
    throw new ChartsealError('STORE_CORRUPT', `leaf ${index} is not in the tree of size ${size}`);
  }
  return { index, path, checkpoint, attestation };
}

/** Openings as stored: canonical JSON bytes, empty when nothing is private. */
export function parseOpenings(bytes: Uint8Array): Openings | undefined {
  return bytes.length === 0
    ? undefined
    : parseJsonRow<Openings>(bytes, OPENINGS_SHAPE, 'the openings of an entry');
}

export class Receipts {
  readonly #store: Store;
  readonly #labels: Labels;
  /** Of the newest receipt, as a rule the next one's neighbour; what is proven never changes. */
  #last: { readonly append: AppendRow; readonly tree: AttestedTree } | undefined;

  constructor(services: { store: Store; context: LogContext }) {
    this.#store = services.store;
    this.#labels = new Labels(services.context);
  }

  /** Receipt of an accepted entry. Throws NOT_PROVEN_YET, STORE_CORRUPT. */
  async make(ordinal: number): Promise<Receipt> {
    const { append, tree } = await this.#around(ordinal);
    const index = append.firstIndex + ordinal - append.firstOrdinal;
    const { leaf, entry, openings } = this.#store.readEntry(ordinal);
    const proof = checkedProof(leaf, index, tree);
    const opened = parseOpenings(openings);
    return buildReceipt({ entry, leaf, ...proof, ...(opened && { openings: opened }) });
  }

  /** The append that holds an entry, and the first attested checkpoint above it. */
  async #around(ordinal: number): Promise<{ append: AppendRow; tree: AttestedTree }> {
    const last = this.#last;
    if (last !== undefined) {
      const offset = ordinal - last.append.firstOrdinal;
      if (offset >= 0 && offset < last.append.leaves) return last;
    }
    // Read first: while the rest is looked for, the entry may become proven.
    const provenEntries = this.#store.findMarker()?.entries ?? 0;
    const place = await this.#store.findPlace(ordinal);
    const attested = place && (await this.#store.findAttestationAbove(place.index));
    if (place === undefined || attested === undefined) {
      if (ordinal < provenEntries) {
        throw new ChartsealError('STORE_CORRUPT', 'the place of a proven entry is gone');
      }
      throw new ChartsealError('NOT_PROVEN_YET', 'the entry is accepted and not proven yet');
    }
    const isSame = last?.tree.size === attested.size;
    const tree = isSame ? last.tree : openTree(attested.row, this.#store.db);
    this.#last = { append: place.append, tree };
    return this.#last;
  }

  /** Ordinal of one version of a record, the newest when none is named. Throws NOT_FOUND. */
  async findRecord(id: string, version?: number): Promise<number> {
    const label = this.#labels.record(id);
    const ordinal = await findVersion(this.#store, label, version);
    if (ordinal !== undefined) return ordinal;
    const isThere = version !== undefined && this.#store.findHead(label) !== undefined;
    const text = isThere ? `the record has no version ${version}` : 'no record has this identifier';
    throw new ChartsealError('NOT_FOUND', text);
  }

  /** Ordinal of the entry with this leaf hash. Throws NOT_FOUND. */
  findLeafHash(hash: Uint8Array): number {
    const ordinal = this.#store.findByLeafHash(hash);
    if (ordinal === undefined) {
      throw new ChartsealError('NOT_FOUND', `no entry has the leaf hash ${encodeHex(hash)}`);
    }
    return ordinal;
  }

  /** Ordinal of the entry at this index of the tree. Throws NOT_FOUND. */
  async findIndex(index: number): Promise<number> {
    const ordinal = await this.#store.findOrdinal(index);
    if (ordinal === undefined) {
      throw new ChartsealError('NOT_FOUND', `no proven entry stands at index ${index}`);
    }
    return ordinal;
  }
}

/** Closing leaf of an attested checkpoint; undefined at size 0. */
export function closingLeafOf(row: AttestationRow): Uint8Array | undefined {
  return row.closingLeaf === null
    ? undefined
    : decodeBase64(row.closingLeaf, 'closing leaf', LEAF_BYTES);
}
