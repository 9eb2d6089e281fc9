// What the gateway writes while it runs: JSON lines with members from a list, and nothing else. No
// address of a request, no header, no identifier, no text of an error that is not ours.
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { HttpObserver, ListenerKind, RequestFacts } from '../http/observer.js';
import type { LogLevel } from './config-shape.js';
import { errorFacts } from './error-facts.js';
import { knownMethod } from './known-method.js';

/** What happens beside requests. */
export type LogEvent =
  | 'started'
  | 'listening'
  | 'ledger-away'
  | 'ledger-met'
  | 'write-side-stopped'
  | 'append-failed'
  | 'attestation-failed'
  | 'tls-reloaded'
  | 'tls-list-ended'
  | 'tls-kept'
  | 'ending'
  | 'run-file-left'
  | 'ended'
  | 'unexpected';

export interface EventFacts {
  readonly listener?: ListenerKind | undefined;
  readonly port?: number;
  readonly version?: string;
  readonly ledger?: 'embedded' | 'fabric';
  /** Of the organisation's own log; never of a patient or record. */
  readonly log?: string;
  readonly pid?: number;
  readonly error?: unknown;
}

type Level = Exclude<LogLevel, 'silent'>;

const LEVELS: Readonly<Record<LogEvent, Level>> = {
  started: 'info',
  listening: 'info',
  'ledger-away': 'warn',
  'ledger-met': 'info',
  'write-side-stopped': 'error',
  'append-failed': 'warn',
  'attestation-failed': 'warn',
  'tls-reloaded': 'info',
  'tls-list-ended': 'error',
  'tls-kept': 'error',
  ending: 'info',
  'run-file-left': 'warn',
  ended: 'info',
  unexpected: 'error',
};

/** They are asked every few seconds by machines. */
const QUIET: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
/** What may wait for a reader who is slow; then lines are dropped, and nothing else. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

function levelOf({ route, status }: RequestFacts): Level {
  if (status >= 500 && status !== 503) return 'error';
  if (status >= 500) return 'warn';
  return route !== undefined && QUIET.has(route) ? 'debug' : 'info';
}

const tenths = (ms: number) => Math.round(ms * 10) / 10;

export class GatewayLog implements HttpObserver {
  readonly #logger: Logger;
  readonly #flush: () => void;
  #lost = 0;

  constructor(level: LogLevel, stream?: DestinationStream) {
    const own = stream === undefined ? this.#standardOutput() : undefined;
    this.#flush = () => {
      try {
        own?.flushSync();
      } catch {
        // Nobody reads any more, which must not keep the process from its end.
        this.lose();
      }
    };
    const options = {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    this.#logger = pino(options, stream ?? (own as DestinationStream));
  }

  /** Lines that nobody took. */
  get lost(): number {
    return this.#lost;
  }

  answered(facts: RequestFacts): void {
    const { requestId, listener, method, status, code, reason, isCut } = facts;
    this.#logger[levelOf(facts)]({
      event: 'request',
      requestId,
      listener,
      route: facts.route ?? null,
      method: knownMethod(method),
      status,
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      ms: tenths(facts.durationMs),
      bytesIn: facts.bytesIn,
      bytesOut: facts.bytesOut,
      roles: [...facts.roles],
      ...(isCut ? { isCut } : {}),
    });
  }

  failed(requestId: string, error: unknown): void {
    this.#logger.error({ event: 'unexpected', requestId, error: errorFacts(error) });
  }

  event(event: LogEvent, facts: EventFacts = {}): void {
    const { listener, port, version, ledger, log, pid, error } = facts;
    const known = { event, listener, port, version, ledger, log, pid };
    const line = error === undefined ? known : { ...known, error: errorFacts(error) };
    this.#logger[LEVELS[event]](line);
  }

  /** Counts what was written for nobody. */
  lose(): void {
    this.#lost++;
  }

  /** Before the process ends. */
  flush(): void {
    this.#flush();
  }

  /** Written beside the work: a reader who takes nothing holds nobody up. */
  #standardOutput() {
    const out = destination({ dest: 1, sync: false, maxLength: MAX_WAITING_BYTES });
    out.on('drop', () => this.lose());
    // A reader who is gone: the gateway goes on, and a metric tells.
    out.on('error', () => this.lose());
    return out;
  }
}
