import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { FAILED, INQUIRIES, OVERVIEW, tell, WELL } from '../support/archive-answers.js';
import { ArchivePlace, SCRIPT } from '../support/archive-place.js';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
  PHONE,
  type WatchedPage,
} from '../support/browser.js';

/** Turns the direction of what follows it. */
const TURNED = '\u202efdp.exe';
const NOW = WELL.asOf;
const FIRST_PAGE = 20;
const ALL = 110;

const failed = (id: number) => ({
  ...{ id, kind: 'record', receivedAt: NOW, tries: 3, lastTriedAt: NOW },
  ...{ code: SCRIPT, message: SCRIPT, hint: SCRIPT, source: SCRIPT, path: SCRIPT + TURNED },
});
const record = {
  ...{ id: SCRIPT + TURNED, version: 2, versions: 2, at: NOW, state: 'committed', size: 1 },
  ...{ digests: { 'sha-256': SCRIPT, sm3: SCRIPT }, category: SCRIPT, name: SCRIPT },
  ...{ mediaType: SCRIPT, retention: SCRIPT, source: { system: SCRIPT }, leafHash: SCRIPT },
  condition: { held: true, sealed: true, lent: true, destroyed: true },
};
const inquiry = { id: SCRIPT, state: SCRIPT, overdue: true, askedAt: NOW, dueAt: NOW };

describe('the page of an archivist, with script and tricks in every text', () => {
  let browser: Browser;
  let place: ArchivePlace;

  before(async function () {
    this.timeout(300_000);
    browser = await launchBrowser();
    place = await ArchivePlace.open({ isEmpty: true });
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  async function deceive(page: Page): Promise<void> {
    const writeSide = { ok: false, code: SCRIPT };
    const counts = { events: 0, records: ALL, files: 0 };
    await tell(page, OVERVIEW, { ...WELL, writeSide, countFault: SCRIPT, failed: counts });
    await page.route(FAILED, (route) => {
      const { searchParams } = new URL(route.request().url());
      const from = Number(searchParams.get('cursor') ?? 1);
      const many = Math.min(Number(searchParams.get('limit') ?? 100), ALL + 1 - from);
      const rows = Array.from({ length: many }, (_none, at) => failed(from + at));
      const next = from + many;
      return route.fulfill({ json: { failed: rows, ...(next > ALL ? {} : { next }) } });
    });
    const inquiries = { inquiries: [inquiry], counts: { open: 1, overdue: 1 } };
    await tell(page, INQUIRIES, inquiries);
    await tell(page, '**/v1/archive/records?*', { records: [record] });
    await tell(page, '**/v1/records/*/versions?*', { versions: [record] });
  }

  const enter = async (language: 'zh-CN' | 'en'): Promise<WatchedPage> => {
    const watched = await newPage(browser, { language, width: PHONE });
    await deceive(watched.page);
    await place.enter(watched);
    return watched;
  };

  it('shows all of it as text, and nothing turned around', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await enter(language);
      const { page } = watched;
      await page.fill('#search-text', SCRIPT);
      await page.click('#search-go');
      await page.click('#open-0');
      await page.waitForSelector('[data-version="2"]');
      const text = (await page.textContent('main')) ?? '';
      expect(text.split(SCRIPT)).to.have.length.above(4 * FIRST_PAGE);
      expect(text).to.include('\\u{202e}fdp.exe').and.not.include('\u202e');
      const labels = await page
        .locator('[aria-label]')
        .evaluateAll((found) => found.map((one) => one.getAttribute('aria-label')).join());
      expect(labels).to.include('\\u{202e}').and.not.include('\u202e');
      expect(await page.locator('[data-condition]').count()).to.equal(8);
      expect(await page.locator('main img, main script').count()).to.equal(0);
      expect(await page.title()).to.match(/^Chartseal: /);
      expect(await page.getAttribute('#state', 'data-tone')).to.equal('bad');
      await expectFits(page);
      await expectAccessible(page);
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  it('loads what failed page by page, and what is not anchored has no receipt', async () => {
    const watched = await enter('en');
    const { page } = watched;
    await page.waitForSelector('#failed-more');
    expect(await page.textContent('#failed')).to.include(`${FIRST_PAGE} of ${ALL} are shown`);
    await page.click('#failed-more');
    await page.waitForSelector(`tr[data-failed] >> nth=${ALL - 1}`);
    expect(await page.locator('#failed-more').count()).to.equal(0);
    expect(await page.textContent('#retry-all')).to.include(`(${ALL})`);
    await page.fill('#search-text', 'x');
    await page.click('#search-go');
    await page.click('#open-0');
    const row = page.locator('[data-version="2"]');
    expect(await row.textContent()).to.match(/Anchored, receipt to come.*when proven/);
    expect(await row.locator('a').count()).to.equal(0);
    expectQuiet(watched);
    await keepScreenshot(page, 'archivist-hostile');
    await watched.context.close();
  });
});
