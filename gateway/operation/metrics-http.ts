// Figures of requests: by template of the route, never by address.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { HttpObserver, ListenerKind, RequestFacts } from '../http/observer.js';
import { knownMethod } from './known-method.js';

/** Where to ask how many connections are open. */
export type ConnectionCounts = () => Promise<
  readonly { readonly listener: ListenerKind; readonly count: number }[]
>;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];
/** Reasons are words of ours; this bounds them all the same. */
const MAX_REASONS = 64;
const NO_ROUTE = 'none';

export class HttpMetrics implements HttpObserver {
  readonly #requests: Counter<'listener' | 'route' | 'method' | 'status'>;
  readonly #durations: Histogram<'route'>;
  readonly #refusals: Counter<'listener' | 'code'>;
  readonly #logins: Counter<'reason'>;
  readonly #cut: Counter<'listener'>;
  readonly #unexpected: Counter;
  readonly #reasons = new Set<string>();

  constructor(registry: Registry, connections: ConnectionCounts) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'chartseal_http_requests_total',
      help: 'Requests answered, by template of the route',
      labelNames: ['listener', 'route', 'method', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'chartseal_http_request_duration_seconds',
      help: 'From the head of a request to the end of its answer',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    });
    this.#refusals = new Counter({
      name: 'chartseal_http_refusals_total',
      help: 'Requests refused, by code',
      labelNames: ['listener', 'code'],
      registers,
    });
    this.#logins = new Counter({
      name: 'chartseal_refused_logins_total',
      help: 'Credentials refused, by the check that failed',
      labelNames: ['reason'],
      registers,
    });
    this.#cut = new Counter({
      name: 'chartseal_http_cut_total',
      help: 'Connections that ended before the answer did',
      labelNames: ['listener'],
      registers,
    });
    this.#unexpected = new Counter({
      name: 'chartseal_unexpected_errors_total',
      help: 'Errors that nobody foresaw; the log has each with its request id',
      registers,
    });
    this.#observeConnections(registry, connections);
  }

  answered(facts: RequestFacts): void {
    const { listener, route = NO_ROUTE, status, code, reason, durationMs, isCut } = facts;
    const method = knownMethod(facts.method);
    this.#requests.inc({ listener, route, method, status });
    this.#durations.observe({ route }, durationMs / 1000);
    if (code !== undefined) this.#refusals.inc({ listener, code });
    if (reason !== undefined) this.#logins.inc({ reason: this.#bounded(reason) });
    if (isCut) this.#cut.inc({ listener });
  }

  failed(): void {
    this.#unexpected.inc();
  }

  #bounded(reason: string): string {
    if (this.#reasons.size < MAX_REASONS) this.#reasons.add(reason);
    return this.#reasons.has(reason) ? reason : 'other';
  }

  #observeConnections(registry: Registry, connections: ConnectionCounts): void {
    new Gauge({
      name: 'chartseal_http_connections',
      help: 'Open connections',
      labelNames: ['listener'],
      registers: [registry],
      async collect() {
        this.reset();
        for (const { listener, count } of await connections()) this.set({ listener }, count);
      },
    });
  }
}
