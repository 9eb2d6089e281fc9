import { expect } from 'chai';
import type { Browser, Page, Route } from 'playwright-core';
import {
  expectAccessible,
  expectFits,
  keepScreenshot,
  launchBrowser,
  newPage,
  type PageOptions,
  PHONE,
  tabTo,
} from '../support/browser.js';
import { PatientPlace } from '../support/patient-place.js';

const SESSION = '**/v1/session';
const LIST = '**/v1/patients/me/access-history?*';
const FILE = '**/v1/patients/me/access-history/file';
const WIDE = 'W'.repeat(80);
const BOTH = ['zh-CN', 'en'] as const;

/** The gateway's refusal in the place of its answer. */
const refuse = (status: number, code: string) => (route: Route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: code, status, code, detail: code }),
  });
const hold = () => undefined;

describe('what goes wrong', function () {
  this.timeout(180_000);
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

  const looked = async (page: Page, name: string) => {
    await expectAccessible(page);
    await expectFits(page);
    await keepScreenshot(page, name);
  };
  const signIn = async (options: PageOptions) => {
    const watched = await newPage(browser, options);
    await watched.page.goto(place.url('/'));
    await watched.page.click('[data-subject="patient"]');
    return watched;
  };

  describe('on the page where people sign in', () => {
    for (const language of BOTH) {
      it(`is said in words (${language})`, async () => {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        const said = new Set<string | null>();
        const codes = ['UNAUTHENTICATED', 'IDENTITY_PROVIDER_UNREACHABLE', 'RATE_LIMITED'];
        for (const code of codes) {
          await page.goto(place.url(`/?refused=${code}`));
          await page.waitForSelector('[data-subject]');
          const told = await page.textContent('#problem');
          expect(told).to.match(/^(您尚未登录|You are not signed in)/);
          expect(told).to.not.include(code);
          said.add(told);
        }
        expect(said.size).to.equal(codes.length);
        await looked(page, `sign-in-refused-${language}`);
        await context.close();
      });

      it(`waits aloud for a slow answer, and stops when told to (${language})`, async () => {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        await page.route(SESSION, hold);
        await page.goto(place.url('/'));
        await page.waitForSelector('#stop-session');
        expect(await page.textContent('.meter')).to.match(/尚未应答|has not answered/);
        await looked(page, `sign-in-slow-${language}`);
        await tabTo(page, 'stop-session');
        await page.keyboard.press('Enter');
        expect(await page.textContent('#problem')).to.match(/您已停止|You stopped/);
        await page.unroute(SESSION);
        await tabTo(page, 'again');
        await page.keyboard.press('Enter');
        await page.waitForSelector('[data-subject]');
        expect(await page.locator('#problem').count()).to.equal(0);
        await context.close();
      });

      it(`holds names of 80 characters without a space (${language})`, async () => {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        await page.route(SESSION, async (route) => {
          const answer = await route.fetch();
          const session = { ...(await answer.json()), providers: [WIDE, `${WIDE}2`] };
          await route.fulfill({ response: answer, json: session });
        });
        await page.goto(place.url('/'));
        await page.waitForSelector('a[href="/login?with=1"]');
        await looked(page, `sign-in-wide-${language}`);
        await context.close();
      });
    }

    it('that a server in between answers with a page of its own is told as nobody there', async () => {
      const { page, context } = await newPage(browser);
      await page.route(SESSION, (route) =>
        route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }),
      );
      await page.goto(place.url('/'));
      const told = await page.waitForSelector('#problem');
      expect(await told.textContent()).to.match(/could not be loaded.*does not answer/);
      await context.close();
    });
  });

  describe('on the page of a patient', () => {
    for (const language of BOTH) {
      it(`is said in words when the log is stopped, and is over when it is not (${language})`, async () => {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        await page.route(LIST, refuse(503, 'LOG_STOPPED'));
        await page.goto(place.url('/'));
        await page.click('[data-subject="patient"]');
        const told = await page.waitForSelector('#problem');
        expect(await told.textContent()).to.match(/日志已停止|log is stopped/);
        expect(await page.locator('#summary').count()).to.equal(0);
        await looked(page, `patient-log-stopped-${language}`);
        await page.unroute(LIST);
        await page.click('#problem button');
        await page.waitForSelector('#summary');
        expect(await page.locator('#problem').count()).to.equal(0);
        await context.close();
      });

      it(`waits aloud for a slow list, and stops when told to (${language})`, async () => {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        await page.route(LIST, hold);
        await page.goto(place.url('/'));
        await page.click('[data-subject="patient"]');
        await page.waitForSelector('#stop-list');
        await looked(page, `patient-slow-${language}`);
        await tabTo(page, 'stop-list');
        await page.keyboard.press('Enter');
        const told = await page.waitForSelector('#problem');
        expect(await told.textContent()).to.match(/您已停止|You stopped/);
        await page.unroute(LIST);
        await page.click('#problem button');
        await page.waitForSelector('#summary');
        await context.close();
      });

      it(`says to sign in again when the session has ended meanwhile (${language})`, async () => {
        const { page, context } = await signIn({ language, width: PHONE });
        await page.waitForSelector('#summary');
        await context.clearCookies();
        await page.click('#check');
        const told = await page.waitForSelector('#proof-problem');
        expect(await told.textContent()).to.match(/重新登录|sign in again/);
        expect(await page.locator('#proof-problem a[href="/"]').count()).to.equal(1);
        expect(await page.locator('#verdict').count()).to.equal(0);
        await looked(page, `patient-session-ended-${language}`);
        await page.reload();
        await page.waitForSelector('#signed-out');
        await context.close();
      });

      it(`holds names of 80 characters without a space (${language})`, async () => {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        await page.route(LIST, async (route) => {
          const answer = await route.fetch();
          const text = await answer.text();
          const wide = text.replaceAll('Staff 30', WIDE).replaceAll('Ward 1', WIDE);
          await route.fulfill({ response: answer, body: wide });
        });
        await page.route(SESSION, async (route) => {
          const answer = await route.fetch();
          const session = await answer.json();
          const caller = session.caller && { ...session.caller, name: WIDE };
          await route.fulfill({ response: answer, json: { ...session, caller } });
        });
        await page.goto(place.url('/'));
        await page.click('[data-subject="patient"]');
        await page.waitForSelector('#summary');
        await page.locator('details').evaluateAll((all) => {
          for (const one of all) one.setAttribute('open', '');
        });
        expect(await page.textContent('main')).to.include(WIDE);
        await looked(page, `patient-wide-${language}`);
        await context.close();
      });
    }

    it('in the middle of the proof leaves no verdict, and the proof can be asked for again', async () => {
      const { page, context } = await signIn({ language: 'en' });
      await page.waitForSelector('#summary');
      for (const [status, code] of [
        [503, 'LOG_STOPPED'],
        [500, 'UNEXPECTED'],
        [409, 'SOMETHING_NEW'],
      ] as const) {
        await page.route(FILE, refuse(status, code));
        await page.click('#check');
        await page.waitForSelector('#proof-problem');
        expect(await page.locator('#verdict').count()).to.equal(0);
        await page.unroute(FILE);
      }
      await page.route(FILE, async (route) => {
        const answer = await route.fetch();
        const body = (await answer.body()).subarray(0, 500);
        await route.fulfill({ response: answer, body });
      });
      await page.click('#check');
      const cut = await page.waitForSelector('#verdict');
      expect(await cut.getAttribute('data-outcome')).to.equal('not checked');
      await page.unroute(FILE);
      await page.click('#check');
      await page.waitForSelector('#verdict[data-outcome="complete"]');
      await context.close();
    });
  });

  describe('on the page of an auditor', () => {
    for (const language of BOTH) {
      it(`is said in words, and files are verified all the same (${language})`, async () => {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        await page.route(SESSION, refuse(503, 'LOG_STOPPED'));
        await page.goto(place.url('/auditor'));
        expect(await page.textContent('header [role="alert"]')).to.match(
          /日志已停止|log is stopped/,
        );
        expect(await page.locator('#choose-files').isEnabled()).to.equal(true);
        await looked(page, `auditor-stopped-${language}`);
        await page.unroute(SESSION);
        await page.reload();
        await page.locator('header a[href="/"]').waitFor();
        await context.close();
      });
    }
  });
});
