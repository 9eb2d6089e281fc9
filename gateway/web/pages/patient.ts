// The page of a patient: who opened the file, and the proof that the list is complete.
import type { AccessPage } from '../patient/access.js';
import { checkList, type Proof } from '../patient/check.js';
import { emergencySection, groupSections } from '../patient/entries.js';
import {
  type Filter,
  filterSection,
  isFiltering,
  isOfFilter,
  NO_FILTER,
} from '../patient/filter.js';
import {
  FIRST_ENTRIES,
  HISTORY,
  ListLoader,
  type LoadedList,
  MOST_ENTRIES,
  PAGE_ENTRIES,
} from '../patient/list-loader.js';
import { leadView, moreSection, notSearched, signsSection } from '../patient/list-parts.js';
import { untilEntered, withNewer } from '../patient/newer.js';
import { problemPanel } from '../patient/problem-panel.js';
import { proofSection, proofSentence } from '../patient/proof-view.js';
import { Questions } from '../patient/questions.js';
import { sourcesSection } from '../patient/sources.js';
import { timeline } from '../patient/timeline.js';
import {
  checkReader,
  codeInSession,
  getJson,
  readSession,
  SESSION_ENDED,
  type Session,
} from '../session/api.js';
import { linksFor, signedIn } from '../session/head.js';
import { watchSession } from '../session/watch.js';
import type { Language } from '../text/language.js';
import { METER } from '../text/meter.js';
import { PATIENT } from '../text/patient.js';
import { problemText, SESSION } from '../text/session.js';
import { Verifier } from '../verify/verifier.js';
import { type Child, element } from '../view/dom.js';
import { openPage } from '../view/frame.js';
import { Meter } from '../view/meter.js';
import { openOnPaper } from '../view/paper.js';

interface State extends LoadedList {
  session?: Session;
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
const loader = new ListLoader(state, listMeter, () => frame);
const questions = new Questions({
  language: () => frame.language,
  draw: () => frame.draw(),
  announce: (sentence) => frame.announce(sentence),
  find: (hash) => state.entries.find(({ leafHash }) => leafHash === hash),
  count: () => state.count,
  entered: (sequence) => untilEntered(sequence, takeIn).catch(fail),
});

function fail(error: unknown): void {
  state.isLoading = false;
  state.problem = codeInSession(error);
  frame.draw();
  frame.announce(problemText(SESSION[frame.language], state.problem));
}

/** What was loaded stays, whatever happens to the rest. */
async function load(upTo: number): Promise<void> {
  if (state.isLoading) return;
  state.problem = undefined;
  try {
    await loader.load(upTo);
    frame.announce(PATIENT[frame.language].loadedOf(state.entries.length, state.count));
  } catch (error) {
    fail(error);
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
    watchSession(frame, state.session);
    listMeter.end();
    const { caller } = state.session;
    if (caller?.roles.includes('patient')) {
      questions.begin(caller);
      await loader.loadFirst();
      frame.announce(PATIENT[frame.language].loadedOf(state.entries.length, state.count));
      await questions.load();
    } else state.isLoading = false;
    frame.draw();
  } catch (error) {
    listMeter.end();
    fail(error);
  }
}

/** Takes in what was entered since the list was loaded; how many entries there are. */
async function takeIn(): Promise<number> {
  const page = await getJson<AccessPage>(`${HISTORY}?limit=${PAGE_ENTRIES}`);
  const { count, asOf } = page;
  // What was proven before is not the whole list any more.
  Object.assign(state, { ...withNewer(state, page), count, asOf, proof: undefined });
  frame.draw();
  return count;
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
    if (bytes === 0) return texts.preparing;
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
    await checkReader();
    // Signs come with the list alone: it is loaded before the proof takes its place.
    const hasSigns = state.entries.some(({ person }) => person !== undefined);
    if (hasSigns && state.next !== undefined) await loader.load(MOST_ENTRIES);
    verifier ??= new Verifier();
    const proof = await checkList(verifier, patient, state.entries, questions.shown, control);
    state.proof = proof;
    const count = proof.verification.events.length;
    if (proof.threads !== undefined) questions.show(proof.threads, count);
    if (proof.proven !== undefined) {
      loader.stop();
      state.entries = proof.proven;
      state.count = count;
      state.asOf = proof.verification.completeUpTo ?? state.asOf ?? '';
      state.next = undefined;
    }
  } catch (error) {
    state.proof = undefined;
    state.checkProblem = codeInSession(error);
  }
  proofMeter.end();
  state.isChecking = false;
  frame.draw();
  const { language } = frame;
  if (state.proof !== undefined) frame.announce(proofSentence(state.proof, language));
  else frame.announce(problemText(SESSION[language], state.checkProblem ?? ''));
}

function proofPanel(session: Session, language: Language): HTMLElement {
  const { checkProblem, asOf = '', count, proof, isChecking } = state;
  return proofSection(
    {
      asOf,
      count,
      proof,
      isWorking: isChecking,
      meter: proofMeter.view(language),
      problem:
        checkProblem === undefined ? undefined : problemText(SESSION[language], checkProblem),
      signIn: checkProblem === SESSION_ENDED ? SESSION[language].signIn : undefined,
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
    if (!isFiltering(filter)) return;
    if (state.isLoading) loader.extend(MOST_ENTRIES);
    else if (state.next !== undefined) void load(MOST_ENTRIES);
  };
  const lead = [
    ...leadView(state, session.caller?.patient, language),
    questions.summaryLine(language),
  ];
  if (state.entries.length === 0) return [...lead, proofPanel(session, language)];
  return [
    ...lead,
    emergencySection(state.entries, language),
    proofPanel(session, language),
    questions.section(language),
    timeline(state.entries, state.next === undefined, language),
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
        notSearched(state, state.filter, language),
      ),
      ...groupSections(fitting, language),
      moreSection(state, FIRST_ENTRIES, (upTo) => void load(upTo), language),
    ),
    signsSection(state, language),
    sourcesSection(state.entries, language),
    element(
      'div',
      { class: 'actions no-print' },
      element('button', { type: 'button', on: { click: () => window.print() } }, texts.print),
    ),
  ];
}

function content(language: Language): Child[] {
  const texts = PATIENT[language];
  const { session, asOf } = state;
  const title = element('h1', {}, texts.title);
  const loading = element(
    'div',
    { id: 'loading' },
    state.isLoading && element('p', {}, texts.loading),
    listMeter.view(language),
  );
  if (session !== undefined && session.caller?.roles.includes('patient') !== true) {
    return [
      title,
      element('p', { class: 'panel is-open', id: 'signed-out' }, texts.notPatient),
      element('a', { class: 'button main', href: '/' }, SESSION[language].signIn),
    ];
  }
  if (session === undefined || asOf === undefined)
    return [title, problemPanel(state.problem, () => void begin(), language), loading];
  return [
    title,
    problemPanel(state.problem, () => void begin(), language),
    ...list(session, language),
    loading,
  ];
}

const frame = openPage(({ language }) => ({
  title: `Chartseal: ${PATIENT[language].title}`,
  links: state.session === undefined ? [] : linksFor(state.session, language, '/patient'),
  aside: state.session === undefined ? [] : signedIn(state.session, language, fail),
  content: content(language),
}));

openOnPaper('details.group');
void begin();
