import { expect } from 'chai';
import type { Browser, Page, Route } from 'playwright-core';
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
  askAbout,
  OVERDUE_QUESTION,
  openInquiryPlace,
  sendQuestion,
} from '../support/inquiry-place.js';
import { EVENT_COUNT, outcomeOf, type PatientPlace, SCRIPT } from '../support/patient-place.js';

const ASKED = '**/v1/patients/me/inquiries';
const LIST = '**/v1/patients/me/inquiries?*';

/** Entries of the chain before anybody asks in these tests. */
const BEFORE = EVENT_COUNT + 2;

describe('a patient who asks about an entry', function () {
  this.timeout(300_000);
  let browser: Browser;
  let place: PatientPlace;
  /** Entries of the chain now. */
  let count = BEFORE;

  before(async () => {
    browser = await launchBrowser();
    place = await openInquiryPlace();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  const questions = async (): Promise<{ question: string; id: string; about?: string }[]> =>
    JSON.parse((await place.ask('/v1/patients/me/inquiries?limit=100', 'patient')).text).inquiries;

  const asked = async (text: string) =>
    (await questions()).filter(({ question }) => question === text);

  const waitForCount = (page: Page, entries: number) =>
    page.waitForSelector(`[data-act="inquiry"][data-sequence="${entries - 1}"]`);

  it('does so with the keyboard alone, and the proof of the list covers it', async () => {
    const watched = await place.signIn(browser, 'patient', { language: 'zh-CN' });
    const { page } = watched;
    await page.waitForSelector('.question');
    const summary = await page.textContent('#summary');
    expect(await page.textContent('#open-questions')).to.include('1 个已逾期');
    const entry = page.locator('details.entry[data-sequence="5"]').first();
    await entry.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#asking');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('ask-text');
    await page.keyboard.type('这位医生为什么紧急查看我的病历？');
    expect(await page.textContent('#ask-counter')).to.equal('16 / 2000 字');
    await expectAccessible(page);
    await keepScreenshot(page, 'inquiry-ask-zh-CN');
    await tabTo(page, 'ask-send');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#question-sent');
    expect(await page.evaluate('document.activeElement?.id')).to.equal('questions');
    expect(await page.textContent('[role=status].unseen')).to.include('已提交您的问题');
    count++;
    await waitForCount(page, count);
    expect(await page.textContent('#summary'), 'counts accesses alone').to.equal(summary);
    expect(await page.locator('details.entry[data-sequence="7"]').count()).to.equal(0);
    const question = page.locator('.question', { hasText: '紧急查看' });
    expect(await question.locator('h3').textContent()).to.include('已提交');
    expect(await question.textContent()).to.match(/答复期限：\d{4}年/);
    expect(await question.textContent()).to.include('Staff 5');
    expect(await outcomeOf(page)).to.equal('complete');
    expect(await page.textContent('#verdict')).to.include(`${count} 条`);
    await expectAccessible(page);
    expectQuiet(watched);
    await keepScreenshot(page, 'inquiry-patient-zh-CN');
    await watched.context.close();
  });

  it('sends it once, however often the button is pressed', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await askAbout(page, 2);
    await page.fill('#ask-text', 'Twice?');
    await page.dblclick('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await asked('Twice?')).to.have.length(1);
    count++;
    await watched.context.close();
  });

  it('sends it once when the answer of the server is lost', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    let lost = 0;
    await page.route(ASKED, async (route: Route) => {
      if (route.request().method() !== 'POST' || lost++ > 0) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await askAbout(page, 3);
    await page.fill('#ask-text', 'Lost?');
    await page.click('#ask-send');
    await page.locator('#ask-problem p').waitFor();
    expect(await page.textContent('#ask-problem')).to.match(
      /cannot tell whether your text arrived/,
    );
    expect(await page.inputValue('#ask-text')).to.equal('Lost?');
    expect(await asked('Lost?')).to.have.length(1);
    await keepScreenshot(page, 'inquiry-lost-en');
    await page.click('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await asked('Lost?')).to.have.length(1);
    count++;
    await watched.context.close();
  });

  it('is told when an earlier wording had arrived, and loses neither', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    let lost = 0;
    await page.route(ASKED, async (route: Route) => {
      if (route.request().method() !== 'POST' || lost++ > 0) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await askAbout(page, 4);
    await page.fill('#ask-text', 'First wording?');
    await page.click('#ask-send');
    await page.locator('#ask-problem p').waitFor();
    await page.fill('#ask-text', 'Second wording?');
    await page.click('#ask-send');
    await page.locator('#ask-problem', { hasText: 'earlier wording' }).waitFor();
    expect(await page.inputValue('#ask-text')).to.equal('Second wording?');
    await page.locator('.question', { hasText: 'First wording?' }).waitFor();
    await page.click('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await asked('First wording?')).to.have.length(1);
    expect(await asked('Second wording?')).to.have.length(1);
    count += 2;
    await watched.context.close();
  });

  it('keeps the text when the session ends, finds it again, and takes it to nobody else', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await askAbout(page, 5);
    await page.fill('#ask-text', 'Long thought about');
    await watched.context.clearCookies();
    await page.click('#ask-send');
    await page.locator('#ask-problem', { hasText: 'session has ended' }).waitFor();
    await page.click('#ask-close');
    await page.goto(place.url('/'));
    await page.click('[data-subject="patient"]');
    const draft = page.locator('[data-draft]');
    await draft.waitFor();
    expect(await draft.textContent()).to.include('Long thought about');
    await keepScreenshot(page, 'inquiry-draft-en');
    await draft.locator('button').click();
    expect(await page.inputValue('#ask-text')).to.equal('Long thought about');
    await page.keyboard.press('Escape');
    await watched.context.clearCookies();
    await page.goto(place.url('/'));
    await page.click('[data-subject="unseen-patient"]');
    await page.waitForSelector('#summary');
    expect(await page.locator('[data-draft]').count()).to.equal(0);
    expect(await page.evaluate('Object.keys(sessionStorage)')).to.deep.equal([]);
    expect(await asked('Long thought about')).to.have.length(0);
    await watched.context.close();
  });

  it('leaves no text behind on signing out', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await askAbout(page, 5);
    await page.fill('#ask-text', 'Not for the next one here');
    await page.click('#ask-close');
    await page.locator('[data-draft]').waitFor();
    await page.click('#sign-out');
    await page.waitForSelector('[data-subject]');
    expect(await page.evaluate('Object.keys(sessionStorage)')).to.deep.equal([]);
    await watched.context.close();
  });

  it('is told what is wrong with a text that is empty or too long, before it is sent', async () => {
    const watched = await place.signIn(browser, 'patient');
    const { page } = watched;
    await page.click('#ask-file');
    await page.click('#ask-send');
    expect(await page.textContent('#ask-problem')).to.match(/write something/);
    await page.fill('#ask-text', '病'.repeat(2001));
    expect(await page.textContent('#ask-counter')).to.match(/1 character too many/);
    await page.click('#ask-send');
    expect(await page.textContent('#ask-problem')).to.match(/1 character too many/);
    await expectAccessible(page);
    await page.fill('#ask-text', '病'.repeat(2000));
    await page.click('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await asked('病'.repeat(2000))).to.have.length(1);
    count++;
    await watched.context.close();
  });

  it('sees text as text, on the smallest phone, in both languages', async () => {
    const before = await place.signIn(browser, 'patient');
    await askAbout(before.page, 3);
    await sendQuestion(before.page, `${SCRIPT}\n\nsecond line\u202e reversed`);
    count++;
    await before.context.close();
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await place.signIn(browser, 'patient', { language, width: PHONE });
      const { page } = watched;
      await page.locator('.question', { hasText: OVERDUE_QUESTION }).waitFor();
      const text = (await page.textContent('#questions')) ?? '';
      expect(text).to.include(SCRIPT);
      expect(text).to.include('\\u{202e}');
      expect(text).to.match(language === 'en' ? /Overdue since/ : /已逾期/);
      expect(await page.locator('main img, main script').count()).to.equal(0);
      await expectFits(page);
      await expectAccessible(page);
      await askAbout(page, 5);
      await expectAccessible(page);
      await keepScreenshot(page, `inquiry-ask-phone-${language}`);
      await page.keyboard.press('Escape');
      await page.locator('#asking').waitFor({ state: 'detached' });
      await keepScreenshot(page, `inquiry-patient-phone-${language}`);
      expectQuiet(watched);
      await watched.context.close();
    }
  });

  type Change = (threads: { question: string; steps: { text: string }[] }[]) => object[];
  const changed = async (change: Change): Promise<string | null> => {
    const watched = await newPage(browser);
    const { page } = watched;
    await page.route(LIST, async (route: Route) => {
      const answer = await route.fetch();
      const list = JSON.parse(await answer.text());
      const body = JSON.stringify({ ...list, inquiries: change(list.inquiries) });
      await route.fulfill({ response: answer, body });
    });
    await page.goto(place.url('/'));
    await page.click('[data-subject="patient"]');
    await page.waitForSelector('.question');
    const outcome = await outcomeOf(page);
    expect(await page.textContent('#questions')).to.include(OVERDUE_QUESTION);
    await watched.context.close();
    return outcome;
  };

  it('is told that the list is not complete when a question is kept from the page', async () => {
    const left = (question: string) => question !== OVERDUE_QUESTION;
    expect(await changed((all) => all.filter(({ question }) => left(question)))).to.equal(
      'differs',
    );
  });

  it('is told so when the page is given another text than the log has', async () => {
    const outcome = await changed((all) =>
      JSON.parse(JSON.stringify(all).replaceAll(OVERDUE_QUESTION, 'Never mind')),
    );
    expect(outcome).to.equal('differs');
  });

  it('sees questions and answers as such on the verify page, from the file alone', async () => {
    const [history, trust] = await Promise.all(
      ['/v1/patients/me/access-history/file', '/v1/log/trust'].map((path) =>
        place.ask(path, 'patient'),
      ),
    );
    const file = (name: string, text = '') => ({
      name,
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    for (const language of ['zh-CN', 'en'] as const) {
      const watched = await newPage(browser, { language, width: PHONE });
      const { page } = watched;
      await page.goto(place.url('/verify'));
      await page.setInputFiles('#choose-files-input', [
        file('access-history.json', history?.text),
        file('trust.json', trust?.text),
      ]);
      await page.locator('article[data-verdict="complete"]').waitFor();
      const table = (await page.textContent('table.events')) ?? '';
      expect(table).to.include(OVERDUE_QUESTION);
      expect(table).to.include(SCRIPT);
      expect(table).to.match(language === 'en' ? /Question of the patient/ : /患者提问/);
      const asked = count - EVENT_COUNT - 1;
      expect(table).to.match(
        language === 'en' ? new RegExp(`${asked} questions`) : new RegExp(`提问和答复 ${asked} 条`),
      );
      await expectFits(page);
      await expectAccessible(page);
      await keepScreenshot(page, `inquiry-verify-phone-${language}`);
      expectQuiet(watched);
      await watched.context.close();
    }
  });
});
