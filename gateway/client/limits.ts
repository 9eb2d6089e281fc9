// Every bound of the client of a gateway, with its unit in the name.

/** Until the headers of an answer are there: a long history is made before them. */
export const HEADERS_MS = 120_000;
/** Between two pieces of an answer; a gateway that works sends a beat more often. */
export const IDLE_MS = 60_000;
/** How often an empty line says that whoever sends rows is still at work. */
export const BEAT_MS = 5_000;
/** So many line ends, which nobody takes for a body that only trickles. */
export const BEAT_BYTES = 256;
/** Connections to one gateway at a time. */
export const MAX_CONNECTIONS = 32;
/** One row of a stream of rows: the largest are a summary of an audit and an access event. */
export const MAX_ROW_BYTES = 4 * 1024 * 1024;
/** One piece of an export, before it is made text. */
export const MAX_PIECE_BYTES = 1024 * 1024;
/** A refusal, and JSON answers that are not evidence. */
export const MAX_ANSWER_BYTES = 1024 * 1024;
/** Rows that a gateway was sent and has not answered. */
export const MAX_UNANSWERED_ROWS = 4096;
/** Of what a gateway says about a refusal. */
export const MAX_MESSAGE_CHARACTERS = 2000;
