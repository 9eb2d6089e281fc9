import { expect } from 'chai';
import type { Browser, Route } from 'playwright-core';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { parseHistory } from '../../gateway/evidence/history.js';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
  PHONE,
  tabTo,
} from '../support/browser.js';
import {
  EVENT_COUNT,
  LONG_NAME,
  outcomeOf,
  PatientPlace,
  SCRIPT,
  UNSEEN,
} from '../support/patient-place.js';

const FILE = '**/v1/patients/me/access-history/file';
const LIST = '**/v1/patients/me/access-history?*';

describe('the page of a patient', () => {
  let browser: Browser;
  let place: PatientPlace;

  before(async function () {
    this.timeout(300_000);
    browser = await launchBrowser();
    place = await PatientPlace.open();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  it('begins where people sign in, in both languages, on the smallest phone', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await newPage(browser, { language, width: PHONE });
      const { page } = watched;
      await page.goto(place.url('/?refused=UNAUTHENTICATED'));
      await page.waitForSelector('[data-subject]');
      expect(await page.textContent('#problem')).to.match(/请重新登录|Please sign in again/);
      expect(new URL(page.url()).search).to.equal('');
      await expectFits(page);
      await expectAccessible(page);
      await keepScreenshot(page, `sign-in-phone-${language}`);
      await page.goto(place.url('/?refused=Call%20this%20number'));
      await page.waitForSelector('[data-subject]');
      expect(await page.locator('#problem').count()).to.equal(0);
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  it('is where a wrong address leads, which says so and gives the pages there are', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await newPage(browser, { language, width: PHONE });
      const { page } = watched;
      await page.goto(place.url('/patients/'));
      await page.waitForSelector('[data-subject]');
      expect(await page.textContent('#problem h2')).to.match(
        /^(没有这个页面|There is no such page)$/,
      );
      expect(await page.locator('main a[href="/verify"]').count()).to.equal(1);
      expect(new URL(page.url()).pathname).to.equal('/');
      await expectFits(page);
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  it('tells whoever is not signed in where to sign in', async () => {
    const watched = await newPage(browser);
    const { page } = watched;
    await page.goto(place.url('/patient'));
    await page.waitForSelector('#signed-out');
    expect(await page.locator('main a[href="/"]').count()).to.equal(1);
    await expectAccessible(page);
    expectQuiet(watched);
    await watched.context.close();
  });

  it('says in one sentence who opened the file, emergency overrides first', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    expect(new URL(page.url()).pathname).to.equal('/patient');
    const sentence = await page.textContent('#summary');
    expect(sentence).to.match(/4 people opened your file 4 times/);
    expect(sentence).to.match(/1 emergency override\./);
    const sequences = await page
      .locator('details.entry')
      .evaluateAll((found) => found.map((one) => one.getAttribute('data-sequence')));
    expect(sequences[0]).to.equal('3');
    expect(new Set(sequences).size).to.equal(EVENT_COUNT);
    await keepScreenshot(page, 'patient-en');
    await watched.context.close();
  });

  it('shows what others wrote as text, and fits the smallest phone', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await place.signIn(browser, 'patient', { language, width: PHONE });
      const { page } = watched;
      await page.locator('details').evaluateAll((all) => {
        for (const one of all) one.setAttribute('open', '');
      });
      const text = (await page.textContent('main')) ?? '';
      expect(text).to.include(SCRIPT);
      expect(text).to.include(LONG_NAME);
      expect(await page.title()).to.match(/^Chartseal: /);
      expect(await page.locator('main img, main script').count()).to.equal(0);
      await expectFits(page);
      await expectAccessible(page);
      expectQuiet(watched);
      expect(watched.requests.every((url) => url.startsWith(place.url('/')))).to.equal(true);
      await keepScreenshot(page, `patient-phone-${language}`);
      await watched.context.close();
    }
  });

  it('proves by a click that the list is complete, with the keyboard alone', async () => {
    const watched = await place.signIn(browser, 'patient', { language: 'zh-CN' });
    const { page } = watched;
    await tabTo(page, 'check');
    await page.keyboard.press('Enter');
    const verdict = await page.waitForSelector('#verdict');
    expect(await verdict.getAttribute('data-outcome')).to.equal('complete');
    expect(await verdict.textContent()).to.include(`${EVENT_COUNT} 条`);
    const statuses = await page
      .locator('[data-step]')
      .evaluateAll((found) => found.map((one) => one.getAttribute('data-status')));
    expect(statuses).to.have.length(10);
    expect(new Set(statuses)).to.deep.equal(new Set(['OK']));
    expect(await page.textContent('[role=status].unseen')).to.include('清单完整');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('check');
    await page.locator('#steps').evaluate((steps) => steps.setAttribute('open', ''));
    await expectAccessible(page);
    expectQuiet(watched);
    await keepScreenshot(page, 'patient-proof-zh-CN');
    await watched.context.close();
  });

  it('proves in the same way that nobody opened a file', async () => {
    const watched = await place.signIn(browser, 'unseen-patient');
    const { page } = watched;
    expect(await page.textContent('#summary')).to.equal(
      'Nobody is recorded as having opened your file.',
    );
    expect(await outcomeOf(page)).to.equal('nobody');
    expect(await page.textContent('#verdict')).to.match(/^Proven: the log holds no entry/);
    await expectAccessible(page);
    expectQuiet(watched);
    await keepScreenshot(page, 'patient-nobody-en');
    await watched.context.close();
  });

  type Change = (answer: string) => string | Promise<string>;
  const changed = async (address: string, change: Change): Promise<string | null> => {
    const watched = await newPage(browser);
    const { page } = watched;
    await page.route(address, async (route: Route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: await change(await answer.text()) });
    });
    await page.goto(place.url('/'));
    await page.click('[data-subject="patient"]');
    await page.waitForSelector('#summary');
    const outcome = await outcomeOf(page);
    await expectAccessible(page);
    await watched.context.close();
    return outcome;
  };

  it('says that a list is not complete when an entry is left out on the way', async () => {
    const outcome = await changed(FILE, (text) => {
      const history = parseHistory(Buffer.from(text));
      const { openings = [] } = history;
      return canonicalJson({
        ...history,
        leaves: history.leaves.toSpliced(1, 1),
        entries: history.entries.toSpliced(1, 1),
        openings: openings.toSpliced(1, 1),
      });
    });
    expect(outcome).to.equal('incomplete');
  });

  it('says that a list is not complete when the proof is of another file', async () => {
    const outcome = await changed(
      FILE,
      async () => (await place.ask('/v1/patients/me/access-history/file', 'unseen-patient')).text,
    );
    expect(outcome).to.equal('other file');
    expect(UNSEEN.value).to.not.equal('');
  });

  it('says that the list is not the proven one when it shows another name', async () => {
    const outcome = await changed(LIST, (text) => text.replaceAll('Staff 30', 'Somebody else'));
    expect(outcome).to.equal('differs');
  });

  it('says that the list is not the proven one when it shows an entry more', async () => {
    const outcome = await changed(LIST, (text) => {
      const page = JSON.parse(text);
      const extra = { ...page.events[0], sequence: 99 };
      return JSON.stringify({ ...page, events: [extra, ...page.events] });
    });
    expect(outcome).to.equal('differs');
  });

  it('shows a refusal in words, and comes back', async () => {
    const watched = await newPage(browser);
    const { page } = watched;
    let isDown = true;
    await page.route(LIST, (route) => (isDown ? route.abort() : route.continue()));
    await page.goto(place.url('/'));
    await page.click('[data-subject="patient"]');
    const problem = await page.waitForSelector('#problem');
    expect(await problem.textContent()).to.match(/server does not answer/);
    isDown = false;
    await page.click('#problem button');
    await page.waitForSelector('#summary');
    await watched.context.close();
  });

  it('leaves nothing behind when somebody signs out', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await page.click('#sign-out');
    await page.waitForSelector('[data-subject]');
    await page.goto(place.url('/patient'));
    await page.waitForSelector('#signed-out');
    expect(await watched.context.cookies()).to.deep.equal([]);
    await watched.context.close();
  });

  it('shows roles and units alone where the hospital shows no names, and proves it too', async () => {
    const other = await PatientPlace.open({ CHARTSEAL_WEB_DISPLAY: 'role' });
    try {
      const watched = await other.signIn(browser, 'patient');
      const { page } = watched;
      const text = (await page.textContent('main')) ?? '';
      expect(text).to.include('Name not shown');
      expect(text).to.not.include('Staff 30');
      expect(await outcomeOf(page)).to.equal('complete');
      expect(await page.textContent('main')).to.not.include('Staff 30');
      const file = await other.ask('/v1/patients/me/access-history/file', 'patient');
      expect(file.text).to.not.include('Staff 30');
      await watched.context.close();
    } finally {
      await other.close();
    }
  });

  it('shows signs where the hospital says so, before the proof and after it', async () => {
    const other = await PatientPlace.open({ CHARTSEAL_WEB_DISPLAY: 'pseudonym' });
    try {
      for (const language of ['zh-CN', 'en'] as const) {
        const watched = await other.signIn(browser, 'patient', { language, width: PHONE });
        const { page } = watched;
        const signs = () =>
          page.locator('.sign').evaluateAll((all) => all.map(({ textContent }) => textContent));
        const before = await signs();
        expect(before[0]).to.match(/^(Person|人员) [0-9A-Z]{4}-[0-9A-Z]{4}$/);
        expect(await page.textContent('#signs')).to.match(/word|声明/);
        expect(await outcomeOf(page)).to.equal('complete');
        expect(await signs()).to.deep.equal(before);
        expect(await page.textContent('main')).to.not.include('Staff 30');
        await expectAccessible(page);
        await expectFits(page);
        await keepScreenshot(page, `patient-signs-${language}`);
        await watched.context.close();
      }
    } finally {
      await other.close();
    }
  });
});
