import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { FAILED, INQUIRIES, OVERVIEW, tell, WELL } from '../support/archive-answers.js';
import { ArchivePlace } from '../support/archive-place.js';
import { expectQuiet, launchBrowser } from '../support/browser.js';

const LOGOUT = '**/logout';
const ROW = {
  ...{ id: 1, kind: 'record', receivedAt: WELL.asOf, tries: 0, record: 'lab/1' },
  ...{ code: 'BAD_INPUT', message: 'refused', hint: 'mend it' },
};
const ASKED = { id: 'ab'.repeat(32), state: 'submitted', overdue: false };

describe('the page of an archivist, where not all goes well', function () {
  this.timeout(300_000);
  let browser: Browser;
  let place: ArchivePlace;

  before(async () => {
    browser = await launchBrowser();
    place = await ArchivePlace.open({ isEmpty: true });
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  it('shows nothing twice when what could not be read anew is asked for again', async () => {
    const { page, context } = await place.signIn(browser);
    const one = { ...ASKED, askedAt: WELL.asOf, dueAt: '2099-01-01T00:00:00.000Z' };
    const answer = async () => {
      await tell(page, OVERVIEW, { ...WELL, failed: { events: 0, records: 1, files: 0 } });
      await tell(page, FAILED, { failed: [ROW] });
      await tell(page, INQUIRIES, { inquiries: [one], counts: { open: 1, overdue: 0 } });
    };
    await answer();
    await page.click('#refresh');
    await page.waitForSelector('[data-failed]');
    await page.unrouteAll();
    for (const address of [FAILED, INQUIRIES]) await page.route(address, (route) => route.abort());
    await page.click('#refresh');
    await page.waitForSelector('#failed-problem');
    await page.waitForSelector('#inquiries-problem');
    await page.unrouteAll();
    await answer();
    for (const part of ['failed', 'inquiries']) {
      await page.click(`#${part}-again`);
      await page.waitForSelector(`#${part}-problem`, { state: 'detached' });
      expect(await page.locator(`#${part} tbody tr`).count(), part).to.equal(1);
    }
    await context.close();
  });

  it('says that signing out failed until all is read anew', async () => {
    const { page, context } = await place.signIn(browser);
    await page.route(LOGOUT, (route) => route.abort());
    await page.click('#sign-out');
    await page.locator('#overview-problem', { hasText: 'does not answer' }).waitFor();
    await page.unroute(LOGOUT);
    await page.click('#refresh');
    await page.waitForSelector('#overview-problem', { state: 'detached' });
    await context.close();
  });

  it('takes no day of a year that no calendar of ours has', async () => {
    const watched = await place.signIn(browser);
    const { page, context } = watched;
    await page.focus('#search-from');
    await page.keyboard.type('11212026');
    await page.keyboard.type('1');
    expect(await page.inputValue('#search-from')).to.match(/^\d{4}-/);
    await page.fill('#search-from', '1000-01-01');
    await page.fill('#search-to', '9999-12-31');
    await page.click('#search-date');
    await page.locator('#found', { hasText: 'No record arrived' }).waitFor();
    for (const year of ['275760', '12026']) {
      const set = `document.getElementById('search-from').value = '${year}-09-13'`;
      await page.evaluate(set);
      await page.click('#search-date');
      await page.locator('#search-fault', { hasText: 'Choose a day first' }).waitFor();
    }
    await page.click('[data-language="zh-CN"]');
    expect(await page.textContent('h1')).to.equal('档案状态');
    expectQuiet(watched);
    await context.close();
  });
});
