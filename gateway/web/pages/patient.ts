// The page of a patient: who opened the file, and the proof that the list is complete.
import { type AccessPage, isByPerson, type ShownEntry } from '../patient/access.js';
import { checkList, type Proof } from '../patient/check.js';
import { emergencySection, groupSections } from '../patient/entries.js';
import { type Filter, filterSection, isOfFilter, NO_FILTER } from '../patient/filter.js';
import { proofSection, proofSentence } from '../patient/proof-view.js';
import { SUMMARY_DAYS, summarise } from '../patient/summary.js';
import { timeline } from '../patient/timeline.js';
import { codeOf, getJson, readSession, type Session } from '../session/api.js';
import { linksFor, signedIn } from '../session/head.js';
import type { Language } from '../text/language.js';
import { PATIENT } from '../text/patient.js';
import { problemText, SESSION } from '../text/session.js';
import { Verifier } from '../verify/verifier.js';
import { type Child, element, foreign } from '../view/dom.js';
import { openPage } from '../view/frame.js';
import { formatMoment } from '../view/moment.js';

const PAGE_ENTRIES = 500;
/** Loaded without being asked; a list of all the rest is for whoever asks. */
const FIRST_ENTRIES = 2000;
const HISTORY = '/v1/patients/me/access-history';

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

function fail(error: unknown): void {
  state.isLoading = false;
  state.problem = codeOf(error);
  frame.draw();
  frame.announce(problemText(SESSION[frame.language], state.problem));
}

/** The next pages of the list, until so many entries are there. */
async function load(upTo: number): Promise<void> {
  state.isLoading = true;
  state.problem = undefined;
  frame.draw();
  do {
    const cursor = state.next === undefined ? '' : `&cursor=${encodeURIComponent(state.next)}`;
    const page = await getJson<AccessPage>(`${HISTORY}?limit=${PAGE_ENTRIES}${cursor}`);
    state.entries = [...state.entries, ...page.events];
    state.asOf = page.asOf;
    state.count = page.count;
    state.next = page.next;
    frame.draw();
  } while (state.next !== undefined && state.entries.length < upTo);
  state.isLoading = false;
  frame.draw();
  const { loadedOf } = PATIENT[frame.language];
  frame.announce(loadedOf(state.entries.length, state.count));
}

async function begin(): Promise<void> {
  try {
    state.problem = undefined;
    state.session = await readSession();
    if (state.session.caller?.roles.includes('patient')) await load(FIRST_ENTRIES);
    else state.isLoading = false;
    frame.draw();
  } catch (error) {
    fail(error);
  }
}

async function check(): Promise<void> {
  const patient = state.session?.caller?.patient;
  if (patient === undefined || state.isChecking) return;
  state.isChecking = true;
  state.checkProblem = undefined;
  frame.draw();
  frame.announce(PATIENT[frame.language].proof.working);
  try {
    verifier ??= new Verifier();
    const proof = await checkList(verifier, patient, state.entries);
    state.proof = proof;
    if (proof.proven !== undefined) {
      state.entries = proof.proven;
      state.count = proof.verification.events.length;
      state.asOf = proof.verification.completeUpTo ?? state.asOf ?? '';
      state.next = undefined;
    }
  } catch (error) {
    state.proof = undefined;
    state.checkProblem = codeOf(error);
  }
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
  ];
}

/** What signs are worth, where there are some. */
function signsSection(language: Language): Child {
  const texts = PATIENT[language];
  const names = [...new Set(state.entries.flatMap(({ source }) => source?.system ?? []))].sort();
  if (names.length === 0) return undefined;
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
  );
}

function proofPanel(session: Session, language: Language): HTMLElement {
  const { checkProblem, asOf = '', count, proof, isChecking } = state;
  return proofSection(
    {
      asOf,
      count,
      proof,
      isWorking: isChecking,
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
  };
  if (state.entries.length === 0) return [...lead(language), proofPanel(session, language)];
  return [
    ...lead(language),
    emergencySection(state.entries, language),
    proofPanel(session, language),
    timeline(state.entries, language),
    element(
      'section',
      {},
      element('h2', {}, texts.byUnit),
      filterSection(state.entries, fitting.length, state.filter, set, language),
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
  const loading = state.isLoading && element('p', { id: 'loading' }, texts.loading);
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
