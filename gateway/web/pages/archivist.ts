// The page of an archivist: what is anchored, what waits, what failed; and any record, found.
import type { Failed, FailedPage, Inquiry, InquiryPage, Overview } from '../archivist/answers.js';
import { failedSection } from '../archivist/failed-view.js';
import { fixitySection } from '../archivist/fixity-view.js';
import { inquiriesSection } from '../archivist/inquiries-view.js';
import { failedCount, type Place } from '../archivist/judge.js';
import { OverviewReading } from '../archivist/overview-reading.js';
import { Paged } from '../archivist/paged.js';
import { partProblem, troubleText, UNAUTHENTICATED, workButton } from '../archivist/parts.js';
import { recordPanel } from '../archivist/record-view.js';
import { Retries } from '../archivist/retries.js';
import { foundText, searchSection } from '../archivist/search-view.js';
import { Searching } from '../archivist/searching.js';
import { figuresSection, headline, summaryPanel } from '../archivist/summary-view.js';
import { windowSection } from '../archivist/window-view.js';
import { codeOf, getJson, type Role, readSession, type Session } from '../session/api.js';
import { linksFor, signedIn } from '../session/head.js';
import { watchSession } from '../session/watch.js';
import { ARCHIVE } from '../text/archive.js';
import type { Language } from '../text/language.js';
import { SESSION } from '../text/session.js';
import { type Child, element, foreign, replaceChildren } from '../view/dom.js';
import { openPage } from '../view/frame.js';
import { formatMoment } from '../view/moment.js';

/** So that what stands below them is not far away. */
const FIRST_FAILED = 20;

const state: {
  session?: Session;
  /** Code of what went wrong with the session. */
  problem?: string | undefined;
  isLoading: boolean;
  counts?: InquiryPage['counts'];
  showsNumbers: boolean;
  showsRuns: boolean;
} = { isLoading: true, showsNumbers: false, showsRuns: false };

const narrow = window.matchMedia('(max-width: 36rem)');
const draw = () => frame.draw();

const reading = new OverviewReading(draw);

const failed = new Paged<Failed>(async (next) => {
  const asked = next === undefined ? `limit=${FIRST_FAILED}` : `cursor=${encodeURIComponent(next)}`;
  const page = await getJson<FailedPage>(`/v1/archive/failed?${asked}`);
  return { rows: page.failed, next: page.next };
}, draw);

const inquiries = new Paged<Inquiry>(async (next) => {
  const cursor = next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`;
  const page = await getJson<InquiryPage>(`/v1/inquiries?state=open${cursor}`);
  state.counts = page.counts;
  return { rows: page.inquiries, next: page.next };
}, draw);

const retries = new Retries({
  changed: draw,
  advanced: (done, of) => frame.announce(ARCHIVE[frame.language].failed.retryingAll(done, of)),
  done: (accepted, refused, keys) => {
    frame.announce(ARCHIVE[frame.language].failed.retried(accepted, refused));
    // A button that is gone leaves the keyboard at what came of it.
    if (document.activeElement === document.body) focusOn(`retried-${keys[0]}`);
    void reading.read();
  },
});

const searching = new Searching({
  changed: draw,
  answered: () => {
    const { query, found } = searching.search;
    if (query === undefined || found === undefined || found.problem !== undefined) return;
    frame.announce(foundText(found, query, frame.language));
  },
  hashing: (name, done, size) => {
    const label = ARCHIVE[frame.language].search.hashing(name);
    const meter = element('progress', { max: size, value: done, 'aria-label': label });
    const place = document.getElementById('hashing');
    if (place !== null) replaceChildren(place, element('p', {}, foreign(label)), meter);
  },
});

const focusOn = (id: string): void => document.getElementById(id)?.focus();

const has = (...roles: readonly Role[]): boolean =>
  state.session?.caller?.roles.some((role) => roles.includes(role)) ?? false;

/** Whether anything that was asked was refused because nobody is signed in any more. */
const isEnded = (): boolean =>
  [
    state.problem,
    reading.problem,
    failed.loaded.problem,
    inquiries.loaded.problem,
    searching.search.found?.problem,
    searching.opened?.versions.loaded.problem,
    ...retries.problems,
  ].includes(UNAUTHENTICATED);

async function readAll(): Promise<void> {
  state.problem = undefined;
  retries.forget();
  await Promise.all([
    reading.read(),
    failed.begin(),
    ...(has('archivist') ? [inquiries.begin()] : []),
  ]);
  const { overview, problem } = reading;
  const { language } = frame;
  if (overview !== undefined) {
    frame.announce(headline(overview, problem !== undefined, language));
  } else if (problem !== undefined) frame.announce(troubleText(problem, language));
}

async function begin(): Promise<void> {
  state.problem = undefined;
  try {
    state.session = await readSession();
    watchSession(frame, state.session);
    if (has('archivist', 'admin')) await readAll();
  } catch (error) {
    state.problem = codeOf(error);
  }
  state.isLoading = false;
  draw();
}

function search(session: Session, language: Language): HTMLElement {
  const { typed, search: asked, opened } = searching;
  const section = searchSection(
    {
      typed,
      search: asked,
      ask: (one) => searching.ask(one),
      take: (files) => void searching.take(files),
      more: () => searching.more(),
      again: () => searching.more(),
      open: (record) => {
        searching.open(record);
        focusOn('record-title');
      },
    },
    language,
  );
  if (opened === undefined) return section;
  const at = asked.found?.rows.indexOf(opened.record) ?? 0;
  section.append(
    recordPanel(
      {
        record: opened.record,
        versions: opened.versions.loaded,
        hasVerifyPage: session.pages.includes('/verify'),
        close: () => {
          searching.close();
          focusOn(`open-${at}`);
        },
        more: () => void opened.versions.more(),
        again: () => void opened.versions.more(),
      },
      language,
    ),
  );
  return section;
}

function failedPart(overview: Overview | undefined, language: Language): HTMLElement {
  return failedSection(
    {
      loaded: failed.loaded,
      count: overview === undefined ? 0 : failedCount(overview),
      retried: retries.results,
      isRetryingAll: retries.isAll,
      retry: (row) => void retries.retry(row),
      retryAll: () => void retries.retryAll(failed.loaded.rows),
      more: () => void failed.more(),
      again: () => void failed.more(),
    },
    language,
  );
}

function pictures(overview: Overview, language: Language): Child[] {
  const toggleTable = () => {
    state.showsNumbers = !state.showsNumbers;
    draw();
  };
  const showAll = () => {
    state.showsRuns = true;
    draw();
  };
  const { showsNumbers: showsTable, showsRuns: showsAll } = state;
  return [
    windowSection(overview, { isNarrow: narrow.matches, showsTable, toggleTable }, language),
    fixitySection(overview, { showsAll, showAll }, language),
  ];
}

const places = (): readonly Place[] =>
  has('archivist') ? ['failed', 'fixity', 'inquiries'] : ['failed', 'fixity'];

function top(language: Language): Child[] {
  const texts = ARCHIVE[language];
  const { overview, isLoading, problem } = reading;
  const refresh = () => void readAll();
  const facts = overview && [
    element(
      'p',
      { class: 'soft' },
      foreign(texts.organisation(state.session?.organisation ?? '')),
      ' · ',
      texts.asOf(formatMoment(overview.asOf, language)),
    ),
    summaryPanel(overview, { isStale: problem !== undefined, places: places() }, language),
  ];
  return [
    ...(facts ?? []),
    partProblem('overview', problem ?? state.problem, language, refresh),
    element(
      'div',
      { class: 'actions no-print' },
      workButton('refresh', isLoading ? texts.refreshing : texts.refresh, isLoading, refresh),
      has('archivist') &&
        element('a', { class: 'button', href: '#search-text' }, texts.search.title),
      workButton('print', texts.print, false, () => window.print()),
    ),
  ];
}

function endedPanel(language: Language): Child {
  if (!isEnded()) return undefined;
  const texts = ARCHIVE[language];
  return element(
    'section',
    { class: 'panel is-open', id: 'ended' },
    element('p', {}, texts.ended),
    element('a', { class: 'button main', href: '/' }, texts.signInAgain),
  );
}

function content(language: Language): Child[] {
  const texts = ARCHIVE[language];
  const title = element('h1', {}, texts.title);
  const { session, isLoading, problem } = state;
  const { overview } = reading;
  if (session === undefined) {
    const again = () => void begin();
    return [
      title,
      isLoading && element('p', { id: 'loading' }, texts.loading),
      partProblem('overview', problem, language, again),
    ];
  }
  if (!has('archivist', 'admin')) {
    return [
      title,
      element('p', { class: 'panel is-open', id: 'signed-out' }, texts.notArchivist),
      element('a', { class: 'button main', href: '/' }, SESSION[language].signIn),
    ];
  }
  const inquiryOptions = { more: () => void inquiries.more(), again: () => void inquiries.more() };
  const told = { ...inquiries.loaded, ...(state.counts && { counts: state.counts }) };
  return [
    title,
    endedPanel(language),
    ...top(language),
    overview && figuresSection(overview, language),
    failedPart(overview, language),
    has('archivist') && search(session, language),
    ...(overview === undefined ? [] : pictures(overview, language)),
    has('archivist') && inquiriesSection(told, inquiryOptions, language),
  ];
}

const frame = openPage(({ language }) => ({
  title: `Chartseal: ${ARCHIVE[language].title}`,
  links: state.session === undefined ? [] : linksFor(state.session, language, '/archivist'),
  aside:
    state.session === undefined
      ? []
      : signedIn(state.session, language, (error) => {
          state.problem = codeOf(error);
          draw();
        }),
  content: content(language),
}));

narrow.addEventListener('change', draw);
// A file that misses its place must not take the place of the page.
for (const name of ['dragover', 'drop']) {
  window.addEventListener(name, (event) => event.preventDefault());
}
void begin();
