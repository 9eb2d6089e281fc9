import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { formatHistory, parseHistory } from '../../gateway/evidence/history.js';
import { launchBrowser } from '../support/browser.js';
import { openInquiryPlace } from '../support/inquiry-place.js';
import { outcomeOf, type PatientPlace } from '../support/patient-place.js';

const FILE = '**/v1/patients/me/access-history/file';
const QUESTIONS = '**/v1/patients/me/inquiries?*';

describe('the page of a patient, used as nobody thought of', function () {
  this.timeout(300_000);
  let browser: Browser;
  let place: PatientPlace;

  before(async () => {
    browser = await launchBrowser();
    place = await openInquiryPlace();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  it('finds what is seen, in letters of any width and size', async () => {
    const { page, context } = await place.signIn(browser, 'patient', { language: 'zh-CN' });
    for (const [text, found] of [
      ['ｓｔａｆｆ　３０', 1],
      ['医师', 4],
      ['您向医院的提问', 1],
      ['native code', 0],
    ] as const) {
      await page.fill('#search', text);
      await page.keyboard.press('Enter');
      const told = found === 0 ? '没有符合的记录' : `7 条中有 ${found} 条符合`;
      await page.locator('#found', { hasText: told }).waitFor({ timeout: 5000 });
    }
    await context.close();
  });

  it('can ask for the questions again that did not come', async () => {
    const { page, context } = await place.signIn(browser, 'patient');
    await page.route(QUESTIONS, (route) => route.abort());
    await page.reload();
    await page.locator('#questions-problem', { hasText: 'does not answer' }).waitFor();
    await page.unroute(QUESTIONS);
    await page.click('#questions-again');
    await page.waitForSelector('.question');
    expect(await page.locator('#questions-problem').count()).to.equal(0);
    expect(await page.evaluate('document.activeElement?.id')).to.equal('questions');
    await context.close();
  });

  it('shows the answer to a question that the proof does not show', async () => {
    const asked = await place.ask('/v1/patients/me/inquiries', 'patient', { question: 'Who?' });
    const { id, steps } = JSON.parse(asked.text) as { id: string; steps: { sequence: number }[] };
    const answer = { status: 'in-progress', text: 'We look into it.' };
    await place.ask(`/v1/inquiries/${id}/answers`, 'privacy-officer', answer);
    const { page, context } = await place.signIn(browser, 'patient');
    await page.waitForSelector('.question');
    await page.route(FILE, async (route) => {
      const response = await route.fetch();
      const history = parseHistory(await response.body());
      const at = steps[0]?.sequence ?? 0;
      const { openings = [] } = history;
      const hidden = { entries: history.entries.with(at, null), openings: openings.with(at, null) };
      await route.fulfill({
        response,
        body: Buffer.from(formatHistory({ ...history, ...hidden })),
      });
    });
    expect(await outcomeOf(page)).to.equal('partly');
    await page.locator('.question', { hasText: 'We look into it.' }).waitFor();
    await context.close();
  });
});
