// The page of a patient: who opened the file, and the proof that the list is complete.
import { type AccessPage, isByPerson, type ShownEntry } from '../patient/access.js';
import { checkList, type Proof } from '../patient/check.js';
import { emergencySection, groupSections } from '../patient/entries.js';
import {
  type Filter,
  filterSection,
  isFiltering,
  isOfFilter,
  NO_FILTER,
} from '../patient/filter.js';
import { withNewer } from '../patient/newer.js';
import { proofSection, proofSentence } from '../patient/proof-view.js';
import { Questions } from '../patient/questions.js';
import { sourcesSection } from '../patient/sources.js';
import { SUMMARY_DAYS, summarise } from '../patient/summary.js';
import { timeline } from '../patient/timeline.js';
import { codeOf, getJson, readSession, type Session } from '../session/api.js';
import { linksFor, signedIn } from '../session/head.js';
import type { Language } from '../text/language.js';
import { METER } from '../text/meter.js';
import { PATIENT } from '../text/patient.js';
import { PIECES } from '../text/pieces.js';
import { problemText, SESSION } from '../text/session.js';
import { Verifier } from '../verify/verifier.js';
import { type Child, element, foreign } from '../view/dom.js';
import { openPage } from '../view/frame.js';
import { Meter, STOPPED } from '../view/meter.js';
import { formatMoment } from '../view/moment.js';

const PAGE_ENTRIES = 500;
/** Loaded without being asked; a list of all the rest is for whoever asks. */
const FIRST_ENTRIES = 2000;
/** Held by the page at most. */
const MOST_ENTRIES = 200_000;
const DRAW_EVERY_MS = 500;
const HISTORY = '/v1/patients/me/access-history';
const NEWER_TRIES = 20;
const NEWER_PAUSE_MS = 500;

interface State {
  session?: Session;
  entries: readonly ShownEntry[];
  asOf?: string;
  count: number;
  next?: string | undefined;
  isLoading: boolean;
  problem?: string | undefined;
  filter: Filter;
  proof?: Proof | undefined;
  isChecking: boolean;
  checkProblem?: string | undefined;
}

const state: State = {
  entries: [],
  count: 0,
  isLoading: true,
  filter: NO_FILTER,
  isChecking: false,
};
let verifier: Verifier | undefined;
const listMeter = new Meter('list');
const proofMeter = new Meter('proof');
const questions = new Questions({
  language: () => frame.language,
  draw: () => frame.draw(),
  announce: (sentence) => frame.announce(sentence),
  find: (hash) => state.entries.find(({ leafHash }) => leafHash === hash),
  count: () => state.count,
  entered: (sequence) => takeIn(sequence).catch(fail),
});

function fail(error: unknown): void {
  state.isLoading = false;
  state.problem = codeOf(error);
  frame.draw();
  frame.announce(problemText(SESSION[frame.language], state.problem));
}

const figure = (number: number) => number.toLocaleString(frame.language);

async function loadPage(signal: AbortSignal): Promise<void> {
  const cursor = state.next === undefined ? '' : `&cursor=${encodeURIComponent(state.next)}`;
  const page = await getJson<AccessPage>(`${HISTORY}?limit=${PAGE_ENTRIES}${cursor}`, signal);
  state.entries = [...state.entries, ...page.events];
  state.asOf = page.asOf;
  state.count = page.count;
  state.next = page.next;
}

/** The next pages of the list, until so many entries are there; what was loaded stays. */
async function load(upTo: number): Promise<void> {
  const stopping = new AbortController();
  const wanted = () => Math.min(upTo, state.count);
  const isWanted = () => state.next !== undefined && state.entries.length < wanted();
  const say = () => {
    const texts = METER[frame.language];
    if (state.count === 0) return texts.waiting;
    return texts.loadingList(figure(state.entries.length), figure(wanted()));
  };
  state.isLoading = true;
  state.problem = undefined;
  listMeter.begin(say, () => stopping.abort());
  frame.draw();
  try {
    let drawnAt = Number.NEGATIVE_INFINITY;
    do {
      await loadPage(stopping.signal);
      listMeter.tell(state.entries.length, wanted());
      if (performance.now() - drawnAt < DRAW_EVERY_MS) continue;
      drawnAt = performance.now();
      frame.draw();
    } while (isWanted());
  } catch (error) {
    if (codeOf(error) !== STOPPED || state.count === 0) throw error;
  } finally {
    state.isLoading = false;
    listMeter.end();
  }
  frame.draw();
  const { loadedOf } = PATIENT[frame.language];
  frame.announce(loadedOf(state.entries.length, state.count));
}

/** The first pages; after a fault, those that are missing. */
async function loadFirst(): Promise<void> {
  const isWhole = state.asOf !== undefined && state.next === undefined;
  try {
    if (!isWhole) await load(FIRST_ENTRIES);
  } catch (error) {
    // The place to go on from is kept by the server for a while only.
    if (codeOf(error) !== 'NOT_FOUND' || state.next === undefined) throw error;
    state.entries = [];
    state.next = undefined;
    await load(FIRST_ENTRIES);
  }
}

async function begin(): Promise<void> {
  const stopping = new AbortController();
  try {
    state.problem = undefined;
    state.isLoading = true;
    listMeter.begin(
      () => METER[frame.language].waiting,
      () => stopping.abort(),
    );
    frame.draw();
    state.session = await readSession(stopping.signal);
    listMeter.end();
    const { caller } = state.session;
    if (caller?.roles.includes('patient')) {
      questions.begin(caller);
      await loadFirst();
      await questions.load();
    } else state.isLoading = false;
    frame.draw();
  } catch (error) {
    listMeter.end();
    fail(error);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes in what was entered at this place of the chain; it is shown as soon as it is proven. */
async function takeIn(sequence: number): Promise<void> {
  for (let tries = 0; tries < NEWER_TRIES && state.count <= sequence; tries++) {
    if (tries > 0) await pause(NEWER_PAUSE_MS);
    const page = await getJson<AccessPage>(`${HISTORY}?limit=${PAGE_ENTRIES}`);
    Object.assign(state, withNewer(state, page));
    state.count = page.count;
    state.asOf = page.asOf;
    // What was proven before is not the whole list any more.
    state.proof = undefined;
    frame.draw();
  }
}

async function check(): Promise<void> {
  const patient = state.session?.caller?.patient;
  if (patient === undefined || state.isChecking) return;
  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
    verifier?.stop();
  };
  let bytes = 0;
  state.isChecking = true;
  state.checkProblem = undefined;
  proofMeter.begin(() => {
    const texts = METER[frame.language];
    return bytes < 0 ? texts.checking : texts.loadingProof((bytes / 2 ** 20).toFixed(1));
  }, stop);
  frame.draw();
  frame.announce(PATIENT[frame.language].proof.working);
  const control = {
    signal: stopping.signal,
    loaded: (size: number) => {
      bytes = size;
      proofMeter.tell(size);
    },
    checked: (done: number, of?: number) => {
      bytes = -1;
      proofMeter.tell(done, of);
    },
  };
  try {
    // Signs come with the list alone: it is loaded before the proof takes its place.
    const hasSigns = state.entries.some(({ person }) => person !== undefined);
    if (hasSigns && state.next !== undefined) await load(MOST_ENTRIES);
    verifier ??= new Verifier();
    const proof = await checkList(verifier, patient, state.entries, questions.shown, control);
    state.proof = proof;
    const count = proof.verification.events.length;
    if (proof.threads !== undefined) questions.show(proof.threads, count);
    if (proof.proven !== undefined) {
      state.entries = proof.proven;
      state.count = count;
      state.asOf = proof.verification.completeUpTo ?? state.asOf ?? '';
      state.next = undefined;
    }
  } catch (error) {
    state.proof = undefined;
    state.checkProblem = codeOf(error);
  }
  proofMeter.end();
  state.isChecking = false;
  frame.draw();
  const { language } = frame;
  if (state.proof !== undefined) frame.announce(proofSentence(state.proof, language));
  else frame.announce(problemText(SESSION[language], state.checkProblem ?? ''));
}

/** The first sentence: what there is to know, before any list. */
function lead(language: Language): Child[] {
  const texts = PATIENT[language];
  const { entries, asOf = '', next } = state;
  const patient = state.session?.caller?.patient;
  const summary = summarise(entries, asOf);
  const opened = entries.filter(isByPerson).length;
  const isAll =
    next === undefined ||
    Date.parse(entries.at(-1)?.at ?? asOf) < Date.parse(asOf) - SUMMARY_DAYS * 86_400_000;
  let sentence = texts.summary(summary, isAll);
  if (opened === 0 && next === undefined) sentence = texts.nobody;
  else if (summary.accesses === 0 && isAll) sentence = texts.nobodyRecently;
  return [
    patient !== undefined &&
      element('p', { class: 'soft' }, foreign(texts.file(patient.value, patient.system))),
    element('p', { class: 'lead', id: 'summary' }, sentence),
    element('p', { class: 'soft' }, texts.upTo(formatMoment(asOf, language))),
    questions.summaryLine(language),
  ];
}

/** What signs are worth, where there are some. */
function signsSection(language: Language): Child {
  const texts = PATIENT[language];
  if (state.entries.every(({ person }) => person === undefined)) return undefined;
  return element(
    'section',
    { id: 'signs' },
    element('h2', {}, texts.signsTitle),
    element('p', {}, texts.signs),
  );
}

function moreSection(language: Language): Child {
  const texts = PATIENT[language];
  const { entries, count, next, isLoading } = state;
  if (next === undefined) return undefined;
  const more = () => {
    if (!state.isLoading) void load(entries.length + FIRST_ENTRIES).catch(fail);
  };
  return element(
    'div',
    { class: 'actions' },
    element('span', {}, texts.loadedOf(entries.length, count)),
    entries.length >= MOST_ENTRIES &&
      element('span', {}, PIECES[language].most(figure(MOST_ENTRIES))),
    element(
      'button',
      {
        type: 'button',
        id: 'more',
        // One that is disabled would lose the focus.
        'aria-disabled': isLoading ? 'true' : undefined,
        on: { click: more },
      },
      texts.more,
    ),
    element(
      'button',
      {
        type: 'button',
        id: 'load-all',
        'aria-disabled': isLoading ? 'true' : undefined,
        on: { click: () => loadAll() },
      },
      PIECES[language].all(figure(Math.min(count, MOST_ENTRIES))),
    ),
  );
}

function loadAll(): void {
  if (!state.isLoading) void load(MOST_ENTRIES).catch(fail);
}

/** What a search did not walk over. */
function notSearched(language: Language): string | undefined {
  const { entries, count, next, isLoading, filter } = state;
  if (next === undefined || !isFiltering(filter)) return undefined;
  const say = isLoading ? PIECES[language].searchingAll : PIECES[language].searchedPart;
  return say(figure(entries.length), figure(count));
}

function proofPanel(session: Session, language: Language): HTMLElement {
  const { checkProblem, asOf = '', count, proof, isChecking } = state;
  return proofSection(
    {
      asOf,
      count,
      proof,
      isWorking: isChecking,
      meter: proofMeter.element,
      problem:
        checkProblem === undefined ? undefined : problemText(SESSION[language], checkProblem),
      hasVerifyPage: session.pages.includes('/verify'),
      check: () => void check(),
    },
    language,
  );
}

function list(session: Session, language: Language): Child[] {
  const texts = PATIENT[language];
  const fitting = state.entries.filter((entry) => isOfFilter(entry, state.filter, language));
  const set = (filter: Filter) => {
    state.filter = filter;
    frame.draw();
    // A search walks over all of the list, not over what happens to be loaded.
    if (state.next !== undefined && isFiltering(filter)) loadAll();
  };
  if (state.entries.length === 0) return [...lead(language), proofPanel(session, language)];
  return [
    ...lead(language),
    emergencySection(state.entries, language),
    proofPanel(session, language),
    questions.section(language),
    timeline(state.entries, language),
    element(
      'section',
      {},
      element('h2', {}, texts.byUnit),
      filterSection(
        state.entries,
        fitting.length,
        state.filter,
        set,
        language,
        notSearched(language),
      ),
      ...groupSections(fitting, language),
      moreSection(language),
    ),
    signsSection(language),
    sourcesSection(state.entries, language),
    element(
      'div',
      { class: 'actions no-print' },
      element('button', { type: 'button', on: { click: () => window.print() } }, texts.print),
    ),
  ];
}

function problemPanel(language: Language): Child {
  const texts = SESSION[language];
  return (
    state.problem !== undefined &&
    element(
      'section',
      { class: 'panel is-open', id: 'problem' },
      element('p', {}, problemText(texts, state.problem)),
      element(
        'div',
        { class: 'actions' },
        element('button', { type: 'button', on: { click: () => void begin() } }, texts.again),
        element('a', { class: 'button', href: '/' }, texts.signIn),
      ),
    )
  );
}

function content(language: Language): Child[] {
  const texts = PATIENT[language];
  const { session, asOf } = state;
  const title = element('h1', {}, texts.title);
  const loading = element(
    'div',
    { id: 'loading' },
    state.isLoading && element('p', {}, texts.loading),
    listMeter.element,
  );
  if (session !== undefined && session.caller?.roles.includes('patient') !== true) {
    return [
      title,
      element('p', { class: 'panel is-open', id: 'signed-out' }, texts.notPatient),
      element('a', { class: 'button main', href: '/' }, SESSION[language].signIn),
    ];
  }
  if (session === undefined || asOf === undefined) return [title, problemPanel(language), loading];
  return [title, problemPanel(language), ...list(session, language), loading];
}

const frame = openPage(({ language }) => ({
  title: `Chartseal: ${PATIENT[language].title}`,
  links: state.session === undefined ? [] : linksFor(state.session, language, '/patient'),
  aside: state.session === undefined ? [] : signedIn(state.session, language, fail),
  content: content(language),
}));

void begin();
