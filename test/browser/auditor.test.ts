import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import {
  expectAccessible,
  expectFits,
  expectQuiet,
  keepScreenshot,
  launchBrowser,
  newPage,
} from '../support/browser.js';
import { DOCUMENT } from '../support/evidence-sample.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { asFile } from '../support/hostile-history.js';

const VECTORS = join(process.cwd(), 'test/vectors/receipts/v1');
const vector = (name: string) => new Uint8Array(readFileSync(join(VECTORS, name)));

describe('the page of an auditor, at a gateway', function () {
  this.timeout(300_000);
  let browser: Browser;
  let gateway: GatewayPlace;

  before(async () => {
    browser = await launchBrowser();
    gateway = await GatewayPlace.create();
    gateway.demoPeople = [{ sub: 'auditor', roles: ['auditor'] }];
    await gateway.open({ CHARTSEAL_DEMO: 'true' });
  });
  after(async () => {
    await browser?.close();
    await gateway?.remove();
  });

  it('opens after one click in the demo, verifies without asking the gateway, and ends', async () => {
    const watched = await newPage(browser, { language: 'zh-CN' });
    const { page, requests } = watched;
    await page.goto(gateway.url('people', '/').href);
    await page.click('[data-subject="auditor"]');
    await page.locator('#choose-files').waitFor();
    expect(new URL(page.url()).pathname).to.equal('/auditor');
    await page.locator('#sign-out').waitFor();
    expect(await page.locator('a[aria-current="page"]').getAttribute('href')).to.equal('/auditor');
    const asked = requests.length;
    await page.setInputFiles('#choose-files-input', [
      asFile('discharge.txt', DOCUMENT),
      asFile('discharge.txt.receipt.json', vector('archive.receipt.json')),
      asFile('trust.json', vector('sample.trust.json')),
    ]);
    await page.locator('article[data-verdict="unchanged"]').waitFor();
    expect(requests.slice(asked)).to.deep.equal([]);
    await keepScreenshot(page, 'auditor-zh');
    await expectAccessible(page);
    await expectFits(page);
    await page.click('#sign-out');
    await page.locator('[data-subject="auditor"]').waitFor();
    expectQuiet(watched);
    await watched.context.close();
  });

  it('serves the verify page to whoever is not signed in', async () => {
    const watched = await newPage(browser);
    const { page } = watched;
    await page.goto(gateway.url('people', '/verify').href);
    await page.setInputFiles('#choose-files-input', [
      asFile('me.history.json', vector('middle-dropped.history.json')),
      asFile('trust.json', vector('sample.trust.json')),
    ]);
    await page.locator('article[data-verdict="incomplete"]').waitFor();
    expectQuiet(watched);
    await watched.context.close();
  });
});
