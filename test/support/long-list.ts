// A gateway with one patient whose file was opened very often.
import type { Browser } from 'playwright-core';
import { openHospital } from '../../gateway/services/hospital.js';
import { newPage, type PageOptions, type WatchedPage } from './browser.js';
import { GatewayPlace } from './gateway-place.js';
import { accessSubmission } from './hospital.js';

const AT_ONCE = 1000;
const QUARTER_MS = 15 * 60_000;
const SYSTEM = 'urn:hospital-a';
const PATIENT = 'P1001';
const PURPOSES = ['TREAT', 'HPAYMT', 'HOPERAT', 'RECORDMGT', 'HQUALIMP'];
const EMERGENCY_EVERY = 97;

/** The oldest of them all, by somebody who came once. */
export const FIRST_NAME = 'Once Ago';

function submission(at: number, count: number) {
  const breakGlass = at % EMERGENCY_EVERY === EMERGENCY_EVERY - 1;
  return accessSubmission(PATIENT, `request ${at}`, {
    occurredAt: new Date(Date.now() - (count - at) * QUARTER_MS).toISOString(),
    actor:
      at === 0
        ? { id: 'once', name: FIRST_NAME }
        : { id: `s-${at % 70}`, name: `Staff ${at % 70}` },
    organisation: `hospital-${at % 2}`,
    unit: `Ward ${at % 9}`,
    purpose: PURPOSES[at % PURPOSES.length] as string,
    records: [`record-${at % 500}`],
    breakGlass,
    ...(breakGlass ? { justification: `emergency ${at}` } : {}),
  });
}

export class LongList {
  readonly gateway: GatewayPlace;

  private constructor(gateway: GatewayPlace) {
    this.gateway = gateway;
  }

  /** @param count events */
  static async open(count: number): Promise<LongList> {
    const gateway = await GatewayPlace.create();
    const hospital = await openHospital({ folder: gateway.data, operator: 'test' });
    try {
      for (let from = 0; from < count; from += AT_ONCE) {
        const size = Math.min(AT_ONCE, count - from);
        const part = Array.from({ length: size }, (_none, at) => submission(from + at, count));
        await Promise.all(part.map((one) => hospital.sequencer.accept(one)));
      }
      await hospital.sequencer.waitProven(60_000);
    } finally {
      await hospital.close();
    }
    gateway.demoPeople = [
      { sub: 'patient', roles: ['patient'], patient: { system: SYSTEM, value: PATIENT } },
    ];
    await gateway.open({ CHARTSEAL_DEMO: 'true' });
    return new LongList(gateway);
  }

  async signIn(browser: Browser, options?: PageOptions): Promise<WatchedPage> {
    const watched = await newPage(browser, options);
    await watched.page.goto(this.gateway.url('people', '/').href);
    await watched.page.click('[data-subject="patient"]');
    await watched.page.waitForSelector('#load-all:not([aria-disabled])');
    return watched;
  }

  close(): Promise<void> {
    return this.gateway.remove();
  }
}
