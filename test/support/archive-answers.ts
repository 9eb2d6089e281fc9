// Answers of a gateway in states that a real one cannot be brought into within a test, put in the
// place of the real ones on the way to the page.
import type { Page } from 'playwright-core';
import type { FixityRun, Overview, WindowDay } from '../../gateway/web/archivist/answers.js';

export const OVERVIEW = '**/v1/archive';
export const FAILED = '**/v1/archive/failed*';
export const INQUIRIES = '**/v1/inquiries*';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const AS_OF = Date.parse('2026-11-21T08:00:00.000Z');

const time = (ms: number) => new Date(ms).toISOString();

/** Thirty days: quick at first, a backlog of scans in the middle, a stop near the end. */
const DAYS: readonly WindowDay[] = Array.from({ length: 30 }, (_none, at) => {
  const slow = at > 11 && at < 16 ? 200 : 1;
  const stop = at === 26 ? 40 : 1;
  const p50ms = (4000 + 700 * (at % 7)) * slow * stop;
  return {
    date: time(AS_OF - (29 - at) * DAY).slice(0, 10),
    versions: 800 + ((at * 97) % 400),
    p50ms,
    p95ms: p50ms * (9 + (at % 4)),
    maxMs: p50ms * (60 + 13 * (at % 9)),
    unprotectedOver1h: slow + stop > 2 ? 120 : 0,
  };
});

const NONE = { unchanged: 0, altered: 0, missing: 0, unreadable: 0, notChecked: 0 };

const run = (daysAgo: number, more: Partial<FixityRun>): FixityRun => ({
  startedAt: time(AS_OF - daysAgo * DAY),
  endedAt: time(AS_OF - daysAgo * DAY + 5 * HOUR),
  coverage: 'all',
  counts: { ...NONE, unchanged: 412_000 },
  ...more,
});

export const CHECKS = {
  good: run(1, {}),
  damaged: run(2, { counts: { ...NONE, unchanged: 411_996, altered: 1, missing: 3 } }),
  unread: run(3, { coverage: 'part', counts: { ...NONE, unchanged: 9000, notChecked: 1200 } }),
} as const;

/** A large archive where all is well. */
export const WELL: Overview = {
  asOf: time(AS_OF),
  entries: { accepted: 2_441_903, committed: 2_441_903, proven: 2_441_903 },
  records: { records: 412_345, versions: 431_002 },
  accessEvents: 2_010_800,
  countedTo: 2_441_903,
  waiting: { count: 0 },
  writeSide: { ok: true },
  failed: { events: 0, records: 0, files: 0 },
  window: {
    days: DAYS,
    buckets: [
      { upToMs: 896, count: 12_004 },
      { upToMs: 28_672, count: 380_100 },
      { upToMs: 2_097_152, count: 31_200 },
      { upToMs: 58_720_256, count: 7_690 },
      { upToMs: 1_610_612_736, count: 8 },
    ],
    withoutCreatedAt: 310,
  },
  fixity: { runs: [CHECKS.good], coveredRecords: 412_000, lastAllAt: time(AS_OF - 19 * HOUR) },
  inquiries: { open: 0, overdue: 0 },
};

/** The page is told this instead of the truth. */
export async function tell(page: Page, address: string, body: object): Promise<void> {
  await page.route(address, (route) => route.fulfill({ json: body }));
}

/** Refused as the gateway refuses. */
export async function refuse(
  page: Page,
  address: string,
  status: number,
  code: string,
): Promise<void> {
  const contentType = 'application/problem+json';
  const body = JSON.stringify({ type: 'about:blank', status, code, detail: 'refused' });
  await page.route(address, (route) => route.fulfill({ status, contentType, body }));
}
