// Cookies as RFC 6265 has them, of the few kinds that the gateway sets.

export interface CookieOptions {
  readonly isSecure: boolean;
  /** Strict cookies do not come with a request that another site begins. */
  readonly sameSite: 'Strict' | 'Lax';
  /** Left out, it ends with the browser. */
  readonly maxAgeSeconds?: number;
}

/** Undefined when it is not there, or twice: somebody else may have put one of the two there. */
export function findCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '').split(';').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals >= 0 && pair.slice(0, equals).trim() === name
      ? [pair.slice(equals + 1).trim()]
      : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** Value of a header Set-Cookie; no script of a page ever reads the cookie. */
export function formatCookie(name: string, value: string, options: CookieOptions): string {
  const { isSecure, sameSite, maxAgeSeconds } = options;
  return [
    `${name}=${value}`,
    'Path=/',
    'HttpOnly',
    `SameSite=${sameSite}`,
    ...(isSecure ? ['Secure'] : []),
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
  ].join('; ');
}
