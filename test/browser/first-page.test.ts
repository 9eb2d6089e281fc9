import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { expectAccessible, launchBrowser } from '../support/browser.js';
import { PatientPlace } from '../support/patient-place.js';

const LOGOUT = '**/logout';
/** Turns the direction of what follows it. */
const TURNED = '\u202efdp.exe';

describe('the first page, to somebody who is signed in', function () {
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

  it('says that nothing is at a wrong address, and nobody is signed out', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const { page, context } = await place.signIn(browser, 'patient', { language });
      await page.goto(place.url('/patients/'));
      await page.waitForSelector('main a[href="/patient"]');
      expect(await page.textContent('#problem h2')).to.match(
        /^(没有这个页面|There is no such page)$/,
      );
      await expectAccessible(page);
      await page.goto(place.url('/?refused=IDENTITY_PROVIDER_UNREACHABLE'));
      await page.waitForSelector('main a[href="/patient"]');
      expect(await page.textContent('#problem')).to.match(/登录服务|sign-in service/);
      expect(await page.textContent('main')).to.not.match(/尚未登录|not signed in/);
      await context.close();
    }
  });

  it('says that signing out did not succeed', async () => {
    const { page, context } = await place.signIn(browser, 'patient');
    await page.goto(place.url('/'));
    await page.route(LOGOUT, (route) => route.abort());
    await page.click('#sign-out');
    await page.locator('#problem', { hasText: 'server does not answer' }).waitFor();
    await page.unroute(LOGOUT);
    await page.click('#sign-out');
    await page.waitForSelector('[data-subject]');
    await context.close();
  });

  it('shows a name whole, and not turned around', async () => {
    const { page, context } = await place.signIn(browser, 'patient');
    await page.route('**/v1/session', async (route) => {
      const response = await route.fetch();
      const session = (await response.json()) as { caller: object };
      await route.fulfill({
        response,
        json: { ...session, caller: { ...session.caller, name: TURNED } },
      });
    });
    await page.goto(place.url('/'));
    await page.locator('h1', { hasText: 'fdp.exe' }).waitFor();
    expect(await page.textContent('h1')).to.equal('Signed in as \\u{202e}fdp.exe');
    await context.close();
  });
});
