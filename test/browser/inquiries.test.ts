import { expect } from 'chai';
import type { Browser, Page, Route } from 'playwright-core';
import {
  expectAccessible,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  tabTo,
} from '../support/browser.js';
import { askAbout, openInquiryPlace, questionsOf } from '../support/inquiry-place.js';
import { EVENT_COUNT, outcomeOf, type PatientPlace } from '../support/patient-place.js';

const ASKED = '**/v1/patients/me/inquiries';
/** Entries of the chain before anybody asks here. */
const BEFORE = EVENT_COUNT + 2;

describe('a patient who asks about an entry', function () {
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

  /** The first answer to a question does not arrive. */
  const loseAnswer = async (page: Page): Promise<void> => {
    let lost = 0;
    await page.route(ASKED, async (route: Route) => {
      if (route.request().method() !== 'POST' || lost++ > 0) return route.continue();
      await route.fetch();
      await route.abort();
    });
  };

  it('does so with the keyboard alone, and the proof of the list covers it', async () => {
    const watched = await place.signIn(browser, 'patient', { language: 'zh-CN' });
    const { page } = watched;
    await page.waitForSelector('.question');
    const summary = await page.textContent('#summary');
    expect(await page.textContent('#open-questions')).to.include('1 个已逾期');
    const entry = page.locator('details.entry[data-sequence="5"]').first();
    await entry.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#asking');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('ask-text');
    await page.keyboard.type('这位医生为什么紧急查看我的病历？');
    expect(await page.textContent('#ask-counter')).to.equal('16 / 2000 字');
    await expectAccessible(page);
    await keepScreenshot(page, 'inquiry-ask-zh-CN');
    await tabTo(page, 'ask-send');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#question-sent');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('questions');
    expect(await page.textContent('[role=status].unseen')).to.include('已提交您的问题');
    await page.waitForSelector(`[data-act="inquiry"][data-sequence="${BEFORE}"]`);
    expect(await page.textContent('#summary'), 'counts accesses alone').to.equal(summary);
    expect(await page.locator('details.entry[data-sequence="7"]').count()).to.equal(0);
    const question = page.locator('.question', { hasText: '紧急查看' });
    expect(await question.locator('h3').textContent()).to.include('已提交');
    expect(await question.textContent()).to.match(/答复期限：\d{4}年/);
    expect(await question.textContent()).to.include('Staff 5');
    expect(await outcomeOf(page)).to.equal('complete');
    expect(await page.textContent('#verdict')).to.include(`${BEFORE + 1} 条`);
    await expectAccessible(page);
    expectQuiet(watched);
    await keepScreenshot(page, 'inquiry-patient-zh-CN');
    await watched.context.close();
  });

  it('sends it once, however often the button is pressed', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await askAbout(page, 2);
    await page.fill('#ask-text', 'Twice?');
    await page.dblclick('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await questionsOf(place, 'Twice?')).to.have.length(1);
    await watched.context.close();
  });

  it('sends it once when the answer of the server is lost', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await loseAnswer(page);
    await askAbout(page, 3);
    await page.fill('#ask-text', 'Lost?');
    await page.click('#ask-send');
    await page.locator('#ask-problem p').waitFor();
    expect(await page.textContent('#ask-problem')).to.match(
      /cannot tell whether your text arrived/,
    );
    expect(await page.inputValue('#ask-text')).to.equal('Lost?');
    expect(await questionsOf(place, 'Lost?')).to.have.length(1);
    await keepScreenshot(page, 'inquiry-lost-en');
    await page.click('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await questionsOf(place, 'Lost?')).to.have.length(1);
    await watched.context.close();
  });

  it('is told when an earlier wording had arrived, and loses neither', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await loseAnswer(page);
    await askAbout(page, 4);
    await page.fill('#ask-text', 'First wording?');
    await page.click('#ask-send');
    await page.locator('#ask-problem p').waitFor();
    await page.fill('#ask-text', 'Second wording?');
    await page.click('#ask-send');
    await page.locator('#ask-problem', { hasText: 'earlier wording' }).waitFor();
    expect(await page.inputValue('#ask-text')).to.equal('Second wording?');
    await page.locator('.question', { hasText: 'First wording?' }).waitFor();
    await page.click('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await questionsOf(place, 'First wording?')).to.have.length(1);
    expect(await questionsOf(place, 'Second wording?')).to.have.length(1);
    await watched.context.close();
  });
});
