// Figures of the feed: what came from whom, what of it was refused, and what waits. Senders are
// not named in them, only the systems that they speak for.
import { Gauge, type Registry } from 'prom-client';
import type { FeedStatus, SourceStatus } from '../services/feed/feed.js';
import type { Health } from './health.js';
import { Kept } from './kept.js';

/** All gauges of one scrape say the same moment. */
const STATUS_FOR_MS = 1_000;

type Labels = Readonly<Record<string, string>>;
type Samples = readonly (readonly [labels: Labels, value: number])[];

/** Sums by labels: a system may be spoken for by several senders. */
function summed(
  sources: readonly SourceStatus[],
  values: (source: SourceStatus) => Samples,
  join: (a: number, b: number) => number = (a, b) => a + b,
): Samples {
  const found = new Map<string, readonly [Labels, number]>();
  for (const source of sources) {
    const { via, system = '' } = source;
    for (const [more, value] of values(source)) {
      const labels = { via, system, ...more };
      const key = JSON.stringify(labels);
      const before = found.get(key);
      found.set(key, [labels, before === undefined ? value : join(before[1], value)]);
    }
  }
  return [...found.values()];
}

export function addFeedMetrics(registry: Registry, health: Health): void {
  const { feed } = health.hospital;
  const status = new Kept<FeedStatus | undefined>(STATUS_FOR_MS, async () => {
    try {
      return await feed.status();
    } catch {
      // chartseal_feed_up says so; the others have nothing to say then.
      return undefined;
    }
  });
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    sample: (status: FeedStatus) => Samples,
  ) =>
    new Gauge({
      name: `chartseal_feed_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      async collect() {
        this.reset();
        const found = await status.value();
        for (const [labels, value] of found === undefined ? [] : sample(found)) {
          this.set(labels, value);
        }
      },
    });
  new Gauge({
    name: 'chartseal_feed_up',
    help: '0 while events cannot be counted, nor refused ones kept aside',
    registers: [registry],
    async collect() {
      this.set((await status.value()) === undefined ? 0 : 1);
    },
  });
  const bySource = ['via', 'system'];
  gauge('arrived', 'Events that ever came', bySource, ({ sources }) =>
    summed(sources, ({ arrived }) => [[{}, arrived]]),
  );
  gauge('refused', 'Events that were refused, by code', [...bySource, 'code'], ({ sources }) =>
    summed(sources, ({ refused }) =>
      Object.entries(refused).map(([code, count]) => [{ code }, count] as const),
    ),
  );
  gauge('silence_seconds', 'Since the newest event', bySource, ({ sources }) =>
    summed(
      sources,
      ({ lastAt }) => [[{}, Math.max(0, Date.now() - lastAt) / 1000]],
      (a, b) => Math.min(a, b),
    ),
  );
  gauge('waiting_events', 'Refused events that are kept aside', [], ({ waiting }) => [
    [{}, waiting.count],
  ]);
  gauge('waiting_bytes', 'Bytes of refused events that are kept aside', [], ({ waiting }) => [
    [{}, waiting.bytes],
  ]);
  gauge('unanchored', 'Records and files sent that are not in the log', ['kind'], (found) =>
    Object.entries(found.unanchored).map(([kind, count]) => [{ kind }, count] as const),
  );
  gauge('missed', 'Events that this process could not count', [], ({ missed }) => [[{}, missed]]);
}
