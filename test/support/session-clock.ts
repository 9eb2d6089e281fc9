// Lets time go by for sessions: at the gateway, and in a browser whose page was opened with a clock
// that can be put forward. Nobody waits for it.
import type { Browser, Page } from 'playwright-core';
import { newPage, type PageOptions, type WatchedPage } from './browser.js';
import type { GatewayPlace } from './gateway-place.js';

export const MINUTE_MS = 60_000;

/** A page whose clock is years behind that of the gateway: what it shows must not hang on that. */
export async function newClockedPage(browser: Browser, options?: PageOptions) {
  const watched = await newPage(browser, options);
  await watched.page.clock.install({ time: '2019-05-04T03:02:01Z' });
  return watched;
}

/** As at a place where people sign in with one click. */
export async function signInClocked(
  browser: Browser,
  home: string,
  subject: string,
  ready: string,
  options?: PageOptions,
): Promise<WatchedPage> {
  const watched = await newClockedPage(browser, options);
  await watched.page.goto(home);
  await watched.page.click(`[data-subject="${subject}"]`);
  await watched.page.waitForSelector(ready);
  return watched;
}

/** So many minutes go by, and timers of the page are told late, as after sleep. */
export async function goBy(gateway: GatewayPlace, page: Page, minutes: number): Promise<void> {
  gateway.sessionsAheadMs += minutes * MINUTE_MS;
  await page.clock.fastForward(minutes * MINUTE_MS);
}
