// Two trust files on the verify page: one may lie in the folder of the hospital that is verified.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  launchBrowser,
  newPage,
  pageFile,
} from '../support/browser.js';
import { DOCUMENT } from '../support/evidence-sample.js';
import { asFile } from '../support/hostile-history.js';

const RECEIPTS = join(process.cwd(), 'test/vectors/receipts');
const vector = (path: string) => new Uint8Array(readFileSync(join(RECEIPTS, path)));
const PAIR = [
  asFile('discharge.txt', DOCUMENT),
  asFile('discharge.txt.receipt.json', vector('v1/archive.receipt.json')),
];
const OWN = asFile('own.json', vector('v1-pins/pinned-4.trust.json'));
const COPY = asFile('copy.json', vector('v1-pins/pinned-4.trust.json'));
const THEIRS = asFile('trust.json', vector('v1-pins/sample.trust.json'));

describe('two trust files on the verify page', function () {
  this.timeout(120_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  it('verify nothing when they differ, in whichever order they come, until it begins again', async () => {
    for (const files of [
      [OWN, THEIRS],
      [THEIRS, OWN, THEIRS],
    ]) {
      const watched = await newPage(browser, { language: 'zh-CN' });
      const { page } = watched;
      await page.goto(pageFile('verify.html'));
      for (const file of files) {
        await page.setInputFiles('#choose-files-input', [...PAIR, file]);
        await page.locator('#trust').waitFor();
      }
      await page.locator('#trust.is-bad').waitFor();
      expect(await page.locator('#trust').innerText()).to.match(/own\.json|trust\.json/);
      expect(await page.locator('article').count()).to.equal(0);
      expect(await page.locator('main [lang="en"]').allTextContents()).to.deep.equal([]);
      await expectAccessible(page);
      await expectFits(page);
      await page.click('#clear');
      await page.setInputFiles('#choose-files-input', [...PAIR, OWN]);
      await page.locator('article[data-verdict="unchanged"]').waitFor();
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  it('are one when their bytes are the same', async () => {
    const watched = await newPage(browser);
    const { page } = watched;
    await page.goto(pageFile('verify.html'));
    await page.setInputFiles('#choose-files-input', [...PAIR, OWN, COPY]);
    await page.locator('article[data-verdict="unchanged"]').waitFor();
    await watched.context.close();
  });
});
