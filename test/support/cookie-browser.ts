// What a browser does with cookies, redirects and the headers that pages cannot set, without a
// browser: RFC 6265bis with SameSite, Fetch Metadata, Origin.
import { ask, type Response } from './loopback-request.js';

interface Cookie {
  readonly value: string;
  readonly sameSite: string;
  readonly attributes: readonly string[];
}

export interface Visit extends Response {
  /** Where the redirects led. */
  readonly url: URL;
  /** All addresses, the first and the last too. */
  readonly path: readonly URL[];
}

/** Ports are no part of a site; a host without a public suffix is one by itself. */
const siteOf = ({ protocol, hostname }: URL) => `${protocol}//${hostname}`;

function relation(from: URL | undefined, to: URL): string {
  if (from === undefined) return 'none';
  if (from.origin === to.origin) return 'same-origin';
  return siteOf(from) === siteOf(to) ? 'same-site' : 'cross-site';
}

export interface FetchOptions {
  readonly method?: 'GET' | 'POST';
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class CookieBrowser {
  readonly #cookies = new Map<string, Cookie>();
  readonly #ca: string | undefined;

  constructor(ca?: string) {
    this.#ca = ca;
  }

  /** Value of the cookie whose name begins so. */
  cookie(host: string, name: string): Cookie | undefined {
    const found = [...this.#cookies].find(([key]) => key.startsWith(`${host} ${name}`));
    return found?.[1];
  }

  /** As somebody who controls another program on the machine would. */
  plant(host: string, name: string, value: string): void {
    this.#cookies.set(`${host} ${name}`, { value, sameSite: 'Strict', attributes: [] });
  }

  names(host: string): string[] {
    return [...this.#cookies.keys()]
      .filter((key) => key.startsWith(`${host} `))
      .map((key) => key.slice(host.length + 1));
  }

  #cookieHeader({ hostname }: URL, isCrossSite: boolean, isNavigation: boolean): string {
    const sent = [...this.#cookies].filter(([key, { sameSite }]) => {
      if (!key.startsWith(`${hostname} `)) return false;
      if (!isCrossSite) return true;
      return sameSite === 'Lax' ? isNavigation : sameSite === 'None';
    });
    return sent.map(([key, { value }]) => `${key.slice(hostname.length + 1)}=${value}`).join('; ');
  }

  #keep({ hostname }: URL, { headers }: Response): void {
    for (const line of headers['set-cookie'] ?? []) {
      const [pair = '', ...attributes] = line.split('; ');
      const equals = pair.indexOf('=');
      const key = `${hostname} ${pair.slice(0, equals)}`;
      const isOver = attributes.some(
        (one) => one === 'Max-Age=0' || /^expires=Thu, 01 Jan 1970/i.test(one),
      );
      const sameSite =
        attributes.find((one) => /^samesite=/i.test(one))?.replace(/^samesite=/i, '') ?? 'Lax';
      const given = sameSite.charAt(0).toUpperCase() + sameSite.slice(1).toLowerCase();
      if (isOver) this.#cookies.delete(key);
      else this.#cookies.set(key, { value: pair.slice(equals + 1), sameSite: given, attributes });
    }
  }

  /** @param from page with the link; undefined for an address that was typed */
  async visit(address: URL | string, from?: URL): Promise<Visit> {
    const path: URL[] = [];
    let url = new URL(address);
    let site = relation(from, url);
    for (let step = 0; step < 12; step++) {
      path.push(url);
      const isCrossSite = site === 'cross-site';
      const cookie = this.#cookieHeader(url, isCrossSite, true);
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', cookie };
      const answer = await ask(url, this.#with(headers));
      this.#keep(url, answer);
      const { location } = answer.headers;
      if (location === undefined) return { ...answer, url, path };
      const next = new URL(location, url);
      const order = ['none', 'same-origin', 'same-site', 'cross-site'];
      const step2 = relation(url, next);
      // The worst hop of the chain counts.
      if (order.indexOf(step2) > order.indexOf(site)) site = step2;
      url = next;
    }
    throw new Error(`redirects without end: ${path.join(' ')}`);
  }

  /** What a script of the page asks for, cookies included. */
  async fetch(page: URL, target: string, options: FetchOptions = {}): Promise<Response> {
    const { method = 'GET', json, headers = {} } = options;
    const url = new URL(target, page);
    const site = relation(page, url);
    const cookie = this.#cookieHeader(url, site === 'cross-site', false);
    const answer = await ask(url, {
      ...this.#with({
        'sec-fetch-site': site,
        ...(cookie === '' ? {} : { cookie }),
        ...(method === 'POST' || site !== 'same-origin' ? { origin: page.origin } : {}),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      }),
      ...(method === 'POST' ? { body: json === undefined ? '' : JSON.stringify(json) } : {}),
    });
    if (site !== 'cross-site') this.#keep(url, answer);
    return answer;
  }

  #with(headers: Readonly<Record<string, string>>) {
    return { headers, ...(this.#ca === undefined ? {} : { ca: this.#ca }) };
  }
}
