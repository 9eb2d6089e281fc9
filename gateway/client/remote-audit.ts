// An audit that runs in the gateway which has the store: what it finds comes as it is found.
import { resolve } from 'node:path';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import type { AnswerRow } from '../services/audit/answers.js';
import type { AuditListener, AuditOptions, AuditSummary } from '../services/audit/audit.js';
import type { CheckResult } from '../services/audit/checks.js';
import type { ByteCounter } from '../services/digest.js';
import { RowQueue } from '../services/row-queue.js';
import { Signal } from '../services/sequencer/signal.js';
import type { GatewayConnection } from './connection.js';
import { gatewayFailed, namedError } from './refusal.js';
import { AUDIT_ROW, AUDIT_SUMMARY, type AuditAsked, received, type WireFault } from './wire.js';

export interface RemoteAuditOptions extends Omit<AuditOptions, 'folder' | 'operator'> {
  /** Whether somebody watches how far it is. */
  readonly isWatched: boolean;
}

interface Told {
  readonly log?: readonly CheckResult[];
  readonly archive?: {
    readonly isResumed: boolean;
    readonly records: number;
    readonly startedAt: string;
  };
  readonly total?: number;
  readonly answer?: AnswerRow;
  readonly read?: number;
}

interface WireAnchoring {
  readonly leafHash?: string;
  readonly isProven?: boolean;
  readonly error?: WireFault;
}
type WireSummary = Omit<AuditSummary, 'anchoring' | 'report'> & {
  readonly report?: string;
  readonly anchoring: WireAnchoring;
};

const LONG_MS = 60_000;

function askedOf(options: RemoteAuditOptions): AuditAsked {
  const { tool, paths, isLogOnly, isRestart, waitMs, isWatched } = options;
  const { report, bytesPerSecond, windowMs } = options;
  return {
    tool,
    // The gateway stands in another folder.
    paths: paths.map((path) => resolve(path)),
    isLogOnly,
    isRestart,
    waitMs,
    isWatched,
    ...(report === undefined ? {} : { report: resolve(report) }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond: Math.ceil(bytesPerSecond) }),
    ...(windowMs === undefined ? {} : { windowMs }),
  };
}

/** The options, and the row that ends it once the signal says so. */
async function* rowsOf(
  options: RemoteAuditOptions,
  queue: RowQueue<JsonObject>,
): AsyncGenerator<readonly JsonObject[], void> {
  yield [askedOf(options) as unknown as JsonObject];
  yield* queue.take();
}

function setTotal({ shared }: ByteCounter, bytes: number): void {
  Atomics.store(new BigInt64Array(shared), 0, BigInt(bytes));
}

/** Records to come, of which nothing is known but their number, once that is known. */
class Coming {
  readonly #signal = new Signal();
  #total: number | undefined;
  #isOver = false;

  set(total: number): void {
    this.#total = total;
    this.#signal.notify();
  }

  end(): void {
    this.#isOver = true;
    this.#signal.notify();
  }

  async *records(): AsyncGenerator<{ readonly path: undefined }> {
    while (this.#total === undefined && !this.#isOver) await this.#signal.next(LONG_MS);
    for (let left = this.#total ?? 0; left > 0; left--) yield { path: undefined };
  }
}

function summaryOf(value: JsonValue): AuditSummary {
  const { anchoring, report, ...summary } = received<WireSummary>(AUDIT_SUMMARY, value);
  const { leafHash, isProven, error } = anchoring;
  if (error !== undefined) {
    return { ...summary, report, anchoring: { error: namedError(error.code, error.message) } };
  }
  if (leafHash === undefined || isProven === undefined) {
    throw gatewayFailed('the gateway left open whether the result is anchored');
  }
  return { ...summary, report, anchoring: { leafHash, isProven } };
}

/** As auditRunning. Throws the codes of an audit, GATEWAY_UNREACHABLE, GATEWAY_FAILED. */
export async function auditThrough(
  connection: GatewayConnection,
  options: RemoteAuditOptions,
  listener: AuditListener,
): Promise<AuditSummary> {
  const { signal, counter } = options;
  const stopping = new RowQueue<JsonObject>();
  const stop = () => void stopping.put({ stop: true });
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const coming = new Coming();
  const tell = async ({ log, archive, total, answer, read }: Told) => {
    if (log !== undefined) listener.onLog(log);
    if (archive !== undefined) listener.onArchive(archive, () => coming.records());
    if (total !== undefined) coming.set(total);
    if (read !== undefined) setTotal(counter, read);
    if (answer !== undefined) await listener.onAnswer(answer);
  };
  const body = { rows: rowsOf(options, stopping) };
  const rows = connection.rows('POST', '/operator/v1/audits', body);
  try {
    for (;;) {
      const next = await rows.next();
      if (next.done === true) return summaryOf(next.value);
      for (const row of next.value) await tell(received<Told>(AUDIT_ROW, row));
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stopping.end();
    coming.end();
    await rows.return(null);
  }
}
