// Compares a fingerprint that somebody was told with the one of the trust file.

const GROUP = 4;
const HEX_LENGTH = 64;

export type Comparison =
  | { readonly kind: 'none' | 'equal' }
  | { readonly kind: 'short'; readonly given: number }
  | { readonly kind: 'different'; readonly group: number };

/** @param typed as told: spaces, colons, capitals and `sha256:` do not matter */
export function compareFingerprint(typed: string, fingerprint: string): Comparison {
  const told = typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^\s*sha-?256\s*:?/, '')
    .replace(/[\s:.-]/g, '');
  if (told === '') return { kind: 'none' };
  const wrong = [...told].findIndex((character, at) => character !== fingerprint[at]);
  if (wrong >= 0) return { kind: 'different', group: Math.floor(wrong / GROUP) + 1 };
  return told.length < HEX_LENGTH ? { kind: 'short', given: told.length } : { kind: 'equal' };
}
