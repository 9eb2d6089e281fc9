import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { FixityRun, Overview } from '../../gateway/web/archivist/answers.js';
import {
  CHECKS,
  FAILED,
  INQUIRIES,
  OVERVIEW,
  refuse,
  tell,
  WELL,
} from '../support/archive-answers.js';
import { ArchivePlace } from '../support/archive-place.js';
import {
  DESKTOP,
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
  PHONE,
  type WatchedPage,
} from '../support/browser.js';

const AGO = new Date(WELL.asOf).getTime() - 7_200_000;
const SINCE = new Date(AGO).toISOString();

describe('the page of an archivist in every state', () => {
  let browser: Browser;
  let empty: ArchivePlace;

  before(async function () {
    this.timeout(300_000);
    browser = await launchBrowser();
    empty = await ArchivePlace.open({ isEmpty: true });
  });
  after(async () => {
    await browser?.close();
    await empty?.close();
  });

  interface Look {
    readonly width?: number;
    readonly language?: 'zh-CN' | 'en';
    readonly prepare?: (watched: WatchedPage) => Promise<unknown>;
  }

  /** Opens the page over the empty gateway, which is told to be in a state; checks what holds. */
  async function look(
    name: string,
    { width = DESKTOP, language = 'en', prepare }: Look,
    see: (watched: WatchedPage) => Promise<void>,
  ): Promise<void> {
    const watched = await newPage(browser, { width, language });
    await prepare?.(watched);
    await empty.enter(watched);
    await see(watched);
    await expectFits(watched.page);
    await expectAccessible(watched.page);
    await keepScreenshot(watched.page, `archivist-${name}`);
    await watched.context.close();
  }

  const told = (more: Partial<Overview>) => ({
    prepare: ({ page }: WatchedPage) => tell(page, OVERVIEW, { ...WELL, ...more }),
  });

  it('says that nothing has arrived yet, on a new gateway', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      await look(`empty-${language}`, { language, width: PHONE }, async (watched) => {
        const { page } = watched;
        expect(await page.getAttribute('#state', 'data-finding')).to.equal('empty');
        expect(await page.getAttribute('#state', 'data-tone')).to.equal('open');
        expect(await page.textContent('#summary')).to.match(/Nothing has arrived|还没有收到/);
        expect(await page.locator('tr[data-failed], svg.window, #runs').count()).to.equal(0);
        expectQuiet(watched);
      });
    }
  });

  it('is green only when all is anchored, and draws thirty days', async () => {
    for (const [language, width] of [
      ['zh-CN', DESKTOP],
      ['en', PHONE],
    ] as const) {
      await look(`well-${language}`, { ...told({}), language, width }, async (watched) => {
        const { page } = watched;
        expect(await page.getAttribute('#state', 'data-tone')).to.equal('good');
        expect(await page.textContent('#summary')).to.include('431,002');
        expect(await page.locator('svg.window [data-day]').count()).to.equal(30);
        expect(await page.locator('.figures-table tbody tr').count()).to.be.above(30);
        // Measured in the page: what is drawn anew meanwhile is another element.
        const drawn = await page.$eval('svg.window', (one) => one.getBoundingClientRect().width);
        expect(drawn).to.be.within(200, width);
        expectQuiet(watched);
      });
    }
  });

  it('says what waits and since when', async () => {
    const waiting = { count: 12, oldestAt: SINCE };
    const entries = { ...WELL.entries, committed: WELL.entries.accepted - 12 };
    await look('waiting', told({ waiting, entries, countedTo: 0 }), async ({ page }) => {
      expect(await page.getAttribute('#state', 'data-finding')).to.equal('waiting');
      expect(await page.textContent('#summary')).to.match(/12 entries wait .* since November 21/);
      expect(await page.textContent('#figures')).to.match(/12 entries, the oldest since Nov/);
    });
  });

  it('says that the figures are still being counted, and looks again by itself', async () => {
    let counted = 1_200_000;
    const prepare = ({ page }: WatchedPage) =>
      page.route(OVERVIEW, (route) => {
        const countedTo = counted;
        counted = WELL.countedTo;
        return route.fulfill({ json: { ...WELL, countedTo } });
      });
    await look('counting', { prepare }, async ({ page }) => {
      expect(await page.getAttribute('#state', 'data-finding')).to.equal('counting');
      const text = await page.textContent('#counting');
      expect(text).to.include('1,200,000 of 2,441,903');
      await keepScreenshot(page, 'archivist-counting-first');
      await page.focus('[data-language="en"]');
      await page.waitForSelector('#state[data-tone="good"]');
      expect(await page.locator('#counting').count()).to.equal(0);
      // Nobody loses the place for that.
      const focused = 'document.activeElement?.getAttribute("data-language")';
      expect(await page.evaluate(focused)).to.equal('en');
    });
  });

  it('says that the write side stopped, and what to do', async () => {
    const stopped = told({ writeSide: { ok: false, code: 'LOG_STOPPED' } });
    await look('stopped', { ...stopped, language: 'zh-CN' }, async ({ page }) => {
      expect(await page.getAttribute('#state', 'data-tone')).to.equal('bad');
      expect(await page.textContent('#summary')).to.match(/写入已停止.*处理办法：请管理员/);
    });
    const held = told({ writeSide: { ok: false, code: 'CLOCK_BACKWARDS' } });
    await look('held', held, async ({ page }) => {
      expect(await page.textContent('#summary')).to.match(
        /does not get onto the ledger: The clock/,
      );
    });
  });

  it('tells a ledger that is away from a fault: what is here is safe', async () => {
    const waiting = { count: 3, oldestAt: SINCE };
    const away = told({ waiting, writeSide: { ok: false, code: 'LEDGER_UNAVAILABLE' } });
    await look('ledger-away', { ...away, width: PHONE }, async ({ page }) => {
      expect(await page.getAttribute('#state', 'data-tone')).to.equal('open');
      const text = await page.textContent('#summary');
      expect(text).to.match(/ledger does not answer.*3 entries are kept safe.*goes on by itself/s);
    });
  });

  it('never shows a check in green that found damage, read not all or did not end', async () => {
    const { endedAt: _endedAt, ...unended } = CHECKS.unread;
    const runs: readonly FixityRun[] = [CHECKS.good, CHECKS.damaged, CHECKS.unread];
    const all = { ...WELL.fixity, runs: [unended, CHECKS.damaged, CHECKS.unread, CHECKS.good] };
    await look('checks', told({ fixity: all }), async ({ page }) => {
      const tones = () =>
        page
          .locator('#runs > li')
          .evaluateAll((found) => found.map((one) => one.getAttribute('data-tone')));
      expect(await tones()).to.deep.equal(['good', 'bad', 'bad']);
      await page.click('#fixity-all');
      expect(await tones()).to.have.length(4);
      expect(await page.textContent('#runs')).to.match(/Did not end/);
      expect(await page.locator('#runs .part-altered').first().isVisible()).to.equal(true);
    });
    const now = told({ fixity: { ...WELL.fixity, runs: runs.slice(1) } });
    await look('damaged', { ...now, language: 'zh-CN', width: PHONE }, async ({ page }) => {
      expect(await page.getAttribute('#state', 'data-finding')).to.equal('fixity-damage');
      expect(await page.textContent('#summary')).to.match(/1 个文件被更改、3 个文件缺失/);
    });
  });

  it('shows what it has when a part does not come, and asks for that part again', async () => {
    let isDown = true;
    const prepare = async ({ page }: WatchedPage) => {
      await tell(page, OVERVIEW, WELL);
      await page.route(FAILED, (route) => (isDown ? route.abort() : route.continue()));
      await refuse(page, INQUIRIES, 500, 'STORE_CORRUPT');
    };
    await look('half', { prepare }, async ({ page }) => {
      await page.waitForSelector('#inquiries-problem');
      expect(await page.textContent('#failed-problem')).to.match(/could not be loaded.*not answer/);
      expect(await page.locator('#failed >> text=Nothing failed.').count()).to.equal(0);
      expect(await page.locator('svg.window').count()).to.equal(1);
      await keepScreenshot(page, 'archivist-half-loaded');
      isDown = false;
      await page.click('#failed-again');
      await page.waitForSelector('#failed >> text=Nothing failed.');
    });
  });

  it('says it when the state itself cannot be read, and green is nowhere', async () => {
    const prepare = ({ page }: WatchedPage) => refuse(page, OVERVIEW, 500, 'FEED_CORRUPT');
    await look('refused', { prepare, width: PHONE }, async ({ page }) => {
      await page.waitForSelector('#overview-problem');
      expect(await page.locator('#state, .is-good').count()).to.equal(0);
      expect(await page.locator('#search-text').count()).to.equal(1);
      expect(await page.textContent('#overview-problem')).to.match(/What to do: Have the admin/);
    });
  });

  it('takes the green away when the state cannot be read anew', async () => {
    const prepare = ({ page }: WatchedPage) => tell(page, OVERVIEW, WELL);
    await look('stale', { prepare }, async ({ page }) => {
      expect(await page.getAttribute('#state', 'data-tone')).to.equal('good');
      await refuse(page, OVERVIEW, 503, 'SHUTTING_DOWN');
      await page.click('#refresh');
      await page.waitForSelector('#state[data-finding="stale"]');
      expect(await page.getAttribute('#state', 'data-tone')).to.equal('open');
      expect(await page.textContent('#summary')).to.match(/was read on November 21/);
      expect(await page.locator('#state .is-good').count()).to.equal(0);
      expect(await page.textContent('#overview-problem')).to.match(/being restarted/);
    });
  });

  it('says that inquiries are not available where the gateway has none', async () => {
    const prepare = ({ page }: WatchedPage) => refuse(page, INQUIRIES, 404, 'NO_ROUTE');
    await look('no-inquiries', { prepare }, async ({ page }) => {
      await page.waitForSelector('#no-inquiries');
      expect(await page.locator('#inquiries-problem').count()).to.equal(0);
    });
  });

  it('shows damage that a real check found, after somebody changed a document', async () => {
    const place = await ArchivePlace.open({ isDamaged: true });
    try {
      const watched = await place.signIn(browser);
      const { page } = watched;
      expect(await page.getAttribute('#state', 'data-finding')).to.equal('fixity-damage');
      expect(await page.textContent('#summary')).to.match(/1 altered file and 0 missing files/);
      expect(await page.textContent('#runs')).to.match(/altered: 1/);
      await expectAccessible(page);
      await watched.context.close();
    } finally {
      await place.close();
    }
  });
});
