import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { momentOf } from '../../gateway/web/verify/as-of-moment.js';
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
  type WatchedPage,
} from '../support/browser.js';
import { DOCUMENT } from '../support/evidence-sample.js';
import { asFile } from '../support/hostile-history.js';

const VECTORS = join(process.cwd(), 'test/vectors/receipts/v1');
const vector = (name: string) => new Uint8Array(readFileSync(join(VECTORS, name)));
/** The history says that it is complete up to 2026-11-03 09:01 UTC, 17:01 in Shanghai. */
const FILES = [
  asFile('me.history.json', vector('patient.history.json')),
  asFile('discharge.txt', DOCUMENT),
  asFile('discharge.txt.receipt.json', vector('archive.receipt.json')),
  asFile('trust.json', vector('sample.trust.json')),
];

describe('the moment up to which a list must be complete', function () {
  this.timeout(120_000);
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  const open = async (options: Parameters<typeof newPage>[1]) => {
    watched = await newPage(browser, options);
    page = watched.page;
    await page.goto(pageFile('verify.html'));
  };
  const ask = async (date: string, time: string, zone: 'here' | 'utc') => {
    await page.fill('#as-of-date', date);
    await page.fill('#as-of-time', time);
    await page.selectOption('#as-of-zone', zone);
    await page.click('#as-of-ask');
  };
  const history = (verdict: string) => page.locator(`article[data-verdict="${verdict}"]`).first();

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());
  afterEach(() => watched?.context.close());

  it('is met or not, in words of both languages, and documents stay as they were', async () => {
    for (const [language, width] of [
      ['zh-CN', PHONE],
      ['en', 1280],
    ] as const) {
      await open({ language, width });
      await page.setInputFiles('#choose-files-input', FILES);
      await history('complete').waitFor();
      await ask('2026-11-03', '17:01:00', 'here');
      await page.locator('#as-of-asked').waitFor();
      expect(await history('complete').innerText()).to.match(
        /已达到您要求的时刻|reaches the moment that you asked for/,
      );
      await ask('2026-11-03', '17:01:01', 'here');
      await history('tooOld').waitFor();
      const told = await history('tooOld').innerText();
      expect(told).to.match(/不够新|Too old/);
      expect(told).to.include('17:01:01 UTC+08:00 (2026-11-03 09:01:01 UTC)');
      expect(await history('tooOld').locator('.events tbody tr').count()).to.be.above(0);
      expect(await history('unchanged').count()).to.equal(1);
      await page.locator('article summary').first().click();
      const english = await page.locator('main [lang="en"]').count();
      if (language === 'zh-CN') expect(english).to.equal(0);
      await keepScreenshot(page, `as-of-too-old-${language}`);
      await expectAccessible(page);
      await expectFits(page);
      await ask('2026-11-03', '09:01', 'utc');
      await history('complete').waitFor();
      await page.click('#as-of-drop');
      await page.locator('#as-of-asked').waitFor({ state: 'detached' });
      expect(await history('complete').innerText()).to.not.include('17:01:01');
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  it('is asked for with the keyboard alone, before any file is given', async () => {
    await open({ language: 'en' });
    await tabTo(page, 'as-of-date');
    await page.keyboard.type('11042026');
    await tabTo(page, 'as-of-ask');
    await page.keyboard.press('Enter');
    expect(await page.textContent('#as-of-asked')).to.include('2026-11-04 23:59:59 UTC+08:00');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('as-of-ask');
    await page.setInputFiles('#choose-files-input', FILES);
    await history('tooOld').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('body').innerText()).to.include('must be complete up to');
    expectQuiet(watched);
  });

  it('is the last moment of all where the end of the last day is after it', async () => {
    await open({ language: 'en', zone: 'America/New_York' });
    await page.setInputFiles('#choose-files-input', FILES);
    await ask('9999-12-31', '', 'here');
    await history('tooOld').waitFor();
    expect(await page.textContent('#as-of-asked')).to.include('(9999-12-31 23:59:59 UTC)');
    expectQuiet(watched);
  });

  it('is refused in words when it is none, and nothing is asked for', async () => {
    await open({ language: 'zh-CN' });
    await page.click('#as-of-ask');
    expect(await page.textContent('#as-of-wrong')).to.equal('这不是有效的日期或时间。');
    expect(await page.locator('#as-of-asked').count()).to.equal(0);
    await expectAccessible(page);
  });

  it('is the end of a day when it has no time, and nothing when there is no such day', () => {
    const utc = (date: string, time: string) => momentOf({ date, time, zone: 'utc' });
    expect(utc('2026-11-03', '')).to.equal(Date.parse('2026-11-03T23:59:59.999Z'));
    expect(utc('2026-11-03', '09:30')).to.equal(Date.parse('2026-11-03T09:30:00Z'));
    expect(utc('2024-02-29', '23:59:59')).to.equal(Date.parse('2024-02-29T23:59:59Z'));
    for (const none of ['', '2026-02-29', '2026-11', '03.11.2026', '0000-00-00']) {
      expect(utc(none, ''), none).to.equal(undefined);
    }
    expect(utc('2026-11-03', '9h')).to.equal(undefined);
    for (const none of ['0099-12-01', '1969-12-31', '12026-11-03']) {
      expect(utc(none, '12:00'), none).to.equal(undefined);
    }
    expect(utc('9999-12-31', '')).to.equal(Date.parse('9999-12-31T23:59:59.999Z'));
  });
});
