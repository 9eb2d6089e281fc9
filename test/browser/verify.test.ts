import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { drawSample } from '../../gateway/web/sample/draw.js';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
  PHONE,
  pageFile,
  tabTo,
  type WatchedPage,
} from '../support/browser.js';
import { type LoadedCase, loadCases } from '../support/evidence-cases.js';
import { DOCUMENT } from '../support/evidence-sample.js';
import { asFile, hostileHistory, longHistory, SCRIPT } from '../support/hostile-history.js';
import { newTempFolder, removeTempFolder, writeFiles } from '../support/temp-folder.js';

const VECTORS = join(process.cwd(), 'test/vectors/receipts/v1');
const vector = (name: string) => new Uint8Array(readFileSync(join(VECTORS, name)));
const TRUST = asFile('sample.trust.json', vector('sample.trust.json'));
const RECEIPT = vector('archive.receipt.json');
const PAIR = [asFile('discharge.txt', DOCUMENT), asFile('discharge.txt.receipt.json', RECEIPT)];

/** Verdict names by the page, by those of the verifier. */
const NAMES: Readonly<Record<string, string>> = {
  complete: 'complete',
  incomplete: 'incomplete',
  'not proven': 'notProven',
  'not checked': 'notChecked',
};

const verdictName = (verdict: string) => NAMES[verdict] ?? 'notShown';

describe('the verify page, opened from a file without a server', function () {
  this.timeout(180_000);
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  const give = (files: readonly ReturnType<typeof asFile>[]) =>
    page.setInputFiles('#choose-files-input', [...files]);
  const cards = () => page.locator('article');
  const open = async (options: Parameters<typeof newPage>[1] = {}) => {
    watched = await newPage(browser, options);
    page = watched.page;
    await page.goto(pageFile('verify.html'));
  };
  /** Name of each file shown with its verdict, once there are as many. */
  const verdicts = async (count: number) => {
    await cards()
      .nth(count - 1)
      .waitFor();
    const names = await page.locator('article .file').allTextContents();
    const all = await Promise.all(
      names.map((_, at) => cards().nth(at).getAttribute('data-verdict')),
    );
    return new Map(names.map((name, at) => [name, all[at]]));
  };

  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
  });
  afterEach(async () => {
    await watched.context.close();
  });

  it('says that a document is unchanged, why, and what that rests on; asks nobody', async () => {
    await open();
    await keepScreenshot(page, 'verify-empty-en');
    await give([...PAIR, TRUST]);
    expect(await verdicts(1)).to.deep.equal(new Map([['discharge.txt', 'unchanged']]));
    const text = await cards().innerText();
    expect(text).to.include('unchanged since 2026-11-01 17:00:00 UTC+08:00 (2026-11-01 09:00:00');
    expect(await page.locator('#reliance').innerText()).to.include('has not been compared');
    await page.click('summary >> nth=0');
    expect(await page.locator('.steps tbody tr').count()).to.equal(8);
    await keepScreenshot(page, 'verify-unchanged-en');
    await expectAccessible(page);
    await expectFits(page);
    expect(watched.requests).to.deep.equal([pageFile('verify.html')]);
    expectQuiet(watched);
  });

  it('is whole in Chinese on a phone, and changes its language with the verdict', async () => {
    await open({ language: 'zh-CN', width: PHONE });
    await give([...PAIR, TRUST, asFile('me.history.json', vector('patient.history.json'))]);
    await verdicts(2);
    for (const summary of await page.locator('article summary').all()) await summary.click();
    expect(await page.locator('main [lang="en"]').allTextContents()).to.deep.equal([]);
    expect(await page.locator('article').first().innerText()).to.include('未更改');
    await keepScreenshot(page, 'verify-zh-phone');
    await expectAccessible(page);
    await expectFits(page);
    await page.click('[data-language="en"]');
    expect(await page.locator('html').getAttribute('lang')).to.equal('en');
    expect(await page.locator('article').first().innerText()).to.include('Unchanged');
    await page.reload();
    expect(await page.locator('h1').innerText()).to.equal('Verify documents and access lists');
    expectQuiet(watched);
  });

  it('judges every altered, cut or reordered history as the verifier does, never better', async () => {
    await open();
    const cases = loadCases().filter(
      ({ folder, expected }: LoadedCase) =>
        folder === 'v1' &&
        expected.kind === 'history' &&
        expected.trust === 'sample' &&
        expected.asOf === undefined &&
        expected.recordKey === undefined,
    );
    const files = cases.map(({ expected, file }) => asFile(`${expected.name}.json`, file));
    const judged = cases.filter(({ expected }) => expected.name !== 'not-ours');
    await give([TRUST, ...files]);
    const found = await verdicts(judged.length);
    for (const { expected } of judged) {
      expect(found.get(`${expected.name}.json`), expected.name).to.equal(
        verdictName(expected.verdict),
      );
    }
    expect([...found.values()].filter((name) => name === 'incomplete')).to.have.length.above(3);
    await keepScreenshot(page, 'verify-histories-en');
    expectQuiet(watched);
  });

  it('never calls a document unchanged by a receipt of which one byte was changed', async () => {
    await open();
    const changed = Array.from({ length: 20 }, (_, at) => {
      const bytes = RECEIPT.slice();
      const place = Math.floor(((at + 0.5) * bytes.length) / 20);
      bytes[place] = (bytes[place] as number) ^ 1;
      const name = `d${at}.txt`;
      return [asFile(name, DOCUMENT), asFile(`${name}.receipt.json`, bytes)];
    });
    await give([TRUST, ...PAIR, ...changed.flat()]);
    await page.locator('#print').waitFor();
    const found = await verdicts(15);
    const unchanged = [...found].filter(([, verdict]) => verdict === 'unchanged');
    expect(unchanged.map(([name]) => name)).to.deep.equal(['discharge.txt']);
    expectQuiet(watched);
  });

  it('tells altered, missing and without receipt apart in a folder', async () => {
    const folder = newTempFolder();
    try {
      const receipt = Buffer.from(RECEIPT).toString();
      writeFiles(folder, {
        'ward/a.txt': DOCUMENT,
        'ward/a.txt.receipt.json': receipt,
        'ward/b.txt': 'Discharge summary of an outpatien\n',
        'ward/b.txt.receipt.json': receipt,
        'ward/gone.txt.receipt.json': receipt,
        'ward/new.txt': 'not archived yet',
      });
      writeFileSync(join(folder, 'trust.json'), vector('sample.trust.json'));
      await open();
      await page.setInputFiles('#choose-folder-input', folder);
      const found = await verdicts(4);
      const short = [...found].map(([name, verdict]) => [name.split('/').at(-1), verdict]);
      expect(Object.fromEntries(short)).to.deep.equal({
        'a.txt': 'unchanged',
        'b.txt': 'altered',
        'gone.txt': 'missing',
        'new.txt': 'noReceipt',
      });
      expect(await page.locator('.summary li').count()).to.equal(4);
      await keepScreenshot(page, 'verify-folder-en');
      await expectAccessible(page);
      expectQuiet(watched);
    } finally {
      removeTempFolder(folder);
    }
  });

  it('loses nothing of what is given while it still reads what was given before', async () => {
    await open();
    const many = Array.from({ length: 60 }, (_, at) => asFile(`n${at}.txt`, `note ${at}`));
    await give([...many, ...PAIR]);
    await give([TRUST]);
    await give([asFile('me.history.json', vector('patient.history.json'))]);
    await page.locator('.results > button').click();
    await page.locator('article[data-verdict="complete"]').waitFor();
    await page.locator('article[data-verdict="unchanged"]').waitFor();
    const held = 'Given: 61 documents, 1 receipt, 1 history.';
    expect(await page.locator('main').innerText()).to.include(held);
    expectQuiet(watched);
  });

  it('takes files that are dropped, and begins again when asked to', async () => {
    await open();
    const files = [...PAIR, TRUST].map(({ name, buffer }) => [name, buffer.toString('base64')]);
    await page.evaluate(`{
      const data = new DataTransfer();
      for (const [name, base64] of ${JSON.stringify(files)}) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], name));
      }
      const init = { bubbles: true, cancelable: true, dataTransfer: data };
      document.getElementById('drop').dispatchEvent(new DragEvent('drop', init));
    }`);
    expect([...(await verdicts(1)).values()]).to.deep.equal(['unchanged']);
    await page.click('#clear');
    expect(await cards().count()).to.equal(0);
    expect(await page.locator('#trust').count()).to.equal(0);
    expectQuiet(watched);
  });

  it('shows script in every text as text', async () => {
    const { history, trust } = hostileHistory();
    await open();
    await give([asFile(`${SCRIPT.replaceAll('/', '_')}.json`, history), asFile('t.json', trust)]);
    expect([...(await verdicts(1)).values()]).to.deep.equal(['complete']);
    await page.click('article summary');
    expect(await page.locator('main img, main script').count()).to.equal(0);
    expect(await page.title()).to.equal('Verify documents and access lists - Chartseal');
    const shown = (await page.locator('.events').innerText()).split(SCRIPT).length - 1;
    expect(shown, 'actor, role, organisation, unit, record, reason').to.be.at.least(6);
    expect(await page.locator('.events').innerText()).to.include('\\u{202e}');
    await expectFits(page);
    expectQuiet(watched);
  });

  it('shows a long history in parts, emergency overrides first', async () => {
    const { history, trust } = longHistory(1200);
    await open();
    await give([asFile('long.json', history), asFile('trust.json', trust)]);
    await verdicts(1);
    expect(await page.locator('.events caption').innerText()).to.include(
      '1200 events, 2 emergency',
    );
    const rows = page.locator('.events tbody tr');
    expect(await rows.count()).to.equal(100);
    expect(await page.locator('.events tr.override').count()).to.equal(2);
    expect(await rows.first().getAttribute('class')).to.equal('override');
    await page.click('article button');
    expect(await rows.count()).to.equal(1100);
    expectQuiet(watched);
  });

  it('is worked with the keyboard alone, the comparison of the fingerprint included', async () => {
    await open();
    const chooser = page.waitForEvent('filechooser');
    await tabTo(page, 'choose-files');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles([...PAIR, TRUST]);
    await verdicts(1);
    await tabTo(page, 'compare');
    const groups = await page.locator('.fingerprint .group').allTextContents();
    await page.keyboard.type(groups.join(' '));
    expect(await page.locator('#compare-outcome').innerText()).to.include('equal');
    expect(await page.locator('#reliance').innerText()).to.not.include('has not been compared');
    expect(await page.locator('#report-head').textContent()).to.match(/on this page\s*yes/);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(`0000 ${groups.slice(1).join(' ')}`);
    expect(await page.locator('#compare-outcome').innerText()).to.include('first in group 1');
    expect(await page.locator('#reliance').innerText()).to.include('has not been compared');
    expectQuiet(watched);
  });

  it('draws the sample that the seed gives, and saves it as a work paper', async () => {
    await open();
    await give([...PAIR, TRUST, asFile('record.json', vector('record.history.json'))]);
    await verdicts(2);
    await page.click('main > details > summary');
    await page.fill('#sample-seed', '6 2 5 1');
    await page.fill('#sample-count', '4');
    await page.click('#draw');
    const size = Number(await page.inputValue('#sample-size'));
    const expected = drawSample('6 2 5 1', size, 4).map((number) => `#${number}`);
    expect(await page.locator('#paper tbody td:nth-child(2)').allTextContents()).to.deep.equal(
      expected,
    );
    const download = page.waitForEvent('download');
    await page.click('#save-paper');
    const paper = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
    expect(paper.items.map(({ item }: { item: string }) => item)).to.deep.equal(expected);
    expect(paper.population.checkpoint.size).to.equal(size);
    await keepScreenshot(page, 'verify-sample-en');
    await expectAccessible(page);
    expectQuiet(watched);
  });

  it('may not send anything anywhere: the browser itself refuses', async () => {
    await open();
    const sent = await page.evaluate(
      'fetch("http://127.0.0.1:9/").then(() => "sent", () => "refused")',
    );
    expect(sent).to.equal('refused');
    expect(watched.complaints.join('\n')).to.include('Content Security Policy');
  });
});
