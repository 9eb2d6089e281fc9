import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
  PAGES,
  PHONE,
  type WatchedPage,
} from '../support/browser.js';
import { DOCUMENT } from '../support/evidence-sample.js';
import { asFile } from '../support/hostile-history.js';
import { type PageServer, servePages } from '../support/page-server.js';

const VECTORS = join(process.cwd(), 'test/vectors/receipts/v1');
const vector = (name: string) => new Uint8Array(readFileSync(join(VECTORS, name)));
const FILES = [
  asFile('discharge.txt', DOCUMENT),
  asFile('discharge.txt.receipt.json', vector('archive.receipt.json')),
  asFile('trust.json', vector('sample.trust.json')),
];

describe('the pages for verification, served by another organisation', function () {
  this.timeout(180_000);
  let browser: Browser;
  let server: PageServer;
  let watched: WatchedPage;

  before(async () => {
    server = await servePages();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server.close();
  });
  afterEach(async () => {
    await watched.context.close();
  });

  it('verify under their policies, warn of who serves them, and can be taken away', async () => {
    watched = await newPage(browser);
    const { page } = watched;
    await page.goto(`${server.url}/verify.html`);
    expect(await page.locator('main').innerText()).to.include(new URL(server.url).host);
    await page.setInputFiles('#choose-files-input', FILES);
    await page.locator('article[data-verdict="unchanged"]').waitFor();
    const download = page.waitForEvent('download');
    await page.click('a[download]');
    const taken = readFileSync(await (await download).path());
    expect(taken.equals(readFileSync(join(PAGES, 'verify.html')))).to.equal(true);
    expectQuiet(watched);
  });

  it('print a report with everything open, the tool and the state of the comparison', async () => {
    watched = await newPage(browser);
    const { page } = watched;
    await page.goto(`${server.url}/verify.html`);
    await page.setInputFiles('#choose-files-input', FILES);
    await page.locator('article[data-verdict="unchanged"]').waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.evaluate('window.dispatchEvent(new Event("beforeprint"))');
    const text = await page.locator('body').innerText();
    expect(text).to.include('Verification report');
    expect(text).to.match(/Verified with\s+Chartseal \d/);
    expect(text).to.match(/Fingerprint compared on this page\s+no/);
    expect(text).to.include('Times inside entries are the hospital');
    expect(await page.locator('#choose-files').isVisible()).to.equal(false);
    await page.evaluate('window.dispatchEvent(new Event("afterprint"))');
    expect(await page.locator('article details[open]').count()).to.equal(0);
    await page.evaluate('window.dispatchEvent(new Event("beforeprint"))');
    await keepScreenshot(page, 'verify-print-en');
    expectQuiet(watched);
  });

  it('give the auditor all tools on a phone, also where no gateway says who signed in', async () => {
    watched = await newPage(browser, { language: 'zh-CN', width: PHONE });
    const { page } = watched;
    await page.goto(`${server.url}/auditor.html`);
    await page.setInputFiles('#choose-files-input', FILES);
    await page.locator('article[data-verdict="unchanged"]').waitFor();
    await page.fill('#sample-seed', '骰子 3 3 5');
    await page.click('#sample-list');
    await page.fill('#sample-list-text', 'discharge.txt\nsecond\nthird');
    await page.fill('#sample-count', '3');
    await page.click('#draw');
    expect(await page.locator('#paper tbody tr').count()).to.equal(3);
    expect(await page.locator('#paper').innerText()).to.include('未更改');
    // The file given has the name that was drawn, and is another record's.
    expect(await page.locator('#paper').innerText()).to.include('ward-3/discharge-summary');
    await keepScreenshot(page, 'auditor-zh-phone');
    await expectAccessible(page);
    await expectFits(page);
    // A server without a gateway answers 404 about the session; the browser says so, once.
    expect(watched.complaints.filter((text) => !/404/.test(text))).to.deep.equal([]);
  });

  /** The page of an auditor with this pressed, while the answer of the session comes. */
  async function pressed(selector: string): Promise<WatchedPage['page']> {
    watched = await newPage(browser);
    const { page } = watched;
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/session', async (route) => {
      await held;
      await route.fulfill({ status: 404, body: '' });
    });
    await page.goto(`${server.url}/auditor.html`);
    await page.hover(selector);
    await page.mouse.down();
    answer();
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 300))');
    return page;
  }

  it('lose no click to what is drawn anew between its two halves', async () => {
    const page = await pressed('#sample-list');
    await page.mouse.up();
    await page.locator('#sample-list-text').waitFor();
    // What the answer said is drawn all the same.
    await page.getByRole('alert').waitFor();
  });

  it('are drawn though nothing tells that what was pressed was let go of', async () => {
    const page = await pressed('h1');
    await page.getByRole('alert').waitFor();
  });
});
