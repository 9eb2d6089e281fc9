import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, newPage } from '../support/browser.js';
import { openInquiryPlace } from '../support/inquiry-place.js';
import type { PatientPlace } from '../support/patient-place.js';

/** Browsers of people keep pages that were left, to come back to them as they were. */
const FORGETFUL = '--disable-back-forward-cache';
const LIST = '**/v1/inquiries?*';

describe('a page of somebody who is not signed in any more', function () {
  this.timeout(180_000);
  let browser: Browser;
  let place: PatientPlace;

  before(async () => {
    browser = await launchBrowser([FORGETFUL]);
    place = await openInquiryPlace();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  const signIn = async (page: Page, subject: string, ready: string) => {
    await page.goto(place.url('/'));
    await page.click(`[data-subject="${subject}"]`);
    await page.waitForSelector(ready);
  };
  const inAnotherTab = async (context: BrowserContext, subject: string) => {
    await signIn(await context.newPage(), subject, '#summary');
  };
  const seen = (page: Page) => page.evaluate('document.body.innerText') as Promise<string>;

  it('shows nothing of it as the file of somebody else who signed in in another tab', async () => {
    const { page, context } = await newPage(browser);
    await signIn(page, 'patient', '#summary');
    expect(await seen(page)).to.include('Staff 30');
    await page.route('**/logout', (route) => route.abort());
    await page.click('#sign-out');
    await page.waitForSelector('#problem');
    await inAnotherTab(context, 'unseen-patient');
    await page.click('#problem button');
    await page.locator('main', { hasText: 'P2002' }).waitFor();
    await page.waitForSelector('#summary');
    expect(await seen(page)).to.not.include('Staff 30');
    await context.close();
  });

  /** Back, to a page that the browser has kept. */
  const goBack = async (page: Page, ready: string) => {
    await page.evaluate('history.back()');
    await page.waitForSelector(ready);
  };

  it('does not come back with what it showed', async () => {
    const { page, context } = await newPage(browser);
    await signIn(page, 'patient', '#summary');
    await page.evaluate(`window.addEventListener('pageshow', () => {
      sessionStorage.setItem('shown', document.body.checkVisibility())
    })`);
    await page.click('#sign-out');
    await page.waitForSelector('[data-subject]');
    await goBack(page, '#signed-out');
    expect(await page.evaluate("sessionStorage.getItem('shown')")).to.equal('false');
    expect(await seen(page)).to.not.include('Staff 30');
    await context.close();
  });

  it('comes back as it was to whoever is signed in still', async () => {
    const { page, context } = await newPage(browser);
    await signIn(page, 'patient', '#summary');
    await page.evaluate('window.isKept = true');
    await page.click('header a[href="/verify"]');
    await page.waitForSelector('#choose-files');
    await goBack(page, '#summary');
    expect(await page.evaluate('window.isKept')).to.equal(true);
    expect(await seen(page)).to.include('Staff 30');
    await context.close();
  });

  it('is left in no other tab of the browser by signing out, with no text either', async () => {
    const { page, context } = await newPage(browser);
    await signIn(page, 'patient', '#summary');
    const other = await context.newPage();
    await other.goto(place.url('/patient'));
    await other.click('#ask-file');
    await other.fill('#ask-text', 'Not for the next one here');
    await page.click('#sign-out');
    await page.waitForSelector('[data-subject]');
    await other.waitForSelector('#signed-out');
    expect(await seen(other)).to.not.include('Staff 30');
    expect(await other.evaluate('Object.keys(sessionStorage)')).to.deep.equal([]);
    await context.close();
  });

  it('calls a list incomplete for no proof of another file', async () => {
    const { page, context } = await newPage(browser);
    await signIn(page, 'patient', '#summary');
    await inAnotherTab(context, 'unseen-patient');
    await page.click('#check');
    const told = await page.waitForSelector('#proof-problem');
    expect(await told.textContent()).to.match(/session has ended/);
    expect(await page.locator('#verdict').count()).to.equal(0);
    await context.close();
  });

  it('says of no list that it is empty, and asks to sign in when it is told to try again', async () => {
    const { page, context } = await newPage(browser);
    await signIn(page, 'privacy-officer', '[data-thread]');
    await context.clearCookies();
    await page.click('#show-answered');
    await page.waitForSelector('#problem');
    expect(await seen(page)).to.not.include('No question is answered');
    await page.click('#problem button');
    await page.waitForSelector('#signed-out');
    expect(await page.locator('#counts').count()).to.equal(0);
    await context.close();
  });

  it('says of an empty list that it is, when that was found out', async () => {
    const { page, context } = await newPage(browser);
    await signIn(page, 'privacy-officer', '[data-thread]');
    await page.route(LIST, (route) => route.abort());
    await page.click('#show-answered');
    await page.waitForSelector('#problem');
    expect(await seen(page)).to.not.include('No question is answered');
    await page.unroute(LIST);
    await page.click('#problem button');
    await page.getByText('No question is answered yet.').waitFor();
    await context.close();
  });
});
