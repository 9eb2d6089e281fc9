// Every bound of authentication, with its unit in the name or beside it.

/** The header Authorization, scheme included: patients' tokens with hundreds of groups fit. */
export const MAX_AUTHORIZATION_BYTES = 12 * 1024;
/** Of a caller's id and name, as entries hold them. */
export const MAX_CALLER_TEXT_BYTES = 256;
/** Latest time that a claim may state: the end of the year 9999, in seconds since 1970. */
export const MAX_CLAIM_SECONDS = 253_402_300_799;

export const DEFAULT_CLOCK_TOLERANCE_SECONDS = 30;
export const MAX_CLOCK_TOLERANCE_SECONDS = 300;

/** Tokens whose check is remembered, in one generation of two. */
export const MAX_REMEMBERED_TOKENS = 4096;
/** A remembered token is checked anew after this, so that a withdrawn key ends it. */
export const TOKEN_REMEMBERED_MS = 60_000;

/** Keys of an issuer are fetched anew when they are older. */
export const KEYS_FRESH_MS = 10 * 60_000;
/** While the issuer cannot be reached its last keys go on counting, up to this age. */
export const MAX_KEYS_AGE_MS = 60 * 60_000;
/** Least time between two questions to one issuer, whatever tokens arrive. */
export const ISSUER_PAUSE_MS = 10_000;
/** For one answer of an issuer, from the first byte to the last. */
export const ISSUER_ANSWER_MS = 5_000;
export const MAX_ISSUER_ANSWER_BYTES = 256 * 1024;
export const MAX_ISSUER_KEYS = 100;
