// A gateway of the demo as an archivist finds it: documents of several ages, one of them in two
// versions, a check over them, an inquiry that is overdue, and events, records and files that were
// refused; with what somebody might write into them to harm a page.
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { DemoBearer } from '../../gateway/http/auth/local-issuer.js';
import type { Hospital } from '../../gateway/services/hospital.js';
import { audit, openData } from './audit-sample.js';
import { newPage, type PageOptions, type WatchedPage } from './browser.js';
import { auditEvent } from './fhir-call.js';
import { GatewayPlace } from './gateway-place.js';
import { accessSubmission } from './hospital.js';
import type { Response } from './loopback-request.js';
import { runIngest } from './run-ingest.js';
import { newTempFolder, removeTempFolder, writeFiles } from './temp-folder.js';

export const SCRIPT = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
export const LONG_ID = `病案/${'欧阳'.repeat(38)}.pdf`;
export const AMENDED = '住院病历/P1001 王小明/出院小结.txt';
const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
const BY = { id: 'ward-scanner', mspId: 'HospitalMSP' };
const QUESTION = 'Who asked for the copy of my file?';

/** Documents by name: how old each is in ms when it is anchored, and what stands in it. */
export const DOCUMENTS: Readonly<Record<string, readonly [age: number, content: string]>> = {
  [AMENDED]: [40 * DAY_MS, '出院小结 第一版'],
  '住院病历/P1001 王小明/病程记录.txt': [3 * 3600 * SECOND_MS, '病程记录'],
  'outpatient/P2001 Adams/referral letter.txt': [90 * SECOND_MS, 'referral letter'],
  'outpatient/P2001 Adams/result.txt': [20 * SECOND_MS, 'result'],
};
/** Of the first version of {@link AMENDED}. */
export const FIRST_CONTENT = '出院小结 第一版';

const PEOPLE: readonly DemoBearer[] = [
  { sub: 'archivist', roles: ['archivist'] },
  { sub: 'admin', roles: ['admin'] },
  {
    sub: 'patient',
    roles: ['patient'],
    patient: { system: 'urn:hospital-a:mrn', value: 'P1001' },
  },
];

const record = (id: string, more: object = {}) => ({
  record: {
    ...{ id, size: 7, mediaType: 'text/plain', category: 'inpatient' },
    digests: { 'sha-256': 'ab'.repeat(32) },
    ...more,
  },
});

/** Records whose identifiers begin with `batch/`: more than one page of a search. */
export const BATCH = 60;
/** Refused until its record has a first version; then it is the second. */
export const EARLY = 'lab/report 17';

export interface ArchiveOptions {
  /** Nothing was ever sent. */
  readonly isEmpty?: boolean;
  /** Somebody changed a document and took one away before the check. */
  readonly isDamaged?: boolean;
}

export class ArchivePlace {
  readonly gateway: GatewayPlace;
  readonly #files = newTempFolder();
  #tokens: Readonly<Record<string, string>> = {};

  private constructor(gateway: GatewayPlace) {
    this.gateway = gateway;
  }

  static async open(options: ArchiveOptions = {}): Promise<ArchivePlace> {
    const gateway = await GatewayPlace.create();
    gateway.demoPeople = PEOPLE;
    const place = new ArchivePlace(gateway);
    if (options.isEmpty !== true) await place.#prepare(options.isDamaged === true);
    const { issuer } = await gateway.open({ CHARTSEAL_DEMO: 'true' });
    const tokens: Record<string, string> = {};
    const all: readonly DemoBearer[] = [...PEOPLE, { sub: 'emr', roles: ['source-system'] }];
    for (const person of all) tokens[person.sub] = (await issuer?.issue(person)) ?? '';
    place.#tokens = tokens;
    if (options.isEmpty !== true) await place.#send();
    return place;
  }

  get archive(): string {
    return join(this.#files, 'archive');
  }

  #write(): void {
    const contents = Object.entries(DOCUMENTS).map(([name, [, content]]) => [name, content]);
    writeFiles(this.archive, Object.fromEntries(contents));
    for (const [name, [age]] of Object.entries(DOCUMENTS)) {
      const made = new Date(Date.now() - age);
      utimesSync(join(this.archive, name), made, made);
    }
  }

  async #prepare(isDamaged: boolean): Promise<void> {
    this.#write();
    const { data } = this.gateway;
    const hospital = await openData(data);
    await this.#ingest(hospital);
    writeFiles(this.archive, { [AMENDED]: '出院小结 第二版，补充检验结果' });
    // Its name is no UTF-8.
    writeFileSync(Buffer.concat([Buffer.from(`${this.archive}/scan`), Buffer.from([0xff])]), 'x');
    await this.#ingest(hospital);
    const dueAt = new Date(Date.now() - 3 * DAY_MS).toISOString();
    const access = accessSubmission('P1001', 'seen');
    await hospital.sequencer.accept(access, { by: BY });
    const { patient } = access;
    const inquiry = { dueAt, source: { system: 'test', requestId: 'overdue' } };
    await hospital.sequencer.accept({ inquiry, question: QUESTION, patient }, { by: BY });
    await hospital.sequencer.waitProven(20_000);
    await hospital.close();
    if (isDamaged) appendFileSync(join(this.archive, AMENDED), '!');
    await audit(data);
  }

  async #ingest(hospital: Hospital): Promise<void> {
    const recordId = ({ relative }: { readonly relative: string }) => relative;
    const options = { category: 'inpatient', moved: false, recordId, by: BY };
    const outcomes = runIngest(hospital, { ...options, paths: [this.archive] });
    for await (const _some of outcomes);
  }

  async #send(): Promise<void> {
    for (const [id, more] of [
      [SCRIPT, { name: SCRIPT, category: '<b>x</b>', source: { system: SCRIPT } }],
      [LONG_ID, { name: '欧阳'.repeat(40), createdAt: '2020-01-01T00:00:00.000Z' }],
    ] as const) {
      await this.expect('/v1/records', record(id, more), 201);
    }
    const lines = Array.from({ length: BATCH }, (_none, at) =>
      JSON.stringify(record(`batch/${String(at).padStart(3, '0')}`)),
    );
    const type = 'application/x-ndjson';
    const body = `${lines.join('\n')}\n`;
    const { status } = await this.#request('/v1/records/batch', 'emr', body, type);
    if (status !== 200) throw new Error(`the batch was answered ${status}`);
    await this.expect('/v1/records', record(EARLY, { version: 2 }), 409);
    await this.expect('/v1/records', record(SCRIPT, { version: 9 }), 409);
    // Whose patient this is, nothing on this gateway says.
    const named = JSON.stringify(auditEvent({ patients: ['P1'] }));
    const event = JSON.parse(named, (_name, value) =>
      value?.identifier?.value === 'P1' ? { reference: 'Patient/17' } : value,
    ) as object;
    await this.expect('/fhir/AuditEvent', event, 422, 'application/fhir+json');
  }

  /** What {@link EARLY} waits for. */
  async sendFirstVersion(): Promise<void> {
    const digests = { 'sha-256': 'cd'.repeat(32) };
    await this.expect('/v1/records', record(EARLY, { digests }), 201);
  }

  async expect(path: string, body: object, wanted: number, type?: string): Promise<void> {
    const { status, text } = await this.ask(path, 'emr', body, type);
    if (status !== wanted) throw new Error(`${path} answered ${status}: ${text}`);
  }

  url(path: string): string {
    return this.gateway.url('people', path).href;
  }

  /** As a program with a token. */
  ask(path: string, subject: string, body?: object, type = 'application/json'): Promise<Response> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    return this.#request(path, subject, json, type);
  }

  #request(path: string, subject: string, body?: string, type = ''): Promise<Response> {
    const authorization = `Bearer ${this.#tokens[subject]}`;
    if (body === undefined) return this.gateway.ask(path, { headers: { authorization } });
    const headers = { authorization, 'content-type': type, prefer: 'wait=20' };
    return this.gateway.ask(path, { headers, body });
  }

  /** Signed in with one click, on the page where that leads. */
  async signIn(
    browser: Browser,
    options?: PageOptions,
    subject = 'archivist',
  ): Promise<WatchedPage> {
    const watched = await newPage(browser, options);
    await this.enter(watched, subject);
    return watched;
  }

  async enter({ page }: WatchedPage, subject = 'archivist'): Promise<void> {
    await page.goto(this.url('/'));
    await page.click(`[data-subject="${subject}"]`);
    await page.waitForSelector('#refresh:not([aria-disabled])');
  }

  async close(): Promise<void> {
    await this.gateway.remove();
    removeTempFolder(this.#files);
  }
}

/** Searches for the text; what the page says of it. */
export async function search(page: Page, text: string): Promise<string | null> {
  await page.fill('#search-text', text);
  await page.click('#search-go');
  await page.waitForSelector('#found, #search-fault');
  return page.textContent('#found, #search-fault');
}
