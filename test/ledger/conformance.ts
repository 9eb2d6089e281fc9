// The suite that every engine faces: the same contract must answer the same on each.
import { accessCases } from './conformance/access.js';
import { appendCases } from './conformance/append.js';
import { Fixture, type TestChannel } from './conformance/channel.js';
import { clockCases, eventCases } from './conformance/events.js';
import { readingCases } from './conformance/reading.js';
import { refusalCases } from './conformance/refusals.js';
import { registrationCases } from './conformance/registration.js';

export interface ConformanceOptions {
  /** For each case; a live network takes longer than one process. */
  readonly timeoutMs?: number;
  /** For opening the channel. */
  readonly openMs?: number;
}

/** @param factory opens the channel; closed after the last case */
export function conformanceSuite(
  name: string,
  factory: () => Promise<TestChannel>,
  options: ConformanceOptions = {},
): void {
  describe(`ledger conformance: ${name}`, function () {
    this.timeout(options.timeoutMs ?? 20_000);
    const fixture = new Fixture();
    before(async function () {
      this.timeout(options.openMs ?? options.timeoutMs ?? 20_000);
      fixture.channel = await factory();
    });
    after(() => fixture.channel.close());
    accessCases(fixture);
    registrationCases(fixture);
    appendCases(fixture);
    refusalCases(fixture);
    readingCases(fixture);
    eventCases(fixture);
    clockCases(fixture);
  });
}
