// Anchors files: a digest becomes version 1 of a record, a changed digest its next version, an
// unchanged one nothing. Bounded memory: a fixed number of files is in flight.

import { lookup } from 'mime-types';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { formatTime } from '../../chaincode/core/time.js';
import type { Store } from '../store/store.js';
import type { DigestResult } from './digest.js';
import { Labels, type LogContext } from './log-context.js';
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

const IN_FLIGHT = 1024;

const EARLIEST_MS = Date.UTC(1900, 0, 1);
const LATEST_MS = Date.UTC(9999, 11, 31);

function createdAt(modifiedAtMs: number): string | undefined {
  const ms = Math.trunc(modifiedAtMs);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? formatTime(ms) : undefined;
}

export class Ingest {
  readonly #store: Store;
  readonly #sequencer: Sequencer;
  readonly #labels: Labels;
  readonly #options: IngestOptions;
  /** Records being accepted, so that the same id twice in one run takes its turn. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(
    services: { store: Store; sequencer: Sequencer; context: LogContext },
    options: IngestOptions,
  ) {
    this.#store = services.store;
    this.#sequencer = services.sequencer;
    this.#labels = new Labels(services.context);
    this.#options = options;
  }

  /** Outcomes in the order in which they are known; every result given is answered for. */
  async *run(results: AsyncIterable<DigestResult>): AsyncGenerator<IngestOutcome> {
    const flying = new Set<Promise<void>>();
    const done: IngestOutcome[] = [];
    const faults: unknown[] = [];
    for await (const result of results) {
      const flight: Promise<void> = this.#one(result)
        .then(
          (outcome) => void done.push(outcome),
          (fault) => void faults.push(fault),
        )
        .finally(() => flying.delete(flight));
      flying.add(flight);
      if (flying.size >= IN_FLIGHT) await Promise.race(flying);
      if (faults.length > 0) break;
      yield* done.splice(0);
    }
    await Promise.all(flying);
    yield* done;
    if (faults.length > 0) throw faults[0];
  }

  async #one(result: DigestResult): Promise<IngestOutcome> {
    const { file } = result;
    try {
      if ('error' in result) throw result.error;
      return await this.#inTurn(this.#options.recordId(file), (id) => this.#anchor(id, result));
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      // A fault of the whole write side ends the run; a fault of one file does not.
      if (error.code === 'LOG_STOPPED' || error.code === 'STORE_FAILED') throw error;
      return { state: 'failed', file, error };
    }
  }

  async #inTurn<T>(id: string, act: (id: string) => Promise<T>): Promise<T> {
    const turn = (this.#busy.get(id) ?? Promise.resolve()).then(
      () => act(id),
      () => act(id),
    );
    this.#busy.set(id, turn);
    try {
      return await turn;
    } finally {
      if (this.#busy.get(id) === turn) this.#busy.delete(id);
    }
  }

  async #anchor(
    id: string,
    result: Extract<DigestResult, { digest: string }>,
  ): Promise<IngestOutcome> {
    const { file, digest } = result;
    const label = this.#labels.record(id);
    const head = this.#store.findHead(label);
    if (head !== undefined && encodeHex(head.digest) === digest) {
      const { ordinal, version } = head;
      return { state: 'unchanged', file, id, version, digest, ordinal };
    }
    if (head !== undefined) this.#checkSamePlace(label, file);
    const version = (head?.version ?? 0) + 1;
    const submission = this.#submission(id, version, result);
    const baseline = { path: file.path, size: result.size, modifiedAtMs: result.mtimeMs };
    const { ordinal } = await this.#sequencer.accept(submission, baseline);
    return { state: 'anchored', file, id, version, digest, ordinal };
  }

  #checkSamePlace(label: Uint8Array, file: WalkedFile): void {
    const baseline = this.#store.findBaseline(label);
    const same = baseline?.path === Buffer.from(file.path).toString('base64');
    if (baseline === undefined || same || this.#options.moved) return;
    throw new ChartsealError(
      'RECORD_ID_TAKEN',
      'another file, with other content, was anchored under the same record id',
    );
  }

  #submission(
    id: string,
    version: number,
    result: Extract<DigestResult, { digest: string }>,
  ): RecordSubmission {
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
