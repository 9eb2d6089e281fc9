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
  tabTo,
} from '../support/browser.js';
import { asFile, longHistory } from '../support/hostile-history.js';
import { FIRST_NAME, LongList } from '../support/long-list.js';

const COUNT = 2600;
const FILE = '**/v1/patients/me/access-history/file';
const LIST = '**/v1/patients/me/access-history?*';
const MOST_ELEMENTS = 10_000;

const elements = (page: Page) =>
  page.evaluate('document.getElementsByTagName("*").length') as Promise<number>;
const problem = (code: string) =>
  JSON.stringify({ type: 'about:blank', status: 413, code, title: code, detail: code });

describe('a list that is very long', function () {
  this.timeout(120_000);
  let browser: Browser;
  let list: LongList;

  before(async () => {
    browser = await launchBrowser();
    list = await LongList.open(COUNT);
  });
  after(async () => {
    await browser?.close();
    await list?.close();
  });

  it('is drawn in pieces, as asked for, with the keyboard alone', async () => {
    const watched = await list.signIn(browser);
    const { page } = watched;
    expect(await elements(page)).to.be.below(MOST_ELEMENTS);
    expect(await page.textContent('#summary')).to.match(/at least 70 people .*; at least \d+ /);
    expect(await page.textContent('figcaption')).to.match(/^Of the entries loaded: From /);
    const group = page.locator('details.group').first();
    expect(await group.locator('details.entry').count()).to.equal(0);
    await group.locator('> summary').focus();
    await page.keyboard.press('Enter');
    await group.locator('details.entry').first().waitFor();
    expect(await group.locator('details.entry').count()).to.equal(50);
    await group.locator('[id^="more-of-"]').focus();
    await page.keyboard.press('Enter');
    expect(await group.locator('details.entry').count()).to.be.above(50);
    const place = 'document.activeElement?.closest("details.entry")?.dataset.sequence';
    expect(await page.evaluate(place)).to.match(/^\d+$/);
    await tabTo(page, 'load-all', 400);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#load-all', { state: 'detached' });
    expect(await page.textContent('#summary')).to.not.include('at least');
    expect(await page.textContent('figcaption')).to.match(/^From /);
    expect(await group.locator('details.entry').count()).to.be.above(50);
    expect(await elements(page)).to.be.below(MOST_ELEMENTS);
    await expectAccessible(page);
    expectQuiet(watched);
    await watched.context.close();
  });

  it('is searched as a whole, whatever is loaded', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await list.signIn(browser, { language, width: PHONE });
      const { page } = watched;
      await page.fill('#search', FIRST_NAME);
      await page.locator('#search').blur();
      await page.waitForSelector('#load-all', { state: 'detached' });
      expect(await page.textContent('#found')).to.match(
        /1 of 2,600 entries fit\.|2,600 条中有 1 条/,
      );
      await expectFits(page);
      await expectAccessible(page);
      await keepScreenshot(page, `long-list-${language}`);
      await watched.context.close();
    }
  });

  it('goes on where it was when the connection is cut in the middle', async () => {
    const watched = await list.signIn(browser);
    const { page } = watched;
    let cuts = 1;
    await page.route(LIST, async (route) => {
      if (cuts-- <= 0) return route.continue();
      const answer = await route.fetch();
      const text = await answer.text();
      return route.fulfill({ response: answer, body: text.slice(0, text.length / 2) });
    });
    await page.click('#load-all');
    expect(await page.textContent('#problem p')).to.match(/connection was cut/i);
    expect(await page.locator('details.group').count()).to.be.above(0);
    await expectAccessible(page);
    await keepScreenshot(page, 'long-list-cut-en');
    await page.click('#problem button');
    await page.waitForSelector('#load-all', { state: 'detached' });
    expect(await page.locator('#problem').count()).to.equal(0);
    await page.fill('#search', 'hospital');
    await page.locator('#search').blur();
    expect(await page.textContent('#found')).to.include('2,600 of 2,600');
    await watched.context.close();
  });

  it('that is too long for one file is proven by its fingerprints, and says what that leaves open', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await list.signIn(browser, { language, width: PHONE });
      const { page } = watched;
      await page.route(FILE, (route) =>
        route.fulfill({
          status: 413,
          contentType: 'application/problem+json',
          body: problem('TOO_LARGE'),
        }),
      );
      await page.click('#check');
      const verdict = page.locator('#verdict');
      await verdict.waitFor();
      expect(await verdict.getAttribute('data-outcome')).to.equal('partly');
      expect(await verdict.textContent()).to.include('2,600');
      expect(await page.textContent('#bare')).to.match(/fingerprint|指纹/);
      expect(await page.locator('#load-all').count()).to.equal(1);
      expect(await page.locator('a[download][href*="entries=withheld"]').count()).to.equal(1);
      expect(await page.locator('[data-status="FAILED"]').count()).to.equal(0);
      await expectAccessible(page);
      await expectFits(page);
      await keepScreenshot(page, `long-list-bare-${language}`);
      await watched.context.close();
    }
  });

  it('is not proven by fingerprints when it shows an entry that is not among them', async () => {
    const watched = await newPage(browser);
    const { page } = watched;
    await page.route(LIST, async (route) => {
      const answer = await route.fetch();
      const text = (await answer.text()).replace(/"leafHash":"[0-9a-f]{8}/, '"leafHash":"00000000');
      await route.fulfill({ response: answer, body: text });
    });
    await page.route(FILE, (route) =>
      route.fulfill({
        status: 413,
        contentType: 'application/problem+json',
        body: problem('TOO_LARGE'),
      }),
    );
    await page.goto(list.gateway.url('people', '/').href);
    await page.click('[data-subject="patient"]');
    await page.waitForSelector('#load-all:not([aria-disabled])');
    await page.click('#check');
    const verdict = page.locator('#verdict');
    await verdict.waitFor();
    expect(await verdict.getAttribute('data-outcome')).to.equal('differs');
    expect(await verdict.textContent()).to.match(/Do not rely on the list/);
    await watched.context.close();
  });

  it('shows how far the proof is when it takes its time, and stops when told to', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await list.signIn(browser, { language });
      const { page } = watched;
      await page.route(FILE, () => undefined);
      await page.click('#check');
      await page.waitForSelector('#stop-proof');
      expect(await page.textContent('#proof .meter')).to.match(/preparing|准备/);
      await expectAccessible(page);
      await keepScreenshot(page, `proof-slow-${language}`);
      await tabTo(page, 'stop-proof', 400);
      await page.keyboard.press('Enter');
      const told = await page.waitForSelector('#proof-problem');
      expect(await told.textContent()).to.match(/You stopped|您已停止/);
      expect(await page.locator('#verdict').count()).to.equal(0);
      await page.unroute(FILE);
      await page.click('#check');
      await page.waitForSelector('#verdict[data-outcome="complete"]');
      await watched.context.close();
    }
  });
});

describe('a long history on the verify page', function () {
  this.timeout(120_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  it('is stopped and gone on with, then searched as a whole', async () => {
    const { history, trust } = longHistory(30_000);
    for (const language of ['zh-CN'] as const) {
      const watched = await newPage(browser, { language });
      const { page } = watched;
      await page.goto(pageFile('verify.html'));
      await page.setInputFiles('#choose-files-input', [
        asFile('my long list.json', history),
        asFile('trust.json', trust),
      ]);
      await page.click('#stop-verifying');
      const stopped = page.locator('article[data-verdict="stopped"]');
      await stopped.waitFor();
      expect(await stopped.innerText()).to.match(/neither yes nor no|既不表示是/);
      await expectAccessible(page);
      await page.click('#go-on');
      const complete = page.locator('article[data-verdict="complete"]');
      await complete.waitFor({ timeout: 60_000 });
      expect(await elements(page)).to.be.below(MOST_ELEMENTS);
      const search = complete.locator('input[type="search"]');
      await search.fill('BTG no such text');
      await search.blur();
      expect(await complete.innerText()).to.match(/No event fits|没有符合/);
      await search.fill('ward 3');
      await search.blur();
      expect(await complete.innerText()).to.match(/30,000/);
      await expectAccessible(page);
      await keepScreenshot(page, `verify-long-${language}`);
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  it('that is too large for one verification is told apart from a document', async () => {
    const watched = await newPage(browser, { language: 'zh-CN', width: PHONE });
    const { page } = watched;
    await page.goto(pageFile('verify.html'));
    const { trust } = longHistory(1);
    await page.setInputFiles('#choose-files-input', [asFile('trust.json', trust)]);
    // Larger than what a test hands to a browser: made in the page.
    await page.evaluate(`{
      const bytes = new Uint8Array(65 * 2 ** 20).fill(0x20);
      bytes.set(new TextEncoder().encode('{"attestation":{'));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], 'list.json'));
      document.querySelector('#drop').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
    }`);
    const card = page.locator('article[data-verdict="tooLarge"]');
    await card.waitFor();
    expect(await card.innerText())
      .to.include('65 MiB')
      .and.include('指纹');
    await expectAccessible(page);
    await expectFits(page);
    await watched.context.close();
  });
});
