import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
  PHONE,
  pageFile,
} from '../support/browser.js';
import {
  askAbout,
  OVERDUE_QUESTION,
  openInquiryPlace,
  openQuestion,
} from '../support/inquiry-place.js';
import { PatientPlace } from '../support/patient-place.js';
import { goBy, MINUTE_MS, signInClocked } from '../support/session-clock.js';

const LOOKS = '**/v1/session/remaining';
const ENDED = '#session-ended';

describe('a page whose session ends by itself', function () {
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

  const signIn = (subject: string, ready: string, options = {}) =>
    signInClocked(browser, place.url('/'), subject, ready, options);
  /** All that is in the page, shown or not. */
  const held = (page: Page) => page.evaluate('document.documentElement.outerHTML');
  const isShown = (page: Page) => page.evaluate('document.body.checkVisibility()');
  const kept = (page: Page) => page.evaluate('Object.values(sessionStorage)');

  it('empties itself, of dialogs and texts too, and offers to sign in again', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await signIn('patient', '#summary', { language, width: PHONE });
      const { page, context } = watched;
      await askAbout(page, 5);
      await page.fill('#ask-text', 'Half a question');
      expect(await held(page))
        .to.include('Staff 30')
        .and.to.include('P1001');
      await goBy(place.gateway, page, 29);
      expect(await page.textContent('#ending-unsent')).to.match(/从本设备删除|removed from this/);
      await goBy(place.gateway, page, 2);
      await page.waitForSelector(ENDED);
      expect(await page.textContent(ENDED)).to.match(/尚未提交的内容已.*删除|not sent was removed/);
      for (const one of ['Staff 30', 'P1001', 'demo:patient', 'Half a question', '<dialog']) {
        expect(await held(page), one).to.not.include(one);
      }
      expect(await page.title()).to.match(/会话已结束|session has ended/);
      expect(await kept(page)).to.deep.equal([]);
      expect(await page.evaluate('document.activeElement?.id')).to.equal('ended-title');
      await expectAccessible(page);
      await expectFits(page);
      await keepScreenshot(page, `session-ended-${language}`);
      expectQuiet(watched);
      await page.click('#sign-in');
      await page.waitForSelector('[data-subject]');
      await context.close();
    }
  });

  it('empties itself for staff too, and names nothing that was open in its address', async () => {
    const officer = await signIn('privacy-officer', '[data-thread]');
    await openQuestion(officer.page, OVERDUE_QUESTION);
    expect(await held(officer.page)).to.include(OVERDUE_QUESTION);
    await goBy(place.gateway, officer.page, 31);
    await officer.page.waitForSelector(ENDED);
    expect(await held(officer.page)).to.not.include(OVERDUE_QUESTION);
    expect(officer.page.url()).to.equal(place.url('/inquiries'));
    await officer.context.close();
    const archivist = await signIn('archivist', '#summary');
    await archivist.page.fill('#search-text', 'P1001');
    await goBy(place.gateway, archivist.page, 31);
    await archivist.page.waitForSelector(ENDED);
    expect(await archivist.page.locator('main section').count()).to.equal(1);
    expect(await archivist.page.locator('#search-text').count()).to.equal(0);
    await archivist.context.close();
  });

  it('shows nothing from the moment on at which the machine wakes after that', async () => {
    for (const wakes of ['visibilitychange', 'resume', 'focus', 'pageshow']) {
      const { page, context } = await signIn('patient', '#summary');
      let answer = () => undefined as unknown;
      await page.route(LOOKS, (route) => {
        answer = () => void route.continue();
      });
      place.gateway.sessionsAheadMs += 31 * MINUTE_MS;
      // No timer is told of it.
      await page.clock.setSystemTime('2019-05-04T09:00:00Z');
      const target = ['focus', 'pageshow'].includes(wakes) ? 'window' : 'document';
      const shown = `${target}.dispatchEvent(new Event('${wakes}')); document.body.checkVisibility()`;
      const asked = page.waitForRequest(LOOKS);
      expect(await page.evaluate(shown), wakes).to.equal(false);
      await asked;
      expect(await page.locator(ENDED).count()).to.equal(0);
      answer();
      await page.waitForSelector(ENDED);
      expect(await isShown(page)).to.equal(true);
      await context.close();
    }
  });

  it('ends when it ends, though the clock of the machine was set back meanwhile', async () => {
    const { page, context } = await signIn('patient', '#summary');
    await page.clock.setSystemTime('2018-01-01T00:00:00Z');
    await goBy(place.gateway, page, 31);
    await page.waitForSelector(ENDED);
    await context.close();
  });

  it('says where people begin who was signed in no longer than that', async () => {
    const { page, context } = await signIn('patient', '#summary');
    await page.goto(place.url('/'));
    await page.waitForSelector('#sign-out');
    expect(await held(page)).to.include('Signed in as');
    await goBy(place.gateway, page, 31);
    await page.waitForSelector(ENDED);
    expect(await held(page)).to.not.include('Signed in as');
    await context.close();
  });

  it('stays as it was, with the focus where it was, while another tab goes on', async () => {
    const watched = await signIn('patient', '#summary');
    const { page, context } = watched;
    await askAbout(page, 5);
    await page.fill('#ask-text', 'Still being written');
    const other = await context.newPage();
    place.gateway.sessionsAheadMs += 20 * MINUTE_MS;
    await other.goto(place.url('/patient'));
    await other.waitForSelector('#summary');
    await page.bringToFront();
    place.gateway.sessionsAheadMs += 11 * MINUTE_MS;
    const looked = page.waitForResponse(LOOKS);
    await page.clock.fastForward(31 * MINUTE_MS);
    await looked;
    await page.waitForSelector('html:not([hidden])');
    expect(await page.locator('#ending').count()).to.equal(0);
    await page.keyboard.type(' …');
    expect(await page.inputValue('#ask-text')).to.equal('Still being written …');
    expectQuiet(watched);
    await context.close();
  });

  it('empties itself when nobody answers at its end', async () => {
    const { page, context } = await signIn('patient', '#summary');
    await page.route(LOOKS, (route) => route.abort());
    await goBy(place.gateway, page, 31);
    await page.waitForSelector(ENDED);
    expect(await held(page)).to.not.include('Staff 30');
    await context.close();
  });

  it('empties itself when somebody else has signed in since', async () => {
    const { page, context } = await signIn('patient', '#summary');
    const other = await context.newPage();
    await other.goto(place.url('/'));
    await other.click('[data-subject="unseen-patient"]');
    await other.waitForSelector('#summary');
    await page.clock.fastForward(31 * MINUTE_MS);
    await page.waitForSelector(ENDED);
    expect(await held(page)).to.not.include('Staff 30');
    await context.close();
  });

  it('keeps a text for its writer where nobody could warn of the end', async () => {
    const { page, context } = await signIn('patient', '#summary');
    await askAbout(page, 5);
    await page.fill('#ask-text', 'Nobody warned me');
    await context.clearCookies();
    await page.clock.fastForward(29 * MINUTE_MS);
    await page.waitForSelector(ENDED);
    expect(await held(page)).to.not.include('Nobody warned me');
    expect(await page.textContent(ENDED)).to.include('kept in this tab');
    await page.click('#sign-in');
    await page.click('[data-subject="patient"]');
    const draft = page.locator('[data-draft]');
    await draft.waitFor();
    expect(await draft.textContent()).to.include('Nobody warned me');
    await context.close();
  });

  it('ends by its own clock and that of the gateway, whatever it asks meanwhile', async () => {
    const short = await PatientPlace.open({ CHARTSEAL_LIMIT_SESSION_IDLE_MINUTES: '1' });
    try {
      const watched = await newPage(browser);
      const { page } = watched;
      await page.goto(short.url('/'));
      await page.click('[data-subject="patient"]');
      await page.waitForSelector('#ending', { timeout: 120_000 });
      expect(await held(page)).to.include('Staff 30');
      await page.waitForSelector(ENDED, { timeout: 120_000 });
      expect(await held(page)).to.not.include('Staff 30');
      expectQuiet(watched);
      await watched.context.close();
    } finally {
      await short.close();
    }
  });

  it('is none that needs no session', async () => {
    const watched = await newPage(browser);
    const { page, context } = watched;
    await page.clock.install();
    await page.goto(pageFile('verify.html'));
    const before = await page.textContent('main');
    await page.clock.fastForward(24 * 60 * MINUTE_MS);
    expect(await page.textContent('main')).to.equal(before);
    expect(await isShown(page)).to.equal(true);
    expect(watched.requests).to.deep.equal([pageFile('verify.html')]);
    expectQuiet(watched);
    await context.close();
  });
});
