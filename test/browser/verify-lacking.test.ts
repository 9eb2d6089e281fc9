// What the verify page says when something that it needs was not given, or another thing than was
// meant.
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
  PHONE,
  pageFile,
} from '../support/browser.js';
import { DOCUMENT } from '../support/evidence-sample.js';
import { asFile } from '../support/hostile-history.js';

const VECTORS = join(process.cwd(), 'test/vectors/receipts/v1');
const vector = (name: string) => new Uint8Array(readFileSync(join(VECTORS, name)));
const TRUST = vector('sample.trust.json');
const LOG = 'hospital-a.example/archive';
/** Longer than the page waits before it shows how far something is. */
const SLOW_MS = 1500;

describe('the verify page, with less than it needs', function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
  });

  async function given(language: 'zh-CN' | 'en', files: readonly ReturnType<typeof asFile>[]) {
    const watched = await newPage(browser, { language, width: PHONE });
    const { page } = watched;
    await page.goto(pageFile('verify.html'));
    await page.setInputFiles('#choose-files-input', [...files]);
    await page.waitForSelector('#result');
    return watched;
  }

  it('says that a receipt is needed, and does not pretend to verify', async () => {
    const files = [asFile('scan.pdf', DOCUMENT), asFile('trust.json', TRUST)];
    const watched = await given('en', files);
    const { page } = watched;
    await page.waitForTimeout(SLOW_MS);
    expect(await page.textContent('.needed')).to.match(/a receipt or a history/);
    expect(await page.locator('progress').count()).to.equal(0);
    expect(await page.textContent('#result')).to.not.include('Verifying');
    expectQuiet(watched);
    await watched.context.close();
  });

  it('says in sight why a proof does not hold: of another log, the trust file names it not', async () => {
    const other = JSON.parse(new TextDecoder().decode(TRUST)) as { logs: unknown[] };
    other.logs = [];
    const trust = asFile('trust.json', new TextEncoder().encode(JSON.stringify(other)));
    const receipt = asFile('a.txt.receipt.json', vector('archive.receipt.json'));
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await given(language, [asFile('a.txt', DOCUMENT), receipt, trust]);
      const { page } = watched;
      const reasons = page.locator('article[data-verdict="notProven"] .reasons');
      await reasons.waitFor();
      expect(await reasons.isVisible()).to.equal(true);
      expect(await reasons.textContent()).to.include(LOG);
      expect(await reasons.textContent()).to.match(/The trust file does not name|信任文件/);
      await expectFits(page);
      await expectAccessible(page);
      expectQuiet(watched);
      await watched.context.close();
    }
  });
});
