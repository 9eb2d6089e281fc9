// What the pages ask the gateway: their own origin alone, with the session of this browser.
import { STOPPED } from '../view/meter.js';
import { forgetOthers } from './draft.js';
import { forgetDrafts } from './kept.js';
import { momentNow, Remaining, type ToldRemaining } from './remaining.js';

export type Role =
  | 'archivist'
  | 'source-system'
  | 'auditor'
  | 'patient'
  | 'privacy-officer'
  | 'admin';

export interface Caller {
  readonly id: string;
  readonly name?: string;
  readonly roles: readonly Role[];
  readonly patient?: { readonly system: string; readonly value: string };
  /** RFC 3339. */
  readonly sessionEndsAt?: string;
}

/** What GET /v1/session answers. */
export interface Session {
  readonly caller?: Caller;
  /** How long it goes on, where it is a session of this browser. */
  readonly remaining?: Remaining | undefined;
  /** Page where the caller begins. */
  readonly home?: string;
  readonly organisation: string;
  /** Paths of the pages that this gateway has. */
  readonly pages: readonly string[];
  readonly providers: readonly string[];
  readonly demoPeople: readonly { readonly subject: string; readonly role: Role }[];
}

const WAIT_SECONDS = 10;

/** Code of an answer that never came. */
const NO_ANSWER = 'NO_ANSWER';
/** Code of a refusal where somebody was signed in. */
export const SESSION_ENDED = 'SESSION_ENDED';
/** Code of an answer that ended before it was whole. */
const CUT_OFF = 'CUT_OFF';

/** A refusal of the gateway, by its code. */
export class ProblemError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What became of an answer that is not there as a whole. */
function broken(error: unknown, code: string): ProblemError {
  const { name, message } = error as Error;
  return new ProblemError(name === 'AbortError' ? STOPPED : code, message);
}

async function jsonOf<Answer>(answer: Response): Promise<Answer> {
  try {
    return (await answer.json()) as Answer;
  } catch (error) {
    throw broken(error, CUT_OFF);
  }
}

/** What a refusal says of itself; nothing where it is cut. */
async function problemOf(answer: Response): Promise<{ code?: string; detail?: string }> {
  const type = answer.headers.get('content-type') ?? '';
  return type.includes('problem+json') ? await answer.json().catch(() => ({})) : {};
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch (error) {
    throw broken(error, NO_ANSWER);
  }
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  throw new ProblemError(problem.code ?? `HTTP ${answer.status}`, problem.detail ?? '');
}

/** Throws ProblemError. */
export async function getJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return jsonOf(await ask(path, withSignal(signal)));
}

const withSignal = (signal: AbortSignal | undefined): RequestInit =>
  signal === undefined ? {} : { signal };

/** @param tell told how many bytes came. Throws ProblemError. */
export async function getBytes(
  path: string,
  signal?: AbortSignal,
  tell?: (bytes: number) => void,
): Promise<Uint8Array> {
  const answer = await ask(path, withSignal(signal));
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    const reader = answer.body?.getReader();
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      pieces.push(next.value);
      size += next.value.length;
      tell?.(size);
    }
  } catch (error) {
    throw broken(error, CUT_OFF);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

const withBody = (value: object, headers: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** Throws ProblemError. */
export async function postJson<Answer>(path: string, value?: object): Promise<Answer> {
  const init = value === undefined ? { method: 'POST' } : withBody(value, {});
  return jsonOf(await ask(path, init));
}

const SESSION_PATH = '/v1/session';

/** For whom this page was drawn; empty until that is known. */
let reader = '';

const readerOf = ({ caller }: Pick<Session, 'caller'>): string =>
  JSON.stringify([caller?.id, caller?.patient?.system, caller?.patient?.value]);

async function askSession(path: string, signal?: AbortSignal): Promise<Session> {
  const asked = momentNow();
  const { remaining, ...session } = await getJson<
    Omit<Session, 'remaining'> & { readonly remaining?: ToldRemaining }
  >(path, signal);
  return { ...session, remaining: remaining && new Remaining(remaining, asked) };
}

async function remainingFor(path: string, signal: AbortSignal): Promise<Remaining | undefined> {
  const session = await askSession(path, signal);
  return readerOf(session) === reader ? session.remaining : undefined;
}

/**
 * How long the session goes on for whom the page was drawn, which does not go on because of this;
 * undefined when it has ended. Throws ProblemError.
 */
export const lookOn = (signal: AbortSignal): Promise<Remaining | undefined> =>
  remainingFor(`${SESSION_PATH}/remaining`, signal);

/** As {@link lookOn}, but the session goes on because of it. */
export const goOn = (signal: AbortSignal): Promise<Remaining | undefined> =>
  remainingFor(SESSION_PATH, signal);

/** Somebody else may have signed in since, in another tab of this browser. Throws ProblemError. */
export async function checkReader(): Promise<void> {
  if (readerOf(await getJson<Session>(SESSION_PATH)) === reader) return;
  throw new ProblemError('UNAUTHENTICATED', 'the session is not the one of this page any more');
}

/**
 * What is entered once, however often it is sent under the same key, and for whom the page was
 * drawn alone; waits a while until it is proven. Throws ProblemError.
 */
export async function postOnce<Answer>(path: string, value: object, key: string): Promise<Answer> {
  await checkReader();
  const init = withBody(value, { 'Idempotency-Key': key, Prefer: `wait=${WAIT_SECONDS}` });
  return jsonOf(await ask(path, init));
}

/** The other pages of this browser, which are told that somebody signed out. */
let others: BroadcastChannel | undefined;

/** What was not sent goes too: whoever signs out leaves nothing to the next one. */
function guardOthers(): void {
  others = new BroadcastChannel('chartseal-signed-out');
  others.onmessage = () => {
    forgetDrafts();
    window.location.reload();
  };
}

/**
 * The browser keeps a page that is left, and brings it back as it was: not before it is known that
 * nobody else has signed in since, and nobody out.
 */
function guardReturn(): void {
  const root = document.documentElement;
  window.addEventListener('pagehide', () => {
    root.hidden = true;
  });
  window.addEventListener('pageshow', async ({ persisted }) => {
    if (!persisted) return;
    try {
      await checkReader();
      root.hidden = false;
    } catch {
      window.location.reload();
    }
  });
}

/** What the page shows so far is not for whoever sits there now. */
function beginAnew(): Promise<never> {
  window.location.reload();
  return new Promise(() => undefined);
}

export async function readSession(signal?: AbortSignal): Promise<Session> {
  const session = await askSession(SESSION_PATH, signal);
  if (reader === '') {
    guardReturn();
    guardOthers();
  } else if (reader !== readerOf(session)) return beginAnew();
  reader = readerOf(session);
  if (session.caller !== undefined) forgetOthers(session.caller);
  return session;
}

/** Ends the session; goes where the provider ends its own, or to the first page. */
export async function signOut(): Promise<void> {
  const { next } = await postJson<{ next: string }>('/logout');
  forgetDrafts();
  others?.postMessage('');
  window.location.assign(next);
}

/** As {@link codeOf} on a page where somebody was signed in. */
export function codeInSession(error: unknown): string {
  const code = codeOf(error);
  return code === 'UNAUTHENTICATED' ? SESSION_ENDED : code;
}

/** Of an error, for people: the code of a refusal, else what the browser says. */
export const codeOf = (error: unknown): string =>
  (error as { code?: string }).code || String((error as Error).message);
