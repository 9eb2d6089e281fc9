import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { ArchivePlace, search } from '../support/archive-place.js';
import { expectFits, launchBrowser, newPage, PHONE, pageFile } from '../support/browser.js';
import { asFile, hostileHistory } from '../support/hostile-history.js';
import { outcomeOf, PatientPlace } from '../support/patient-place.js';

/** As people set it in their browsers; everything opened. */
async function enlarge(page: Page): Promise<void> {
  await page.evaluate(`{
    document.documentElement.style.fontSize = '200%';
    for (const one of document.querySelectorAll('details')) one.open = true;
  }`);
}

describe('letters twice as large, on the smallest phone', function () {
  this.timeout(300_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  it('fit the page of a patient, with the proof', async () => {
    const place = await PatientPlace.open();
    try {
      const { page, context } = await place.signIn(browser, 'patient', { width: PHONE });
      expect(await outcomeOf(page)).to.equal('complete');
      await enlarge(page);
      await expectFits(page);
      await context.close();
    } finally {
      await place.close();
    }
  });

  it('fit the page of an archivist, with a record opened', async () => {
    const place = await ArchivePlace.open();
    try {
      const { page, context } = await place.signIn(browser, { width: PHONE });
      await search(page, 'outpatient/');
      await page.click('#open-0');
      await page.waitForSelector('[data-version]');
      await enlarge(page);
      await expectFits(page);
      await context.close();
    } finally {
      await place.close();
    }
  });

  it('fit the verify page, with every step of a verdict', async () => {
    const { page, context } = await newPage(browser, { width: PHONE });
    await page.goto(pageFile('verify.html'));
    const { history, trust } = hostileHistory();
    const files = [asFile('list.json', history), asFile('trust.json', trust)];
    await page.setInputFiles('#choose-files-input', files);
    await page.waitForSelector('article');
    await enlarge(page);
    await expectFits(page);
    await context.close();
  });
});
