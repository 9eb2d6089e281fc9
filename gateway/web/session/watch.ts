// Watches over the end of the session while a page is open: warns before, and then takes everything
// off the page that was shown to somebody. It goes by the clock, because machines sleep and timers
// are late; and asks the gateway first, because another tab may have put the end off.
import { ENDING } from '../text/ending.js';
import type { Language } from '../text/language.js';
import { SESSION } from '../text/session.js';
import { type Child, element, focusAgain } from '../view/dom.js';
import type { Frame, PageParts } from '../view/frame.js';
import { type Caller, codeOf, goOn, lookOn, ProblemError, type Session, signOut } from './api.js';
import { Drafts } from './draft.js';
import { EndingDialog } from './ending-dialog.js';
import { endDrafts } from './kept.js';
import { type Moment, momentNow, msSince, Remaining } from './remaining.js';

const TICK_MS = 1000;
/** While a warning stands there, whether another tab has put the end off. */
const LOOK_AGAIN_MS = 10_000;
/** Who has not answered by then is out of reach. */
const ANSWER_MS = 5000;

/** What is left of the page. @param unsent what became of a text that was not sent */
function endedParts(language: Language, unsent: 'gone' | 'kept' | undefined): PageParts {
  const texts = ENDING[language];
  const told = { gone: texts.unsentGone, kept: texts.unsentKept };
  const content: Child[] = [
    element('h1', { id: 'ended-title', tabindex: -1 }, texts.endedTitle),
    element(
      'section',
      { class: 'panel is-open', id: 'session-ended' },
      element('p', {}, texts.ended),
      unsent !== undefined && element('p', { id: 'ended-unsent' }, told[unsent]),
    ),
    element('a', { class: 'button main', id: 'sign-in', href: '/' }, SESSION[language].signIn),
  ];
  return { title: `Chartseal: ${texts.endedTitle}`, content };
}

class SessionWatch {
  readonly #frame: Frame;
  readonly #stopping = new AbortController();
  readonly #drafts: Drafts;
  readonly #providers: readonly string[];
  #remaining: Remaining;
  #asked: Moment = momentNow();
  #isAsking = false;
  #warning: EndingDialog | undefined;
  /** The reader has read that the end cannot be put off. */
  #isKnown = false;
  /** What had the focus before nothing was shown. */
  #hidden: { readonly focused: Element | null } | undefined;

  constructor(frame: Frame, session: Session, caller: Caller, remaining: Remaining) {
    this.#frame = frame;
    this.#drafts = new Drafts(caller);
    this.#providers = session.providers;
    this.#remaining = remaining;
    const timer = window.setInterval(this.#check, TICK_MS);
    const { signal } = this.#stopping;
    signal.addEventListener('abort', () => window.clearInterval(timer));
    for (const name of ['focus', 'pageshow'])
      window.addEventListener(name, this.#check, { signal });
    for (const name of ['visibilitychange', 'resume']) {
      document.addEventListener(name, this.#check, { signal });
    }
  }

  take(remaining: Remaining): void {
    this.#remaining = remaining;
    this.#show();
  }

  get #isOver(): boolean {
    return this.#remaining.seconds <= 0;
  }

  get #isNear(): boolean {
    const { seconds, warningSeconds } = this.#remaining;
    return seconds <= warningSeconds;
  }

  readonly #check = (): void => {
    if (this.#isOver) this.#hide();
    const isDue = this.#isOver || msSince(this.#asked) >= LOOK_AGAIN_MS;
    if (this.#isNear && isDue && !this.#isAsking) void this.#ask(lookOn);
    // Nobody is warned of an end that was put off elsewhere.
    else if (!this.#isAsking || this.#warning !== undefined) this.#show();
  };

  /** What fits the time that is left; nothing at all while it is not known that any is. */
  #show(): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#isOver) {
      this.#hide();
      return;
    }
    this.#unhide();
    const { isFinal, seconds } = this.#remaining;
    const isFitting = this.#isNear && this.#warning?.isFinal === isFinal;
    if (!isFitting) this.#withdraw();
    if (!this.#isNear) this.#isKnown = false;
    else if (isFitting) this.#warning?.tell(Math.ceil(seconds));
    else if (!isFinal || !this.#isKnown) this.#warn(Math.ceil(seconds));
  }

  #hide(): void {
    this.#hidden ??= { focused: document.activeElement };
    document.documentElement.hidden = true;
  }

  #unhide(): void {
    if (this.#hidden === undefined) return;
    const { focused } = this.#hidden;
    this.#hidden = undefined;
    document.documentElement.hidden = false;
    focusAgain(focused);
  }

  #warn(seconds: number): void {
    const fail = (error: unknown) => this.#warning?.fail(codeOf(error));
    const { isFinal } = this.#remaining;
    const choices = {
      isFinal,
      hasUnsent: this.#drafts.names.length > 0,
      providers: this.#providers,
      language: this.#frame.language,
      stay: () => void this.#ask(goOn),
      signOut: () => void signOut().catch(fail),
      closed: () => {
        this.#warning = undefined;
        this.#isKnown = isFinal;
      },
    };
    this.#warning = new EndingDialog(choices, seconds);
  }

  #withdraw(): void {
    this.#warning?.remove();
    this.#warning = undefined;
  }

  /** @param question lookOn, or goOn, which puts the end off */
  async #ask(question: typeof lookOn): Promise<void> {
    const asked = momentNow();
    this.#asked = asked;
    this.#isAsking = true;
    const answer = await question(AbortSignal.timeout(ANSWER_MS)).catch((error) => {
      if (error instanceof ProblemError) return error;
      throw error;
    });
    // What was asked since is answered by what is newer.
    if (asked !== this.#asked) return;
    this.#isAsking = false;
    if (answer instanceof Remaining) {
      this.take(answer);
      const { stayed } = ENDING[this.#frame.language];
      if (question === goOn && !this.#isNear) this.#frame.announce(stayed);
    } else if (answer === undefined || this.#isOver) {
      // Where nobody answers, nobody can say that the session goes on.
      this.#end();
    } else {
      this.#show();
      if (question === goOn) this.#warning?.fail(answer.code);
    }
  }

  #end(): void {
    this.#stopping.abort();
    const hasUnsent = this.#drafts.names.length > 0;
    // Whom nobody could warn, as of a gateway that began anew, finds the text again.
    const isForeseen = this.#isOver || this.#isKnown || this.#warning !== undefined;
    if (isForeseen) endDrafts();
    const unsent = isForeseen ? 'gone' : 'kept';
    // It may name what was open.
    window.history.replaceState(undefined, '', window.location.pathname);
    this.#frame.end(({ language }) => endedParts(language, hasUnsent ? unsent : undefined));
    this.#unhide();
    document.getElementById('ended-title')?.focus();
  }
}

let watch: SessionWatch | undefined;

/** From now on; again when the session was asked for again. Without a session there is no end. */
export function watchSession(frame: Frame, session: Session): void {
  const { caller, remaining } = session;
  if (caller === undefined || remaining === undefined) return;
  watch ??= new SessionWatch(frame, session, caller, remaining);
  watch.take(remaining);
}
