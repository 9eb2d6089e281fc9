// An audit for a command beside a gateway: it runs in the process that has the store, and ends in
// order when the command says so, or is gone.
import { isAbsolute } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { readValues } from '../../client/rows.js';
import { AUDIT_OPTIONS, type AuditAsked, faultOf, STOP_ROW, sent } from '../../client/wire.js';
import type { AuditListener, AuditSummary } from '../../services/audit/audit.js';
import { auditRunning } from '../../services/audit/running.js';
import { ByteCounter } from '../../services/digest.js';
import type { Hospital } from '../../services/hospital.js';
import { RowQueue } from '../../services/row-queue.js';
import type { ApiRequest, Route } from '../route.js';
import { operatorOf, operatorRoute } from './operator.js';
import { answerRows, LINES, ROWS } from './operator-rows.js';

const WATCH_MS = 1000;

/** What a command asks, and the signal by which it ends what it asked. */
interface Asked {
  readonly options: AuditAsked;
  readonly signal: AbortSignal;
}

function checkPaths({ paths, report }: AuditAsked): void {
  // This process stands in another folder than the command.
  const given = report === undefined ? paths : [...paths, report];
  if (given.every(isAbsolute)) return;
  throw new ChartsealError('BAD_INPUT', 'the paths of an audit are absolute');
}

async function readAsked({ stream, signal }: ApiRequest): Promise<Asked> {
  const values = readValues(stream);
  const { value: first } = await values.next();
  const [value, ...rest] = (first ?? []) as readonly JsonValue[];
  if (value === undefined) throw new ChartsealError('BAD_INPUT', 'the first row is missing');
  const options = sent<AuditAsked>(AUDIT_OPTIONS, value);
  checkPaths(options);
  const stop = new AbortController();
  const end = () => stop.abort();
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  // Whatever else comes, or does not come any more, ends the audit in order.
  void (async () => {
    if (rest.length === 0) await values.next();
    end();
  })().catch(end);
  return { options, signal: stop.signal };
}

/** Tells what the audit tells, with how far it is when somebody watches. */
class Telling {
  readonly queue = new RowQueue<object>();
  readonly counter = new ByteCounter();
  readonly #isWatched: boolean;
  readonly #timer: NodeJS.Timeout | undefined;
  #counting: Promise<void> = Promise.resolve();
  #isTelling = false;
  #isOver = false;

  constructor(isWatched: boolean) {
    this.#isWatched = isWatched;
    if (isWatched) this.#timer = setInterval(() => this.#tellRead(), WATCH_MS);
  }

  readonly listener: AuditListener = {
    onLog: (log) => void this.queue.put({ log }),
    onArchive: ({ isResumed, records, startedAt }, files) => {
      void this.queue.put({ archive: { isResumed, records, startedAt } });
      if (!this.#isWatched) return;
      this.#counting = this.#count(files());
      // Told by end(); until then it is nobody's to end the gateway with.
      this.#counting.catch(() => undefined);
    },
    onAnswer: (answer) => this.queue.put({ answer }),
  };

  /** Not again before there was room for the last. */
  #tellRead(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    const told = this.queue.put({ read: this.counter.total() });
    void told.then(() => {
      this.#isTelling = false;
    });
  }

  async #count(records: AsyncIterable<unknown>): Promise<void> {
    let total = 0;
    try {
      for await (const _ of records) {
        if (this.#isOver) return;
        total++;
      }
      await this.queue.put({ total });
    } catch (error) {
      // What stops the count stops the audit as well, and that one tells.
      if (!(error instanceof ChartsealError)) throw error;
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.queue.end();
    await this.#counting;
  }
}

function summaryRow({ anchoring, report, ...summary }: AuditSummary): object {
  const result = 'error' in anchoring ? { error: faultOf(anchoring.error) } : anchoring;
  return { ...summary, anchoring: result, ...(report === undefined ? {} : { report }) };
}

async function* auditRows(
  request: ApiRequest,
  hospital: Hospital,
): AsyncGenerator<readonly object[], object> {
  const { options, signal } = await readAsked(request);
  const { isWatched, ...asked } = options;
  const telling = new Telling(isWatched);
  const { counter, listener, queue } = telling;
  const operator = operatorOf(request, hospital).id;
  const auditing = auditRunning(hospital, { ...asked, operator, counter, signal }, listener);
  const ended = auditing.finally(() => telling.end());
  // Thrown below, when all that was told is sent.
  ended.catch(() => undefined);
  try {
    yield* queue.take();
    return summaryRow(await ended);
  } finally {
    queue.end();
  }
}

export const OPERATOR_AUDIT_ROUTES: readonly Route[] = [
  operatorRoute({
    operationId: 'operatorAudit',
    method: 'POST',
    path: '/operator/v1/audits',
    summary: 'Audit the log and the archive; a second row of the body ends it in order.',
    bodies: { [LINES]: { description: 'Options, then a row to end it.', shape: STOP_ROW } },
    answers: ROWS,
    handle: async (request, { hospital }) => answerRows(auditRows(request, hospital)),
  }),
];
