// Who is logged in: random tokens that mean something in this process alone, so that a logout is
// final and a restart ends them all.
import { hash, randomBytes } from 'node:crypto';
import type { Caller } from '../caller.js';
import { MAX_SESSIONS, MAX_SESSIONS_OF_ONE } from '../limits.js';

export interface SessionLimits {
  /** Without a request. */
  readonly idleMinutes: number;
  /** In all. */
  readonly minutes: number;
}

/** How long a session goes on, as it stands now; in seconds, because clocks differ. */
export interface Remaining {
  /** Without another request. */
  readonly idleSeconds: number;
  /** Whatever is done. */
  readonly seconds: number;
  /** As configured: how long each was when it began. */
  readonly ofIdleSeconds: number;
  readonly ofSeconds: number;
}

interface Session {
  readonly caller: Caller;
  readonly provider: number | undefined;
  readonly begunAt: number;
  usedAt: number;
}

const TOKEN_BYTES = 32;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
const personOf = ({ organisation, id }: Caller) => JSON.stringify([organisation, id]);
const digestOf = (token: string) => hash('sha256', token, 'base64');

export class Sessions {
  readonly #limits: SessionLimits;
  readonly #now: () => number;
  /** By digest of the token, the one used longest ago first. */
  readonly #open = new Map<string, Session>();
  /** Digests of each person's, in the same order. */
  readonly #ofPerson = new Map<string, Set<string>>();

  /** @param now in ms since 1970 */
  constructor(limits: SessionLimits, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * A token that nobody had before.
   * @param provider index of the one that vouched for the caller
   */
  begin(caller: Caller, provider?: number): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const now = this.#now();
    for (const [digest, session] of this.#open) {
      if (this.#open.size < MAX_SESSIONS && this.#isGood(session, now)) break;
      this.#take(digest);
    }
    const sessionEndsAt = now + this.#limits.minutes * MINUTE_MS;
    const owner = { ...caller, sessionEndsAt };
    this.#add(digestOf(token), { caller: owner, provider, begunAt: now, usedAt: now });
    return token;
  }

  /** Undefined when it has ended, or never was. */
  use(token: string): Caller | undefined {
    const digest = digestOf(token);
    const session = this.#take(digest);
    const now = this.#now();
    if (session === undefined || !this.#isGood(session, now)) return undefined;
    session.usedAt = now;
    this.#add(digest, session);
    return session.caller;
  }

  /** As {@link use}, but the session ends when it would have ended without this. */
  look(token: string): { readonly caller: Caller; readonly remaining: Remaining } | undefined {
    const session = this.#open.get(digestOf(token));
    const now = this.#now();
    if (session === undefined || !this.#isGood(session, now)) return undefined;
    const { idleMinutes, minutes } = this.#limits;
    const left = (since: number, most: number) =>
      Math.ceil((since + most * MINUTE_MS - now) / SECOND_MS);
    const remaining = {
      idleSeconds: left(session.usedAt, idleMinutes),
      seconds: left(session.begunAt, minutes),
      ofIdleSeconds: idleMinutes * 60,
      ofSeconds: minutes * 60,
    };
    return { caller: session.caller, remaining };
  }

  /** Index of the provider where it was begun; undefined without one. */
  end(token: string): number | undefined {
    return this.#take(digestOf(token))?.provider;
  }

  #add(digest: string, session: Session): void {
    const person = personOf(session.caller);
    const own = this.#ofPerson.get(person) ?? new Set();
    this.#ofPerson.set(person, own.add(digest));
    this.#open.set(digest, session);
    const [oldest] = own;
    if (oldest !== undefined && own.size > MAX_SESSIONS_OF_ONE) this.#take(oldest);
  }

  #take(digest: string): Session | undefined {
    const session = this.#open.get(digest);
    if (session === undefined) return undefined;
    this.#open.delete(digest);
    const person = personOf(session.caller);
    const own = this.#ofPerson.get(person);
    own?.delete(digest);
    if (own?.size === 0) this.#ofPerson.delete(person);
    return session;
  }

  /** A clock that went back would make sessions longer. */
  #isGood({ begunAt, usedAt }: Session, now: number): boolean {
    const { idleMinutes, minutes } = this.#limits;
    const isInUse = now >= usedAt && now < usedAt + idleMinutes * MINUTE_MS;
    return isInUse && now < begunAt + minutes * MINUTE_MS;
  }
}
