// `Prefer: wait=N` (RFC 7240): a preference, so what cannot be read or honoured is passed over.
import { MAX_WAIT_MS } from './limits.js';

const WAIT = /^wait\s*=\s*"?([0-9]{1,6})"?$/i;

/** Milliseconds to wait, at most MAX_WAIT_MS; 0 when nothing is asked for. */
export function readWait(prefer: string | string[] | undefined): number {
  const given = Array.isArray(prefer) ? prefer.join(',') : (prefer ?? '');
  for (const preference of given.split(',')) {
    const seconds = WAIT.exec((preference.split(';')[0] ?? '').trim())?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds) * 1000, MAX_WAIT_MS);
  }
  return 0;
}
