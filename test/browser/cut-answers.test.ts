import { expect } from 'chai';
import type { Browser, Route } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { openInquiryPlace, questionsOf } from '../support/inquiry-place.js';
import type { PatientPlace } from '../support/patient-place.js';

const INQUIRIES = '**/v1/patients/me/inquiries';
const LOGOUT = '**/logout';
const QUESTION = 'Was this my cousin?';

describe('an answer that is cut', function () {
  this.timeout(180_000);
  let browser: Browser;
  let place: PatientPlace;

  before(async () => {
    browser = await launchBrowser();
    place = await openInquiryPlace();
  });
  after(async () => {
    await browser?.close();
    await place?.close();
  });

  /** The gateway does what it is asked for, and half of its answer comes. */
  const half = async (route: Route) => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ response, body: body.subarray(0, body.length / 2) });
  };
  const halfRefusal = (route: Route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"code":"LO' });

  it('to a question is told as that, and the question is asked once', async () => {
    const { page, context } = await place.signIn(browser, 'patient');
    await page.click('#ask-file');
    await page.fill('#ask-text', QUESTION);
    await page.route(INQUIRIES, half);
    await page.click('#ask-send');
    await page.locator('#ask-problem', { hasText: 'connection was cut' }).waitFor();
    await page.unroute(INQUIRIES);
    await page.click('#ask-send');
    await page.waitForSelector('#question-sent');
    expect(await questionsOf(place, QUESTION)).to.have.length(1);
    await context.close();
  });

  it('that refuses is told by what is left of it', async () => {
    const { page, context } = await place.signIn(browser, 'patient');
    await page.route(LOGOUT, halfRefusal);
    await page.click('#sign-out');
    await page.locator('#problem', { hasText: 'server does not answer' }).waitFor();
    await page.unroute(LOGOUT);
    await page.route(LOGOUT, half);
    await page.click('#sign-out');
    await page.locator('#problem', { hasText: 'connection was cut' }).waitFor();
    await context.close();
  });
});
