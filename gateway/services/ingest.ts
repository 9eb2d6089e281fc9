// Anchors files: a digest becomes version 1 of a record, a changed digest its next version, an
// unchanged one nothing. Bounded memory: a fixed number of files is in flight.

import { lookup } from 'mime-types';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { formatTime } from '../../chaincode/core/time.js';
import type { Store } from '../store/store.js';
import { type Baseline, isReadFrom, putBaseline } from './baselines.js';
import type { DigestResult } from './digest.js';
import type { Labels, LogContext } from './log-context.js';
import type { Sequencer } from './sequencer/sequencer.js';
import type { RecordSubmission } from './submission.js';
import type { WalkedFile } from './walk.js';

export interface IngestOptions {
  readonly category: string;
  readonly patient?: PatientIdentifier;
  /** The archive was moved: a known record may be read from another path. */
  readonly moved: boolean;
  /** Record id of a walked file. */
  recordId(file: WalkedFile): string;
}

export type IngestOutcome =
  | {
      readonly state: 'anchored' | 'unchanged';
      readonly file: WalkedFile;
      readonly id: string;
      readonly version: number;
      /** SHA-256, hex. */
      readonly digest: string;
      /** Where the entry stands in the local order. */
      readonly ordinal: number;
    }
  | { readonly state: 'failed'; readonly file: WalkedFile; readonly error: ChartsealError };

type Digested = Extract<DigestResult, { digest: string }>;
type Landed = readonly PromiseSettledResult<IngestOutcome>[];

const BATCH_FILES = 512;
const BATCHES_IN_FLIGHT = 3;

const EARLIEST_MS = Date.UTC(1900, 0, 1);
const LATEST_MS = Date.UTC(9999, 11, 31);

function createdAt(modifiedAtMs: number): string | undefined {
  const ms = Math.trunc(modifiedAtMs);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? formatTime(ms) : undefined;
}

/** Throws the first fault of the write side, when there is one. */
function landed(results: Landed = []): readonly IngestOutcome[] {
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

export class Ingest {
  readonly #store: Store;
  readonly #sequencer: Sequencer;
  readonly #labels: Labels;
  readonly #options: IngestOptions;
  readonly #found: { readonly label: Uint8Array; readonly baseline: Baseline }[] = [];
  /** Records being accepted, so that the same id twice in one run takes its turn. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(
    services: { store: Store; sequencer: Sequencer; context: LogContext },
    options: IngestOptions,
  ) {
    this.#store = services.store;
    this.#sequencer = services.sequencer;
    this.#labels = services.sequencer.labels;
    this.#options = options;
  }

  /** Every result given is answered for. The next batch begins while one becomes durable. */
  async *run(
    batches: AsyncIterable<readonly DigestResult[]>,
  ): AsyncGenerator<readonly IngestOutcome[]> {
    const flying: Promise<Landed>[] = [];
    try {
      for await (const batch of batches) {
        for (let at = 0; at < batch.length; at += BATCH_FILES) {
          flying.push(this.#all(batch.slice(at, at + BATCH_FILES)));
          if (flying.length === BATCHES_IN_FLIGHT) yield landed(await flying.shift());
        }
      }
      while (flying.length > 0) yield landed(await flying.shift());
    } finally {
      await Promise.all(flying);
    }
  }

  async #all(results: readonly DigestResult[]): Promise<Landed> {
    const landed = await Promise.allSettled(results.map((result) => this.#one(result)));
    // Settled too: nobody may be waiting for this batch yet when it fails.
    const [kept] = await Promise.allSettled([this.#keepFound()]);
    return kept.status === 'rejected' ? [...landed, kept] : landed;
  }

  /** Unchanged files that lie elsewhere now, or of which nobody knew where they lie. */
  async #keepFound(): Promise<void> {
    if (this.#found.length === 0) return;
    const batch = this.#store.db.batch();
    for (const { label, baseline } of this.#found.splice(0)) putBaseline(batch, label, baseline);
    await batch.write();
  }

  async #one(result: DigestResult): Promise<IngestOutcome> {
    const { file } = result;
    try {
      if ('error' in result) throw result.error;
      const id = this.#options.recordId(file);
      const busy = this.#busy.get(id);
      const turn = busy === undefined ? this.#anchor(id, result) : this.#after(busy, id, result);
      this.#busy.set(id, turn);
      try {
        return await turn;
      } finally {
        if (this.#busy.get(id) === turn) this.#busy.delete(id);
      }
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      // A fault of the whole write side ends the run; a fault of one file does not.
      if (error.code === 'LOG_STOPPED' || error.code === 'STORE_FAILED') throw error;
      return { state: 'failed', file, error };
    }
  }

  /** The same record again waits for its turn, however that one ends. */
  async #after(busy: Promise<unknown>, id: string, result: Digested): Promise<IngestOutcome> {
    await Promise.allSettled([busy]);
    return this.#anchor(id, result);
  }

  async #anchor(id: string, result: Digested): Promise<IngestOutcome> {
    const { file, digest } = result;
    const label = this.#labels.record(id);
    const head = this.#store.findHead(label);
    const baseline = { path: file.path, size: result.size, modifiedAtMs: result.mtimeMs };
    if (head !== undefined && encodeHex(head.digest) === digest) {
      const { ordinal, version } = head;
      const known = this.#store.findBaseline(label);
      const isMoved = this.#options.moved && known && !isReadFrom(known, file.path);
      if (known === undefined || isMoved) this.#found.push({ label, baseline });
      return { state: 'unchanged', file, id, version, digest, ordinal };
    }
    if (head !== undefined) this.#checkSamePlace(label, file);
    const version = (head?.version ?? 0) + 1;
    const submission = this.#submission(id, version, result);
    const { ordinal } = await this.#sequencer.acceptWhenRoom(submission, { baseline });
    return { state: 'anchored', file, id, version, digest, ordinal };
  }

  #checkSamePlace(label: Uint8Array, file: WalkedFile): void {
    const baseline = this.#store.findBaseline(label);
    if (baseline === undefined || this.#options.moved || isReadFrom(baseline, file.path)) return;
    throw new ChartsealError(
      'RECORD_ID_TAKEN',
      'another file, with other content, was anchored under the same record id',
    );
  }

  #submission(id: string, version: number, result: Digested): RecordSubmission {
    const { category, patient } = this.#options;
    const name = result.file.relative.slice(result.file.relative.lastIndexOf('/') + 1);
    const created = createdAt(result.mtimeMs);
    return {
      act: version === 1 ? 'archive' : 'amend',
      record: {
        id,
        version,
        digests: { 'sha-256': result.digest },
        size: result.size,
        mediaType: lookup(name) || 'application/octet-stream',
        category,
        name,
        ...(created === undefined ? {} : { createdAt: created }),
      },
      ...(patient === undefined ? {} : { patient }),
    };
  }
}
