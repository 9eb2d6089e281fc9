// Bounds of formats, contract and log, each with its unit in the name or beside it. Those of the
// HTTP server, of its client and of the feed stand in a limits.ts of their own.

/** Largest integer in any format: the largest that JSON numbers carry exactly. */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

export const HASH_BYTES = 32;
export const LEAF_BYTES = 106;
export const SALT_BYTES = 32;
/** Salt of one private member. */
export const OPENING_SALT_BYTES = 16;

/** Canonical bytes of one entry. */
export const MAX_ENTRY_BYTES = 16 * 1024;
export const MAX_JSON_DEPTH = 32;
/** Values in one JSON text, lists and objects too: small ones take far more memory than text. */
export const MAX_JSON_VALUES = 2 ** 21;
/** Largest JSON text read from outside (a receipt, a history, a trust file). */
export const MAX_JSON_BYTES = 64 * 1024 * 1024;
/** One line of JSON lines. */
export const MAX_LINE_BYTES = 64 * 1024;
/** One line of an export: the largest is a block of the ledger. */
export const MAX_EXPORT_LINE_BYTES = MAX_JSON_BYTES;
/** A file of encrypted keys. */
export const MAX_KEY_BACKUP_BYTES = 1024 * 1024;

export const MAX_ORIGIN_BYTES = 255;
export const MAX_PATIENT_SYSTEMS = 64;

/** Leaves in one append, in the contract. */
export const MAX_APPEND_LEAVES = 65_536;
/** Leaves in one append, chosen by the sequencer unless the ledger allows fewer. */
export const DEFAULT_APPEND_LEAVES = 4_096;

/** Depth of the subject map; chance never gets there, a crafted label would. */
export const MAX_MAP_DEPTH = 128;
export const MAX_WITNESS_BASE_BYTES = 64 * 1024;
export const MAX_WITNESS_BYTES_PER_LEAF = 512;

/** Signatures read from one signed note. */
export const MAX_NOTE_SIGNATURES = 64;
export const MAX_NOTE_BYTES = 1024 * 1024;
/** A tree of 2^53 leaves has paths of at most 53 hashes; consistency proofs one more. */
export const MAX_PROOF_HASHES = 64;
/** Hashes of the right edge of a tree whose size is below 2^53. */
export const MAX_FRONTIER_HASHES = 53;
/** Hashes of a consistency proof that a witness takes (C2SP tlog-witness). */
export const MAX_WITNESS_HASHES = 63;

/** Difference allowed between a transaction's time and an endorser's clock. */
export const MAX_CLOCK_SKEW_MS = 5 * 60 * 1000;
/** Characters of hexadecimal in the nonce of readCheckpoint. */
export const MAX_NONCE_HEX = 64;
/** Rows in one page of a list answered by the contract. */
export const MAX_PAGE_ROWS = 256;

/** Accepted entries that may wait for the ledger before accepts are refused. */
export const MAX_OUTBOX_ENTRIES = 65_536;
