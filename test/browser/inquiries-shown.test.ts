import { expect } from 'chai';
import type { Browser, Route } from 'playwright-core';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
  PHONE,
} from '../support/browser.js';
import {
  askAbout,
  OVERDUE_QUESTION,
  openInquiryPlace,
  sendQuestion,
} from '../support/inquiry-place.js';
import { outcomeOf, type PatientPlace, SCRIPT } from '../support/patient-place.js';

const LIST = '**/v1/patients/me/inquiries?*';

describe('what a patient asked', function () {
  this.timeout(300_000);
  let browser: Browser;
  let place: PatientPlace;

  before(async () => {
    browser = await launchBrowser();
    place = await openInquiryPlace();
    const before = await place.signIn(browser, 'patient');
    await askAbout(before.page, 3);
    await sendQuestion(before.page, `${SCRIPT}\n\nsecond line\u202e reversed`);
    await before.context.close();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  it('is text and nothing else, on the smallest phone, in both languages', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await place.signIn(browser, 'patient', { language, width: PHONE });
      const { page } = watched;
      await page.locator('.question', { hasText: OVERDUE_QUESTION }).waitFor();
      const text = (await page.textContent('#questions')) ?? '';
      expect(text).to.include(SCRIPT);
      expect(text).to.include('\\u{202e}');
      expect(text).to.match(language === 'en' ? /Overdue since/ : /已逾期/);
      expect(await page.locator('main img, main script').count()).to.equal(0);
      await expectFits(page);
      await expectAccessible(page);
      await askAbout(page, 5);
      await expectAccessible(page);
      await keepScreenshot(page, `inquiry-ask-phone-${language}`);
      await page.keyboard.press('Escape');
      await page.locator('#asking').waitFor({ state: 'detached' });
      await keepScreenshot(page, `inquiry-patient-phone-${language}`);
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  type Change = (threads: { question: string; steps: { text: string }[] }[]) => object[];
  const changed = async (change: Change): Promise<string | null> => {
    const watched = await newPage(browser);
    const { page } = watched;
    await page.route(LIST, async (route: Route) => {
      const answer = await route.fetch();
      const list = JSON.parse(await answer.text());
      const body = JSON.stringify({ ...list, inquiries: change(list.inquiries) });
      await route.fulfill({ response: answer, body });
    });
    await page.goto(place.url('/'));
    await page.click('[data-subject="patient"]');
    await page.waitForSelector('.question');
    const outcome = await outcomeOf(page);
    expect(await page.textContent('#questions')).to.include(OVERDUE_QUESTION);
    await watched.context.close();
    return outcome;
  };

  it('makes the list not complete when it is kept from the page', async () => {
    const left = (question: string) => question !== OVERDUE_QUESTION;
    expect(await changed((all) => all.filter(({ question }) => left(question)))).to.equal(
      'differs',
    );
  });

  it('does so when the page is given another text than the log has', async () => {
    const outcome = await changed((all) =>
      JSON.parse(JSON.stringify(all).replaceAll(OVERDUE_QUESTION, 'Never mind')),
    );
    expect(outcome).to.equal('differs');
  });

  it('reads as such on the verify page, from the file alone', async () => {
    const [history, trust] = await Promise.all(
      ['/v1/patients/me/access-history/file', '/v1/log/trust'].map((path) =>
        place.ask(path, 'patient'),
      ),
    );
    const file = (name: string, text = '') => ({
      name,
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await newPage(browser, { language, width: PHONE });
      const { page } = watched;
      await page.goto(place.url('/verify'));
      await page.setInputFiles('#choose-files-input', [
        file('access-history.json', history?.text),
        file('trust.json', trust?.text),
      ]);
      await page.locator('article[data-verdict="complete"]').waitFor();
      const table = (await page.textContent('table.events')) ?? '';
      expect(table).to.include(OVERDUE_QUESTION);
      expect(table).to.include(SCRIPT);
      expect(table).to.match(language === 'en' ? /Question of the patient/ : /患者提问/);
      expect(table).to.match(language === 'en' ? /Physician, / : /医师，/);
      expect(table).to.match(language === 'en' ? /, 2 questions and answers/ : /提问和答复 2 条/);
      await expectFits(page);
      await expectAccessible(page);
      await keepScreenshot(page, `inquiry-verify-phone-${language}`);
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  it('stands on paper, without what can be pressed', async () => {
    const watched = await place.signIn(browser, 'patient', { language: 'zh-CN' });
    const { page } = watched;
    await page.waitForSelector('.question');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.question').first().isVisible()).to.equal(true);
    expect(await page.locator('#questions button').first().isVisible()).to.equal(false);
    await keepScreenshot(page, 'inquiry-print-zh-CN');
    await watched.context.close();
  });
});
