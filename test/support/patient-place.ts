// A gateway of the demo for browsers: a patient whose file was opened, one whose file was not, and
// entries with what somebody might write into them to harm a page.
import type { Browser, Page } from 'playwright-core';
import type { DemoBearer } from '../../gateway/http/auth/local-issuer.js';
import type { AccessSubmission } from '../../gateway/services/submission.js';
import { newPage, type PageOptions, type WatchedPage } from './browser.js';
import { GatewayPlace } from './gateway-place.js';
import type { Response } from './loopback-request.js';

const SYSTEM = 'urn:hospital-a:mrn';
export const SEEN = { system: SYSTEM, value: 'P1001' };
export const UNSEEN = { system: SYSTEM, value: 'P2002' };
export const SCRIPT = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
export const LONG_NAME = '欧阳'.repeat(40);

const PEOPLE: readonly DemoBearer[] = [
  { sub: 'patient', roles: ['patient'], patient: SEEN },
  { sub: 'unseen-patient', roles: ['patient'], patient: UNSEEN },
  { sub: 'archivist', roles: ['archivist'] },
  { sub: 'privacy-officer', roles: ['privacy-officer'] },
];

const event = (at: number, more: Partial<AccessSubmission>): AccessSubmission => ({
  patient: SEEN,
  occurredAt: new Date(Date.now() - at * 86_400_000).toISOString(),
  action: 'R',
  outcome: 'success',
  actor: { id: `staff-${at}`, name: `Staff ${at}` },
  role: 'physician',
  organisation: 'hospital-a',
  unit: 'Ward 1',
  purpose: 'TREAT',
  breakGlass: false,
  records: [`record-${at}`],
  category: 'inpatient',
  source: { system: 'emr', requestId: `request-${at}` },
  ...more,
});

/** The oldest first. */
const EVENTS: readonly AccessSubmission[] = [
  event(30, {}),
  event(20, { actor: { id: SCRIPT, name: SCRIPT }, unit: SCRIPT, organisation: SCRIPT }),
  event(10, { actor: { id: 'x', name: LONG_NAME }, records: [SCRIPT], category: '<b>x</b>' }),
  event(5, { purpose: 'BTG', breakGlass: true, justification: SCRIPT }),
  event(2, { role: 'system', actor: { id: 'prefetch' }, unit: 'IT' }),
];

export const EVENT_COUNT = EVENTS.length;

export class PatientPlace {
  readonly gateway: GatewayPlace;
  readonly #tokens: Readonly<Record<string, string>>;

  private constructor(gateway: GatewayPlace, tokens: Readonly<Record<string, string>>) {
    this.gateway = gateway;
    this.#tokens = tokens;
  }

  /** @param prepare does what the gateway is to find */
  static async open(
    environment: Readonly<Record<string, string>> = {},
    prepare: (data: string) => Promise<void> = async () => undefined,
  ): Promise<PatientPlace> {
    const gateway = await GatewayPlace.create();
    gateway.demoPeople = PEOPLE;
    await prepare(gateway.data);
    const opened = await gateway.open({ CHARTSEAL_DEMO: 'true', ...environment });
    const tokens: Record<string, string> = {};
    const all: readonly DemoBearer[] = [...PEOPLE, { sub: 'emr', roles: ['source-system'] }];
    for (const person of all) tokens[person.sub] = (await opened.issuer?.issue(person)) ?? '';
    const place = new PatientPlace(gateway, tokens);
    await place.#fill();
    return place;
  }

  async #fill(): Promise<void> {
    for (const submission of EVENTS) {
      const { status, text } = await this.ask('/v1/access-events', 'emr', submission);
      if (status !== 201 && status !== 202) throw new Error(`not accepted: ${status} ${text}`);
    }
  }

  url(path: string): string {
    return this.gateway.url('people', path).href;
  }

  /** As a program with a token. */
  ask(path: string, subject: string, body?: object): Promise<Response> {
    const authorization = `Bearer ${this.#tokens[subject]}`;
    if (body === undefined) return this.gateway.ask(path, { headers: { authorization } });
    return this.gateway.ask(path, {
      headers: { authorization, 'content-type': 'application/json', prefer: 'wait=20' },
      body: JSON.stringify(body),
    });
  }

  /** Signed in with one click, on the page where that leads. */
  async signIn(browser: Browser, subject: string, options?: PageOptions): Promise<WatchedPage> {
    const watched = await newPage(browser, options);
    await watched.page.goto(this.url('/'));
    await watched.page.click(`[data-subject="${subject}"]`);
    await watched.page.waitForSelector('#summary');
    return watched;
  }

  async close(): Promise<void> {
    await this.gateway.remove();
  }
}

/** Asks for the proof; what it came to. */
export async function outcomeOf(page: Page): Promise<string | null> {
  await page.click('#check');
  const verdict = await page.waitForSelector('#verdict');
  return verdict.getAttribute('data-outcome');
}
