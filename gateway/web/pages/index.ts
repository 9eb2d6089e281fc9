// The first page: how to sign in, and where to go.
import { codeOf, postJson, readSession, type Session } from '../session/api.js';
import { callerName, linksFor, signedIn } from '../session/head.js';
import { watchSession } from '../session/watch.js';
import type { Language } from '../text/language.js';
import { METER } from '../text/meter.js';
import { problemText, SESSION, type SessionTexts } from '../text/session.js';
import { type Child, element, foreign } from '../view/dom.js';
import { openPage } from '../view/frame.js';
import { Meter } from '../view/meter.js';

let session: Session | undefined;
const refused = new URLSearchParams(window.location.search).get('refused') ?? '';
let problem = /^[A-Z_]{1,40}$/.test(refused) ? refused : undefined;
// What is told once need not stand in the address.
window.history.replaceState(undefined, '', '/');

function fail(error: unknown): void {
  problem = codeOf(error);
  frame.draw();
  frame.announce(problemText(SESSION[frame.language], problem));
}

const meter = new Meter('session');

async function load(): Promise<void> {
  const stopping = new AbortController();
  meter.begin(
    () => METER[frame.language].waiting,
    () => stopping.abort(),
  );
  try {
    const read = await readSession(stopping.signal);
    if (session === undefined && refused !== problem) problem = undefined;
    session = read;
    watchSession(frame, read);
    meter.end();
    frame.draw();
  } catch (error) {
    meter.end();
    fail(error);
  }
}

function tryAgain(): void {
  problem = undefined;
  frame.draw();
  void load();
}

async function demo(subject: string): Promise<void> {
  try {
    const { next } = await postJson<{ next: string }>('/login/demo', { subject });
    window.location.assign(next);
  } catch (error) {
    fail(error);
  }
}

/** Nothing to whom it would not be true. */
function problemTitle({ noPage, refusedTitle, notLoaded }: SessionTexts): string | undefined {
  if (problem === 'NO_ROUTE') return noPage;
  if (session?.caller !== undefined) return undefined;
  return problem === refused ? refusedTitle : notLoaded;
}

function problemPanel(language: Language): Child {
  if (problem === undefined) return undefined;
  const texts = SESSION[language];
  const title = problemTitle(texts);
  return element(
    'section',
    { class: 'panel is-open', id: 'problem' },
    title !== undefined && element('h2', {}, title),
    element('p', {}, problemText(texts, problem)),
    session === undefined &&
      element('button', { type: 'button', id: 'again', on: { click: tryAgain } }, texts.again),
  );
}

function demoPanel({ demoPeople }: Session, language: Language): Child {
  if (demoPeople.length === 0) return undefined;
  const texts = SESSION[language];
  const buttons = demoPeople.map(({ subject, role }) =>
    element(
      'button',
      { type: 'button', 'data-subject': subject, on: { click: () => void demo(subject) } },
      subject === 'unseen-patient' ? texts.unseenPatient : texts.roles[role],
    ),
  );
  return element(
    'section',
    { class: 'panel' },
    element('h2', {}, texts.demoTitle),
    element('p', {}, texts.demoLead),
    element('div', { class: 'actions' }, ...buttons),
  );
}

function ways(of: Session, language: Language): Child[] {
  const texts = SESSION[language];
  const { providers, demoPeople } = of;
  if (providers.length + demoPeople.length === 0) return [element('p', {}, texts.noWay)];
  const links = providers.map((name, at) =>
    element('a', { class: 'button main', href: `/login?with=${at}` }, texts.signInWith(name)),
  );
  return [
    links.length > 0 && element('div', { class: 'actions' }, ...links),
    demoPanel(of, language),
  ];
}

function places(of: Session, language: Language): Child[] {
  const texts = SESSION[language];
  const links = linksFor(of, language, '/').map(({ href, text }) =>
    element('li', {}, element('a', { href }, text)),
  );
  if (links.length === 0) return [];
  const title = of.caller === undefined ? texts.withoutSignIn : texts.whereTo;
  return [element('h2', {}, title), element('ul', {}, ...links)];
}

function content(language: Language): Child[] {
  const texts = SESSION[language];
  if (session === undefined) {
    const wait = problem === undefined && element('p', {}, texts.loading);
    return [element('h1', {}, texts.title), problemPanel(language), wait, meter.view(language)];
  }
  const { caller } = session;
  if (caller === undefined) {
    return [
      element('h1', {}, texts.title),
      element('p', {}, texts.lead),
      problemPanel(language),
      ...ways(session, language),
      ...places(session, language),
    ];
  }
  return [
    element('h1', {}, foreign(texts.signedInAs(callerName(caller, language)))),
    problemPanel(language),
    caller.roles.length === 0 && element('p', { class: 'panel is-open' }, texts.noRole),
    ...places(session, language),
    demoPanel(session, language),
  ];
}

const frame = openPage(({ language }) => ({
  title: `Chartseal: ${SESSION[language].title}`,
  links: session === undefined ? [] : linksFor(session, language, '/'),
  aside: session === undefined ? [] : signedIn(session, language, fail),
  content: content(language),
}));

void load();
