// Loads a patient's list page by page: what was loaded stays, whatever happens to the rest.
import { codeOf, getJson, ProblemError } from '../session/api.js';
import type { Language } from '../text/language.js';
import { METER } from '../text/meter.js';
import { type Meter, STOPPED } from '../view/meter.js';
import type { AccessPage, ShownEntry } from './access.js';

export const HISTORY = '/v1/patients/me/access-history';
export const PAGE_ENTRIES = 500;
/** Loaded without being asked; a list of all the rest is for whoever asks. */
export const FIRST_ENTRIES = 2000;
/** Held by the page at most. */
export const MOST_ENTRIES = 200_000;
const DRAW_EVERY_MS = 500;

export interface LoadedList {
  /** Newest first. */
  entries: readonly ShownEntry[];
  asOf?: string;
  /** Entries in all, as the gateway says. */
  count: number;
  /** Where the next page begins. */
  next?: string | undefined;
  isLoading: boolean;
}

interface Page {
  readonly language: Language;
  readonly draw: () => void;
}

export class ListLoader {
  readonly #list: LoadedList;
  readonly #meter: Meter;
  readonly #page: () => Page;
  #stopping = new AbortController();
  /** As much as was asked for. */
  #wanted = FIRST_ENTRIES;
  /** As much as is loaded just now. */
  #upTo = 0;

  constructor(list: LoadedList, meter: Meter, page: () => Page) {
    this.#list = list;
    this.#meter = meter;
    this.#page = page;
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** What is loaded just now goes on until so many entries are there. */
  extend(upTo: number): void {
    this.#upTo = Math.max(this.#upTo, upTo);
  }

  /** Until so many entries are there, or the reader stops it. Throws ProblemError. */
  async load(upTo: number): Promise<void> {
    const list = this.#list;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#wanted = Math.max(this.#wanted, upTo);
    this.#upTo = upTo;
    list.isLoading = true;
    this.#meter.begin(
      () => this.#said(),
      () => stopping.abort(),
    );
    this.#page().draw();
    try {
      await this.#loadPages(stopping.signal);
    } catch (error) {
      if (codeOf(error) !== STOPPED || list.count === 0) throw error;
    } finally {
      list.isLoading = false;
      this.#meter.end();
    }
    this.#page().draw();
  }

  /** The first pages; after a fault, what is missing of what was asked for. Throws ProblemError. */
  async loadFirst(): Promise<void> {
    const list = this.#list;
    const isWhole = list.asOf !== undefined && list.next === undefined;
    try {
      if (!isWhole) await this.load(this.#wanted);
    } catch (error) {
      // The place to go on from is kept by the server for a while only.
      if (codeOf(error) !== 'NOT_FOUND' || list.next === undefined) throw error;
      list.entries = [];
      list.next = undefined;
      await this.load(this.#wanted);
    }
  }

  async #loadPages(signal: AbortSignal): Promise<void> {
    const list = this.#list;
    const wanted = () => Math.min(this.#upTo, list.count);
    let drawnAt = Number.NEGATIVE_INFINITY;
    do {
      await this.#loadPage(signal);
      this.#meter.tell(list.entries.length, wanted());
      if (performance.now() - drawnAt < DRAW_EVERY_MS) continue;
      drawnAt = performance.now();
      this.#page().draw();
    } while (list.next !== undefined && list.entries.length < wanted());
  }

  async #loadPage(signal: AbortSignal): Promise<void> {
    const list = this.#list;
    const cursor = list.next === undefined ? '' : `&cursor=${encodeURIComponent(list.next)}`;
    const page = await getJson<AccessPage>(`${HISTORY}?limit=${PAGE_ENTRIES}${cursor}`, signal);
    if (signal.aborted) throw new ProblemError(STOPPED, 'stopped by the reader');
    list.entries = [...list.entries, ...page.events];
    list.asOf = page.asOf;
    list.count = page.count;
    list.next = page.next;
  }

  #said(): string {
    const { language } = this.#page();
    const { entries, count } = this.#list;
    const texts = METER[language];
    if (count === 0) return texts.waiting;
    const figure = (number: number) => number.toLocaleString(language);
    return texts.loadingList(figure(entries.length), figure(Math.min(this.#upTo, count)));
  }
}
