import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { hold, launchBrowser, newPage, pageFile } from '../support/browser.js';
import { asFile, longHistory } from '../support/hostile-history.js';
import { FIRST_NAME, LongList } from '../support/long-list.js';

const LIST = '**/v1/patients/me/access-history?*';
/** Two pages more than what is loaded without being asked for. */
const COUNT = 2600;
const focusedId = (page: Page) => page.evaluate('document.activeElement?.id') as Promise<string>;

describe('a page that is drawn anew', function () {
  this.timeout(120_000);
  let browser: Browser;
  let list: LongList;

  before(async () => {
    browser = await launchBrowser();
    list = await LongList.open(COUNT);
  });
  after(async () => {
    await browser?.close();
    await list?.close();
  });

  it('while the rest of a list comes leaves what is typed, and the caret in it', async () => {
    const { page, context } = await list.signIn(browser);
    const letGo = await hold(page, LIST);
    await page.click('#load-all');
    await page.focus('#search');
    await page.keyboard.type(FIRST_NAME.replace('c', ''));
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await letGo();
    await page.waitForSelector('#load-all', { state: 'detached' });
    await page.keyboard.type('c');
    expect(await page.inputValue('#search')).to.equal(FIRST_NAME);
    await page.keyboard.press('Enter');
    expect(await page.textContent('#found')).to.match(/^1 of 2,600/);
    await context.close();
  });

  it('searches for what was typed before, though nothing is typed after', async () => {
    for (const leave of ['Enter', 'Tab'] as const) {
      const { page, context } = await list.signIn(browser);
      const letGo = await hold(page, LIST);
      await page.click('#load-all');
      await page.focus('#search');
      await page.keyboard.type(FIRST_NAME);
      await letGo();
      await page.waitForSelector('#load-all', { state: 'detached' });
      await page.keyboard.press(leave);
      await page.locator('#found', { hasText: '1 of 2,600' }).waitFor();
      await context.close();
    }
  });

  it('searches the whole list also where the search begins before all of it is asked for', async () => {
    const { page, context } = await newPage(browser);
    const later = /access-history\?.*cursor=/;
    const letGo = await hold(page, later);
    await page.goto(list.gateway.url('people', '/').href);
    await page.click('[data-subject="patient"]');
    await page.waitForSelector('#search');
    await page.fill('#search', FIRST_NAME);
    await page.keyboard.press('Enter');
    await letGo();
    await page.locator('#found', { hasText: '1 of 2,600' }).waitFor();
    await context.close();
  });

  it('while the rest of a list comes tears no word apart that is being composed', async () => {
    const { page, context } = await list.signIn(browser, { language: 'zh-CN' });
    const letGo = await hold(page, LIST);
    await page.click('#load-all');
    await page.focus('#search');
    const keys = await context.newCDPSession(page);
    await keys.send('Input.imeSetComposition', { text: 'yi', selectionStart: 2, selectionEnd: 2 });
    await letGo();
    await page.waitForSelector('.meter:empty', { state: 'attached' });
    await keys.send('Input.insertText', { text: '医' });
    await page.waitForSelector('#load-all', { state: 'detached' });
    expect(await page.inputValue('#search')).to.equal('医');
    expect(await focusedId(page)).to.equal('search');
    await context.close();
  });

  it('while the rest of a list comes leaves the keyboard at the entry where it is', async () => {
    const { page, context } = await list.signIn(browser);
    const letGo = await hold(page, LIST);
    await page.click('#load-all');
    const group = page.locator('details.group > summary').nth(3);
    await group.focus();
    await page.keyboard.press('Enter');
    const entry = page.locator('details.group[open] details.entry').first();
    await entry.locator('summary').focus();
    const at = await entry.getAttribute('data-sequence');
    await letGo();
    await page.waitForSelector('#load-all', { state: 'detached' });
    const place = 'document.activeElement?.closest("details.entry")?.dataset.sequence';
    expect(await page.evaluate(place)).to.equal(at);
    await context.close();
  });

  it('says in the language that was chosen what still goes on', async () => {
    const { page, context } = await list.signIn(browser, { language: 'en' });
    const letGo = await hold(page, LIST);
    await page.click('#load-all');
    await page.waitForSelector('#stop-list');
    await page.click('[data-language="zh-CN"]');
    expect(await page.textContent('#stop-list')).to.equal('停止');
    expect(await page.textContent('.meter-text')).to.match(/^正在加载清单/);
    expect(await page.getAttribute('progress', 'aria-label')).to.match(/^正在加载清单/);
    await letGo();
    await page.waitForSelector('#load-all', { state: 'detached' });
    await context.close();
  });

  it('says so in that language where the browser keeps nothing, too', async () => {
    const watched = await newPage(browser, { language: 'en' });
    const { page, context } = watched;
    await page.addInitScript(`for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, { get() { throw new DOMException('', 'SecurityError'); } });
    }`);
    await page.goto(list.gateway.url('people', '/').href);
    await page.click('[data-subject="patient"]');
    await page.waitForSelector('#load-all:not([aria-disabled])');
    await page.click('[data-language="zh-CN"]');
    const letGo = await hold(page, LIST);
    await page.click('#load-all');
    await page.waitForSelector('#stop-list');
    expect(await page.textContent('#stop-list')).to.equal('停止');
    await letGo();
    expect(watched.complaints).to.deep.equal([]);
    await context.close();
  });

  it('keeps what was opened of a proof', async () => {
    const { page, context } = await list.signIn(browser);
    await page.click('#check');
    await page.waitForSelector('#verdict[data-outcome="complete"]');
    await page.click('#steps > summary');
    await page.fill('#search', FIRST_NAME);
    await page.keyboard.press('Enter');
    await page.locator('#found', { hasText: '1 of 2,600' }).waitFor();
    expect(await page.getAttribute('#steps', 'open')).to.equal('');
    await context.close();
  });

  it('is read on paper with the entries of its groups', async () => {
    const { page, context } = await list.signIn(browser);
    const shown = () => page.locator('details.group[open] details.entry').count();
    expect(await shown()).to.equal(0);
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await shown()).to.be.above(9);
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(await shown()).to.equal(0);
    await context.close();
  });
});

describe('the verify page, drawn anew', function () {
  this.timeout(120_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  it('takes no file for another kind because it is stopped while it reads', async () => {
    const { page, context } = await newPage(browser);
    await page.goto(pageFile('verify.html'));
    const { history, trust } = longHistory(30_000);
    const give = (name: string, bytes: Uint8Array) =>
      page.setInputFiles('#choose-files-input', [asFile(name, bytes)]);
    await give('trust.json', trust);
    await give('long.json', history);
    await page.waitForSelector('#stop-verifying');
    await give('short.json', longHistory(3).history);
    await page.click('#stop-verifying');
    const held = 'Given: 0 documents, 0 receipts, 2 histories.';
    await page.locator('main', { hasText: held }).waitFor({ timeout: 30_000 });
    await context.close();
  });
});
