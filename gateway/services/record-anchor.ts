// A digest becomes version 1 of a record, a changed digest its next version, an unchanged one
// nothing. Whatever concerns one record takes its turn.
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { idempotencyKey } from '../store/keys.js';
import { type Head, parseJsonRow, parseKnownRow } from '../store/rows.js';
import type { Store } from '../store/store.js';
import { Lanes } from './lanes.js';
import type { AcceptOptions } from './sequencer/accept-request.js';
import { requestKey } from './sequencer/idempotency.js';
import type { Sequencer } from './sequencer/sequencer.js';
import type { RecordSubmission } from './submission.js';

/** A document as its sender knows it, who need not know its version. */
export type AnchorDocument = Omit<RecordSubmission['record'], 'version'> & {
  /** When it is given, VERSION_CONFLICT unless it is the next. */
  readonly version?: number;
};

export interface AnchorOptions extends AcceptOptions {
  readonly patient?: PatientIdentifier;
  /** Waits while the outbox is full, instead of OUTBOX_FULL. */
  readonly whenRoom?: boolean;
  /** Called before a known record gets another version; may throw. */
  readonly beforeAmend?: (label: Uint8Array) => void;
  /** Called when the newest version has this digest already. */
  readonly onUnchanged?: (label: Uint8Array) => void;
}

export interface Anchored {
  readonly state: 'anchored' | 'unchanged';
  /** Where the entry stands in the local order. */
  readonly ordinal: number;
  readonly version: number;
  /** Where it was at hand. */
  readonly leafHash?: Uint8Array;
}

export class RecordAnchor {
  readonly #store: Store;
  readonly #sequencer: Sequencer;
  readonly #lanes = new Lanes();

  constructor(services: { store: Store; sequencer: Sequencer }) {
    this.#store = services.store;
    this.#sequencer = services.sequencer;
  }

  /** Throws the codes of {@link Sequencer.accept}. */
  anchor(document: AnchorDocument, options: AnchorOptions = {}): Promise<Anchored> {
    return this.#lanes.take(document.id, () => this.#anchor(document, options));
  }

  async #anchor(document: AnchorDocument, options: AnchorOptions): Promise<Anchored> {
    const label = this.#sequencer.labels.record(document.id);
    const head = this.#store.findHead(label);
    const earlier = this.#findEarlier(document);
    if (earlier !== undefined) return this.#submit(document, earlier, options);
    if (head !== undefined && isNewest(document, head)) {
      options.onUnchanged?.(label);
      return { state: 'unchanged', ordinal: head.ordinal, version: head.version };
    }
    if (head !== undefined) options.beforeAmend?.(label);
    return this.#submit(document, (head?.version ?? 0) + 1, options);
  }

  async #submit(
    document: AnchorDocument,
    next: number,
    { patient, baseline, by, whenRoom = false }: AnchorOptions,
  ): Promise<Anchored> {
    const version = document.version ?? next;
    const submission: RecordSubmission = {
      act: version === 1 ? 'archive' : 'amend',
      record: { ...document, version },
      ...(patient === undefined ? {} : { patient }),
    };
    const options = { ...(baseline && { baseline }), ...(by && { by }) };
    const { ordinal, leafHash, duplicate } = whenRoom
      ? await this.#sequencer.acceptWhenRoom(submission, options)
      : await this.#sequencer.accept(submission, options);
    return { state: duplicate ? 'unchanged' : 'anchored', ordinal, version, leafHash };
  }

  /** The version that came with the same request id before, though others may have followed. */
  #findEarlier({ id, source }: AnchorDocument): number | undefined {
    if (source?.requestId === undefined) return undefined;
    const key = idempotencyKey(requestKey(source.system, source.requestId));
    const row = this.#store.db.find(key);
    if (row === undefined) return undefined;
    const { entry } = this.#store.readEntry(parseKnownRow(row).ordinal);
    const { record } = parseJsonRow<{ record?: { id: string; version: number } }>(entry);
    return record?.id === id ? record.version : undefined;
  }
}

function isNewest({ digests, version }: AnchorDocument, head: Head): boolean {
  const isSame = encodeHex(head.digest) === digests['sha-256'];
  return isSame && (version === undefined || version === head.version);
}
