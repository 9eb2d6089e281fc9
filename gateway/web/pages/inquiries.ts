// The page of a privacy officer: what patients asked, the next deadline first; one of them with the
// event asked about, every step, and what can be done with it. Its address names which one is open.
import {
  type AnswerBody,
  type AnswerForms,
  type Choices,
  firstChoices,
} from '../inquiries/answer-forms.js';
import { type InquiryCounts, type ListPage, listView } from '../inquiries/list-view.js';
import { type OneThread, oneView } from '../inquiries/one-view.js';
import type { Thread } from '../inquiries/thread.js';
import { inquiryProblem } from '../inquiries/writing.js';
import { codeOf, getJson, postOnce, readSession, type Session } from '../session/api.js';
import { Drafts } from '../session/draft.js';
import { linksFor, signedIn } from '../session/head.js';
import { watchSession } from '../session/watch.js';
import type { Language } from '../text/language.js';
import { type ListState, OFFICER } from '../text/officer.js';
import { SESSION } from '../text/session.js';
import { type Child, element } from '../view/dom.js';
import { openPage } from '../view/frame.js';
import { mark } from '../view/mark.js';

const PATH = '/v1/inquiries';
const PAGE_THREADS = 50;
/** Codes after which what the page shows is not the newest. */
const STALE = ['INQUIRY_STATE', 'IDEMPOTENCY_CONFLICT', 'NOT_FOUND'];

interface State {
  session?: Session;
  drafts?: Drafts;
  list: ListState;
  threads: readonly Thread[];
  counts?: InquiryCounts | undefined;
  next?: string | undefined;
  one?: OneThread | undefined;
  choices: Choices;
  isLoading: boolean;
  /** The list that is chosen was read to its first page, found empty or not. */
  isRead: boolean;
  /** Code of what went wrong. */
  problem?: string | undefined;
  /** Something was just entered. */
  isEntered: boolean;
}

const state: State = {
  list: 'open',
  threads: [],
  choices: { due: '' },
  isLoading: true,
  isRead: false,
  isEntered: false,
};

/** Id of the thread that the address names; empty for the list. */
function wantedId(): string {
  return /^#([0-9a-f]{64})$/.exec(window.location.hash)?.[1] ?? '';
}

function fail(error: unknown): void {
  state.isLoading = false;
  state.problem = codeOf(error);
  frame.draw();
  frame.announce(inquiryProblem(state.problem, frame.language));
}

let asked = 0;

/** Undefined where something else was asked meanwhile: of two questions the later one counts. */
async function askLast<Answer>(path: string): Promise<Answer | undefined> {
  const turn = ++asked;
  try {
    const answer = await getJson<Answer>(path);
    return turn === asked ? answer : undefined;
  } catch (error) {
    if (turn !== asked) return undefined;
    throw error;
  }
}

async function loadList(isMore: boolean): Promise<void> {
  state.isLoading = true;
  if (!isMore) Object.assign(state, { threads: [], isRead: false });
  frame.draw();
  const wanted = state.list;
  let next = isMore ? state.next : undefined;
  let found = 0;
  // A page of answered ones may hold none while there are more.
  do {
    const cursor = next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`;
    const page = await askLast<ListPage>(`${PATH}?state=${wanted}&limit=${PAGE_THREADS}${cursor}`);
    if (page === undefined) return;
    state.threads = [...state.threads, ...page.inquiries];
    state.counts = page.counts;
    found += page.inquiries.length;
    next = page.next;
  } while (found === 0 && next !== undefined);
  state.next = next;
  state.isRead = true;
  state.isLoading = false;
  frame.draw();
}

async function loadOne(id: string): Promise<void> {
  state.isLoading = true;
  frame.draw();
  const one = await askLast<OneThread>(`${PATH}/${id}`);
  if (one === undefined) return;
  if (state.one?.id !== id) state.choices = firstChoices(one);
  state.one = one;
  state.isLoading = false;
  frame.draw();
}

/** What the address names, anew. */
async function load(): Promise<void> {
  const id = wantedId();
  try {
    if (id === '') {
      state.one = undefined;
      await loadList(false);
    } else {
      if (state.one?.id !== id) state.one = undefined;
      await loadOne(id);
    }
  } catch (error) {
    fail(error);
  }
}

function tell(problem: string | undefined, isEntered: boolean): void {
  state.problem = problem;
  state.isEntered = isEntered;
}

async function go(): Promise<void> {
  tell(undefined, false);
  await load();
  document.getElementById('title')?.focus();
}

async function begin(): Promise<void> {
  tell(undefined, false);
  try {
    state.session = await readSession();
    watchSession(frame, state.session);
    const { caller } = state.session;
    if (caller?.roles.includes('privacy-officer')) {
      state.drafts = new Drafts(caller);
      await load();
    } else {
      state.isLoading = false;
      frame.draw();
    }
  } catch (error) {
    fail(error);
  }
}

async function send(id: string, body: AnswerBody, key: string): Promise<void> {
  const thread = await postOnce<Thread>(`${PATH}/${id}/answers`, body, key);
  if (state.one?.id !== id) return;
  state.one = { ...state.one, ...thread };
  state.choices = firstChoices(thread);
}

function sent(): void {
  tell(undefined, true);
  frame.draw();
  document.getElementById('title')?.focus();
  frame.announce(OFFICER[frame.language].entered);
}

async function refused(code: string): Promise<void> {
  if (!STALE.includes(code)) return;
  tell(undefined, false);
  await load();
  if (state.problem === undefined) tell(code, false);
  frame.draw();
  frame.announce(inquiryProblem(code, frame.language));
  document.getElementById('title')?.focus();
}

function notices(language: Language): Child[] {
  const { problem, isEntered } = state;
  const words = SESSION[language];
  return [
    isEntered && element('p', { id: 'entered' }, mark('good', OFFICER[language].entered)),
    problem !== undefined &&
      element(
        'section',
        { class: 'panel is-open', id: 'problem' },
        element('p', {}, mark('open', inquiryProblem(problem, language))),
        element(
          'div',
          { class: 'actions' },
          !STALE.includes(problem) &&
            element('button', { type: 'button', on: { click: () => void begin() } }, words.again),
          problem === 'UNAUTHENTICATED' &&
            element('a', { class: 'button', href: '/' }, words.signIn),
        ),
      ),
  ];
}

function content(language: Language): Child[] {
  const texts = OFFICER[language];
  const { session, drafts, one, isLoading, isRead, choices } = state;
  if (session !== undefined && drafts === undefined) {
    return [
      element('h1', {}, texts.title),
      element('p', { class: 'panel is-open', id: 'signed-out' }, texts.notOfficer),
      element('a', { class: 'button main', href: '/' }, SESSION[language].signIn),
    ];
  }
  if (drafts === undefined || (wantedId() !== '' && one === undefined)) {
    return [
      element('h1', { id: 'title', tabindex: -1 }, texts.title),
      ...notices(language),
      isLoading && element('p', { id: 'loading' }, texts.loading),
      wantedId() !== '' && element('p', {}, element('a', { href: '#' }, texts.back)),
    ];
  }
  if (one !== undefined) {
    const forms: AnswerForms = {
      thread: one,
      drafts,
      choices,
      send: (body, key) => send(one.id, body, key),
      sent,
      refused: (code) => void refused(code),
    };
    return oneView({ one, forms, notices: notices(language), draw: frame.draw }, language);
  }
  const choose = (list: ListState) => {
    state.list = list;
    tell(undefined, false);
    void load();
  };
  const { list, threads, counts, next } = state;
  const more = () => void loadList(true).catch(fail);
  const panel = {
    state: list,
    threads,
    counts,
    hasMore: next !== undefined,
    isLoading,
    isRead,
    choose,
    more,
  };
  const [title, ...rest] = listView(panel, language);
  return [title, ...notices(language), ...rest];
}

const frame = openPage(({ language }) => ({
  title: `Chartseal: ${OFFICER[language].title}`,
  links: state.session === undefined ? [] : linksFor(state.session, language, '/inquiries'),
  aside: state.session === undefined ? [] : signedIn(state.session, language, fail),
  content: content(language),
}));

window.addEventListener('hashchange', () => void go());
void begin();
