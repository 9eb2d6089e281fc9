import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import {
  AMENDED,
  ArchivePlace,
  BATCH,
  EARLY,
  FIRST_CONTENT,
  LONG_ID,
  SCRIPT,
} from '../support/archive-place.js';
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
const file = (name: string, content: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
});

async function search(page: Page, text: string): Promise<string | null> {
  await page.fill('#search-text', text);
  await page.click('#search-go');
  await page.waitForSelector('#found, #search-fault');
  return page.textContent('#found, #search-fault');
}

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
    expect(await rowOf(page, 'scan').textContent()).to.match(/1 time/);
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

  it('finds records by the beginning of an identifier, page by page', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    expect(await search(page, 'batch/')).to.equal('The first 50 records.');
    await page.click('#found-more');
    await page.waitForSelector(`tr[data-record] >> nth=${BATCH - 1}`);
    expect(await page.textContent('#found')).to.equal(`${BATCH} records found.`);
    expect(await search(page, 'Batch/')).to.match(/^No record begins with this/);
    expect(await search(page, '  ')).to.match(/Type an identifier/);
    expectQuiet(watched);
    await watched.context.close();
  });

  it('finds a version by its digest and by the file itself, which goes nowhere', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    const digest = createHash('sha256').update(FIRST_CONTENT).digest('hex');
    expect(await search(page, digest.toUpperCase())).to.equal('1 record found.');
    expect(await page.textContent('tr[data-record]'))
      .to.include('1 of 2')
      .and.include(AMENDED);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url())) sent.push(`${request.method()} ${request.url()}`);
    });
    await page.setInputFiles('#search-file-input', file('小结.txt', FIRST_CONTENT));
    await page.waitForSelector('#results >> text=小结.txt');
    await page.waitForSelector('tr[data-record]');
    expect(await page.inputValue('#search-text')).to.equal(digest);
    await page.setInputFiles('#search-file-input', file('altered.txt', `${FIRST_CONTENT}!`));
    await page.waitForSelector('#results >> text=altered.txt');
    await page.waitForSelector('#found');
    expect(await page.textContent('#found')).to.match(/exactly this file was never anchored/);
    expect(sent).to.have.length(2);
    expect(sent.every((one) => /^GET .*\/v1\/archive\/records\?digest=/.test(one))).to.equal(true);
    expect(await search(page, 'f'.repeat(64))).to.match(/No record has this digest/);
    await page.click('#as-identifier');
    await page.waitForSelector('#found >> text=No record begins with this');
    expectQuiet(watched);
    await keepScreenshot(page, 'archivist-search-en');
    await watched.context.close();
  });

  it('finds records by the days of the reader’s calendar', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    const today = String(await page.evaluate('new Date().toLocaleDateString("sv")'));
    await page.fill('#search-from', today);
    await page.click('#search-date');
    await page.waitForSelector('tr[data-record]');
    await page.fill('#search-from', '2001-01-02');
    await page.fill('#search-to', '2001-01-01');
    await page.click('#search-date');
    await page.waitForSelector('#search-fault');
    await page.fill('#search-to', '2001-01-03');
    await page.click('#search-date');
    await page.waitForSelector('#found >> text=No record arrived on these days.');
    expectQuiet(watched);
    await watched.context.close();
  });

  it('opens a record with its versions, receipts and history, and closes it', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    await search(page, AMENDED);
    await page.focus('#open-0');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-version="2"]');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('record-title');
    expect(await page.locator('[data-version]').count()).to.equal(2);
    const digest = createHash('sha256').update(FIRST_CONTENT).digest('hex');
    expect(await page.textContent('[data-version="1"]')).to.include(digest);
    expect(await page.textContent('[data-version="1"]')).to.include('Anchored and proven');
    const receipt = page.waitForEvent('download');
    await page.click('[data-version="1"] a');
    const kept = JSON.parse(readFileSync(await (await receipt).path(), 'utf8')) as object;
    expect(kept)
      .to.have.property('format')
      .that.matches(/receipt/);
    const history = page.waitForEvent('download');
    await page.click('#record >> text=Download the history');
    expect((await history).suggestedFilename()).to.equal('record-history.json');
    await expectAccessible(page);
    await keepScreenshot(page, 'archivist-record-en');
    await page.click('#record-close');
    expect(await page.locator('#record').count()).to.equal(0);
    expect(await page.evaluate('document.activeElement?.id')).to.equal('open-0');
    expectQuiet(watched);
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
    expect(await admin.page.locator('#failed tr[data-failed]').count()).to.be.above(0);
    expect(await admin.page.locator('#search, #inquiries').count()).to.equal(0);
    expectQuiet(admin);
    await admin.context.close();
  });
});
