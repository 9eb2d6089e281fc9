// Anchors files: a digest becomes version 1 of a record, a changed digest its next version, an
// unchanged one nothing. Bounded memory: a fixed number of files is in flight.

import { lookup } from 'mime-types';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { formatTime } from '../../chaincode/core/time.js';
import type { Store } from '../store/store.js';
import { type Baseline, isReadFrom, putBaseline } from './baselines.js';
import type { DigestResult } from './digest.js';
import { causeOf } from './feed/audit-import.js';
import { type Failed, isMendable } from './feed/failed.js';
import { type Failure, formatFileAgain } from './feed/failed-rows.js';
import type { Anchoring } from './feed/failed-shelf.js';
import type { Feed } from './feed/feed.js';
import { type AnchorDocument, RecordAnchor } from './record-anchor.js';
import type { Submitter } from './sequencer/build-entry.js';
import type { Sequencer } from './sequencer/sequencer.js';
import type { WalkedFile } from './walk.js';
import { ENDS_ALL } from './write-side.js';

export interface IngestOptions {
  readonly category: string;
  readonly patient?: PatientIdentifier;
  /** The archive was moved: a known record may be read from another path. */
  readonly moved: boolean;
  /**
   * Who submits; when it is left out, the operator of this process, and what fails is not kept.
   */
  readonly by?: Submitter;
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

const nameOf = ({ relative }: WalkedFile): string => relative.slice(relative.lastIndexOf('/') + 1);

/** Throws the first fault of the write side, when there is one. */
function landed(results: Landed = []): readonly IngestOutcome[] {
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

export class Ingest {
  readonly #store: Store;
  readonly #records: RecordAnchor;
  readonly #failed: Failed | undefined;
  readonly #options: IngestOptions;
  readonly #found: { readonly label: Uint8Array; readonly baseline: Baseline }[] = [];

  constructor(
    services: {
      store: Store;
      sequencer: Sequencer;
      /** The one of this process, where others anchor records at the same time. */
      records?: RecordAnchor;
      /** Where files that could not be anchored are kept. */
      feed?: Feed;
    },
    options: IngestOptions,
  ) {
    this.#store = services.store;
    this.#records = services.records ?? new RecordAnchor(services);
    this.#failed = services.feed?.unanchored;
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
    await this.#tell(landed.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    return kept.status === 'rejected' ? [...landed, kept] : landed;
  }

  /** Keeps what a person can mend; what failed before and is anchored now is let go of. */
  async #tell(outcomes: readonly IngestOutcome[]): Promise<void> {
    const { by } = this.#options;
    if (this.#failed === undefined || by === undefined) return;
    const failures: Failure[] = [];
    const anchorings: Anchoring[] = [];
    for (const outcome of outcomes) {
      const path = outcome.file.path.toString('base64');
      if (outcome.state !== 'failed') {
        anchorings.push({ caller: by, record: outcome.id, digest: outcome.digest, path });
      } else if (isMendable(outcome.error)) {
        failures.push(this.#failure(outcome.file, outcome.error, path, by));
      }
    }
    await this.#failed.anchored(anchorings);
    await this.#failed.keep(failures);
  }

  #failure(file: WalkedFile, error: ChartsealError, path: string, by: Submitter): Failure {
    const { category, moved, patient } = this.#options;
    const id = this.#findId(file, error);
    const name = nameOf(file);
    const again = {
      category,
      moved,
      ...(id === undefined ? {} : { id }),
      ...(name === '' ? {} : { name }),
      ...(patient === undefined ? {} : { patient: { ...patient } }),
    };
    return {
      kind: 'file',
      caller: by,
      cause: causeOf(error),
      path,
      content: formatFileAgain(again),
      ...(id === undefined ? {} : { record: id }),
    };
  }

  /** Undefined where nothing says how the record would be called. */
  #findId(file: WalkedFile, { code }: ChartsealError): string | undefined {
    if (code === 'NAME_NOT_UTF8' || file.relative === '') return undefined;
    try {
      return this.#options.recordId(file) || undefined;
    } catch (error) {
      if (error instanceof ChartsealError) return undefined;
      throw error;
    }
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
      return await this.#anchor(this.#options.recordId(file), result);
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      // A fault of the whole write side ends the run; a fault of one file does not.
      if (ENDS_ALL.has(error.code)) throw error;
      return { state: 'failed', file, error };
    }
  }

  async #anchor(id: string, result: Digested): Promise<IngestOutcome> {
    const { file, digest } = result;
    const { patient, by } = this.#options;
    const baseline = { path: file.path, size: result.size, modifiedAtMs: result.mtimeMs };
    const { state, ordinal, version } = await this.#records.anchor(this.#document(id, result), {
      baseline,
      whenRoom: true,
      beforeAmend: (label) => this.#checkSamePlace(label, file),
      onUnchanged: (label) => {
        const known = this.#store.findBaseline(label);
        const isMoved = this.#options.moved && known && !isReadFrom(known, file.path);
        if (known === undefined || isMoved) this.#found.push({ label, baseline });
      },
      ...(patient === undefined ? {} : { patient }),
      ...(by === undefined ? {} : { by }),
    });
    return { state, file, id, version, digest, ordinal };
  }

  #checkSamePlace(label: Uint8Array, file: WalkedFile): void {
    const baseline = this.#store.findBaseline(label);
    if (baseline === undefined || this.#options.moved || isReadFrom(baseline, file.path)) return;
    throw new ChartsealError(
      'RECORD_ID_TAKEN',
      'another file, with other content, was anchored under the same record id',
    );
  }

  #document(id: string, result: Digested): AnchorDocument {
    const name = nameOf(result.file);
    const created = createdAt(result.mtimeMs);
    return {
      id,
      digests: { 'sha-256': result.digest },
      size: result.size,
      mediaType: lookup(name) || 'application/octet-stream',
      category: this.#options.category,
      name,
      ...(created === undefined ? {} : { createdAt: created }),
    };
  }
}
