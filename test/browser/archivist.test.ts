import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { ArchivePlace, EARLY, LONG_ID, SCRIPT, search } from '../support/archive-place.js';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
  PHONE,
  tabTo,
} from '../support/browser.js';

const LIVE = '[role=status].unseen';
describe('the page of an archivist', () => {
  let browser: Browser;
  let place: ArchivePlace;

  before(async function () {
    this.timeout(300_000);
    browser = await launchBrowser();
    place = await ArchivePlace.open();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  const rowOf = (page: Page, name: string) => page.locator('tr[data-failed]', { hasText: name });

  it('is where archivists begin, and says first what failed', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    expect(new URL(page.url()).pathname).to.equal('/archivist');
    expect(await page.locator('a[aria-current="page"]').getAttribute('href')).to.equal(
      '/archivist',
    );
    expect(await page.getAttribute('#state', 'data-tone')).to.equal('bad');
    expect(await page.textContent('#summary')).to.match(/^4 items were not anchored/);
    expect(await page.textContent(LIVE)).to.match(/^4 items were not anchored/);
    const also = page.locator('#state [data-finding="overdue"]');
    expect(await also.textContent()).to.match(/1 inquiry of a patient is overdue/);
    await page.waitForSelector('#figures >> text=67 versions');
    const figures = await page.textContent('#figures');
    expect(figures).to.match(/66 records in 67 versions; 1 access/);
    expect(figures).to.match(/1 event, 2 records, 1 file/);
    expect(await page.textContent('#runs')).to.match(/all records.*unchanged: 4/s);
    expect(await page.locator('#runs [data-tone="good"]').count()).to.equal(1);
    expect(await page.textContent('#covered')).to.match(/read 4 of 66 records/);
    const inquiries = await page.textContent('#inquiries');
    expect(inquiries).to.match(/1 inquiry is open; 1 is overdue/);
    expect(inquiries).to.not.include('Who asked for the copy');
    await expectAccessible(page);
    await expectFits(page);
    expectQuiet(watched);
    expect(watched.requests.every((url) => url.startsWith(place.url('/')))).to.equal(true);
    await keepScreenshot(page, 'archivist-en');
    await watched.context.close();
  });

  it('shows what others wrote as text, in both languages, on the smallest phone', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await place.signIn(browser, { language, width: PHONE });
      const { page } = watched;
      await page.waitForSelector('#failed tr[data-failed]');
      expect(await page.textContent('#failed')).to.include(SCRIPT);
      await search(page, SCRIPT.slice(0, 5));
      await page.click('#open-0');
      await page.waitForSelector('[data-version="1"]');
      expect(await page.textContent('#record'))
        .to.include(SCRIPT)
        .and.include('<b>x</b>');
      await keepScreenshot(page, `archivist-phone-${language}`);
      await search(page, LONG_ID.slice(0, 20));
      await page.click('#open-0');
      await page.waitForSelector('[data-version="1"]');
      expect(await page.textContent('#record')).to.include(LONG_ID);
      expect(await page.title()).to.match(/^Chartseal: /);
      expect(await page.locator('main img, main script').count()).to.equal(0);
      expect(await page.locator('html').getAttribute('lang')).to.equal(language);
      await expectFits(page);
      await expectAccessible(page);
      expectQuiet(watched);
      await keepScreenshot(page, `archivist-phone-long-${language}`);
      await watched.context.close();
    }
  });

  it('says why something failed and what to do, in the language of the page', async () => {
    const watched = await place.signIn(browser, { language: 'zh-CN' });
    const { page } = watched;
    await page.waitForSelector('#failed tr[data-failed]');
    const text = (await page.textContent('#failed')) ?? '';
    expect(text).to.include('文件名的编码不是 UTF-8');
    expect(text).to.include('来源系统的代码在本网关尚未对应');
    expect(text).to.include('VERSION_CONFLICT');
    expect(text).to.match(/处理办法：以 UTF-8 编码重新命名文件/);
    expect(await page.textContent('#summary')).to.include('有 4 项未能上链');
    await expectAccessible(page);
    await keepScreenshot(page, 'archivist-zh-CN');
    await watched.context.close();
  });

  it('tries again all that failed, and says what became of it', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    await tabTo(page, 'retry-all');
    await page.keyboard.press('Enter');
    await page.waitForSelector('tr[data-state=refused] >> nth=3');
    const told = page.locator(LIVE, { hasText: '0 accepted, 4 refused again.' });
    await told.waitFor({ state: 'attached' });
    expect(await page.evaluate('document.activeElement?.id')).to.equal('retry-all');
    expect(await rowOf(page, 'scan').textContent()).to.include('Refused again');
    await expectAccessible(page);
    await keepScreenshot(page, 'archivist-retried-en');
    await page.click('#refresh');
    await page.waitForSelector('tr[data-state]', { state: 'detached' });
    await rowOf(page, 'scan')
      .filter({ hasText: /1 time/ })
      .waitFor();
    expectQuiet(watched);
    await watched.context.close();
  });

  it('tries one again with the keyboard alone, once its cause is gone', async () => {
    await place.sendFirstVersion();
    const watched = await place.signIn(browser, { language: 'zh-CN', width: PHONE });
    const { page } = watched;
    const id = (await rowOf(page, EARLY).getAttribute('data-failed')) ?? '';
    await tabTo(page, `retry-${id}`);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`tr[data-failed="${id}"][data-state="accepted"]`);
    await page.waitForSelector(`#retried-${id}:focus`);
    expect(await rowOf(page, EARLY).textContent()).to.include('已接收，正在上链');
    expect(await page.textContent(LIVE)).to.include('1 项已接收，0 项再次被拒绝');
    await page.waitForSelector('#summary >> text=3 项');
    const found = await search(page, EARLY);
    expect(found).to.equal('找到 1 份档案。');
    expect(await page.textContent('tr[data-record]')).to.include('2 / 2');
    await expectAccessible(page);
    expectQuiet(watched);
    await watched.context.close();
  });

  it('is gone through with the keyboard in the order in which it is read', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    const ids: string[] = [];
    await page.focus('#sign-out');
    for (let pressed = 0; pressed < 60 && ids.at(-1) !== 'window-table'; pressed++) {
      const id = String(await page.evaluate('document.activeElement?.id ?? ""'));
      if (id !== '' && id !== ids.at(-1)) ids.push(id);
      await page.keyboard.press('Tab');
    }
    const rows = await page
      .locator('tr[data-failed]')
      .evaluateAll((found) => found.map((one) => `retry-${one.getAttribute('data-failed')}`));
    expect(ids).to.deep.equal([
      ...['sign-out', 'refresh', 'print', 'retry-all', ...rows],
      ...['search-text', 'search-go', 'search-file', 'search-from', 'search-to', 'search-date'],
      'window-table',
    ]);
    await watched.context.close();
  });

  it('has the numbers of the picture as a table, on paper always', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    const table = page.locator('.figures-table');
    expect((await table.boundingBox())?.width).to.equal(1);
    await page.click('#window-table');
    expect((await table.boundingBox())?.width).to.be.above(300);
    await page.click('#window-table');
    await page.emulateMedia({ media: 'print' });
    expect((await table.boundingBox())?.width).to.be.above(300);
    expect(await page.locator('#search-text').isVisible()).to.equal(false);
    expect(await page.locator('#retry-all').isVisible()).to.equal(false);
    const picture = page.locator('svg.window');
    expect(await picture.getAttribute('aria-describedby')).to.equal('window-sentence');
    expect(await page.textContent('#window-sentence')).to.match(/The longest was 6 years/);
    await keepScreenshot(page, 'archivist-print-en');
    expectQuiet(watched);
    await watched.context.close();
  });

  it('keeps what was read when the session ends, and says so', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    await watched.context.clearCookies();
    await page.click('#refresh');
    await page.waitForSelector('#ended');
    expect(await page.textContent('#ended')).to.match(/Your session has ended/);
    expect(await page.locator('#ended a[href="/"]').count()).to.equal(1);
    expect(await page.locator('tr[data-failed]').count()).to.be.above(0);
    expect(await page.locator('.panel.is-open').count()).to.equal(1);
    await expectAccessible(page);
    await keepScreenshot(page, 'archivist-ended-en');
    await watched.context.close();
  });

  it('sends away who is no archivist, and shows an administrator the state alone', async () => {
    const nobody = await newPage(browser);
    await nobody.page.goto(place.url('/archivist'));
    await nobody.page.waitForSelector('#signed-out');
    await expectAccessible(nobody.page);
    await nobody.page.goto(place.url('/'));
    await nobody.page.click('[data-subject="patient"]');
    await nobody.page.waitForSelector('#summary');
    expect(await nobody.page.locator('nav a[href="/archivist"]').count()).to.equal(0);
    await nobody.page.goto(place.url('/archivist'));
    await nobody.page.waitForSelector('#signed-out');
    expectQuiet(nobody);
    await nobody.context.close();
    const admin = await place.signIn(browser, {}, 'admin');
    expect(new URL(admin.page.url()).pathname).to.equal('/archivist');
    await admin.page.waitForSelector('#failed tr[data-failed]');
    expect(await admin.page.locator('#search, #inquiries').count()).to.equal(0);
    expect(await admin.page.locator('main a[href="#inquiries"]').count()).to.equal(0);
    expectQuiet(admin);
    await admin.context.close();
  });
});
