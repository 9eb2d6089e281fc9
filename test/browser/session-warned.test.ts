import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  PHONE,
  tabTo,
} from '../support/browser.js';
import { askAbout } from '../support/inquiry-place.js';
import { LoginPlace } from '../support/login-place.js';
import { PatientPlace } from '../support/patient-place.js';
import { goBy, newClockedPage, signInClocked } from '../support/session-clock.js';

const LOOKS = '**/v1/session/remaining';
const WARNING = '#ending';

describe('the warning before a session ends', function () {
  this.timeout(300_000);
  let browser: Browser;
  let place: PatientPlace;

  before(async () => {
    browser = await launchBrowser();
    place = await PatientPlace.open();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  const signIn = (options = {}) =>
    signInClocked(browser, place.url('/'), 'patient', '#summary', options);
  const focused = (page: Page) => page.evaluate('document.activeElement?.id');
  const goes = (page: Page) => page.locator(WARNING).waitFor({ state: 'detached' });

  it('comes two minutes before, in words, above whatever is open, and is heard at once', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await signIn({ language, width: PHONE });
      const { page, context } = watched;
      await askAbout(page, 3);
      await goBy(place.gateway, page, 27.5);
      expect(await page.locator(WARNING).count()).to.equal(0);
      await goBy(place.gateway, page, 1);
      const warning = await page.waitForSelector(WARNING);
      expect(await warning.getAttribute('role')).to.equal('alertdialog');
      expect(await warning.getAttribute('aria-describedby')).to.equal('ending-text ending-left');
      expect(await page.textContent('#ending-text')).to.match(/本页内容会全部清除|then emptied/);
      expect(await page.textContent('#ending-left')).to.match(/\d 秒$|\d seconds?$/);
      expect(await page.locator('#ending-unsent').count()).to.equal(0);
      expect(await focused(page)).to.equal('ending-stay');
      await expectAccessible(page);
      await expectFits(page);
      await keepScreenshot(page, `session-ending-${language}`);
      expectQuiet(watched);
      await context.close();
    }
  });

  it('goes with one key, which puts the end off and leaves the text where it was', async () => {
    for (const key of ['Enter', 'Escape']) {
      const watched = await signIn();
      const { page, context } = watched;
      await askAbout(page, 3);
      await page.keyboard.type('Half a ');
      await goBy(place.gateway, page, 29);
      await page.waitForSelector(WARNING);
      await page.keyboard.press(key);
      await goes(page);
      await page.keyboard.type('question');
      expect(await page.inputValue('#ask-text')).to.equal('Half a question');
      await goBy(place.gateway, page, 27);
      expect(await page.locator(WARNING).count()).to.equal(0);
      await goBy(place.gateway, page, 2);
      await page.waitForSelector(WARNING);
      expectQuiet(watched);
      await context.close();
    }
  });

  it('says the time that is left now and then, not every second', async () => {
    const { page, context } = await signIn();
    await goBy(place.gateway, page, 28.5);
    await page.waitForSelector(WARNING);
    await page.clock.pauseAt((await page.evaluate('Date.now() + 1000')) as number);
    const shown: string[] = [];
    const said: string[] = [];
    while (!/^1?\d seconds?$/.test(shown.at(-1) ?? '')) {
      shown.push((await page.textContent('#ending [role="timer"]')) ?? '');
      said.push((await page.textContent('#ending [role="status"]')) ?? '');
      place.gateway.sessionsAheadMs += 1000;
      await page.clock.runFor(1000);
    }
    expect(new Set(shown).size).to.be.above(10);
    expect([...new Set(said)]).to.have.length(3);
    expect(said[0]).to.equal('');
    expect(said.at(-1)).to.match(/^Your session ends in \d+ seconds\.$/);
    await context.close();
  });

  it('goes when another tab puts the end off', async () => {
    const { page, context } = await signIn();
    const other = await context.newPage();
    await goBy(place.gateway, page, 29);
    await page.waitForSelector(WARNING);
    await other.goto(place.url('/patient'));
    await other.waitForSelector('#summary');
    await page.clock.fastForward(15_000);
    await goes(page);
    await context.close();
  });

  it('comes where nobody answers, and says that the session could not go on', async () => {
    const { page, context } = await signIn();
    await page.route('**/v1/session**', (route) => route.abort());
    await page.route(LOOKS, (route) => route.abort());
    await goBy(place.gateway, page, 29);
    await page.click('#ending-stay');
    await page.locator('#ending-problem', { hasText: 'does not answer' }).waitFor();
    await expectAccessible(page);
    await page.unroute('**/v1/session**');
    await page.click('#ending-stay');
    await goes(page);
    await context.close();
  });

  it('signs out whoever has finished', async () => {
    const { page, context } = await signIn();
    await goBy(place.gateway, page, 29);
    await page.waitForSelector(WARNING);
    await tabTo(page, 'ending-sign-out', 3);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-subject]');
    expect(await context.cookies()).to.deep.equal([]);
    await context.close();
  });

  describe('of the longest time that a session has', () => {
    let hospital: LoginPlace;
    before(async () => {
      hospital = await LoginPlace.open([], { CHARTSEAL_LIMIT_SESSION_MINUTES: '20' });
    });
    after(() => hospital?.close());

    const logIn = async (options = {}) => {
      hospital.provider.logInAs('anna');
      const watched = await newClockedPage(browser, options);
      await watched.page.goto(hospital.url('/').href);
      await watched.page.click('a[href="/login?with=0"]');
      await watched.page.waitForSelector('#summary');
      return watched;
    };

    it('says that nothing puts it off, and signs in anew on the same page', async () => {
      for (const language of ['zh-CN', 'en'] as const) {
        const watched = await logIn({ language, width: PHONE });
        const { page, context } = watched;
        await goBy(hospital.gateway, page, 19);
        await page.waitForSelector(WARNING);
        expect(await page.locator('#ending-stay').count()).to.equal(0);
        expect(await page.textContent('#ending-text')).to.match(/无论是否操作|whatever you do/);
        expect(await focused(page)).to.equal('ending-title');
        await expectAccessible(page);
        await expectFits(page);
        await keepScreenshot(page, `session-ending-final-${language}`);
        expectQuiet(watched);
        await page.click(`${WARNING} a.main`);
        await page.waitForURL(hospital.url('/patient').href);
        await page.waitForSelector('#summary');
        await goBy(hospital.gateway, page, 17);
        expect(await page.locator(WARNING).count()).to.equal(0);
        await context.close();
      }
    });

    it('is closed by whoever has read it, and does not come again', async () => {
      const { page, context } = await logIn();
      await goBy(hospital.gateway, page, 18.5);
      await page.waitForSelector(WARNING);
      await page.keyboard.press('Escape');
      await goes(page);
      await goBy(hospital.gateway, page, 0.5);
      expect(await page.locator(WARNING).count()).to.equal(0);
      expect(await page.locator('#summary').count()).to.equal(1);
      await goBy(hospital.gateway, page, 2);
      await page.waitForSelector('#session-ended');
      await context.close();
    });
  });
});
