import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { AMENDED, ArchivePlace, BATCH, FIRST_CONTENT, search } from '../support/archive-place.js';
import {
  expectAccessible,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
} from '../support/browser.js';

const file = (name: string, content: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
});

describe('the search of an archivist', () => {
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

  it('finds records by the beginning of an identifier, page by page', async () => {
    const watched = await place.signIn(browser);
    const { page } = watched;
    await page.click('main a[href="#search-text"]');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('search-text');
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
    await page.setInputFiles('#search-file-input', file('扫描件.txt', FIRST_CONTENT));
    await page.waitForSelector('#results >> text=扫描件.txt');
    await page.waitForSelector('tr[data-record]');
    expect(await page.inputValue('#search-text')).to.equal(digest);
    // The same, dropped.
    await page.fill('#search-text', '');
    const dropped = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(FIRST_CONTENT)}], 'dropped.txt'));
      return transfer;
    })()`);
    await page.dispatchEvent('#search-drop', 'drop', { dataTransfer: dropped });
    await page.waitForSelector('#results >> text=dropped.txt');
    await page.waitForSelector('tr[data-record]');
    await page.setInputFiles('#search-file-input', file('altered.txt', `${FIRST_CONTENT}!`));
    await page.waitForSelector('#results >> text=altered.txt');
    await page.waitForSelector('#found');
    expect(await page.textContent('#found')).to.match(/exactly this file was never anchored/);
    expect(sent).to.have.length(3);
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

  it('keeps what is typed, and no word that is being composed is torn apart', async () => {
    const watched = await place.signIn(browser, { language: 'zh-CN' });
    const { page } = watched;
    await page.fill('#search-text', '住院');
    await page.click('[data-language="en"]');
    expect(await page.inputValue('#search-text')).to.equal('住院');
    const table = page.locator('#window-table');
    const isOld = () => page.locator('#search-text[data-old]').count();
    await page.focus('#search-text');
    await page.locator('#search-text').evaluate((field) => {
      field.setAttribute('data-old', '');
    });
    await page.dispatchEvent('#search-text', 'compositionstart');
    await table.dispatchEvent('click');
    expect(await isOld()).to.equal(1);
    await page.dispatchEvent('#search-text', 'compositionend');
    expect(await isOld()).to.equal(0);
    expect(await table.getAttribute('aria-pressed')).to.equal('true');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('search-text');
    expectQuiet(watched);
    await watched.context.close();
  });
});
