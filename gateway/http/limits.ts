// Every bound of the gateway's HTTP, with its unit in the name.

/** JSON bodies, unless a route takes larger ones. */
export const MAX_JSON_BODY_BYTES = 1024 * 1024;
/** An AuditEvent or a Bundle of them. */
export const MAX_FHIR_BODY_BYTES = 4 * 1024 * 1024;
/** The form of a search. */
export const MAX_FORM_BYTES = 64 * 1024;
/** Bodies that are read as a whole, of all requests at the same time. */
export const MAX_BUFFERED_BODY_BYTES = 256 * 1024 * 1024;
/** Of these, of one caller: the longest body of all, or many shorter ones. */
export const MAX_BUFFERED_OF_ONE_BYTES = 64 * 1024 * 1024;
/** A document that is digested while it arrives. */
export const MAX_DOCUMENT_BYTES = 1024 ** 4;
/** Whole histories that one caller has asked for at the same time; they are made one by one. */
export const MAX_HISTORIES_OF_ONE = 16;
/** Request line and headers together. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** `Prefer: wait=N`. */
export const MAX_WAIT_MS = 30_000;

/** Until the headers are there. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** Until a JSON body is there as a whole. */
export const BODY_TIMEOUT_MS = 30_000;
/** Between two pieces of a body that is read as it comes. */
export const BODY_IDLE_MS = 60_000;
/** What must come of such a body in every BODY_IDLE_MS that are spent waiting for it. */
export const MIN_BODY_BYTES = 1024;
/** Until a receiver takes the next piece of an answer. */
export const ANSWER_IDLE_MS = 60_000;
/** An idle connection that may be used again. */
export const KEEP_ALIVE_MS = 65_000;
/** How often connections are looked at for the timeouts above. */
export const CONNECTIONS_CHECK_MS = 2_000;
/** Pieces in which answers are handed to a connection: each must be taken in ANSWER_IDLE_MS. */
export const ANSWER_PIECE_BYTES = 64 * 1024;
/** After the last answer, how long a connection is still read, so that the sender sees it. */
export const LINGER_MS = 2_000;

/** Of a request that is in flight when the gateway ends: between two pieces, whoever sends them. */
export const ENDING_IDLE_MS = 3_000;

/** The times above; tests of them take shorter ones. */
export interface Timeouts {
  readonly headersMs: number;
  readonly bodyMs: number;
  readonly bodyIdleMs: number;
  readonly answerIdleMs: number;
  readonly checkMs: number;
  readonly lingerMs: number;
  readonly endingMs: number;
}

export const TIMEOUTS: Timeouts = {
  headersMs: HEADERS_TIMEOUT_MS,
  bodyMs: BODY_TIMEOUT_MS,
  bodyIdleMs: BODY_IDLE_MS,
  answerIdleMs: ANSWER_IDLE_MS,
  checkMs: CONNECTIONS_CHECK_MS,
  lingerMs: LINGER_MS,
  endingMs: ENDING_IDLE_MS,
};

/** Requests of one connection. */
export const MAX_REQUESTS_PER_SOCKET = 1_000_000;
export const MAX_CONNECTIONS = 16_384;
/** Requests of one connection that are answered at the same time; more of them are not read yet. */
export const MAX_PIPELINED_REQUESTS = 64;
/** Files and sockets of this process that connections leave to stores and ledger. */
export const RESERVED_FILES = 512;

/** Of one caller, and of one address that is not known yet. */
export const REQUESTS_PER_MINUTE = 120_000;
/** Refused logins from one address. */
export const REFUSED_LOGINS_PER_MINUTE = 60;
/** A session without a request ends after this. */
export const SESSION_IDLE_MINUTES = 30;
/** A session ends after this, whatever is done with it: roles are looked up at the login alone. */
export const SESSION_MINUTES = 8 * 60;
/** Open sessions; beyond them the one that was used longest ago ends. */
export const MAX_SESSIONS = 65_536;
/** Of these, of one person: so nobody ends those of others by logging in again and again. */
export const MAX_SESSIONS_OF_ONE = 1024;
/** From the first step of a login to its last. */
export const LOGIN_MINUTES = 10;
/** Until requests in flight must end when the gateway does. */
export const SHUTDOWN_GRACE_MS = 20_000;
