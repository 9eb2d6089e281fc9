// Anchoring through a gateway: files are digested here, what was found goes out as rows, what
// became of each comes back. A bounded number of files waits for its answer.

import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import type { DigestResult } from '../services/digest.js';
import type { AnchorOptions } from '../services/door/door.js';
import type { IngestOutcome } from '../services/ingest.js';
import { Signal } from '../services/sequencer/signal.js';
import type { WalkedFile } from '../services/walk.js';
import type { GatewayConnection } from './connection.js';
import { MAX_UNANSWERED_ROWS } from './limits.js';
import { gatewayFailed, namedError } from './refusal.js';
import { faultOf, INGESTED_ROW, received, type WireFault } from './wire.js';

/** A file whose answer is still to come. */
interface Sent {
  readonly file: WalkedFile;
  readonly id: string;
  readonly digest: string;
  /** Why it was not digested; the very error, with whatever it knows. */
  readonly error?: ChartsealError;
}

interface Ingested {
  readonly line: number;
  readonly state?: 'anchored' | 'unchanged';
  readonly version?: number;
  readonly ordinal?: number;
  readonly error?: WireFault;
}

const ROOM_MS = 60_000;
const SAFE = Number.MAX_SAFE_INTEGER;

class RemoteIngest {
  readonly #options: AnchorOptions;
  readonly #unanswered = new Map<number, Sent>();
  readonly #signal = new Signal();
  #lines = 0;
  #isOver = false;

  constructor(options: AnchorOptions) {
    this.#options = options;
  }

  async *rows(
    batches: AsyncIterable<readonly DigestResult[]>,
  ): AsyncGenerator<readonly JsonObject[], void> {
    const { category, patient, moved } = this.#options;
    yield [{ category, moved, ...(patient === undefined ? {} : { patient: { ...patient } }) }];
    for await (const batch of batches) {
      yield batch.map((result) => this.#row(result));
      while (this.#unanswered.size >= MAX_UNANSWERED_ROWS && !this.#isOver) {
        await this.#signal.next(ROOM_MS);
      }
      if (this.#isOver) return;
    }
  }

  #row(result: DigestResult): JsonObject {
    const { file } = result;
    const line = ++this.#lines;
    const path = file.path.toString('base64');
    try {
      if ('error' in result) throw result.error;
      const { digest, size, mtimeMs } = result;
      const id = this.#options.recordId(file);
      this.#unanswered.set(line, { file, id, digest });
      const modifiedAtMs = Math.max(-SAFE, Math.min(Math.trunc(mtimeMs), SAFE));
      const name = file.relative.slice(file.relative.lastIndexOf('/') + 1);
      return { line, path, name, id, digest, size, modifiedAtMs };
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      // It goes along all the same, so that it is answered in its turn.
      this.#unanswered.set(line, { file, id: '', digest: '', error });
      return { line, path, ...this.#named(file, error), error: { ...faultOf(error) } };
    }
  }

  /** By what the gateway can read it again, when its cause is mended. */
  #named(file: WalkedFile, { code }: ChartsealError): JsonObject {
    const { relative } = file;
    if (code === 'NAME_NOT_UTF8' || relative === '') return {};
    const name = relative.slice(relative.lastIndexOf('/') + 1);
    try {
      return { name, id: this.#options.recordId(file) };
    } catch (error) {
      if (error instanceof ChartsealError) return { name };
      throw error;
    }
  }

  take(value: JsonValue): IngestOutcome {
    const { line, state, version, ordinal, error } = received<Ingested>(INGESTED_ROW, value);
    const found = this.#unanswered.get(line);
    if (found === undefined) throw gatewayFailed('the gateway answered for a file twice');
    this.#unanswered.delete(line);
    this.#signal.notify();
    const { file, id, digest } = found;
    if (error !== undefined) {
      return { state: 'failed', file, error: found.error ?? namedError(error.code, error.message) };
    }
    if (state === undefined || version === undefined || ordinal === undefined) {
      throw gatewayFailed('the gateway left open what became of a file');
    }
    return { state, file, id, version, digest, ordinal };
  }

  /** No answer comes any more: nobody waits for room. */
  over(): void {
    this.#isOver = true;
    this.#signal.notify();
  }

  end(): void {
    if (this.#unanswered.size === 0) return;
    throw gatewayFailed('the gateway did not answer for every file');
  }
}

/** As Ingest.run, through a gateway. Throws GATEWAY_UNREACHABLE, GATEWAY_FAILED, and its faults. */
export async function* ingestThrough(
  connection: GatewayConnection,
  options: AnchorOptions,
  batches: AsyncIterable<readonly DigestResult[]>,
): AsyncGenerator<readonly IngestOutcome[]> {
  const ingest = new RemoteIngest(options);
  const answers = connection.rows('POST', '/operator/v1/ingest', { rows: ingest.rows(batches) });
  try {
    for await (const rows of answers) yield rows.map((row) => ingest.take(row));
  } finally {
    ingest.over();
  }
  ingest.end();
}
