// A real browser for tests of pages: what it complains of fails the test, so does what axe finds
// serious. Screenshots are kept where CHARTSEAL_SCREENSHOTS names a folder.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
  type Route,
} from 'playwright-core';
import { readChromium } from './chromium.js';

/** Root needs the first; the others keep the browser from speaking to anybody by itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DESKTOP = 1280;
export const PHONE = 360;

/** Built pages, beside the compiled tests. */
export const PAGES = join(__dirname, '..', '..', 'web');

/** Address of a built page as it is opened from a folder. */
export const pageFile = (name: string) => pathToFileURL(join(PAGES, name)).href;

export interface PageOptions {
  readonly language?: 'zh-CN' | 'en';
  /** In pixels. */
  readonly width?: number;
  readonly zone?: string;
  /** Self-signed certificates of servers that the test itself runs. */
  readonly anyCertificate?: boolean;
}

/** A page, and what the browser complained of while it was open. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of scripts, refusals of the policy, requests that failed. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for, those of the page's own making not counted. */
  readonly requests: readonly string[];
}

/** @param without what Playwright sets and this browser shall not have */
export function launchBrowser(without: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: readChromium(),
    headless: true,
    args: FLAGS,
    ignoreDefaultArgs: [...without],
  });
}

export async function newPage(browser: Browser, options: PageOptions = {}): Promise<WatchedPage> {
  const { language = 'en', width = DESKTOP, zone = 'Asia/Shanghai' } = options;
  const context = await browser.newContext({
    locale: language,
    timezoneId: zone,
    viewport: { width, height: width < 600 ? 740 : 900 },
    reducedMotion: 'reduce',
    ignoreHTTPSErrors: options.anyCertificate ?? false,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url())) requests.push(request.url());
  });
  return { page, context, complaints, requests };
}

/** Nothing went wrong: no script failed and the policy had nothing to refuse. */
export function expectQuiet({ complaints }: WatchedPage): void {
  expect(complaints).to.deep.equal([]);
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Fails on what axe-core calls serious or critical. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const violations = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  )) as AxeViolation[];
  const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const told = grave.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map((one) => `  ${one.html}\n  ${one.failureSummary}`).join('\n')}`,
  );
  expect(told.join('\n')).to.equal('');
}

/** No sideways scrolling: everything fits the width. */
export async function expectFits(page: Page): Promise<void> {
  const widths = (await page.evaluate(
    '[document.documentElement.scrollWidth, window.innerWidth]',
  )) as [number, number];
  expect(widths[0], 'width of the content').to.be.at.most(widths[1]);
}

/** Keeps a picture of the whole page for people. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['CHARTSEAL_SCREENSHOTS'];
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Holds what is asked for at this address until it is let go. */
export async function hold(page: Page, address: string | RegExp): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isHeld = true;
  await page.route(address, (route) => (isHeld ? void held.push(route) : route.continue()));
  return async () => {
    isHeld = false;
    await Promise.all(held.map((route) => route.continue()));
  };
}

/** Presses Tab until the element with the id has the focus; fails when it never gets it. */
export async function tabTo(page: Page, id: string, most = 60): Promise<void> {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate('document.activeElement?.id')) === id) return;
  }
  expect.fail(`the keyboard does not reach #${id}`);
}
