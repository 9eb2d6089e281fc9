import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { expectAccessible, expectFits, keepScreenshot, launchBrowser } from '../support/browser.js';
import {
  askAbout,
  OVERDUE_QUESTION,
  officerAt,
  openInquiryPlace,
  openQuestion,
  sendQuestion,
  signInOfficer,
} from '../support/inquiry-place.js';
import { LONG_NAME, outcomeOf, type PatientPlace, SCRIPT } from '../support/patient-place.js';

/** At the break-glass access, which carries a script as its reason. */
const ASKED = 'Why in an emergency?';
const ANSWER = `The ward called at night.\n${SCRIPT}`;
const OBJECTION = 'I was not in the hospital that night.';

describe('an answer of the hospital', function () {
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
    const watched = await officerAt(place, browser, ASKED);
    await watched.page.check('#outcome-justified');
    await watched.page.fill('#answer-text', ANSWER);
    await watched.page.click('#answer-send');
    await watched.page.waitForSelector('#entered');
    await watched.context.close();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  it('is read by the patient, who objects; all of it is in the proof', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    const question = page.locator('.question', { hasText: ASKED });
    await question.waitFor();
    expect(await question.locator('h3').textContent()).to.include('there was a reason');
    expect(await question.textContent()).to.include(SCRIPT);
    await keepScreenshot(page, 'inquiry-answered-en');
    await question.locator('[data-appeal]').click();
    await page.waitForSelector('#asking');
    expect(await page.textContent('#ask-title')).to.equal('Object to this answer');
    await sendQuestion(page, OBJECTION);
    await page.locator('.question h3', { hasText: 'Objection sent' }).waitFor();
    await page.locator('[data-act="inquiry"]').nth(2).waitFor();
    expect(await page.locator('[data-act="answer"]').count()).to.equal(1);
    expect(await outcomeOf(page)).to.equal('complete');
    expect(await page.locator('.question', { hasText: OBJECTION }).count()).to.equal(1);
    await expectAccessible(page);
    await watched.context.close();
  });

  it('finds the objection among the open ones', async () => {
    const watched = await officerAt(place, browser, ASKED);
    const { page } = watched;
    expect(await page.textContent('#state')).to.include('Objection sent');
    expect(await page.locator('.thread li').last().textContent()).to.include(OBJECTION);
    await watched.context.close();
  });

  it('is told when somebody else was faster, sees the newest state, and loses no text', async () => {
    const [slow, fast] = await Promise.all([
      officerAt(place, browser, OVERDUE_QUESTION),
      officerAt(place, browser, OVERDUE_QUESTION),
    ]);
    await fast.page.check('#outcome-unjustified');
    await fast.page.fill('#answer-text', `Sorry. ${LONG_NAME}`);
    await fast.page.click('#answer-send');
    await fast.page.waitForSelector('#entered');
    await slow.page.check('#outcome-corrected');
    await slow.page.fill('#answer-text', 'Too late');
    await slow.page.click('#answer-send');
    await slow.page.waitForSelector('#problem');
    expect(await slow.page.textContent('#problem')).to.match(/Somebody was faster/);
    expect(await slow.page.textContent('#state')).to.include('it has been dealt with');
    expect(await slow.page.inputValue('#unsent')).to.equal('Too late');
    await expectFits(slow.page);
    await expectAccessible(slow.page);
    await keepScreenshot(slow.page, 'officer-conflict-en');
    await fast.context.close();
    await slow.context.close();
  });

  it('keeps the answer when the session ends, and offers the way back in', async () => {
    const watched = await officerAt(place, browser, ASKED);
    const { page, context } = watched;
    await page.check('#outcome-corrected');
    await page.fill('#answer-text', 'Kept over a session');
    await context.clearCookies();
    await page.click('#answer-send');
    await page.locator('#answer-problem', { hasText: 'session has ended' }).waitFor();
    await page.goto(place.url('/'));
    await page.click('[data-subject="privacy-officer"]');
    await page.waitForSelector('#counts');
    await openQuestion(page, ASKED);
    expect(await page.inputValue('#answer-text')).to.equal('Kept over a session');
    await context.close();
  });

  it('shows an address that names no question as such', async () => {
    const watched = await signInOfficer(place, browser);
    const { page } = watched;
    await page.goto(place.url(`/inquiries#${'0'.repeat(64)}`));
    await page.waitForSelector('#problem');
    await page.click('a[href="#"]');
    await page.waitForSelector('#counts');
    expect(await page.locator('#problem').count()).to.equal(0);
    await watched.context.close();
  });

  it('names nobody where the hospital shows no names, and is proven all the same', async () => {
    const other = await openInquiryPlace({ CHARTSEAL_WEB_DISPLAY: 'role' });
    try {
      const list = JSON.parse((await other.ask('/v1/inquiries', 'privacy-officer')).text);
      const [{ id }] = list.inquiries;
      const body = { status: 'answered', outcome: 'justified', text: 'The copy desk.' };
      const { status } = await other.ask(`/v1/inquiries/${id}/answers`, 'privacy-officer', body);
      expect(status).to.equal(201);
      const watched = await other.signIn(browser, 'patient');
      const { page } = watched;
      const question = page.locator('.question', { hasText: 'The copy desk.' });
      await question.waitFor();
      expect(await question.textContent()).to.not.include('privacy-officer');
      expect(await page.textContent('#answered-questions')).to.include('question is answered.');
      expect(await outcomeOf(page)).to.equal('complete');
      expect(await question.textContent()).to.not.include('privacy-officer');
      await watched.context.close();
    } finally {
      await other.close();
    }
  });
});
