// A gateway of the demo at which a patient asked something that is overdue, and what people do on
// the pages of inquiries.
import type { Browser, Page } from 'playwright-core';
import { openHospital } from '../../gateway/services/hospital.js';
import { newPage, type PageOptions, type WatchedPage } from './browser.js';
import { PatientPlace, SEEN } from './patient-place.js';

export const OVERDUE_QUESTION = 'Who asked for the copy of my file?';
const DAY_MS = 86_400_000;

/** Entered before the gateway began: its deadline is over. */
async function askOverdue(data: string): Promise<void> {
  const hospital = await openHospital({ folder: data, operator: 'test' });
  const { sequencer } = hospital;
  try {
    const by = { id: 'test', mspId: 'HospitalMSP' };
    await sequencer.accept(
      {
        patient: SEEN,
        occurredAt: new Date(Date.now() - 60 * DAY_MS).toISOString(),
        action: 'R',
        outcome: 'success',
        actor: { id: 'copy-desk', name: 'Copy Desk' },
        role: 'clerk',
        organisation: 'hospital-a',
        purpose: 'RECORDMGT',
        breakGlass: false,
        records: ['record-60'],
        category: 'inpatient',
        source: { system: 'emr', requestId: 'request-60' },
      },
      { by },
    );
    const dueAt = new Date(Date.now() - 3 * DAY_MS).toISOString();
    const source = { system: 'test', requestId: 'overdue' };
    await sequencer.accept(
      { inquiry: { dueAt, source }, question: OVERDUE_QUESTION, patient: SEEN },
      { by },
    );
  } finally {
    await hospital.close();
  }
}

/** With two entries more than the patient's place has: an access and an overdue question. */
export const openInquiryPlace = (
  environment: Readonly<Record<string, string>> = {},
): Promise<PatientPlace> => PatientPlace.open(environment, askOverdue);

/** Signed in as the privacy officer, on the page where that leads. */
export async function signInOfficer(
  place: PatientPlace,
  browser: Browser,
  options?: PageOptions,
): Promise<WatchedPage> {
  const watched = await newPage(browser, options);
  await watched.page.goto(place.url('/'));
  await watched.page.click('[data-subject="privacy-officer"]');
  await watched.page.waitForSelector('#counts');
  return watched;
}

/** On the list of the privacy officer: opens the one with this text. */
export async function openQuestion(page: Page, question: string): Promise<void> {
  await page.locator('[data-thread]', { hasText: question }).locator('a').click();
  await page.waitForSelector('#state');
}

/** Signed in as the privacy officer, with one question open. */
export async function officerAt(
  place: PatientPlace,
  browser: Browser,
  question: string,
  options?: PageOptions,
): Promise<WatchedPage> {
  const watched = await signInOfficer(place, browser, options);
  await openQuestion(watched.page, question);
  return watched;
}

/** Opens the entry at this place of the chain and presses its button. */
export async function askAbout(page: Page, sequence: number): Promise<void> {
  const entry = page.locator(`details.entry[data-sequence="${sequence}"]`).first();
  await entry.locator('summary').first().click();
  await entry.locator('[data-ask]').click();
  await page.waitForSelector('#asking textarea');
}

/** Writes the text into the dialog and sends it; resolves when the page says that it arrived. */
export async function sendQuestion(page: Page, text: string): Promise<void> {
  await page.fill('#ask-text', text);
  await page.click('#ask-send');
  await page.waitForSelector('#question-sent');
}

/** What the gateway has of a question with this very text. */
export async function questionsOf(place: PatientPlace, text: string): Promise<object[]> {
  const { text: body } = await place.ask('/v1/patients/me/inquiries?limit=100', 'patient');
  const { inquiries } = JSON.parse(body) as { inquiries: { question: string }[] };
  return inquiries.filter(({ question }) => question === text);
}
