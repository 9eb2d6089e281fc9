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
} from '../support/browser.js';
import { LoginPlace } from '../support/login-place.js';

const LOGIN = '**/login?with=0';

type Change = (back: URL) => void;

describe('a login at an OpenID provider, in a browser', function () {
  this.timeout(180_000);
  let browser: Browser;
  let place: LoginPlace;

  before(async () => {
    browser = await launchBrowser();
    place = await LoginPlace.open();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  /** The way back from the provider with something changed on it. */
  const back = async (page: Page, change: Change, before?: () => Promise<void>) => {
    await page.goto(place.url('/').href);
    await page.route(LOGIN, async (route) => {
      const begun = await route.fetch({ maxRedirects: 0 });
      const { location = '', 'set-cookie': cookie = '' } = begun.headers();
      const asked = new URL(location).searchParams;
      const to = new URL(asked.get('redirect_uri') ?? '');
      to.search = new URLSearchParams({
        state: asked.get('state') ?? '',
        iss: place.provider.issuer,
      }).toString();
      change(to);
      // A page that leads on, in the place of the provider's.
      const body = `<a id="back" href="${to.href.replaceAll('&', '&amp;')}">on</a>`;
      await route.fulfill({
        headers: { 'content-type': 'text/html', 'set-cookie': cookie },
        body,
      });
    });
    await page.click('a[href="/login?with=0"]');
    await page.waitForSelector('#back');
    await before?.();
    await page.click('#back');
    await page.waitForSelector('#problem');
  };

  it('leads to the own file and out again', async () => {
    place.provider.logInAs('anna');
    const watched = await newPage(browser, { language: 'zh-CN', width: PHONE });
    const { page } = watched;
    await page.goto(place.url('/').href);
    await page.click('a[href="/login?with=0"]');
    await page.waitForSelector('#summary');
    expect(new URL(page.url()).pathname).to.equal('/patient');
    expect(await page.textContent('header')).to.include('Anna Weber');
    await expectAccessible(page);
    expectQuiet(watched);
    await watched.context.close();
  });

  const CHANGES: Readonly<Record<string, Change>> = {
    'refused by the person or the provider': (to) => to.searchParams.set('error', 'access_denied'),
    'with another state': (to) => {
      to.searchParams.set('code', 'made-up');
      to.searchParams.set('state', 'x'.repeat(43));
    },
    'with a code that the provider never gave': (to) => to.searchParams.set('code', 'made-up'),
  };
  for (const [what, change] of Object.entries(CHANGES)) {
    it(`that is ${what} ends where people sign in, with words and a way on`, async () => {
      for (const language of ['zh-CN', 'en'] as const) {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        await back(page, change);
        expect(await page.textContent('#problem')).to.match(
          /您尚未登录.*重新登录|not signed in.*again/,
        );
        expect(new URL(page.url()).search).to.equal('');
        // The problem stands there before the providers do.
        await page.waitForSelector('a[href="/login?with=0"]');
        expect(await page.locator('a[href="/login?with=0"]').count()).to.equal(1);
        expect((await context.cookies()).map(({ name }) => name)).to.deep.equal([]);
        await expectAccessible(page);
        await expectFits(page);
        await keepScreenshot(page, `login-refused-${language}`);
        await context.close();
      }
    });
  }

  it('whose cookie has expired meanwhile is refused, and begun anew', async () => {
    const { page, context } = await newPage(browser);
    await back(
      page,
      (to) => to.searchParams.set('code', 'made-up'),
      () => context.clearCookies(),
    );
    expect(await page.textContent('#problem')).to.match(/longer than ten minutes/);
    await page.unroute(LOGIN);
    place.provider.logInAs('anna');
    await page.click('a[href="/login?with=0"]');
    await page.waitForSelector('#summary');
    await context.close();
  });

  it('at a provider that is away is told as that', async () => {
    const other = await LoginPlace.open();
    try {
      await other.provider.stop();
      for (const language of ['zh-CN', 'en'] as const) {
        const { page, context } = await newPage(browser, { language, width: PHONE });
        await page.goto(other.url('/').href);
        await page.click('a[href="/login?with=0"]');
        const told = await page.waitForSelector('#problem');
        expect(await told.textContent()).to.match(
          /登录服务暂无响应|sign-in service does not answer/,
        );
        await expectAccessible(page);
        await keepScreenshot(page, `login-provider-away-${language}`);
        await context.close();
      }
    } finally {
      await other.close();
    }
  });
});
