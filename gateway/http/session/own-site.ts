// The gateway as browsers know it: its origins, the names of its cookies, and which requests come
// from its own pages.
import { isLoopback } from '../auth/loopback.js';
import type { BrowserFacts } from '../route.js';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Of a page of the same origin, or of what a person typed. */
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);

export class OwnSite {
  /** As configured. */
  readonly publicOrigin: string | undefined;
  readonly #listens: () => string;

  /**
   * @param publicUrl as configured; wins over the address of the listener
   * @param listens address of the listener, asked for when it listens
   */
  constructor(publicUrl: string | undefined, listens: () => string) {
    this.publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
    this.#listens = listens;
  }

  /** The first is the one that we tell others. */
  get origins(): readonly string[] {
    if (this.publicOrigin !== undefined) return [this.publicOrigin];
    const { origin, protocol, hostname, port } = new URL(this.#listens());
    if (!isLoopback(hostname)) return [origin];
    const named = new URL(`${protocol}//localhost${port === '' ? '' : `:${port}`}`);
    return [...new Set([origin, named.origin])];
  }

  get isSecure(): boolean {
    return this.origins[0]?.startsWith('https:') ?? false;
  }

  /** The own origin by which the browser came; the first when it came by none. */
  originOf({ host }: BrowserFacts): string {
    const { origins } = this;
    const { protocol } = new URL(origins[0] as string);
    const came = `${protocol}//${host ?? ''}`;
    const origin = URL.canParse(came) ? new URL(came).origin : undefined;
    return origins.find((one) => one === origin) ?? (origins[0] as string);
  }

  /**
   * Whether a session counts for a request: what only reads must not come from another site, what
   * changes something must come from a page of this very origin.
   */
  isOwnRequest(method: string, browser: BrowserFacts): boolean {
    const { site, origin } = browser;
    if (SAFE_METHODS.has(method)) return site === undefined || OWN_SITES.has(site);
    return origin === this.originOf(browser) && (site === undefined || site === 'same-origin');
  }

  /** Loopback has no domain of its own: its cookies are told apart by the port. */
  cookieName(kind: 'session' | 'login'): string {
    const name = kind === 'session' ? 'chartseal' : 'chartseal-login';
    if (this.isSecure) return `__Host-${name}`;
    return `${name}-${new URL(this.origins[0] as string).port}`;
  }
}
