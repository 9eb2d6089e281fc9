import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { expectAccessible, keepScreenshot, launchBrowser } from '../support/browser.js';
import { accessSubmission } from '../support/hospital.js';
import { askAbout, openInquiryPlace, questionsOf } from '../support/inquiry-place.js';
import { type PatientPlace, UNSEEN } from '../support/patient-place.js';

describe('a text that a patient has not sent yet', function () {
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

  it('is kept when the session ends, found again, and taken to nobody else', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await askAbout(page, 5);
    await page.fill('#ask-text', 'Long thought about');
    await watched.context.clearCookies();
    await page.click('#ask-send');
    await page.locator('#ask-problem', { hasText: 'session has ended' }).waitFor();
    await page.click('#ask-close');
    await page.goto(place.url('/'));
    await page.click('[data-subject="patient"]');
    const draft = page.locator('[data-draft]');
    await draft.waitFor();
    expect(await draft.textContent()).to.include('Long thought about');
    await keepScreenshot(page, 'inquiry-draft-en');
    await draft.locator('button').click();
    expect(await page.inputValue('#ask-text')).to.equal('Long thought about');
    await page.keyboard.press('Escape');
    await watched.context.clearCookies();
    await page.goto(place.url('/'));
    await page.click('[data-subject="unseen-patient"]');
    await page.waitForSelector('#summary');
    expect(await page.locator('[data-draft]').count()).to.equal(0);
    expect(await page.evaluate('Object.keys(sessionStorage)')).to.deep.equal([]);
    expect(await questionsOf(place, 'Long thought about')).to.have.length(0);
    await watched.context.close();
  });

  it('is not sent as somebody else who signed in in another tab', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page, context } = watched;
    // Now that somebody opened it, this file too can be asked about.
    const seen = { ...accessSubmission('P2', 'kept'), patient: UNSEEN };
    expect((await place.ask('/v1/access-events', 'emr', seen)).status).to.be.within(201, 202);
    await page.click('#ask-file');
    await page.fill('#ask-text', 'Meant for my own file');
    await context.clearCookies();
    const other = await context.newPage();
    await other.goto(place.url('/'));
    await other.click('[data-subject="unseen-patient"]');
    await other.waitForSelector('#summary');
    await page.click('#ask-send');
    await page.locator('#ask-problem', { hasText: 'session has ended' }).waitFor();
    expect(await page.inputValue('#ask-text')).to.equal('Meant for my own file');
    const mine = '/v1/patients/me/inquiries';
    for (const subject of ['patient', 'unseen-patient']) {
      const { text } = await place.ask(mine, subject);
      expect(text, subject).to.not.include('Meant for my own file');
    }
    await context.close();
  });

  it('is not left behind for somebody who writes nothing', async () => {
    const { page, context } = await place.signIn(browser, 'patient');
    await askAbout(page, 5);
    await page.fill('#ask-text', 'Not for the archivist');
    await context.clearCookies();
    await page.goto(place.url('/'));
    await page.click('[data-subject="archivist"]');
    await page.waitForSelector('#refresh');
    expect(await page.evaluate('Object.keys(sessionStorage)')).to.deep.equal([]);
    await context.close();
  });

  it('is not left behind on signing out', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await askAbout(page, 5);
    await page.fill('#ask-text', 'Not for the next one here');
    await page.click('#ask-close');
    await page.locator('[data-draft]').waitFor();
    await page.click('#sign-out');
    await page.waitForSelector('[data-subject]');
    expect(await page.evaluate('Object.keys(sessionStorage)')).to.deep.equal([]);
    await watched.context.close();
  });

  it('is counted, kept by the page and sent where the browser has no room for it', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await page.evaluate(`Storage.prototype.setItem = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    }`);
    await page.click('[data-language="zh-CN"]');
    expect(await page.textContent('h1')).to.equal('谁查看了我的病历');
    await page.click('#ask-file');
    await page.fill('#ask-text', 'Room?');
    expect(await page.textContent('#ask-counter')).to.equal('5 / 2000 字');
    await page.click('#ask-close');
    await page.locator('[data-draft] button').click();
    expect(await page.inputValue('#ask-text')).to.equal('Room?');
    await page.click('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await questionsOf(place, 'Room?')).to.have.length(1);
    expect(watched.complaints).to.deep.equal([]);
    await watched.context.close();
  });

  it('is still there when the dialog was closed, and the focus is back where it was', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await askAbout(page, 5);
    await page.keyboard.type('Half a question');
    await page.keyboard.press('Escape');
    await page.locator('[data-draft]').waitFor();
    expect(await page.evaluate('document.activeElement?.dataset.ask')).to.equal('5');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#ask-text')).to.equal('Half a question');
    await page.click('#ask-discard');
    await page.locator('[data-draft]').waitFor({ state: 'detached' });
    expect(await page.evaluate('Object.values(sessionStorage)')).to.deep.equal([]);
    await watched.context.close();
  });

  it('is not sent while it is empty or too long, which is said', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await page.click('#ask-file');
    await page.click('#ask-send');
    expect(await page.textContent('#ask-problem')).to.match(/write something/);
    await page.fill('#ask-text', '病'.repeat(2001));
    expect(await page.textContent('#ask-counter')).to.match(/1 character too many/);
    await page.click('#ask-send');
    expect(await page.textContent('#ask-problem')).to.match(/1 character too many/);
    await expectAccessible(page);
    await page.fill('#ask-text', '病'.repeat(2000));
    await page.click('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await questionsOf(place, '病'.repeat(2000))).to.have.length(1);
    await watched.context.close();
  });
});
