// Everything that Prometheus may ask for, in a registry of its own.
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ListenerKind } from '../http/observer.js';
import type { Health } from './health.js';
import { addFeedMetrics } from './metrics-feed.js';
import { type ConnectionCounts, HttpMetrics } from './metrics-http.js';
import { LogMetrics } from './metrics-log.js';

/** What the parts of a gateway say of themselves when they are asked. */
export interface MetricSources {
  readonly health: Health;
  readonly version: string;
  readonly connections: ConnectionCounts;
  /** Listeners with TLS, and whether their files as they lie there now are served. */
  readonly tlsFaults: () => readonly {
    readonly listener: ListenerKind;
    readonly isFault: boolean;
  }[];
  /** Issuers of tokens, and whether their keys could be fetched when last tried. */
  readonly issuers: () => readonly {
    readonly issuer: string;
    readonly failure: string | undefined;
  }[];
  readonly lostLogLines: () => number;
}

export class Metrics {
  readonly http: HttpMetrics;
  readonly #registry = new Registry();

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'chartseal_' });
    this.http = new HttpMetrics(this.#registry, sources.connections);
    addFeedMetrics(this.#registry, sources.health);
    new LogMetrics(this.#registry, sources.health);
    new Gauge({
      name: 'chartseal_info',
      help: 'Version and engine of this gateway',
      labelNames: ['version', 'ledger'],
      registers,
    }).set({ version: sources.version, ledger: sources.health.hospital.ledgerKind }, 1);
    new Gauge({
      name: 'chartseal_tls_reload_failed',
      help: '1 while the newest TLS files cannot be taken; those before go on being served',
      labelNames: ['listener'],
      registers,
      collect() {
        for (const { listener, isFault } of sources.tlsFaults()) {
          this.set({ listener }, isFault ? 1 : 0);
        }
      },
    });
    new Gauge({
      name: 'chartseal_issuer_up',
      help: '0 while the keys of an issuer of tokens could not be fetched when last tried',
      labelNames: ['issuer'],
      registers,
      collect() {
        for (const { issuer, failure } of sources.issuers()) {
          this.set({ issuer }, failure === undefined ? 1 : 0);
        }
      },
    });
    new Gauge({
      name: 'chartseal_log_lines_lost',
      help: 'Lines of the log that nobody took',
      registers,
      collect() {
        this.set(sources.lostLogLines());
      },
    });
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
