// What a run of the load generator came to, in figures.
import type { LogCheck, ReceiptCheck } from './checker.js';
import type { LoadOptions } from './options.js';
import type { Answered, Sent } from './sender.js';

export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface Report {
  readonly events: number;
  readonly rate: number;
  /** Events per second at which they were sent for the first time. */
  readonly reachedRate: number;
  readonly answered: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly unanswered: number;
  readonly repeats: Readonly<Record<string, number>>;
  /** Answered as accepted before: the answer to an earlier attempt was lost. */
  readonly duplicates: number;
  /** From the moment at which an event was due to its answer, in ms. */
  readonly latencyMs: Latency;
  /** Of those that were answered at the first attempt. */
  readonly firstAttemptMs: Latency;
  readonly log: LogCheck;
  readonly receipts: ReceiptCheck;
  readonly ok: boolean;
}

function latencyOf(answered: readonly Answered[]): Latency {
  const sorted = answered.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const at = (part: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);

export function reportOf(
  { rate, seconds }: LoadOptions,
  { answered, refused, given, repeats, sendingMs }: Sent,
  log: LogCheck,
  receipts: ReceiptCheck,
): Report {
  const events = rate * seconds;
  const isWhole = answered.length === events && sum(refused) === 0 && given === 0;
  const isOnce = log.missing === 0 && log.doubled === 0 && log.others === 0;
  return {
    events,
    rate,
    reachedRate: Math.round(events / (sendingMs / 1000)),
    answered: answered.length,
    refused,
    unanswered: given,
    repeats,
    duplicates: answered.filter(({ isDuplicate }) => isDuplicate).length,
    latencyMs: latencyOf(answered),
    firstAttemptMs: latencyOf(answered.filter(({ attempts }) => attempts === 1)),
    log,
    receipts,
    ok: isWhole && isOnce && receipts.verified > 0 && sum(receipts.failed) === 0,
  };
}

const counts = (of: Readonly<Record<string, number>>) =>
  Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';
const spread = ({ p50, p90, p99, max }: Latency) =>
  `p50 ${p50}, p90 ${p90}, p99 ${p99}, max ${max} ms`;

export function describe(report: Report): string {
  const { events, answered, log, receipts } = report;
  const rate = `${report.reachedRate} of ${report.rate} per second`;
  return [
    `sent       ${events} events, ${rate}`,
    `answered   ${answered} (${((answered / events) * 100).toFixed(2)} %), ${report.duplicates} of them as duplicates`,
    `refused    ${counts(report.refused)}; never answered ${report.unanswered}`,
    `repeated   ${counts(report.repeats)}`,
    `latency    ${spread(report.latencyMs)}`,
    `           ${spread(report.firstAttemptMs)} of those answered at the first attempt`,
    `log        ${log.missing} missing, ${log.doubled} doubled, ${log.others} of nobody`,
    `receipts   ${receipts.verified} verified offline; failed: ${counts(receipts.failed)}`,
    report.ok
      ? 'Each event that was answered is in the log exactly once.'
      : 'SOMETHING IS WRONG: see above.',
  ].join('\n');
}
