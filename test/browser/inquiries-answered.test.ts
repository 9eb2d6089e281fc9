import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  hold,
  keepScreenshot,
  launchBrowser,
  newPage,
  PHONE,
  tabTo,
} from '../support/browser.js';
import {
  askAbout,
  OVERDUE_QUESTION,
  officerAt,
  openInquiryPlace,
  sendQuestion,
  signInOfficer,
} from '../support/inquiry-place.js';
import { type PatientPlace, SCRIPT } from '../support/patient-place.js';

/** At the break-glass access, which carries a script as its reason. */
const ASKED = 'Why in an emergency?';
const ANSWER = `The ward called at night.\n${SCRIPT}`;

describe('a privacy officer who answers patients', function () {
  this.timeout(300_000);
  let browser: Browser;
  let place: PatientPlace;

  before(async () => {
    browser = await launchBrowser();
    place = await openInquiryPlace();
    const { page, context } = await place.signIn(browser, 'patient');
    await askAbout(page, 5);
    await sendQuestion(page, ASKED);
    await context.close();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  it('begins on the list, the first deadline first, what is overdue told in words', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await signInOfficer(place, browser, { language, width: PHONE });
      const { page } = watched;
      expect(new URL(page.url()).pathname).to.equal('/inquiries');
      await page.waitForSelector('[data-thread]');
      const rows = await page.locator('[data-thread]').allTextContents();
      expect(rows).to.have.length(2);
      expect(rows[0]).to.include(OVERDUE_QUESTION);
      expect(rows[0]).to.match(language === 'en' ? /Overdue since/ : /已逾期/);
      expect(rows[1]).to.not.match(/Overdue|逾期/);
      expect(await page.textContent('#counts')).to.match(
        language === 'en' ? /2 questions wait .* 1 overdue/ : /待答复 2 件，其中逾期 1 件/,
      );
      await expectFits(page);
      await expectAccessible(page);
      await keepScreenshot(page, `officer-list-phone-${language}`);
      await page.click('#show-answered');
      await page.locator('[data-thread]').first().waitFor({ state: 'detached' });
      await page.click('#show-overdue');
      await page.waitForSelector('[data-thread]');
      expect(await page.locator('[data-thread]').count()).to.equal(1);
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  it('lists each question once, however often and in whatever order lists are chosen', async () => {
    const { page, context } = await signInOfficer(place, browser);
    await page.waitForSelector('[data-thread]');
    const letGo = await hold(page, '**/v1/inquiries?*');
    for (const list of ['answered', 'open', 'all', 'open']) await page.click(`#show-${list}`);
    await page.dblclick('#show-open');
    await letGo();
    await page.waitForSelector('[data-thread]');
    await page.waitForLoadState('networkidle');
    expect(await page.locator('[data-thread]').count()).to.equal(2);
    await context.close();
  });

  it('stays at the question that is open when the keyboard skips to its content', async () => {
    const { page, context } = await officerAt(place, browser, OVERDUE_QUESTION);
    await page.check('#outcome-corrected');
    await page.focus('.skip');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('content');
    await page.waitForLoadState('networkidle');
    expect(await page.locator('#state').count()).to.equal(1);
    expect(await page.isChecked('#outcome-corrected')).to.equal(true);
    await page.goBack();
    await page.waitForSelector('[data-thread]');
    await page.goForward();
    await page.waitForSelector('#state');
    await context.close();
  });

  it('shows nothing to anybody else', async () => {
    const watched = await newPage(browser);
    const { page } = watched;
    await page.goto(place.url('/inquiries'));
    await page.waitForSelector('#signed-out');
    await expectAccessible(page);
    await page.goto(place.url('/'));
    await page.click('[data-subject="patient"]');
    await page.waitForSelector('#summary');
    expect(await page.locator('a[href="/inquiries"]').count()).to.equal(0);
    await page.goto(place.url('/inquiries'));
    await page.waitForSelector('#signed-out');
    await watched.context.close();
  });

  it('opens one with the event it asks about, and takes it up with the keyboard alone', async () => {
    const watched = await officerAt(place, browser, ASKED);
    const { page } = watched;
    const event = (await page.textContent('#event')) ?? '';
    expect(event).to.include('Staff 5');
    expect(event).to.include(SCRIPT);
    expect(await page.locator('main img, main script').count()).to.equal(0);
    await page.fill('#due', '2020-01-01');
    await page.click('#take-up-send');
    expect(await page.textContent('#take-up-problem')).to.match(/over already/);
    await page.fill('#due', '2099-01-02');
    await page.click('#take-up-send');
    expect(await page.textContent('#take-up-problem')).to.match(/more than a year/);
    const due = new Date(Date.now() + 200 * 86_400_000);
    await page.fill('#due', due.toISOString().slice(0, 10));
    await page.locator('#due').focus();
    await tabTo(page, 'take-up-text');
    await page.keyboard.type('We ask the ward.');
    await tabTo(page, 'take-up-send');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#entered');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('title');
    expect(await page.textContent('#state')).to.include('Being looked into');
    const last = page.locator('.thread li').last();
    expect(await last.textContent()).to.match(new RegExp(`Taken up .* ${due.getUTCFullYear()}`));
    expect(await last.textContent()).to.include('We ask the ward.');
    await expectAccessible(page);
    await keepScreenshot(page, 'officer-taken-up-en');
    expectQuiet(watched);
    await watched.context.close();
  });

  it('keeps what is written when the page is drawn in another language', async () => {
    const watched = await officerAt(place, browser, ASKED);
    const { page } = watched;
    await page.check('#outcome-justified');
    await page.fill('#answer-text', 'Half an answer');
    await page.click('#taking-up > summary');
    await page.fill('#take-up-text', 'Half a word');
    await page.click('[data-language="zh-CN"]');
    expect(await page.inputValue('#answer-text')).to.equal('Half an answer');
    expect(await page.locator('#take-up-text').isVisible()).to.equal(true);
    expect(await page.inputValue('#take-up-text')).to.equal('Half a word');
    expect(await page.isChecked('#outcome-justified')).to.equal(true);
    await watched.context.close();
  });

  it('says what is missing, and answers once however often the button is pressed', async () => {
    const watched = await officerAt(place, browser, ASKED, { language: 'zh-CN' });
    const { page } = watched;
    await page.fill('#answer-text', ANSWER);
    await page.click('#answer-send');
    expect(await page.textContent('#answer-problem')).to.include('请选择处理结果');
    await expectAccessible(page);
    await page.check('#outcome-justified');
    await keepScreenshot(page, 'officer-answer-zh-CN');
    await page.dblclick('#answer-send');
    await page.waitForSelector('#entered');
    expect(await page.textContent('#state')).to.include('已答复：有依据');
    expect(await page.locator('.thread li').count()).to.equal(3);
    expect(await page.locator('#answering').count()).to.equal(0);
    await expectAccessible(page);
    await keepScreenshot(page, 'officer-answered-zh-CN');
    expectQuiet(watched);
    await watched.context.close();
  });
});
